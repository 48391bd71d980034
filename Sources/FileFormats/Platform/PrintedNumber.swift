#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Numbers as C's `printf` writes them, which rounds to decimal digits exactly.
package enum PrintedNumber {
  /// At most so many significant digits, with an exponent where that is shorter: `%g`.
  package static func significant(_ value: Double, digits: Int) -> String {
    printed("%.*g", Int32(digits), value)
  }

  /// So many digits behind the point, which 300 before it leave room for: `%f`.
  package static func fixed(_ value: Double, digits: Int) -> String {
    printed("%.*f", Int32(digits), value)
  }

  private static func printed(_ format: String, _ digits: Int32, _ value: Double) -> String {
    guard !value.isNaN else { return "nan" }
    let text = unsafe [UInt8](unsafeUninitializedCapacity: 512) { buffer, count in
      // SAFETY: C writes no more than it is told there is room for, and says how much that was; the
      // format takes the two arguments that it is given.
      let length = unsafe withVaList([digits, value]) { arguments in
        unsafe buffer.withMemoryRebound(to: CChar.self) { buffer in
          unsafe vsnprintf(buffer.baseAddress, buffer.count, format, arguments)
        }
      }
      count = max(0, min(Int(length), 511))
    }
    return String(decoding: text, as: UTF8.self)
  }
}
