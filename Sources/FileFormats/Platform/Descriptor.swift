import Execution

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// An open file descriptor; every call retries after `EINTR` and turns `errno` into a reason.
struct Descriptor: ~Copyable, Sendable {
  let number: Int32
  private let isOwned: Bool

  /// Wraps a descriptor that someone else opened and will close, such as standard output.
  init(borrowing number: Int32) {
    self.number = number
    isOwned = false
  }

  private init(owning number: Int32) {
    self.number = number
    isOwned = true
  }

  deinit {
    if isOwned { _ = close(number) }
  }
}

// MARK: - Opening

extension Descriptor {
  /// How a file is opened.
  enum Mode {
    /// For reading.
    case reading
    /// For writing into what is there, without cutting it: a pipe or a device.
    case writing
    /// For writing a file that must not exist yet, with the permissions umask leaves.
    case creating
    /// For reading and writing a file that must not exist yet and is nobody else's business.
    case creatingPrivately
    /// For a lock on a file that is made where there is none.
    case locking
    /// A folder, to synchronize it.
    case folder

    fileprivate var flags: Int32 {
      switch self {
      case .reading: O_RDONLY | O_CLOEXEC
      case .writing: O_WRONLY | O_CLOEXEC
      case .creating: O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC
      case .creatingPrivately: O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC
      case .locking: O_RDWR | O_CREAT | O_CLOEXEC
      case .folder: O_RDONLY | O_DIRECTORY | O_CLOEXEC
      }
    }

    /// The permissions a new file gets, less those of umask.
    fileprivate var permissions: mode_t { self == .creatingPrivately ? 0o600 : 0o666 }
  }

  /// Opens a path.
  ///
  /// Opening a pipe waits for its other end; a raised `interruption` ends the wait.
  static func open(
    _ path: String,
    for mode: Mode,
    interruption: InterruptionFlag? = nil
  ) throws(FileError.Reason) -> Descriptor {
    guard !path.utf8.contains(0) else { throw .invalidPath }
    while true {
      let number = unsafe path.withCString { path in
        unsafe systemOpen(path, mode.flags, mode.permissions)
      }
      if number >= 0 { return Descriptor(owning: number) }
      try throwUnlessInterrupted(errno, interruption)
    }
  }

  /// Opens a second descriptor onto what descriptor `number` writes to, sharing its position.
  static func duplicate(_ number: Int32) throws(FileError.Reason) -> Descriptor {
    let copy = fcntl(number, F_DUPFD_CLOEXEC, 0)
    guard copy >= 0 else { throw FileError.Reason(errno: errno) }
    return Descriptor(owning: copy)
  }
}

/// `open(2)` with its optional argument, under a name that no method shadows.
private func systemOpen(_ path: UnsafePointer<CChar>, _ flags: Int32, _ mode: mode_t) -> Int32 {
  unsafe open(path, flags, mode)
}

/// Throws for every error but `EINTR`, and for that one too when the flag is raised.
private func throwUnlessInterrupted(
  _ code: Int32,
  _ interruption: InterruptionFlag?
) throws(FileError.Reason) {
  guard code == EINTR else { throw FileError.Reason(errno: code) }
  if let interruption, interruption.isRaised { throw .interrupted }
}

// MARK: - Reading and writing

extension Descriptor {
  /// How long one wait lasts before the flag is looked at again, in milliseconds.
  private static let pollInterval: Int32 = 50

  /// Reads up to `capacity` bytes; none means the end.
  ///
  /// - Parameters:
  ///   - capacity: How many bytes to ask for.
  ///   - interruption: Ends a wait for input when raised. The signal may have been delivered to
  ///     another thread or just before the read, so `EINTR` alone would not do: the wait is cut
  ///     into pieces.
  /// - Returns: The bytes.
  /// - Throws: What the system says, or ``FileError/Reason/interrupted``.
  func read(
    upTo capacity: Int,
    interruption: InterruptionFlag?
  ) throws(FileError.Reason) -> [UInt8] {
    while true {
      if let interruption { try waitUntilReadable(interruption) }
      var failure: Int32 = 0
      let bytes = unsafe [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
        let got = unsafe systemRead(number, buffer.baseAddress, capacity)
        failure = got < 0 ? errno : 0
        count = max(0, got)
      }
      if failure == 0 { return bytes }
      if failure == EAGAIN {
        wait(for: Int16(POLLIN), milliseconds: Self.pollInterval)
      } else {
        try throwUnlessInterrupted(failure, interruption)
      }
    }
  }

