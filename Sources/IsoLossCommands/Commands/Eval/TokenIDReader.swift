import IsoLoss

/// Reads the ids of a file, document by document, a piece at a time.
struct TokenIDReader {
  /// Some ids of a document.
  struct Piece {
    var ids: [TokenID]

    /// Whether the document ends with them.
    var endsDocument: Bool

    /// How many bytes of the file are behind.
    var byteCount: Int
  }

  /// What errors call the file.
  let name: String

  /// How ids are written; `nil` to see from the file.
  let format: TokenIDFormat?

  /// How many tokens there are.
  let vocabularySize: Int

  /// The largest file of digits, in bytes; binary ones may have any length.
  private static let largestFile = 1 << 30

  /// As many ids are handed on at a time.
  private static let pieceCount = 1024

  private var documentNumber = 1
  private var idNumber = 0

  init(name: String, format: TokenIDFormat?, vocabularySize: Int) {
    (self.name, self.format, self.vocabularySize) = (name, format, vocabularySize)
  }

  /// Reads a source to its end.
  ///
  /// - Parameters:
  ///   - source: The file.
  ///   - context: Where work is interrupted.
  ///   - take: Takes a piece.
  /// - Returns: The file's length and hash.
  /// - Throws: ``CommandError`` for what are no ids or none of the vocabulary, `JSONError`, `FileError`,
  ///   `Interruption`, and what `take` throws.
  mutating func read(
    _ source: any ByteSource,
    in context: CommandContext,
    _ take: (Piece) throws -> Void
  ) throws -> InputSummary {
    var format = format
    var held: [UInt8] = []
    let summary = try context.readChunks(of: source) { chunk, byteCount in
      let known = try format ?? recognized(chunk)
      format = known
      held += chunk
      if let width = known.idByteCount {
        try takeNumbers(&held, width: width, byteCount, take)
      } else if held.count > Self.largestFile {
        throw FileError(name, .tooLarge(limit: Self.largestFile))
      }
    }
    if format?.idByteCount != nil {
      try endNumbers(held, summary.byteCount, take)
    } else {
      let documents = try format == .json ? json(held) : text(held)
      try takeDocuments(documents, byteCount: summary.byteCount, take)
    }
    return summary
  }

  private func recognized(_ bytes: [UInt8]) throws(CommandError) -> TokenIDFormat {
    let isSpace = { (byte: UInt8) in byte == 0x20 || (0x09...0x0D).contains(byte) }
    let first = bytes.first { !isSpace($0) }
    if first == UInt8(ascii: "[") || first == UInt8(ascii: "{") { return .json }
    let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
    if bytes.prefix(512).allSatisfy({ isSpace($0) || digits ~= $0 }) { return .text }
    throw CommandError(
      "`\(name)`: expected ids as JSON or as decimal numbers, found neither; `--ids-format u16` and"
        + " `u32` read binary ones"
    )
  }
}

// MARK: - Handing on

extension TokenIDReader {
  private mutating func takeDocuments(
    _ documents: [[TokenID]],
    byteCount: Int,
    _ take: (Piece) throws -> Void
  ) throws {
    let total = max(1, documents.reduce(0) { $0 + $1.count })
    var done = 0
    for ids in documents {
      for start in stride(from: 0, to: ids.count, by: Self.pieceCount) {
        let end = min(start + Self.pieceCount, ids.count)
        done += end - start
        let behind = Int(Double(byteCount) * Double(done) / Double(total))
        try hand(Array(ids[start..<end]), end == ids.count, behind, take)
      }
      documentNumber += 1
      idNumber = 0
    }
  }

  private mutating func hand(
    _ ids: [TokenID],
    _ endsDocument: Bool,
    _ byteCount: Int,
    _ take: (Piece) throws -> Void
  ) throws {
    for id in ids {
      idNumber += 1
      guard Int(id) < vocabularySize else {
        throw CommandError(
          "`\(name)`: document \(documentNumber), id \(idNumber): \(id) is beyond the vocabulary of"
            + " \(NumberText.counted(vocabularySize, "token"))"
        )
      }
    }
    try take(Piece(ids: ids, endsDocument: endsDocument, byteCount: byteCount))
  }
}

// MARK: - Formats

