import FileFormats

/// The kinds of files that hold a byte-pair vocabulary.
public enum VocabularyFormat: String, Sendable, Hashable, CaseIterable {
  /// Ranks in base64, as `tiktoken` has them.
  case ranks
  /// A `tokenizer.json` of Hugging Face's `tokenizers`.
  case tokenizerJSON
  /// The ids of GPT-2's tokens, `encoder.json` or `vocab.json`, which need the merges beside them.
  case tokenIDs
  /// GPT-2's merges, `vocab.bpe` or `merges.txt`, which need the ids beside them.
  case merges
  /// A GGUF model.
  case gguf
  /// A SentencePiece model.
  case sentencePiece
  /// This package's own format.
  case native

  /// Recognizes a file by what it holds, whatever its name.
  ///
  /// - Parameter bytes: The file, or a good part of its beginning.
  ///   A file that is none of them gives `nil`.
  public init?(recognizing bytes: [UInt8]) {
    if bytes.starts(with: "GGUF".utf8) {
      self = .gguf
    } else if bytes.starts(with: "#version:".utf8) || bytes.starts(with: "#version ".utf8) {
      self = .merges
    } else if Self.firstLetter(bytes) == UInt8(ascii: "{") {
      self = Self.kindOfJSON(bytes)
    } else if bytes.first == 0x0A, Self.startsWithPiece(bytes) {
      self = .sentencePiece
    } else if Self.startsWithMerges(bytes) {
      self = .merges
    } else if Self.startsWithRank(bytes) {
      self = .ranks
    } else {
      return nil
    }
  }

  /// The first byte that is no white space.
  private static func firstLetter(_ bytes: [UInt8]) -> UInt8? {
    let start = MistakenInput.hasByteOrderMark(bytes) ? 3 : 0
    return bytes[start...].first { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }
  }

  /// Tells objects apart by their keys on the first level.
  private static func kindOfJSON(_ bytes: [UInt8]) -> VocabularyFormat {
    guard var reader = try? JSONReader(bytes, name: ""), (try? reader.beginObject()) != nil else {
      return .tokenizerJSON
    }
    var key: [UInt8] = []
    while (try? reader.nextKey(into: &key)) == true {
      switch String(decoding: key, as: UTF8.self) {
      case "schema": return .native
      case "model", "added_tokens", "version": return .tokenizerJSON
      default:
        // The ids of tokens are numbers right away.
        if let next = reader.peek(), UInt8(ascii: "0")...UInt8(ascii: "9") ~= next {
          return .tokenIDs
        }
        guard (try? reader.value()) != nil else { return .tokenizerJSON }
      }
    }
    return .tokenizerJSON
  }

  /// Whether a field 1 with a length is followed by a field 1 within it, as a piece begins.
  private static func startsWithPiece(_ bytes: [UInt8]) -> Bool {
    bytes.count > 2 && bytes[1] > 0 && bytes[1] < 0x80 && bytes[2] == 0x0A
  }

  /// The words of the first lines, of which the last may be cut off.
  private static func firstLines(_ bytes: [UInt8], _ count: Int) -> [[ArraySlice<UInt8>]] {
    bytes.prefix(1 << 16)
      .split(separator: 0x0A, maxSplits: count, omittingEmptySubsequences: false).prefix(count)
      .map { line in
        let text = line.last == 0x0D ? line.dropLast() : line
        return text.split(separator: 0x20, omittingEmptySubsequences: false)
      }
  }

  /// Whether a line is two words: base64, as far as its length says, and a number.
  private static func startsWithRank(_ bytes: [UInt8]) -> Bool {
    guard let words = firstLines(bytes, 1).first, words.count == 2 else { return false }
    let isNumber = words[1].allSatisfy { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }
    return isNumber && !words[1].isEmpty && !words[0].isEmpty && words[0].count % 4 == 0
  }

  /// Whether the lines are merges without a line `#version` before them: two tokens each, and
  /// single characters first, since nothing else is there to be merged.
  private static func startsWithMerges(_ bytes: [UInt8]) -> Bool {
    let lines = firstLines(bytes, 4)
    // An empty line may end the file.
    let whole = lines.last == [[]] ? lines.dropLast() : lines[...]
    guard let first = whole.first, whole.allSatisfy({ $0.count == 2 && !$0.contains([]) }) else {
      return false
    }
    return first.allSatisfy { word in
      String(validating: word, as: UTF8.self)?.unicodeScalars.count == 1
    }
  }
}

extension BytePairVocabulary {
  /// Reads a vocabulary from one file of any kind that stands by itself.
  ///
  /// - Parameters:
  ///   - bytes: The file.
  ///   - name: What errors call it.
  ///   - pattern: How text is cut into pieces, for files of ranks, which do not say it; those that
  ///     are well known need none.
  /// - Throws: ``VocabularyError``.
  public init(
    recognizing bytes: [UInt8],
    name: String,
    pattern: SplitPattern? = nil
  ) throws(VocabularyError) {
    switch VocabularyFormat(recognizing: bytes) {
    case .ranks: try self.init(ranksRecognizing: bytes, name: name, pattern: pattern)
    case .tokenizerJSON: try self.init(tokenizerJSON: bytes, name: name)
    case .native: try self.init(native: bytes, name: name)
    case .sentencePiece: try self.init(sentencePiece: bytes, name: name)
    case .gguf:
      let metadata: GGUFMetadata
      do throws(GGUFError) {
        metadata = try GGUFMetadata(bytes, name: name)
      } catch {
        throw VocabularyError(name, nil, .gguf(error))
      }
      try self.init(gguf: metadata, name: name)
    case .tokenIDs:
      throw VocabularyError(
        name,
        nil,
        .needsOther("the merges", usually: "vocab.bpe or merges.txt")
      )
    case .merges:
      throw VocabularyError(
        name,
        nil,
        .needsOther("the tokens' ids", usually: "encoder.json or vocab.json")
      )
    case nil:
      if bytes.isEmpty { throw VocabularyError(name, nil, .empty) }
      if let kind = MistakenInput.detect(firstBytes: bytes) {
        throw VocabularyError(name, nil, .mistaken(kind))
      }
      throw VocabularyError(name, nil, .unknownFormat)
    }
  }
}
