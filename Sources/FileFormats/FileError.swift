/// Why a file could not be opened, read or written.
public struct FileError: Error, Hashable, CustomStringConvertible {
  /// What went wrong.
  public enum Reason: Error, Hashable, Sendable {
    /// Nothing stands at the path.
    case notFound
    /// The folder that should hold the file does not exist.
    case folderNotFound(String)
    /// The path names a folder.
    case isDirectory
    /// A part of the path that should be a folder is a file.
    case notADirectory
    /// The path names neither a file nor a pipe, but for example a socket.
    case notRegularFile
    /// The path holds a NUL character, which no file name can.
    case invalidPath
    /// The system refuses access.
    case permissionDenied
    /// The device, or the quota, is full.
    case noSpace
    /// Whoever read the pipe has closed it.
    case brokenPipe
    /// The content is longer than the reader allows, in bytes.
    case tooLarge(limit: Int)

    /// The folder holds a file whose name is not UTF-8.
    case holdsUnreadableName
    /// A signal asked to stop while the call was waiting.
    case interrupted
    /// Any other error of the system, by its number (`errno`).
    case other(Int32)
  }

  /// The path as the user gave it, or another name such as `standard input`.
  public var name: String

  /// What went wrong.
  public var reason: Reason

  /// Creates an error about a named file.
  public init(_ name: String, _ reason: Reason) {
    self.name = name
    self.reason = reason
  }

  /// The error in words.
  ///
  ///     `x.txt`: no such file
  public var description: String { "\(excerpt(name, limit: .max)): \(reason)" }
}

extension FileError.Reason: CustomStringConvertible {
  /// The reason in words.
  public var description: String {
    switch self {
    case .notFound: "no such file"
    case .folderNotFound(let folder): "the folder \(excerpt(folder, limit: .max)) does not exist"
    case .isDirectory: "is a folder, expected a file"
    case .notADirectory: "a part of the path is a file, expected a folder"
    case .notRegularFile: "is neither a file nor a pipe"
    case .invalidPath: "the path holds a NUL character"
    case .permissionDenied: "permission denied"
    case .noSpace: "no space left on the device"
    case .brokenPipe: "the reader closed the pipe"
    case .tooLarge(let limit): "is larger than the limit of \(limit) bytes"
    case .holdsUnreadableName: "holds a file whose name is not UTF-8; rename it first"
    case .interrupted: "stopped by a signal"
    case .other(let code): systemMessage(code)
    }
  }
}