extension TokenIDReader {
  /// Hands on the whole numbers of what is held, and keeps what is no whole one.
  private mutating func takeNumbers(
    _ held: inout [UInt8],
    width: Int,
    _ byteCount: Int,
    _ take: (Piece) throws -> Void
  ) throws {
    let whole = held.count / width
    var ids: [TokenID] = []
    ids.reserveCapacity(Self.pieceCount)
    for index in 0..<whole {
      var id: TokenID = 0
      for byte in (0..<width).reversed() { id = id << 8 | TokenID(held[index * width + byte]) }
      ids.append(id)
      guard ids.count == Self.pieceCount || index == whole - 1 else { continue }
      try hand(ids, false, byteCount - held.count + (index + 1) * width, take)
      ids.removeAll(keepingCapacity: true)
    }
    held.removeFirst(whole * width)
  }

  private mutating func endNumbers(
    _ rest: [UInt8],
    _ byteCount: Int,
    _ take: (Piece) throws -> Void
  ) throws {
    guard rest.isEmpty else {
      throw CommandError(
        "`\(name)`: expected whole ids, found \(NumberText.counted(rest.count, "byte")) of one more"
          + " at the end of \(byteCount)"
      )
    }
    if idNumber > 0 { try hand([], true, byteCount, take) }
  }

  /// The numbers of each line.
  private func text(_ bytes: [UInt8]) throws(CommandError) -> [[TokenID]] {
    var documents: [[TokenID]] = []
    let lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
    for (index, line) in lines.enumerated() {
      var ids: [TokenID] = []
      for word in line.split(whereSeparator: { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }) {
        guard let id = TokenID(String(decoding: word.prefix(20), as: UTF8.self)) else {
          let found = String(decoding: word.prefix(40), as: UTF8.self)
          throw CommandError(
            "`\(name)`: line \(index + 1): expected an id, found `\(found.escapedForTerminal)`"
          )
        }
        ids.append(id)
      }
      if !ids.isEmpty { documents.append(ids) }
    }
    return documents
  }

  /// The documents of a file that is one value, or has one on each line.
  private func json(_ bytes: [UInt8]) throws -> [[TokenID]] {
    let lines = bytes.split(separator: 0x0A)
    guard let first = lines.first, lines.count > 1,
      (try? JSONTokenIDs.documents(of: Array(first), name: name)) != nil
    else { return try JSONTokenIDs.documents(of: bytes, name: name) }
    var documents: [[TokenID]] = []
    for (index, line) in bytes.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated()
    where !line.allSatisfy({ $0 == 0x20 || $0 == 0x0D || $0 == 0x09 }) {
      do throws(JSONError) {
        documents += try JSONTokenIDs.documents(of: Array(line), name: name)
      } catch {
        throw JSONError(name, line: index + 1, column: error.column, error.reason)
      }
    }
    return documents
  }
}

/// The ids in a value of JSON.
private enum JSONTokenIDs {
  /// The documents of a list of ids, of a list of such lists, or of either under `ids` of an object.
  static func documents(of bytes: [UInt8], name: String) throws(JSONError) -> [[TokenID]] {
    var reader = try JSONReader(bytes, name: name)
    var documents: [[TokenID]]?
    if reader.peek() == UInt8(ascii: "{") {
      try reader.beginObject()
      var key: [UInt8] = []
      while try reader.nextKey(into: &key) {
        guard key.elementsEqual("ids".utf8) else {
          _ = try reader.value()
          continue
        }
        if documents != nil { throw reader.place(.duplicateKey("ids")) }
        documents = try lists(&reader)
      }
    } else {
      documents = try lists(&reader)
    }
    guard let documents else {
      throw reader.place(.unexpected(expected: "an object with `ids`", found: "none"))
    }
    try reader.finish()
    return documents
  }

  private static func lists(_ reader: inout JSONReader) throws(JSONError) -> [[TokenID]] {
    var own: [TokenID] = []
    var nested: [[TokenID]] = []
    try reader.beginArray()
    while try reader.nextElement() {
      if reader.peek() == UInt8(ascii: "["), own.isEmpty {
        nested.append(try list(&reader))
      } else if nested.isEmpty {
        own.append(try id(&reader))
      } else {
        throw reader.place(.unexpected(expected: "a list of ids", found: "something else"))
      }
    }
    return nested.isEmpty ? [own] : nested
  }

  private static func list(_ reader: inout JSONReader) throws(JSONError) -> [TokenID] {
    var ids: [TokenID] = []
    try reader.beginArray()
    while try reader.nextElement() { ids.append(try id(&reader)) }
    return ids
  }

  private static func id(_ reader: inout JSONReader) throws(JSONError) -> TokenID {
    let number = try reader.integer()
    guard let id = TokenID(exactly: number) else {
      throw reader.place(.unexpected(expected: "an id", found: "`\(number)`"))
    }
    return id
  }
}
