import Foundation
public import Testing

/// A text kept as a file, compared whole.
///
/// `RECORD_SNAPSHOTS=1` writes the file anew and fails the test once, so that a recording is never
/// mistaken for a passing run.
public func expectSnapshot(
  _ text: String,
  _ path: String,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  let file = TestFiles.package(path)
  if ProcessInfo.processInfo.environment["RECORD_SNAPSHOTS"] == "1" {
    try? text.write(toFile: file, atomically: true, encoding: .utf8)
    Issue.record("recorded `\(path)`", sourceLocation: sourceLocation)
    return
  }
  let expected = try? String(contentsOfFile: file, encoding: .utf8)
  #expect(
    text == expected,
    "`\(path)` differs; RECORD_SNAPSHOTS=1 records it anew",
    sourceLocation: sourceLocation
  )
}
