/// Which file a path leads to, however it is spelled.
///
///     if FileIdentity(path: output) == FileIdentity(path: input) { … }
public struct FileIdentity: Sendable, Hashable {
  /// The device.
  let device: UInt64

  /// The file's number on it.
  let number: UInt64

  init(device: UInt64, number: UInt64) {
    self.device = device
    self.number = number
  }

  /// The identity of a regular file; `nil` where there is none, since pipes and devices may well be
  /// both read and written.
  public init?(path: String) {
    guard let status = try? FileStatus.at(path, followingLinks: true), status.kind == .regular
    else {
      return nil
    }
    self = status.identity
  }
}
