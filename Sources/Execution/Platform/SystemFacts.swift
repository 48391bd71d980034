#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// How many cores run.
func onlineCoreCount() -> Int { max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }

/// A small file that the system writes, as text.
///
/// - Returns: The first 64 KiB of it, `nil` if it cannot be read.
func textOfFile(_ path: String) -> String? {
  let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
  guard descriptor >= 0 else { return nil }
  defer { close(descriptor) }
  var bytes: [UInt8] = []
  while bytes.count < 1 << 16 {
    let part = unsafe [UInt8](unsafeUninitializedCapacity: 4096) { buffer, count in
      // SAFETY: reads at most the buffer's length into it.
      unsafe count = max(0, read(descriptor, buffer.baseAddress, buffer.count))
    }
    guard !part.isEmpty else { break }
    bytes += part
  }
  return String(decoding: bytes, as: UTF8.self)
}
