public import FileFormats
import ModelShapes

/// A checkpoint's folder, its tensors held against its configuration, before any weights are read.
///
///     let files = try CheckpointFiles(folder: "tinyllama")
///     for problem in files.problems { print(problem) }
///
/// A folder holds `config.json` and `model.safetensors`, or several files with an index.
public struct CheckpointFiles: Sendable {
  /// What `config.json` says.
  public let configuration: CheckpointConfiguration

  /// The weights.
  public let weights: SafetensorsFolder

  /// What keeps the weights from being read: missing, ill-shaped and unknown tensors.
  public let problems: [CheckpointError]

  /// What stands before all names but the head's.
  private let prefix: String

  /// The name of a checkpoint's configuration.
  public static let configurationName = "config.json"

  /// Opens a folder and compares what it holds.
  ///
  /// - Parameters:
  ///   - folder: The folder's path.
  ///   - name: What errors call it; by default the path.
  /// - Throws: ``CheckpointError`` for a wrong configuration, ``/FileFormats/SafetensorsError`` for wrong
  ///   files, ``/FileFormats/JSONError`` and ``/FileFormats/FileError``.
  public init(folder: String, name: String? = nil) throws {
    let name = name ?? folder
    let file = "/\(Self.configurationName)"
    let configuration = try CheckpointConfiguration(path: folder + file, name: name + file)
    let weights = try SafetensorsFolder(path: folder, name: name)
    (self.configuration, self.weights) = (configuration, weights)
    // A model without its head is written without the prefix.
    let architecture = configuration.architecture
    let isBare = weights[architecture.prefix + architecture.embeddingName] == nil
    prefix = isBare && weights[architecture.embeddingName] != nil ? "" : architecture.prefix
    problems = Self.problems(configuration, weights, prefix).map { file, reason in
      CheckpointError(file ?? name, reason)
    }
  }

  /// The tensor of a name, where the files have it.
  func source(
    _ piece: CheckpointPiece
  ) -> (file: SafetensorsFile, tensor: SafetensorsFile.Tensor)? {
    weights[Self.fullName(piece, configuration.architecture, prefix)]
  }

  private static func fullName(
    _ piece: CheckpointPiece,
    _ architecture: TransformerArchitecture,
    _ prefix: String
  ) -> String {
    piece.name == architecture.headName ? piece.name : prefix + piece.name
  }
}

// MARK: - Problems

extension CheckpointFiles {
  /// What is wrong, each with the name of the file it is about; `nil` for the folder.
  private static func problems(
    _ configuration: CheckpointConfiguration,
    _ weights: SafetensorsFolder,
    _ prefix: String
  ) -> [(String?, CheckpointError.Reason)] {
    let architecture = configuration.architecture
    let shape = configuration.transformer.shape
    var known: Set<String> = []
    var problems: [(String?, CheckpointError.Reason)] = []
    for tensor in shape.tensors {
      for piece in architecture.pieces(of: tensor, in: shape) {
        let name = fullName(piece, architecture, prefix)
        guard known.insert(name).inserted else { continue }
        guard let (file, found) = weights[name] else {
          problems.append((nil, .missingTensor(name)))
          continue
        }
        if let reason = mismatch(found, piece.shape) { problems.append((file.name, reason)) }
      }
    }
    // A tied head may be written all the same.
    if shape.isHeadTied { known.insert(architecture.headName) }
    for (file, tensor) in weights.tensors
    where !known.contains(tensor.name) && !architecture.isBuffer(tensor.name) {
      problems.append((file.name, .unknownTensor(tensor.name)))
    }
    return problems
  }

  private static func mismatch(
    _ found: SafetensorsFile.Tensor,
    _ shape: [Int]
  ) -> CheckpointError.Reason? {
    guard found.shape == shape else {
      return .wrongShape(tensor: found.name, expected: shape, found: found.shape)
    }
    guard found.type.isReadable else {
      return .unreadableType(tensor: found.name, found.type)
    }
    return nil
  }
}
