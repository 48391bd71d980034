public import IsoLoss

extension CommandContext {
  /// The path a word means, seen from the working directory.
  public func path(_ word: String) -> String {
    guard let workingDirectory, !word.hasPrefix("/") else { return word }
    return "\(workingDirectory)/\(word)"
  }

  /// Opens the file a word names; `-` is standard input.
  public func open(_ word: String) throws(FileError) -> any ByteSource {
    guard word != "-" else { return standardInput() }
    do {
      return try FileSource(path: path(word), interruption: interruption)
    } catch {
      throw FileError(word, error.reason)
    }
  }

  /// What reports call the input a word names.
  public func displayName(_ word: String) -> String {
    word == "-" ? "standard input" : word
  }

  /// Begins a file that appears whole or not at all, when it is committed.
  func createFile(_ word: String) throws(FileError) -> AtomicFile {
    do {
      return try AtomicFile(path: path(word), interruption: interruption)
    } catch {
      throw FileError(word, error.reason)
    }
  }

  /// Writes a whole file at once, or, where that fails, leaves the old one.
  public func writeFile(_ word: String, _ text: String) throws(FileError) {
    let file = try createFile(word)
    do {
      try file.write(text)
      try file.commit()
    } catch {
      throw FileError(word, error.reason)
    }
  }

  /// Makes the folder that a word names, where there is none.
  ///
  /// - Throws: ``CommandError`` naming it.
  func makeFolder(_ word: String) throws(CommandError) {
    do throws(FileError) {
      try Folder.make(at: path(word))
    } catch {
      let exists = Folder.hasFile(at: path(word))
      let reason = exists ? "is a file, expected a folder" : "the folder cannot be made"
      throw CommandError("`\(word)`: \(reason)")
    }
  }

  /// Refuses an output that is also an input: writing it would destroy what was read.
  ///
  /// - Throws: ``CommandError`` naming the file.
  func refuseOverwriting(_ inputs: [String], with output: String) throws(CommandError) {
    guard let identity = FileIdentity(path: path(output)) else { return }
    for input in inputs where input != "-" && FileIdentity(path: path(input)) == identity {
      throw CommandError("`\(output)` is both read and written; choose another output")
    }
  }
}

// MARK: - Reading

/// What reading an input to its end says about its bytes.
struct InputSummary {
  /// How many bytes it held.
  var byteCount = 0

  /// Their SHA-256.
  var hash: ContentHash

  /// The first of them, to guess at mistaken input.
  var firstBytes: [UInt8] = []
}

extension CommandContext {
  /// A folder's files in byte order of their paths; a file by itself.
  func expandFolder(_ word: String) throws(CommandError) -> [String] {
    let listing: [String]?
    do {
      listing = word == "-" ? nil : try FolderListing.files(in: path(word))
    } catch {
      throw CommandError("`\(displayName(word))`: \(error.reason)")
    }
    guard let paths = listing else { return [word] }
    guard !paths.isEmpty else { throw CommandError("`\(word)`: the folder holds no files") }
    return paths.map { word.hasSuffix("/") ? word + $0 : "\(word)/\($0)" }
  }

  /// Reads a source to its end, stopping between chunks when a signal asks to.
  ///
  /// - Parameters:
  ///   - source: The input.
  ///   - take: Takes a chunk and the number of bytes read with it.
  /// - Returns: The input's length, hash and first bytes.
  /// - Throws: `Interruption`, `FileError`, and what `take` throws.
  func readChunks(
    of source: any ByteSource,
    _ take: ([UInt8], Int) throws -> Void
  ) throws -> InputSummary {
    var source = source
    var hasher = ContentHasher()
    var summary = InputSummary(hash: ContentHasher().finalized())
    while true {
      try interruption.check()
      let chunk = try source.nextChunk()
      guard !chunk.isEmpty else { break }
      hasher.update(chunk)
      summary.byteCount += chunk.count
      if summary.firstBytes.isEmpty { summary.firstBytes = Array(chunk.prefix(512)) }
      try take(chunk, summary.byteCount)
    }
    summary.hash = hasher.finalized()
    return summary
  }
}