  /// What a pipe that is ready takes without making the writer wait.
  private static let pipePiece = Int(PIPE_BUF)

  /// Writes all of `bytes`, however many calls that takes.
  ///
  /// - Parameters:
  ///   - bytes: The bytes.
  ///   - interruption: Ends a wait for a reader when raised; what can be written at once is
  ///     written all the same.
  /// - Throws: What the system says, or ``FileError/Reason/interrupted``.
  func write(
    _ bytes: borrowing [UInt8],
    interruption: InterruptionFlag? = nil
  ) throws(FileError.Reason) {
    var done = 0
    while done < bytes.count {
      if let interruption { try waitUntilWritable(interruption) }
      let piece = interruption == nil ? bytes.count - done : min(Self.pipePiece, bytes.count - done)
      let written = unsafe bytes.withUnsafeBytes { buffer in
        unsafe systemWrite(number, buffer.baseAddress?.advanced(by: done), piece)
      }
      if written >= 0 {
        done += written
      } else if errno == EAGAIN {
        // Someone who shares the terminal or pipe made it non-blocking.
        wait(for: Int16(POLLOUT), milliseconds: Self.pollInterval)
      } else if errno != EINTR {
        throw FileError.Reason(errno: errno)
      }
    }
  }

  private func waitUntilReadable(_ interruption: InterruptionFlag) throws(FileError.Reason) {
    repeat {
      if interruption.isRaised { throw .interrupted }
    } while !wait(for: Int16(POLLIN), milliseconds: Self.pollInterval)
  }

  private func waitUntilWritable(_ interruption: InterruptionFlag) throws(FileError.Reason) {
    while !wait(for: Int16(POLLOUT), milliseconds: Self.pollInterval) {
      if interruption.isRaised { throw .interrupted }
    }
  }

  /// Waits until a call would not block; `false` when the time passed or a signal came first.
  @discardableResult
  private func wait(for events: Int16, milliseconds: Int32) -> Bool {
    var request = pollfd(fd: number, events: events, revents: 0)
    return unsafe poll(&request, 1, milliseconds) > 0
  }
}

private func systemRead(_ number: Int32, _ buffer: UnsafeMutablePointer<UInt8>?, _ count: Int)
  -> Int
{
  unsafe read(number, buffer, count)
}

private func systemWrite(_ number: Int32, _ buffer: UnsafeRawPointer?, _ count: Int) -> Int {
  unsafe write(number, buffer, count)
}

// MARK: - Facts and durability

extension Descriptor {
  /// What is open.
  func status() throws(FileError.Reason) -> FileStatus {
    var raw = stat()
    guard unsafe fstat(number, &raw) == 0 else { throw FileError.Reason(errno: errno) }
    return FileStatus(raw)
  }

  /// Gives the file the permissions of another, and its owner and group where that is allowed.
  func adopt(_ status: FileStatus) throws(FileError.Reason) {
    // Only a privileged user may give a file away; the content matters more than its owner.
    _ = fchown(number, status.owner, status.group)
    guard fchmod(number, status.permissions) == 0 else { throw FileError.Reason(errno: errno) }
  }

  /// Waits until everything written is on the device.
  ///
  /// File systems that have no notion of it answer `EINVAL` or `ENOTSUP`, which is no failure.
  func synchronize() throws(FileError.Reason) {
    #if canImport(Darwin)
    // On macOS `fsync` stops at the drive's cache.
    if fcntl(number, F_FULLFSYNC) == 0 { return }
    #endif
    while fsync(number) != 0 {
      switch errno {
      case EINTR: continue
      case EINVAL, ENOTSUP, EROFS: return
      default: throw FileError.Reason(errno: errno)
      }
    }
  }
}
