import IsoLoss

extension CommandContext {
  /// Hands on the chunks of texts, one text after another.
  ///
  /// - Parameters:
  ///   - files: The texts, as given.
  ///   - take: Takes a chunk, and what errors call the text.
  ///   - end: Called behind each text.
  /// - Returns: What looks mistaken about the texts.
  /// - Throws: `FileError`, `Interruption`, and what `take` and `end` throw.
  func readTexts(
    _ files: [String],
    take: ([UInt8], String) throws -> Void,
    end: (String) throws -> Void
  ) throws -> [ReportWarning] {
    var warnings: [ReportWarning] = []
    for file in files {
      let name = displayName(file)
      let summary = try readChunks(of: open(file)) { chunk, _ in try take(chunk, name) }
      try end(name)
      if let mistaken = MistakenInput.detect(firstBytes: summary.firstBytes) {
        let message = "`\(name)` \(mistaken.hint)"
        warnings.append(ReportWarning(id: "mistaken-input", message: message))
      }
    }
    return warnings
  }

  /// How many bytes files have; `nil` where one does not say.
  func totalByteCount(of files: [String]) -> Int? {
    var total = 0
    for file in files {
      guard file != "-", let size = Folder.byteCount(ofFileAt: path(file)) else { return nil }
      total += size
    }
    return total
  }
}
