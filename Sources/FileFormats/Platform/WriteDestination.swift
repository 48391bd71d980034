import Execution
import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Where the bytes of an ``AtomicFile`` go, once links are followed.
struct WriteDestination: Sendable {
  /// What stands at the end of the links, or will.
  let target: String
  /// The file written first and then moved over the target; `nil` where the target is written to
  /// directly.
  let temporary: String?
  /// The descriptor of this process that the path names, as `/dev/stdout` does.
  private let inherited: Int32?
  /// What the target was before, if it existed.
  private let existing: FileStatus?

  /// Finds out what a path leads to.
  init(resolving path: String) throws(FileError.Reason) {
    guard !path.utf8.contains(0) else { throw .invalidPath }
    target = try Self.followLinks(path)
    inherited = Self.inheritedDescriptor(target)
    existing = inherited == nil ? try Self.statusIfPresent(target) : nil
    if existing?.kind == .folder || target.hasSuffix("/") || target.isEmpty {
      throw target.isEmpty ? .notFound : .isDirectory
    }
    let isReplaced = inherited == nil && (existing.map { $0.kind == .regular } ?? true)
    if isReplaced, existing != nil, unsafe access(target, W_OK) != 0 {
      // A rename would not ask; whoever write-protected the file wants to keep it.
      throw FileError.Reason(errno: errno)
    }
    temporary = isReplaced ? Self.temporaryPath(besides: target) : nil
  }

  /// Opens what is written to: the temporary file, or the target itself.
  func open(_ interruption: InterruptionFlag?) throws(FileError.Reason) -> Descriptor {
    if let inherited { return try Descriptor.duplicate(inherited) }
    guard let temporary else {
      return try Descriptor.open(target, for: .writing, interruption: interruption)
    }
    let descriptor = try openTemporary(temporary)
    if let existing {
      do throws(FileError.Reason) {
        try descriptor.adopt(existing)
      } catch {
        removeTemporary()
        throw error
      }
    }
    return descriptor
  }

  private func openTemporary(_ temporary: String) throws(FileError.Reason) -> Descriptor {
    do throws(FileError.Reason) {
      return try Descriptor.open(temporary, for: .creating)
    } catch {
      throw error == .notFound ? .folderNotFound(folder(of: target)) : error
    }
  }

  /// Puts what was written on the device and moves it over the target.
  func replaceTarget(with sink: DescriptorSink) throws(FileError.Reason) {
    guard let temporary else { return }
    try sink.synchronize()
    guard unsafe rename(temporary, target) == 0 else { throw FileError.Reason(errno: errno) }
    // A folder one may not read cannot be synchronized; the file is in place all the same.
    guard let folder = try? Descriptor.open(folder(of: target), for: .folder) else { return }
    try folder.synchronize()
  }

  /// Removes the temporary file, if there is one.
  func removeTemporary() {
    if let temporary { _ = unsafe unlink(temporary) }
  }
}

// MARK: - Paths

extension WriteDestination {
  /// As many links as Linux follows.
  private static let maximumLinks = 40

  /// Follows the links a path ends in; links in its folders are the system's business.
  ///
  /// Links that stand for open descriptors are left alone: those of pipes point nowhere.
  private static func followLinks(_ path: String) throws(FileError.Reason) -> String {
    var path = path
    for _ in 0..<maximumLinks {
      if path.hasPrefix("/proc/") || inheritedDescriptor(path) != nil { return path }
      guard let status = try? FileStatus.at(path, followingLinks: false), status.kind == .link
      else { return path }
      let next = try linkTarget(path)
      path = next.hasPrefix("/") ? next : folder(of: path) + "/" + next
    }
    throw FileError.Reason(errno: ELOOP)
  }

  private static func linkTarget(_ path: String) throws(FileError.Reason) -> String {
    var buffer = [UInt8](repeating: 0, count: Int(PATH_MAX))
    let count = unsafe buffer.withUnsafeMutableBytes { buffer -> Int in
      guard let start = buffer.baseAddress else { return 0 }
      return unsafe readlink(path, start, buffer.count)
    }
    guard count >= 0 else { throw FileError.Reason(errno: errno) }
    return String(decoding: buffer.prefix(count), as: UTF8.self)
  }

  /// The open descriptor a path such as `/dev/stdout` or `/dev/fd/3` stands for.
  ///
  /// Opening such a path anew would start at the front of a redirected file, over what was written
  /// there; the descriptor itself carries on where it is.
  private static func inheritedDescriptor(_ path: String) -> Int32? {
    switch path {
    case "/dev/stdout": return 1
    case "/dev/stderr": return 2
    default: break
    }
    for prefix in ["/dev/fd/", "/proc/self/fd/"] where path.hasPrefix(prefix) {
      return Int32(path.dropFirst(prefix.count)).flatMap { $0 >= 0 ? $0 : nil }
    }
    return nil
  }

  private static func statusIfPresent(_ path: String) throws(FileError.Reason) -> FileStatus? {
    do throws(FileError.Reason) {
      return try FileStatus.at(path, followingLinks: true)
    } catch .notFound {
      return nil
    }
  }

  /// A name no other writer uses; short, since the target's own may have the greatest length.
  private static func temporaryPath(besides target: String) -> String {
    let suffix = String(UInt64.random(in: 0 ... .max), radix: 36)
    return folder(of: target) + "/.isoloss-\(suffix).tmp"
  }
}

/// The folder part of a path, `.` where it has none.
private func folder(of path: String) -> String {
  guard let slash = path.lastIndex(of: "/") else { return "." }
  let folder = path[..<slash]
  return folder.isEmpty ? "/" : String(folder)
}
