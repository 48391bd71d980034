#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Memory for numbers on the boundaries of cache lines, or of large pages where it is large.
///
/// Owned by exactly one value and freed with it.
@safe
package struct AlignedMemory<Element: BitwiseCopyable & Numeric>: ~Copyable {
  /// Where the elements begin: a multiple of 64 bytes.
  package let start: UnsafeMutablePointer<Element>

  /// How many elements there are.
  package let count: Int

  /// Takes memory for elements and sets all their bytes to zero.
  ///
  /// - Precondition: The system has that much memory.
  package init(zeros count: Int) {
    precondition(count >= 0, "\(count) elements need no memory")
    let (byteCount, overflow) = count.multipliedReportingOverflow(by: MemoryLayout<Element>.stride)
    precondition(!overflow, "\(count) elements are more than memory can hold")
    let isLarge = byteCount >= Self.largePageByteCount
    let alignment = isLarge ? Self.largePageByteCount : 64
    var memory: UnsafeMutableRawPointer?
    // SAFETY: posix_memalign stores a pointer or returns an error, which ends the program here.
    let failure = unsafe posix_memalign(&memory, alignment, max(byteCount, alignment))
    guard failure == 0, let memory = unsafe memory else {
      preconditionFailure("there is no memory left for \(byteCount) bytes")
    }
    #if os(Linux)
    // Without large pages a walk over a big matrix waits for address translation. A refusal is fine.
    if isLarge { _ = unsafe madvise(memory, byteCount, MADV_HUGEPAGE) }
    #endif
    // SAFETY: the block holds at least `byteCount` bytes, and zeros are a value of every number.
    unsafe memset(memory, 0, byteCount)
    unsafe start = memory.bindMemory(to: Element.self, capacity: count)
    self.count = count
  }

  deinit { unsafe free(start) }

  private static var largePageByteCount: Int { 1 << 21 }
}

// SAFETY: the memory has one owner, which can be in one place only.
extension AlignedMemory: @unchecked Sendable where Element: Sendable {}
