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
      isOfValues: isOfValues
    )
    rows.threshold = threshold
    rows.below = 3
  }

  func sums(_ variant: KernelVariant) -> [Double] {
    var sums = [Double](repeating: .nan, count: PowerSumRows.sumCount(terms: amplitudes.count))
    var span = sums.mutableSpan
    variant.addPowerSums(rows, amplitudes: amplitudes.span, exponents: exponents.span, into: &span)
    return sums
  }

  func squares(_ variant: KernelVariant) -> [Double] {
    var squares = [Double](repeating: .nan, count: rows.squaresSize)
    var span = squares.mutableSpan
    variant.addPowerSquares(
      rows,
      amplitudes: amplitudes.span,
      exponents: exponents.span,
      into: &span
    )
    return squares
  }

  /// ln of a row's sum, as amplitudes and exponents move by t along a line.
  func logSum(_ row: Int, _ line: (amplitudes: [Double], exponents: [Double]), t: Double) -> Double
  {
    let count = rows.observed.count
    var total = 0.0
    for term in amplitudes.indices {
      let exponent = exponents[term] + t * line.exponents[term]
      let amplitude = amplitudes[term] + t * line.amplitudes[term]
      total += exp(amplitude - exponent * rows.logarithms[term * count + row])
    }
    return log(total)
  }

  /// v: the share of each term at a row, and the share times x.
  func parts(_ row: Int) -> [Double] {
    let logSum = logSum(row, (amplitudes, exponents), t: 0)
    return amplitudes.indices.flatMap { term in
      let x = rows.logarithms[term * rows.observed.count + row]
      let share = exp(amplitudes[term] - exponents[term] * x - logSum)
      return [share, share * x]
    }
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
      for terms in 1...3 {
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

  @Test("a floor needs none of its logarithms", arguments: KernelVariant.supported)
  func floors(_ variant: KernelVariant) {
    for terms in 2...3 {
      for isOfValues in [false, true] {
        var sample = Sample(count: 37, terms: terms, isOfValues: isOfValues, threshold: 0.1)
        let (sums, squares) = (sample.sums(variant), sample.squares(variant))
        sample.rows.hasFloor = true
        for row in 0..<37 { sample.rows.logarithms[row] = .nan }
        #expect(zip(sample.sums(variant), sums).allSatisfy { agree($0, $1, to: 1e-12) })
        #expect(zip(sample.squares(variant), squares).allSatisfy { agree($0, $1, to: 1e-12) })
      }
    }
  }

  @Test("squares are those of the definition", arguments: KernelVariant.supported)
  func squares(_ variant: KernelVariant) {
    for count in [1, 8, 9, 31] {
      for terms in 1...3 {
        let sample = Sample(count: count, terms: terms, isOfValues: false, threshold: 0.1)
        let still = (amplitudes: sample.amplitudes, exponents: sample.exponents)
        var expected = [Double](repeating: 0, count: PowerSumRows.squareCount(terms: terms))
        var shares = [Double](repeating: 0, count: terms * count)
        for row in 0..<count {
          let (weight, parts) = (sample.rows.weights[row], sample.parts(row))
          let residual = sample.rows.observed[row] - sample.logSum(row, still, t: 0)
          expected[0] += weight * residual * residual / 2
          var place = 1 + parts.count
          for (one, part) in parts.enumerated() {
            expected[1 + one] += weight * residual * part
            for other in parts[one...] {
              expected[place] += weight * part * other
              place += 1
            }
          }
          for term in 0..<terms { shares[term * count + row] = parts[2 * term] }
        }
        let found = sample.squares(variant)
        #expect(zip(found, expected + shares).allSatisfy { agree($0, $1, to: 1e-12) })
      }
    }
  }

  @Test("bends match second differences along a line", arguments: KernelVariant.supported)
  func bends(_ variant: KernelVariant) {
    for terms in 1...3 {
      let sample = Sample(count: 21, terms: terms, isOfValues: false, threshold: 0.1)
      let line = (amplitudes: [0.3, -0.7, 0.2], exponents: [0, 0.5, -0.4])
      var sums = [Double](repeating: .nan, count: 2 * terms)
      var span = sums.mutableSpan
      variant.addPowerBends(
        sample.rows,
        squares: sample.squares(variant).span,
        amplitudes: line.amplitudes.span.extracting(0..<terms),
        exponents: line.exponents.span.extracting(0..<terms),
        into: &span
      )
      let h = 1e-3
      var expected = [Double](repeating: 0, count: 2 * terms)
      for row in 0..<21 {
        let sides = sample.logSum(row, line, t: h) + sample.logSum(row, line, t: -h)
        let bend = (sides - 2 * sample.logSum(row, line, t: 0)) / (h * h)
        for (place, part) in sample.parts(row).enumerated() {
          expected[place] += sample.rows.weights[row] * bend * part
        }
      }
      // Truncation h² z⁗/12, rounding ε z/h².
      for (found, expected) in zip(sums, expected) { #expect(abs(found - expected) < 1e-6) }
    }
  }

  @Test(
    "with exponents held the penalty and its slopes are the same",
    arguments: KernelVariant.supported
  )
  func amplitudes(_ variant: KernelVariant) {
    for count in [1, 7, 8, 31] {
      for terms in 1...3 {
        for isOfValues in [false, true] {
          let sample = Sample(
            count: count,
            terms: terms,
            isOfValues: isOfValues,
            threshold: 0.1
          )
          // One row of the table a term: a term's exponent stands at its own place.
          let table = PowerTable(sample.rows, exponents: sample.exponents)
          var sums = InlineArray<10, Double>(repeating: .nan)
          variant.addAmplitudeSums(
            sample.rows,
            table,
            exponents: [0, min(1, terms - 1), min(2, terms - 1)],
            amplitudes: InlineArray { $0 < terms ? exp(sample.amplitudes[$0]) : 0 },
            into: &sums
          )
          let whole = sample.sums(variant)
          #expect(agree(sums[0], whole[0], to: 1e-12))
          for term in 0..<terms { #expect(agree(sums[1 + term], whole[1 + 5 * term], to: 1e-12)) }
        }
      }
    }
  }

  @Test(
    "steps to the bottom of the bowl above a penalty lead down",
    arguments: [0.01, 0.1, .infinity]
  )
  func bowls(threshold: Double) {
    var sample = Sample(count: 50, terms: 1, isOfValues: true, threshold: threshold)
    sample.rows.below = 1
    let rows = sample.rows
    let table = PowerTable(sample.rows, exponents: sample.exponents)
    func sums(_ amplitude: Double) -> InlineArray<10, Double> {
      var sums = InlineArray<10, Double>(repeating: .nan)
      KernelVariant.fastest.addAmplitudeSums(
        rows,
        table,
        exponents: [0, 0, 0],
        amplitudes: [amplitude, 0, 0],
        into: &sums
      )
      return sums
    }
    for amplitude in [0.1, 0.3, 0.9, 2] {
      let here = sums(amplitude)
      let step = -here[1] / here[2]
      let fall = here[0] - sums(amplitude * (1 + step))[0]
      #expect(fall >= -here[1] * step / 2 * (1 - 1e-12))
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
    let rows = PowerSumRows(logarithms: [[]], observed: [], weights: [])
    var sums = [Double](repeating: .nan, count: PowerSumRows.sumCount(terms: 1))
    var span = sums.mutableSpan
    KernelVariant.fastest.addPowerSums(rows, amplitudes: [0].span, exponents: [1].span, into: &span)
    #expect(sums.allSatisfy { $0 == 0 })
  }
}
