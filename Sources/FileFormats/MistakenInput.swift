/// A kind of file that is often given by mistake where a text or a table is expected.
public enum MistakenInput: Sendable, Hashable, CaseIterable {
  /// A gzip file.
  case gzip
  /// A Zstandard file.
  case zstandard
  /// An xz file.
  case xz
  /// A bzip2 file.
  case bzip2
  /// A zip archive, which an Excel workbook is too.
  case zip
  /// UTF-16 text, low byte first.
  case utf16LittleEndian
  /// UTF-16 text, high byte first.
  case utf16BigEndian
  /// UTF-32 text.
  case utf32
  /// A PDF file.
  case pdf
  /// A Parquet table.
  case parquet
  /// A GGUF model.
  case gguf
  /// A NumPy array.
  case numpy
  /// An HDF5 file.
  case hdf5
  /// An SQLite database.
  case sqlite
  /// A web page; only where a table is expected.
  case html
  /// A JSON text; only where a table is expected.
  case json

  /// What the file looks like, and what to do about it.
  public var hint: String {
    switch self {
    case .gzip: "looks like a gzip file: pipe it through zcat"
    case .zstandard: "looks like a zstd file: pipe it through zstdcat"
    case .xz: "looks like an xz file: pipe it through xzcat"
    case .bzip2: "looks like a bzip2 file: pipe it through bzcat"
    case .zip: "looks like a zip archive or an Excel workbook: unpack it, or save the sheet as CSV"
    case .utf16LittleEndian, .utf16BigEndian:
      "looks like UTF-16 text: convert it with iconv -f UTF-16 -t UTF-8"
    case .utf32: "looks like UTF-32 text: convert it with iconv -f UTF-32 -t UTF-8"
    case .pdf: "looks like a PDF file: extract its text with pdftotext"
    case .parquet: "looks like a Parquet file: export it as text or CSV"
    case .gguf: "looks like a GGUF model, not a text"
    case .numpy: "looks like a NumPy array: save it as text with numpy.savetxt"
    case .hdf5: "looks like an HDF5 file: export it as text or CSV"
    case .sqlite: "looks like an SQLite database: export the table with sqlite3 -csv -header"
    case .html: "looks like a web page: download the raw file instead"
    case .json: "looks like JSON: convert it to CSV with a header line"
    }
  }
}

// MARK: - Recognition

extension MistakenInput {
  /// How many first bytes ``detect(firstBytes:)`` makes use of.
  public static let prefixLength = 64

  /// Recognizes a file that is not text by its first bytes.
  ///
  /// - Parameter firstBytes: The file's beginning, ``prefixLength`` bytes of it or more if it has
  ///   them.
  /// - Returns: What it is, `nil` for what may well be text.
  public static func detect(firstBytes: [UInt8]) -> MistakenInput? {
    for (magic, kind) in magicNumbers where firstBytes.starts(with: magic) { return kind }
    return wideText(firstBytes)
  }

  /// Recognizes what is no table: all of ``detect(firstBytes:)``, web pages and JSON.
  ///
  /// - Parameter firstBytes: The file's beginning.
  /// - Returns: What it is, `nil` for what may well be a table.
  public static func detectInTable(firstBytes: [UInt8]) -> MistakenInput? {
    if let kind = detect(firstBytes: firstBytes) { return kind }
    let start = firstBytes.dropFirst(hasByteOrderMark(firstBytes) ? 3 : 0).prefix(1024)
    let text = String(decoding: start.drop { isBlank($0) || $0 == 10 || $0 == 13 }, as: UTF8.self)
    let tags = ["<!doctype", "<html", "<head", "<?xml"]
    if tags.contains(where: text.lowercased().hasPrefix) { return .html }
    return text.hasPrefix("{") || text.hasPrefix("[") ? .json : nil
  }

  /// The bytes that mark a text as UTF-8 and belong to none.
  package static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

  /// Whether a text begins with the byte-order mark of UTF-8.
  ///
  /// - Parameter firstBytes: The text's beginning, three bytes of it or more.
  /// - Returns: Whether it does.
  public static func hasByteOrderMark(_ firstBytes: [UInt8]) -> Bool {
    firstBytes.starts(with: byteOrderMark)
  }

  /// The numbers files begin with, each with enough bytes after its letters that no text does.
  private static let magicNumbers: [([UInt8], MistakenInput)] =
    [
      ([0x1F, 0x8B, 0x08], .gzip),
      ([0x28, 0xB5, 0x2F, 0xFD], .zstandard),
      ([0xFD] + Array("7zXZ".utf8) + [0x00], .xz),
      (Array("PK".utf8) + [0x03, 0x04], .zip),
      (Array("PK".utf8) + [0x05, 0x06], .zip),
      ([0xFF, 0xFE, 0x00, 0x00], .utf32),
      ([0x00, 0x00, 0xFE, 0xFF], .utf32),
      ([0xFF, 0xFE], .utf16LittleEndian),
      ([0xFE, 0xFF], .utf16BigEndian),
      (Array("%PDF-".utf8), .pdf),
      (Array("PAR1".utf8) + [0x15], .parquet),
      ([0x93] + Array("NUMPY".utf8), .numpy),
      ([0x89] + Array("HDF\r\n".utf8) + [0x1A, 0x0A], .hdf5),
      (Array("SQLite format 3".utf8) + [0x00], .sqlite),
    ]
    + (1...9).map { version in (Array("GGUF".utf8) + [version, 0, 0, 0], .gguf) }
    // Bzip2 goes on with the block size and the digits of pi.
    + (1...9).map { size in
      (Array("BZh\(size)".utf8) + [0x31, 0x41, 0x59, 0x26, 0x53, 0x59], .bzip2)
    }

  /// UTF-16 without its mark: Latin text has a zero in every second byte.
  private static func wideText(_ firstBytes: [UInt8]) -> MistakenInput? {
    let pairs = min(firstBytes.count, prefixLength) / 2
    guard pairs >= 4 else { return nil }
    let highFirst = (0..<pairs).allSatisfy {
      firstBytes[2 * $0] == 0 && firstBytes[2 * $0 + 1] != 0
    }
    let lowFirst = (0..<pairs).allSatisfy { firstBytes[2 * $0] != 0 && firstBytes[2 * $0 + 1] == 0 }
    return highFirst ? .utf16BigEndian : lowFirst ? .utf16LittleEndian : nil
  }
}
