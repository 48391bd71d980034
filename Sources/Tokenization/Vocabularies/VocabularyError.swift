public import FileFormats

/// Why a file is not a vocabulary that can be used, and where.
public struct VocabularyError: Error, Hashable, CustomStringConvertible {
  /// Where in the file.
  public enum Place: Hashable, Sendable {
    /// A line, counted from 1.
    case line(Int)
    /// A byte, counted from 0.
    case byte(Int)
    /// A member of a JSON text, such as `model.merges[3]`.
    case path(String)
  }

  /// The file's name.
  public var name: String

  /// Where; `nil` where the file as a whole is meant.
  public var place: Place?

  /// What is wrong.
  public var reason: Reason

  /// Creates an error.
  public init(_ name: String, _ place: Place? = nil, _ reason: Reason) {
    self.name = name
    self.place = place
    self.reason = reason
  }

  /// The error in words.
  ///
  ///     gpt2.tiktoken:7: rank 5 occurs twice, first on line 6
  public var description: String {
    if case .json(let error) = reason { return error.description }
    if case .gguf(let error) = reason { return error.description }
    return switch place {
    case nil: "\(name): \(reason)"
    case .line(let line): "\(name):\(line): \(reason)"
    case .byte(let offset): "\(name): byte \(offset): \(reason)"
    case .path(let path): "\(name): \(excerpt(path, limit: 80)): \(reason)"
    }
  }
}

extension VocabularyError {
  /// What is wrong with a vocabulary.
  public enum Reason: Error, Hashable, Sendable {
    /// The content is no vocabulary of any kind that is read.
    case unknownFormat
    /// The content is something else.
    case mistaken(MistakenInput)
    /// A JSON text that is none.
    case json(JSONError)
    /// A GGUF file that is none.
    case gguf(GGUFError)
    /// A file that is half a vocabulary; what is missing, and the usual name of its file.
    case needsOther(String, usually: String)
    /// Nothing stands there.
    case empty
    /// Something else stands where `expected` should; both in words.
    case unexpected(expected: String, found: String)
    /// A rank that two lines have.
    case duplicateRank(Int, firstLine: Int)
    /// Bytes that two tokens have.
    case duplicateToken(ByteText, first: Int, second: Int)
    /// An id that two tokens have.
    case duplicateID(Int, ByteText, ByteText)
    /// An id that no token has, below one that a token has.
    case missingID(Int)
    /// More ids or merges than are supported.
    case tooManyTokens(limit: Int)
    /// A byte that no token consists of.
    case missingByte(UInt8)
    /// A merge of a token that the vocabulary does not have.
    case unknownToken(ByteText, merge: Int)
    /// A merge to a token that is not its two tokens one behind the other.
    case wrongMerge(Int, left: ByteText, right: ByteText, result: ByteText)
    /// An id beyond the vocabulary.
    case idOutOfRange(Int, count: Int)
    /// A pattern that no splitter is written for.
    case unknownPattern(String)
    /// A component of a tokenizer that is not supported.
    case unsupported(component: String, name: String)
    /// The file says nothing of its pattern, and none was given.
    case noPattern
    /// Two tokens that may merge with the same score.
    case equalScores(Int, Int)
    /// The file ends early.
    case truncated(needed: Int, available: Int)
  }
}

/// Bytes of a token in an error message.
public struct ByteText: Hashable, Sendable, CustomStringConvertible {
  /// The bytes.
  public var bytes: [UInt8]

  /// Wraps bytes.
  public init(_ bytes: some Sequence<UInt8>) { self.bytes = Array(bytes) }

  /// The bytes as text in backticks, or in hexadecimal where they are no UTF-8.
  public var description: String {
    if let text = String(validating: bytes, as: UTF8.self) { return excerpt(text) }
    let digits = bytes.prefix(20).map { byte in
      (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
    }
    return digits.joined(separator: " ") + (bytes.count > 20 ? " …" : "")
  }
}

extension VocabularyError.Reason: CustomStringConvertible {
  /// The reason in words.
  public var description: String {
    switch self {
    case .unknownFormat:
      "expected a vocabulary (ranks, tokenizer.json, vocab.bpe, GGUF, SentencePiece), found none"
    case .mistaken(let kind): kind.hint
    case .json(let error): error.description
    case .gguf(let error): error.description
    case .needsOther(let what, let usually):
      "is half a vocabulary: give \(what) as well, usually \(usually)"
    case .empty: "expected a vocabulary, found nothing"
    case .unexpected(let expected, let found): "expected \(expected), found \(found)"
    case .duplicateRank(let rank, let line): "rank \(rank) occurs twice, first on line \(line)"
    case .duplicateToken(let token, let first, let second):
      "the token \(token) occurs twice, as \(first) and as \(second)"
    case .duplicateID(let id, let first, let second):
      "the id \(id) belongs to two tokens, \(first) and \(second)"
    case .missingID(let id): "no token has the id \(id), although later ones are taken"
    case .tooManyTokens(let limit): "more than \(limit) tokens or merges"
    case .missingByte(let byte): "no token is the byte \(ByteText([byte]))"
    case .unknownToken(let token, let merge):
      "merge \(merge) names \(token), which is no token of the vocabulary"
    case .wrongMerge(let merge, let left, let right, let result):
      "merge \(merge) makes \(result) of \(left) and \(right)"
    case .idOutOfRange(let id, let count):
      "the id \(id) is beyond the vocabulary of \(count) tokens"
    case .unknownPattern(let pattern):
      "the pattern \(excerpt(pattern, limit: 200)) is none of those supported: "
        + SplitPattern.allCases.map(\.rawValue).joined(separator: ", ")
    case .unsupported(let component, let name):
      "the \(component) \(excerpt(name)) is not supported"
    case .noPattern:
      "the file does not say how text is cut into pieces; name a pattern: "
        + SplitPattern.allCases.map(\.rawValue).joined(separator: ", ")
    case .equalScores(let first, let second):
      "tokens \(first) and \(second) have the same score, so that their order of merging is unclear"
    case .truncated(let needed, let available):
      "the file ends early: \(needed) bytes are announced, \(available) are left"
    }
  }
}
