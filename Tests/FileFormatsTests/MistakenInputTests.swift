import FileFormats
import Testing

@Suite("Mistaken input")
struct MistakenInputTests {
  /// The numbers as the formats' specifications give them.
  @Test(
    "is recognized by its first bytes",
    arguments: [
      ([0x1F, 0x8B, 0x08, 0x00], .gzip), ([0x28, 0xB5, 0x2F, 0xFD], .zstandard),
      ([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00], .xz),
      (Array("BZh91AY&SY".utf8), .bzip2), ([0x50, 0x4B, 0x03, 0x04], .zip),
      ([0xFF, 0xFE, 0x41, 0x00], .utf16LittleEndian), ([0xFE, 0xFF, 0x00, 0x41], .utf16BigEndian),
      (Array("h\0e\0l\0l\0o\0".utf8), .utf16LittleEndian),
      (Array("\0h\0e\0l\0l\0o".utf8), .utf16BigEndian), ([0xFF, 0xFE, 0x00, 0x00], .utf32),
      (Array("%PDF-1.7".utf8), .pdf), (Array("PAR1".utf8) + [0x15, 0x04], .parquet),
      (Array("GGUF".utf8) + [3, 0, 0, 0], .gguf), ([0x93] + Array("NUMPY".utf8), .numpy),
      ([0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A], .hdf5),
      (Array("SQLite format 3\0".utf8), .sqlite),
    ] as [([UInt8], MistakenInput)]
  )
  func recognized(bytes: [UInt8], kind: MistakenInput) {
    #expect(MistakenInput.detect(firstBytes: bytes) == kind)
  }

  @Test(
    "text is not mistaken, whatever it is about",
    arguments: [
      "", "a", "GGUF is a file format", "PAR1 and PAR2", "BZh9 is a magic number", "PK, he said",
      "SQLite format 3 files", "{\"a\": 1}", "<html>", "\u{FEFF}text", "(µ)", "\0\0\0\0\0\0\0\0",
    ]
  )
  func text(_ text: String) {
    #expect(MistakenInput.detect(firstBytes: Array(text.utf8)) == nil)
  }

  @Test("every kind has its hint")
  func hints() {
    for kind in MistakenInput.allCases { #expect(kind.hint.hasPrefix("looks like ")) }
  }

  @Test("the byte-order mark of UTF-8 is seen")
  func byteOrderMark() {
    #expect(MistakenInput.hasByteOrderMark(Array("\u{FEFF}a".utf8)))
    #expect(!MistakenInput.hasByteOrderMark([0xEF, 0xBB]))
  }
}
