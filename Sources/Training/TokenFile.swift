import FileFormats

/// A file of tokens, 16 or 32 bits each, lowest byte first, as `isoloss tokenizer encode` writes them.
///
///     let file = try TokenFile(path: "corpus.u16", width: 2, name: "corpus.u16")
///     let training = file.tokens(0..<file.count * 9 / 10, name: "corpus.u16")
///
/// It is mapped, so that tokens take memory only while they are looked at; no one may write into it
/// meanwhile.
public struct TokenFile: Sendable {
  /// What errors call it.
  public let name: String

  /// The bytes of a token.
  public let width: Int

  /// How many tokens there are.
  public let count: Int

  private let file: MappedFile

  /// Maps a file.
  ///
  /// - Parameters:
  ///   - path: The file's path.
  ///   - width: The bytes of a token, 2 or 4.
  ///   - name: What errors call it.
  /// - Throws: ``/FileFormats/FileError`` where it cannot be read, ``TrainingError`` where it ends within
  ///   a token.
  /// - Precondition: The width is 2 or 4.
  public init(path: String, width: Int, name: String) throws {
    precondition(width == 2 || width == 4, "tokens of \(width) bytes")
    file = try MappedFile(path: path, name: name)
    guard file.byteCount.isMultiple(of: width) else {
      throw TrainingError.brokenTokens(name: name, byteCount: file.byteCount, width: width)
    }
    self.name = name
    self.width = width
    count = file.byteCount / width
  }

  /// Some of the tokens, to train on or to be validated with.
  ///
  /// - Parameters:
  ///   - range: Which of them.
  ///   - name: What reports and errors call them.
  ///   - checkpoint: Called now and then while they are looked through.
  /// - Returns: The tokens, still in the file.
  /// - Throws: What `checkpoint` throws.
  /// - Precondition: The file has them.
  public func tokens(
    _ range: Range<Int>,
    name: String,
    checkpoint: () throws -> Void = {}
  ) throws -> TokenData {
    precondition(range.lowerBound >= 0 && range.upperBound <= count, "tokens \(range) of \(count)")
    var summary = TokenSummary()
    for start in stride(from: range.lowerBound, to: range.upperBound, by: 1 << 16) {
      try checkpoint()
      let part = self[start..<min(range.upperBound, start + 1 << 16)]
      summary.add(part.lazy.map { UInt32(bitPattern: $0) })
    }
    return TokenData(self, range, name: name, summary)
  }

  /// The tokens of a range.
  subscript(range: Range<Int>) -> [Int32] {
    let bytes = file.bytes
    return range.map { position in
      var id: UInt32 = 0
      for byte in 0..<width {
        id |= UInt32(bytes[position * width + byte]) << UInt32(8 * byte)
      }
      return Int32(bitPattern: id)
    }
  }
}
