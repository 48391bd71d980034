#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The most memory the process has held, in bytes.
func peakMemory() -> Int {
  var usage = rusage()
  // SAFETY: getrusage fills the one structure it is given. Darwin counts bytes, Linux kibibytes.
  #if canImport(Darwin)
  _ = unsafe getrusage(RUSAGE_SELF, &usage)
  return Int(usage.ru_maxrss)
  #else
  _ = unsafe getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
  return Int(usage.ru_maxrss) << 10
  #endif
}
