/// The tensors of a checkpoint's folder, in one file or in several with an index.
///
///     let weights = try SafetensorsFolder(path: "tinyllama")
///     if let (file, tensor) = weights["model.norm.weight"] { … }
///
/// `model.safetensors` comes before `model.safetensors.index.json` where a folder has both.
public struct SafetensorsFolder: Sendable {
  /// The name of a checkpoint's only file.
  public static let fileName = "model.safetensors"

  /// The name of the index of several.
  public static let indexName = "model.safetensors.index.json"

  /// The files, in byte order of their names.
  public let files: [SafetensorsFile]

  /// Where each tensor is: its file among ``files``.
  private let places: [String: Int]

  /// Opens the files of a folder.
  ///
  /// - Parameters:
  ///   - path: The folder's path.
  ///   - name: What errors call it; by default the path.
  /// - Throws: ``SafetensorsError``, ``JSONError``, and ``FileError``, which names `model.safetensors`
  ///   where the folder has neither that nor an index.
  public init(path: String, name: String? = nil) throws {
    let name = name ?? path
    let single = "\(path)/\(Self.fileName)"
    let index = "\(path)/\(Self.indexName)"
    let hasIndex = (try? FileStatus.at(index, followingLinks: true)) != nil
    let hasSingle = (try? FileStatus.at(single, followingLinks: true)) != nil
    guard hasIndex, !hasSingle else {
      let file = try SafetensorsFile(path: single, name: "\(name)/\(Self.fileName)")
      files = [file]
      // Swift takes names for equal whose bytes differ, so that one may occur twice.
      places = Dictionary(file.tensors.map { ($0.name, 0) }) { first, _ in first }
      return
    }
    let map = try SafetensorsIndex(path: index, name: "\(name)/\(Self.indexName)")
    files = try map.fileNames.map { file in
      try SafetensorsFile(path: "\(path)/\(file)", name: "\(name)/\(file)")
    }
    var places: [String: Int] = [:]
    for (tensor, file) in map.places {
      guard files[file][tensor] != nil else {
        throw SafetensorsError(files[file].name, .missingTensor(tensor))
      }
      places[tensor] = file
    }
    self.places = places
  }

  /// A tensor with the file that holds it; `nil` where there is none.
  public subscript(name: String) -> (file: SafetensorsFile, tensor: SafetensorsFile.Tensor)? {
    guard let place = places[name], let tensor = files[place][name] else { return nil }
    return (files[place], tensor)
  }

  /// All tensors, in the order of files and of the data in them.
  public var tensors: [(file: SafetensorsFile, tensor: SafetensorsFile.Tensor)] {
    files.enumerated().flatMap { place, file in
      file.tensors.filter { places[$0.name] == place }.map { (file, $0) }
    }
  }
}

/// The index of a checkpoint that is spread over several files.
struct SafetensorsIndex {
  /// The files, in byte order of their names.
  let fileNames: [String]

  /// Each tensor with the place of its file among ``fileNames``.
  let places: [(tensor: String, file: Int)]

  /// The longest index that is read, in bytes.
  private static let longestIndex = 100_000_000

  init(path: String, name: String) throws {
    let bytes: [UInt8]
    do throws(FileError) {
      var source = try FileSource(path: path)
      bytes = try source.readAll(limit: Self.longestIndex)
    } catch {
      throw FileError(name, error.reason)
    }
    let index = try JSONValue(parsing: bytes, name: name)
    guard let map = index["weight_map"]?.object else {
      let found = index["weight_map"]?.kind ?? "nothing"
      throw SafetensorsError(
        name,
        .wrongValue(path: "weight_map", expected: "an object", found: found)
      )
    }
    let files = try map.members.map { member throws(SafetensorsError) in
      do throws(SafetensorsError.Reason) {
        return try Self.file(member)
      } catch {
        throw SafetensorsError(name, error)
      }
    }
    fileNames = Set(files).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    let numbers = Dictionary(uniqueKeysWithValues: zip(fileNames, 0...))
    places = zip(map.members, files).map { ($0.key, numbers[$1] ?? 0) }
  }

  /// The file of a tensor: one of the same folder, whatever the index says.
  private static func file(
    _ member: JSONObject.Member
  ) throws(SafetensorsError.Reason) -> String {
    guard let file = member.value.string else {
      let path = "weight_map.\(member.key)"
      throw .wrongValue(path: path, expected: "a string", found: member.value.kind)
    }
    guard !file.isEmpty, !file.contains("/"), file != ".", file != ".." else {
      throw .shardOutsideFolder(tensor: member.key, file: file)
    }
    return file
  }
}
