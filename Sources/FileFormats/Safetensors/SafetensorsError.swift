/// Why a file is not one of safetensors, or does not hold what is asked of it.
public struct SafetensorsError: Error, Hashable, CustomStringConvertible {
  /// What is wrong.
  public enum Reason: Error, Hashable, Sendable {
    /// The file is shorter than the length of its header.
    case tooShort(byteCount: Int)
    /// The file is what stands in a repository for a file that was not downloaded.
    case gitLFSPointer
    /// The header claims more than the format allows.
    case headerTooLong(claimed: UInt64, limit: Int)
    /// The header claims more than the file holds.
    case headerBeyondFile(claimed: Int, available: Int)
    /// The header is not JSON.
    case header(JSONError)
    /// Something else stands where `expected` should, such as `a` in `tensor.dtype`; in words.
    case wrongValue(path: String, expected: String, found: String)
    /// A tensor with more elements than can be counted.
    case tooManyElements(tensor: String)
    /// A tensor whose offsets do not hold its elements.
    case wrongByteCount(tensor: String, expected: Int, found: Int)
    /// A tensor that ends beyond the file, or before it begins.
    case outsideFile(tensor: String, begin: Int, end: Int, available: Int)
    /// A tensor that begins before another one ends.
    case overlap(tensor: String, other: String, byte: Int)
    /// Bytes that belong to no tensor.
    case hole(from: Int, to: Int)
    /// A type that is not read as Float.
    case unreadableType(tensor: String, SafetensorsType)
    /// A tensor that the file should have, because the index says so.
    case missingTensor(String)
    /// The index names a file outside of its folder.
    case shardOutsideFolder(tensor: String, file: String)
  }

  /// The file's name.
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
  ///     model.safetensors: the header claims 5000000 bytes, found 812
  public var description: String {
    if case .header(let error) = reason { return error.description }
    return "\(name): \(reason)"
  }
}

extension SafetensorsError.Reason: CustomStringConvertible {
  /// The reason in words.
  public var description: String {
    switch self {
    case .tooShort(let byteCount):
      "expected a safetensors file, which begins with 8 bytes of length, found \(byteCount)"
    case .gitLFSPointer:
      "is a Git LFS pointer, the weights themselves were not downloaded: run git lfs pull"
    case .headerTooLong(let claimed, let limit):
      "expected a safetensors file with a header of at most \(limit) bytes, found a length of"
        + " \(claimed)"
    case .headerBeyondFile(let claimed, let available):
      "the header claims \(claimed) bytes, found \(available)"
    case .header(let error): error.description
    case .wrongValue(let path, let expected, let found):
      "\(excerpt(path, limit: 120)): expected \(expected), found \(found)"
    case .tooManyElements(let tensor):
      "\(excerpt(tensor, limit: 120)) has more elements than 64 bits can count"
    case .wrongByteCount(let tensor, let expected, let found):
      "\(excerpt(tensor, limit: 120)): expected \(expected) bytes by its shape and type, found"
        + " \(found) by its offsets"
    case .outsideFile(let tensor, let begin, let end, let available):
      "\(excerpt(tensor, limit: 120)): expected offsets within \(available) bytes of data, found"
        + " \(begin) to \(end)"
    case .overlap(let tensor, let other, let byte):
      "\(excerpt(tensor, limit: 120)) begins at byte \(byte) of the data, inside"
        + " \(excerpt(other, limit: 120))"
    case .hole(let from, let to): "bytes \(from) to \(to) of the data belong to no tensor"
    case .unreadableType(let tensor, let type):
      "\(excerpt(tensor, limit: 120)): expected F32, F16, BF16 or F64, found \(type.rawValue)"
    case .missingTensor(let tensor):
      "expected the tensor \(excerpt(tensor, limit: 120)), found none"
    case .shardOutsideFolder(let tensor, let file):
      "\(excerpt(tensor, limit: 120)): expected a file of the same folder, found \(excerpt(file))"
    }
  }
}
