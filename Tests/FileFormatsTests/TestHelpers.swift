import FileFormats
import Foundation
import Testing

/// A generator with a fixed seed: SplitMix64 (Steele, Lea and Flood 2014).
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
    return z ^ z >> 31
  }
}

/// How long random inputs are tried: a fixed number of rounds, or `ISOLOSS_FUZZ` seconds.
enum Fuzzing {
  static func run(rounds: Int, seed: UInt64, _ body: (inout SeededGenerator) throws -> Void)
    rethrows
  {
    var generator = SeededGenerator(seed: seed)
    let seconds = ProcessInfo.processInfo.environment["ISOLOSS_FUZZ"].flatMap(Double.init)
    let deadline = ContinuousClock.now + .seconds(seconds ?? 0)
    var round = 0
    while seconds == nil ? round < rounds : ContinuousClock.now < deadline {
      try body(&generator)
      round += 1
    }
  }

  /// A copy with a few bytes changed, removed, doubled or put in, mostly bytes that mean something.
  static func mutated(
    _ bytes: [UInt8],
    meaningful: [UInt8],
    using generator: inout SeededGenerator
  ) -> [UInt8] {
    var bytes = bytes
    for _ in 0..<Int.random(in: 1...4, using: &generator) {
      let place = Int.random(in: 0...bytes.count, using: &generator)
      let byte =
        Bool.random(using: &generator)
        ? meaningful.randomElement(using: &generator) ?? 0
        : UInt8.random(in: 0...255, using: &generator)
      switch Int.random(in: 0..<4, using: &generator) {
      case 0 where place < bytes.count: bytes[place] = byte
      case 1 where place < bytes.count: bytes.remove(at: place)
      case 2: bytes.removeSubrange(place...)
      default: bytes.insert(byte, at: place)
      }
    }
    return bytes
  }
}

/// A folder that is removed with everything in it when it goes.
final class TemporaryFolder {
  let path: String

  init() throws {
    let url = FileManager.default.temporaryDirectory.appending(path: "isoloss-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: false)
    path = url.path
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func file(_ name: String, containing text: String? = nil) throws -> String {
    let file = path + "/" + name
    if let text { try Data(text.utf8).write(to: URL(filePath: file)) }
    return file
  }

  /// The names of everything in the folder, in order.
  var contents: [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted()
  }
}

/// The text of a file, or why there is none.
func contents(of path: String) -> String {
  (try? String(contentsOfFile: path, encoding: .utf8)) ?? "unreadable"
}
