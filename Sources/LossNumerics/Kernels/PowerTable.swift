internal import CLossKernels

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The powers X^(−e) of each row for some exponents of each term, for passes with exponents held.
package struct PowerTable: Sendable {
  private let rowCount: Int
  private let exponentCount: Int

  /// By term, then exponent, then row.
  private let powers: [Double]

  /// Works out the powers of all rows.
  package init(_ rows: PowerSumRows, exponents: [Double]) {
    rowCount = rows.observed.count
    exponentCount = exponents.count
    var powers: [Double] = []
    powers.reserveCapacity(rows.logarithms.count * exponents.count)
    for term in 0..<rows.termCount {
      for exponent in exponents {
        for row in 0..<rowCount {
          powers.append(-exponent * rows.logarithms[term * rowCount + row])
        }
      }
    }
    self.powers = powers.map { exp($0) }
  }
}

extension KernelVariant {
  /// Adds up the penalty of all rows with exponents held, and what its derivatives by relative changes
  /// of the amplitudes follow from.
  ///
  /// The sums are the penalty, Σ F′p for each term and Σ M p_i p_j for i ≤ j, where M is the bend, by z,
  /// of the parabola that touches a row's penalty from above if both its sides are alike: steps by it
  /// never fail, and where few residuals lie on the curved part of a penalty the Hessian says little.
  ///
  /// - Parameters:
  ///   - rows: The observations.
  ///   - table: Powers of the same rows.
  ///   - exponents: For each of at most three terms the place of its exponent in the table; any for a floor.
  ///   - amplitudes: exp a, one a term.
  ///   - sums: Gets the sums.
  /// - Precondition: One amplitude a term, places within the table, room for the sums.
  package func addAmplitudeSums(
    _ rows: PowerSumRows,
    _ table: PowerTable,
    exponents: InlineArray<3, Int>,
    amplitudes: InlineArray<3, Double>,
    into sums: inout InlineArray<10, Double>
  ) {
    table.checkPlaces(exponents, rows)
    unsafe rows.withKernelRows { kernel in
      unsafe table.withPowers(exponents) { powers in
        unsafe amplitudes.span.withUnsafeBufferPointer { amplitudes in
          var places = sums.mutableSpan
          unsafe places.withUnsafeMutableBufferPointer { sums in
            // SAFETY: three terms have ten sums and as many powers as rows each.
            unsafe closs_power_amplitudes(
              code,
              kernel,
              powers,
              amplitudes.baseAddress,
              sums.baseAddress
            )
          }
        }
      }
    }
  }
}

extension PowerTable {
  fileprivate func checkPlaces(_ exponents: InlineArray<3, Int>, _ rows: PowerSumRows) {
    precondition(rows.observed.count == rowCount, "a table of other rows")
    for term in 0..<rows.termCount {
      precondition((0..<exponentCount).contains(exponents[term]), "no exponent \(exponents[term])")
    }
  }

  /// Calls with the powers of each term's exponent.
  fileprivate func withPowers(
    _ exponents: InlineArray<3, Int>,
    _ body: (UnsafePointer<UnsafePointer<Double>?>) -> Void
  ) {
    // SAFETY: every place was checked; the table outlives the call.
    unsafe powers.withUnsafeBufferPointer { all in
      guard let base = all.baseAddress else { return }
      let termSize = exponentCount * rowCount
      let termCount = powers.count / max(termSize, 1)
      let pointers = unsafe InlineArray<3, UnsafePointer<Double>?> { term in
        term < termCount ? unsafe base + term * termSize + exponents[term] * rowCount : nil
      }
      unsafe pointers.span.withUnsafeBufferPointer { pointers in
        guard let first = pointers.baseAddress else { return }
        unsafe body(first)
      }
    }
  }
}
