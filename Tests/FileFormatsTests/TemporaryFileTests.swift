import FileFormats
import Foundation
import Testing

@Suite("Temporary files")
struct TemporaryFileTests {
  @Test("gives back what was put in, at any place")
  func roundTrip() throws {
    let file = try TemporaryFile()
    let bytes = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 7919 >> 3) }
    try file.append(Array(bytes[..<1000]))
    #expect(try file.read(at: 0, upTo: 1 << 20) == Array(bytes[..<1000]))
    try file.append(Array(bytes[1000...]))
    #expect(file.byteCount == bytes.count)
    #expect(try file.read(at: 999, upTo: 200_000) == Array(bytes[999..<200_999]))
    #expect(try file.read(at: bytes.count - 3, upTo: 10) == Array(bytes.suffix(3)))
    #expect(try file.read(at: bytes.count, upTo: 10).isEmpty)
  }

  @Test("leaves nothing in its folder, even while it is open")
  func unlinked() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "unlinked-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = try TemporaryFile(in: folder.path)
    try file.append([1, 2, 3])
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
    #expect(try file.read(at: 1, upTo: 2) == [2, 3])
  }

  @Test("a folder that does not exist is named")
  func noFolder() {
    let error = #expect(throws: FileError.self) { try TemporaryFile(in: "/no/such/folder") }
    #expect(
      error.map { "\($0)" }
        == "`temporary file in /no/such/folder`: the folder `/no/such/folder` does not exist"
    )
  }
}
