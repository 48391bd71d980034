#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The value of a variable of the environment, `nil` where it is not set.
func environmentValue(_ name: String) -> String? {
  // SAFETY: nothing in this package changes the environment while this reads it.
  guard let value = unsafe getenv(name) else { return nil }
  return unsafe String(cString: value)
}

extension Descriptor {
  /// Opens a new file in a folder for reading and writing and takes its name away at once.
  static func openUnlinked(in folder: String) throws(FileError.Reason) -> Descriptor {
    let suffix = String(UInt64.random(in: 0 ... .max), radix: 36)
    let path = "\(folder)/.isoloss-\(suffix).tmp"
    let descriptor = try open(path, for: .creatingPrivately)
    guard unsafe unlink(path) == 0 else { throw FileError.Reason(errno: errno) }
    return descriptor
  }

  /// Reads up to `capacity` bytes at a place; fewer only where the file ends.
  ///
  /// The descriptor's own position, at which is written, stays where it is.
  func read(at offset: Int, upTo capacity: Int) throws(FileError.Reason) -> [UInt8] {
    var failure: Int32 = 0
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
      while count < capacity {
        // SAFETY: reads at most what is left of the buffer, behind what it holds already.
        let got = unsafe systemRead(
          number,
          buffer.baseAddress?.advanced(by: count),
          capacity - count,
          off_t(offset + count)
        )
        if got < 0, errno == EINTR { continue }
        failure = got < 0 ? errno : 0
        if got <= 0 { break }
        count += got
      }
    }
    guard failure == 0 else { throw FileError.Reason(errno: failure) }
    return bytes
  }
}

/// `pread(2)` under a name that no method shadows.
private func systemRead(
  _ number: Int32,
  _ buffer: UnsafeMutablePointer<UInt8>?,
  _ count: Int,
  _ offset: off_t
) -> Int {
  unsafe pread(number, buffer, count, offset)
}
