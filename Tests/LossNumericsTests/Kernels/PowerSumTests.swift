import LossNumerics
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// A sum of powers with seeded rows, and what it is worth by the definition.
private struct Sample {
  var rows: PowerSumRows
  var amplitudes: [Double]
  var exponents: [Double]

  init(count: Int, terms: Int, isOfValues: Bool, threshold: Double) {
    var generator = SeededGenerator(seed: UInt64(count * 10 + terms))
    let logarithms = (0..<terms).map { term in
      (0..<count).map { _ in term == 0 ? 0 : 4 * generator.nextUniform() - 2 }
    }
    amplitudes = (0..<terms).map { _ in generator.nextUniform() - 1 }
    exponents = (0..<terms).map { $0 == 0 ? 0 : 0.2 + 0.3 * generator.nextUniform() }
    rows = PowerSumRows(
      logarithms: logarithms,
      observed: (0..<count).map { _ in 0.6 * generator.nextUniform() },
      weights: (0..<count).map { _ in 0.5 + generator.nextUniform() },
      isOfValues: isOfValues,
      threshold: threshold,
      above: 1,
      below: 3
    )
  }

  func sums(_ variant: KernelVariant) -> [Double] {
    var sums = [Double](repeating: .nan, count: PowerSumRows.sumCount(terms: amplitudes.count))
    var span = sums.mutableSpan
    variant.addPowerSums(rows, amplitudes: amplitudes.span, exponents: exponents.span, into: &span)
    return sums
  }

  /// Each row's penalty as a function of all amplitudes and exponents.
  func penalty(_ row: Int, _ amplitudes: [Double], _ exponents: [Double]) -> Double {
    let count = rows.observed.count
    var total = 0.0
    for (term, amplitude) in amplitudes.enumerated() {
      total += exp(amplitude - exponents[term] * rows.logarithms[term * count + row])
    }
    let residual = rows.observed[row] - (rows.isOfValues ? total : log(total))
    let (size, factor) = (abs(residual), residual > 0 ? rows.above : rows.below)
    let reach = min(size, rows.threshold)
    return rows.weights[row] * factor * reach * (size - reach / 2)
  }

  func total(_ amplitudes: [Double], _ exponents: [Double]) -> Double {
    rows.observed.indices.reduce(0) { $0 + penalty($1, amplitudes, exponents) }
  }
}

@Suite("Sums of powers")
struct PowerSumTests {
  private func agree(_ value: Double, _ expected: Double, to tolerance: Double) -> Bool {
    abs(value - expected) <= tolerance * max(abs(expected), 1e-3)
  }

  @Test("the penalty is that of the definition", arguments: KernelVariant.supported)
  func value(_ variant: KernelVariant) {
    for count in [1, 7, 8, 9, 31, 100] {
      for terms in 1...4 {
        for isOfValues in [false, true] {
          for threshold in [0.05, .infinity] {
            let sample = Sample(
              count: count,
              terms: terms,
              isOfValues: isOfValues,
              threshold: threshold
            )
            let expected = sample.total(sample.amplitudes, sample.exponents)
            #expect(agree(sample.sums(variant)[0], expected, to: 1e-13))
          }
        }
      }
    }
  }

  @Test("first and second derivatives match central differences", arguments: [false, true])
  func derivatives(isOfValues: Bool) {
    // No residual near the threshold, where the second derivative jumps.
    let sample = Sample(count: 21, terms: 3, isOfValues: isOfValues, threshold: .infinity)
    let sums = sample.sums(.fastest)
    let h = 1e-4
    func moved(_ first: Int, _ second: Int, _ dx: Double, _ dy: Double) -> Double {
      var (amplitudes, exponents) = (sample.amplitudes, sample.exponents)
      for (index, change) in [(first, dx), (second, dy)] {
        if index % 2 == 0 {
          amplitudes[index / 2] += change
        } else {
          exponents[index / 2] += change
        }
      }
      return sample.total(amplitudes, exponents)
    }
    var place = 1 + 5 * 3
    for first in 0..<6 {
      let sign = first % 2 == 0 ? 1.0 : -1
      let slope = sign * sums[1 + 5 * (first / 2) + first % 2]
      let rise = (moved(first, first, h, 0) - moved(first, first, -h, 0)) / (2 * h)
      // Truncation h² f‴/6.
      #expect(agree(slope, rise, to: 1e-6))
      for second in first..<6 {
        var bend = (sign * (second % 2 == 0 ? 1 : -1)) * sums[place]
        place += 1
        // A term's own moments are the part of its logarithm's second derivative.
        if first / 2 == second / 2 {
          let moments = 1 + 5 * (first / 2)
          bend += [sums[moments], -sums[moments + 1], sums[moments + 2]][first % 2 + second % 2]
        }
        let corners =
          moved(first, second, h, h) - moved(first, second, h, -h) - moved(first, second, -h, h)
          + moved(first, second, -h, -h)
        // Rounding ε f/h² and truncation h².
        #expect(agree(bend, corners / (4 * h * h), to: 2e-5), "\(first) \(second)")
      }
    }
  }

  @Test("sizes of parts bound the slopes", arguments: KernelVariant.supported)
  func sizes(_ variant: KernelVariant) {
    let sums = Sample(count: 50, terms: 3, isOfValues: false, threshold: 0.05).sums(variant)
    for term in 0..<3 {
      let moments = Array(sums[(1 + 5 * term)..<(6 + 5 * term)])
      #expect(abs(moments[0]) <= moments[3] && abs(moments[1]) <= moments[4])
    }
  }

  @Test("vector instructions agree to the bit")
  func sameBits() {
    let sample = Sample(count: 37, terms: 3, isOfValues: true, threshold: 0.1)
    let vectors = KernelVariant.supported.filter { $0 != .portable }.map(sample.sums)
    for sums in vectors { #expect(sums.map(\.bitPattern) == vectors[0].map(\.bitPattern)) }
  }

  @Test("what is not a number shows", arguments: KernelVariant.supported)
  func notNumbers(_ variant: KernelVariant) {
    var sample = Sample(count: 12, terms: 2, isOfValues: false, threshold: 0.1)
    sample.rows.observed[11] = .nan
    #expect(sample.sums(variant)[0].isNaN)
    sample.rows.observed[11] = 1
    sample.amplitudes[1] = .infinity
    #expect(!sample.sums(variant)[0].isFinite)
  }

  @Test("no rows cost nothing")
  func empty() {
    let rows = PowerSumRows(
      logarithms: [[]],
      observed: [],
      weights: [],
      isOfValues: false,
      threshold: 1
    )
    var sums = [Double](repeating: .nan, count: PowerSumRows.sumCount(terms: 1))
    var span = sums.mutableSpan
    KernelVariant.fastest.addPowerSums(rows, amplitudes: [0].span, exponents: [1].span, into: &span)
    #expect(sums.allSatisfy { $0 == 0 })
  }
}
