public import FileFormats

/// Why a folder is not a checkpoint that can be read.
public struct CheckpointError: Error, Hashable, CustomStringConvertible {
  /// What is wrong.
  public enum Reason: Error, Hashable, Sendable {
    /// A key of the configuration that has to be there.
    case missingKey(String, expected: String)
    /// A key of the configuration with another value than it can have; in words.
    case wrongValue(key: String, expected: String, found: String)
    /// A key of the configuration that asks for what this package does not compute.
    case unsupported(key: String, supported: String, found: String)
    /// A tensor that the configuration asks for and no file has.
    case missingTensor(String)
    /// A tensor of other sizes than the configuration asks for.
    case wrongShape(tensor: String, expected: [Int], found: [Int])
    /// A tensor whose elements are not read.
    case unreadableType(tensor: String, SafetensorsType)
    /// A tensor that the configuration does not ask for, so that something would be left out.
    case unknownTensor(String)
  }

  /// The file's name, or the folder's where no single file is at fault.
  public var name: String

  /// What is wrong.
  public var reason: Reason

  /// Creates an error.
  public init(_ name: String, _ reason: Reason) {
    self.name = name
    self.reason = reason
  }

  /// The error in words.
  ///
  ///     tiny/config.json: `hidden_size`: expected a whole number from 1 to 1048576, found `-3`
  public var description: String { "\(name): \(reason)" }
}

extension CheckpointError.Reason: CustomStringConvertible {
  /// The reason in words.
  public var description: String {
    switch self {
    case .missingKey(let key, let expected): "\(quoted(key)): expected \(expected), found nothing"
    case .wrongValue(let key, let expected, let found):
      "\(quoted(key)): expected \(expected), found \(found)"
    case .unsupported(let key, let supported, let found):
      "\(quoted(key)): \(found) is not supported, only \(supported)"
    case .missingTensor(let tensor): "expected the tensor \(quoted(tensor)), found none"
    case .wrongShape(let tensor, let expected, let found):
      "\(quoted(tensor)): expected the shape \(expected) by the configuration, found \(found)"
    case .unreadableType(let tensor, let type):
      "\(quoted(tensor)): expected F32, F16, BF16 or F64, found \(type.rawValue)"
    case .unknownTensor(let tensor):
      "the tensor \(quoted(tensor)) has no place in a model of this configuration"
    }
  }

  private func quoted(_ name: String) -> String { excerpt(name, limit: 120) }
}
