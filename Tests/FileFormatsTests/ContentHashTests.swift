import FileFormats
import TestSupport
import Testing

@Suite("Content hash")
struct ContentHashTests {
  /// Vectors of NIST for SHA-256 (FIPS 180-4).
  @Test(
    "gives the published hashes",
    arguments: [
      ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
      ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
      (
        "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
      ),
      (
        String(repeating: "a", count: 1_000_000),
        "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
      ),
    ]
  )
  func published(message: String, hash: String) {
    for usingInstructions in [true, false] {
      #expect(self.hash(Array(message.utf8), usingInstructions).description == hash)
    }
  }

  @Test("agrees with hashlib at every length around a block", arguments: FileFormatsGolden.hashes)
  func matchesReference(length: Int, hash: String) {
    let message = self.message(length)
    #expect(ContentHash(of: message).description == hash)
    #expect(self.hash(message, false).description == hash)
  }

  @Test("portable and accelerated agree at every length", arguments: [0...300])
  func variantsAgree(lengths: ClosedRange<Int>) {
    for length in lengths {
      #expect(hash(message(length), true) == hash(message(length), false))
    }
  }

  @Test("how a message is cut changes nothing")
  func chunking() {
    let message = message(5000)
    let whole = ContentHash(of: message)
    Fuzzing.run(.hashes, rounds: 200, seed: 1) { generator in
      var hasher = ContentHasher()
      var rest = message[...]
      while !rest.isEmpty {
        let count = Int.random(in: 0...min(rest.count, 200), using: &generator)
        hasher.update(Array(rest.prefix(count)))
        rest = rest.dropFirst(count)
      }
      #expect(hasher.finalized() == whole, "\(generator)")
    }
  }

  @Test("finalizing neither ends nor changes a hash, and a copy goes its own way")
  func copies() {
    var first = ContentHasher()
    first.update(Array("ab".utf8))
    _ = first.finalized()
    var second = first
    first.update(Array("c".utf8))
    second.update(Array("x".utf8))
    #expect(first.finalized() == ContentHash(of: Array("abc".utf8)))
    #expect(second.finalized() == ContentHash(of: Array("abx".utf8)))
  }

  @Test("reads back from its digits, and from nothing else")
  func digits() {
    let hash = ContentHash(of: [1, 2, 3])
    #expect(ContentHash(hexadecimal: hash.description) == hash)
    #expect(ContentHash(hexadecimal: hash.description.uppercased()) == hash)
    #expect(ContentHash(hexadecimal: "") == nil)
    #expect(ContentHash(hexadecimal: hash.description + "0") == nil)
    #expect(ContentHash(hexadecimal: String(hash.description.dropLast()) + "g") == nil)
  }

  private func message(_ length: Int) -> [UInt8] {
    (0..<length).map { UInt8(truncatingIfNeeded: 7 * $0 + 3) }
  }

  private func hash(_ message: [UInt8], _ usingInstructions: Bool) -> ContentHash {
    var hasher = ContentHasher(usingInstructions: usingInstructions)
    hasher.update(message)
    return hasher.finalized()
  }
}
