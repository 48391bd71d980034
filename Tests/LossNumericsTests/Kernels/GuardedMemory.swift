#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Floats whose last is followed by a page that kills who touches it.
///
/// A kernel that reads one element too many gives the right answer almost everywhere; here it does not.
@safe
struct GuardedMemory: ~Copyable {
  private let pages: UnsafeMutableRawPointer
  private let byteCount: Int
  private let start: UnsafeMutablePointer<Float>
  private let count: Int

  init(_ values: [Float]) {
    let page = Int(sysconf(Int32(_SC_PAGESIZE)))
    let used = (values.count * 4 + page - 1) / page * page
    byteCount = used + page
    count = values.count
    let memory = unsafe mmap(
      nil,
      byteCount,
      PROT_READ | PROT_WRITE,
      MAP_PRIVATE | MAP_ANONYMOUS,
      -1,
      0
    )
    guard let memory = unsafe memory, unsafe memory != MAP_FAILED else {
      preconditionFailure("no memory for \(byteCount) bytes")
    }
    unsafe pages = memory
    _ = unsafe mprotect(memory + used, page, PROT_NONE)
    unsafe start = (memory + used - values.count * 4).bindMemory(
      to: Float.self,
      capacity: values.count
    )
    for (index, value) in values.enumerated() { unsafe start[index] = value }
  }

  deinit { _ = unsafe munmap(pages, byteCount) }

  /// Calls a closure with the floats.
  func withSpan<Result>(_ body: (Span<Float>) -> Result) -> Result {
    // SAFETY: the memory holds `count` floats and lives until the value does not.
    unsafe body(Span(_unsafeStart: start, count: count))
  }

  /// Calls a closure with the floats to be written.
  func withMutableSpan(_ body: (inout MutableSpan<Float>) -> Void) {
    // SAFETY: as above; tests write from one place only.
    var span = unsafe MutableSpan(_unsafeStart: start, count: count)
    body(&span)
  }

  /// A copy of the floats.
  var values: [Float] { withSpan { span in span.indices.map { span[$0] } } }
}
