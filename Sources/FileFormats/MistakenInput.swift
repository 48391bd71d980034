/// A kind of file that is often given by mistake where a text is expected.
public enum MistakenInput: Sendable, Hashable, CaseIterable {
  /// A gzip file.
  case gzip

  /// What the file looks like, and what to do.
  public var hint: String { "looks like a gzip file: pipe it through zcat" }

  /// Recognizes a file by its first bytes.
  public static func detect(firstBytes: [UInt8]) -> MistakenInput? { nil }

  /// Whether a text begins with the UTF-8 byte-order mark.
  public static func hasByteOrderMark(_ firstBytes: [UInt8]) -> Bool {
    firstBytes.starts(with: [0xEF, 0xBB, 0xBF])
  }
}
