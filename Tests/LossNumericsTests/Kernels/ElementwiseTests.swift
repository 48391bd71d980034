import Execution
import LossNumerics
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// A function of single floats: the kernel, the library's in double precision, and where to look.
private struct FloatFunction: Sendable, CustomTestStringConvertible {
  var testDescription: String
  var apply: @Sendable (KernelContext, Span<Float>, inout MutableSpan<Float>) -> Void
  var reference: @Sendable (Double) -> Double
  var range: ClosedRange<Float>
  /// The promised error in units in the last place.
  var bound: Double

  static let all = [
    Self(
      testDescription: "exp",
      apply: { $0.exp($1, into: &$2) },
      reference: { exp($0) },
      range: -105...90,
      bound: 1.02
    ),
    Self(
      testDescription: "log",
      apply: { $0.log($1, into: &$2) },
      reference: { log($0) },
      range: 0...8,
      bound: 0.89
    ),
    Self(
      testDescription: "tanh",
      apply: { $0.tanh($1, into: &$2) },
      reference: { tanh($0) },
      range: -10...10,
      bound: 1.96
    ),
    Self(
      testDescription: "logistic",
      apply: { $0.logistic($1, into: &$2) },
      reference: { $0 < 0 ? exp($0) / (1 + exp($0)) : 1 / (1 + exp(-$0)) },
      range: -104...20,
      bound: 1.97
    ),
    Self(
      testDescription: "erf",
      apply: { $0.erf($1, into: &$2) },
      reference: { erf($0) },
      range: -4.5...4.5,
      bound: 1.5
    ),
  ]

  func callAsFunction(_ kernels: KernelContext, _ values: [Float]) -> [Float] {
    var results = [Float](repeating: 0, count: values.count)
    var target = results.mutableSpan
    apply(kernels, values.span, &target)
    return results
  }
}

/// Zeros, subnormals, the largest, the smallest, infinities and a NaN.
private let specials: [Float] = [
  0, -0, 1, -1, 0x1p-149, -0x1p-149, Float.leastNormalMagnitude.nextDown, 0x1p-126,
  .greatestFiniteMagnitude,
  -.greatestFiniteMagnitude, .infinity, -.infinity, .nan, 88.72283, 88.72284, -87.33655, -103.97208,
  -103.97209, 0.75, 0x1.7ffffep-1, 1.5, 0.875, 0x1.bffffep-1, 9.010914,
]

@Suite("Functions of arrays of floats")
struct FloatElementwiseTests {
  @Test("errors are as small as promised", arguments: FloatFunction.all, KernelVariant.supported)
  private func accuracy(_ function: FloatFunction, _ variant: KernelVariant) {
    let kernels = KernelContext(variant: variant, pool: WorkerPool(threadCount: 1))
    var generator = SeededGenerator(seed: 7)
    let anyBits = (0..<100_000).map { _ in
      Float(bitPattern: UInt32(truncatingIfNeeded: generator.next()))
    }
    let (low, high) = (function.range.lowerBound, function.range.upperBound)
    let values = specials + anyBits + uniformFloats(100_000, from: low, to: high, seed: 8)
    var worst = (ulps: 0.0, value: Float(0))
    for (value, result) in zip(values, function(kernels, values)) {
      let ulps = floatULPs(result, function.reference(Double(value)))
      if ulps > worst.ulps { worst = (ulps, value) }
    }
    #expect(worst.ulps <= function.bound, "\(worst.ulps) units at \(worst.value)")
  }

  @Test("one value's bits depend on nothing else", arguments: FloatFunction.all)
  private func lanes(_ function: FloatFunction) {
    for variant in KernelVariant.supported {
      let kernels = KernelContext(variant: variant, pool: WorkerPool(threadCount: 1))
      let values = Array((specials + uniformFloats(1001, from: -3, to: 3, seed: 9)).prefix(1001))
      let whole = bits(function(kernels, values))
      for size in kernelSizes {
        var part = [Float](repeating: 0, count: size)
        var target = part.mutableSpan
        function.apply(kernels, values.span.extracting(1..<(1 + size)), &target)
        #expect(bits(part) == Array(whole[1..<(1 + size)]))
      }
    }
  }

  @Test(
    "vectors of any width and any number of threads give the same bits",
    arguments: FloatFunction.all
  )
  private func sameBits(_ function: FloatFunction) {
    let values = specials + uniformFloats(70_001, from: -20, to: 20, seed: 10)
    let fused = KernelVariant.supported.filter { $0 != .portable }
    let results = fused.flatMap { variant in
      (1...3).map { threads in
        let pool = WorkerPool(threadCount: threads)
        return bits(function(KernelContext(variant: variant, pool: pool), values))
      }
    }
    #expect(Set(results).count <= 1)
  }

  @Test("in place is the same")
  func inPlace() {
    let kernels = KernelContext(pool: WorkerPool(threadCount: 1))
    let values = uniformFloats(1003, from: -4, to: 4, seed: 11)
    var (copied, replaced) = (values, values)
    var target = copied.mutableSpan
    var inPlace = replaced.mutableSpan
    kernels.tanh(values.span, into: &target)
    kernels.tanh(inPlace: &inPlace)
    #expect(copied == replaced)
  }

  @Test("results that do not fit trap")
  func wrongCount() async {
    await #expect(processExitsWith: .failure) {
      var results: [Float] = [0, 0]
      var target = results.mutableSpan
      KernelContext().exp([1].span, into: &target)
    }
  }
}

// MARK: - Doubles

/// A function of single doubles.
private struct DoubleFunction: Sendable, CustomTestStringConvertible {
  var testDescription: String
  var apply: @Sendable (KernelContext, Span<Double>, inout MutableSpan<Double>) -> Void
  var reference: @Sendable (Double) -> Double
  var range: ClosedRange<Double>
  var bound: Double

  /// How far the kernel may be from the library, in units: a whole number, since both are doubles.
  ///
  /// Below one for exp and log, below two for tanh, and the library's own error: half a unit and a
  /// little, and two for tanh (GNU C library manual, "Errors in Math Functions"). That is less than
  /// two, two and four units.
  static let all = [
    Self(
      testDescription: "exp",
      apply: { $0.exp($1, into: &$2) },
      reference: { exp($0) },
      range: -750...711,
      bound: 1
    ),
    Self(
      testDescription: "log",
      apply: { $0.log($1, into: &$2) },
      reference: { log($0) },
      range: 0...8,
      bound: 1
    ),
    Self(
      testDescription: "tanh",
      apply: { $0.tanh($1, into: &$2) },
      reference: { tanh($0) },
      range: -20...20,
      bound: 3
    ),
  ]

  func callAsFunction(_ kernels: KernelContext, _ values: [Double]) -> [Double] {
    var results = [Double](repeating: 0, count: values.count)
    var target = results.mutableSpan
    apply(kernels, values.span, &target)
    return results
  }
}

@Suite("Functions of arrays of doubles")
struct DoubleElementwiseTests {
  private static let specials: [Double] = [
    0, -0, 1, -1, 0x1p-1074, -0x1p-1074, 0x1p-1022, .greatestFiniteMagnitude, .infinity, -.infinity,
    .nan, 709.782712893384, 709.7827128933841, -745.1332191019411, -745.1332191019412, 0.75, 1.5,
  ]

  private static func values(_ range: ClosedRange<Double>) -> [Double] {
    var generator = SeededGenerator(seed: 12)
    let anyBits = (0..<50_000).map { _ in Double(bitPattern: generator.next()) }
    let (low, width) = (range.lowerBound, range.upperBound - range.lowerBound)
    return specials + anyBits + (0..<50_000).map { _ in low + width * generator.nextUniform() }
  }

  @Test("neighbors of the library's", arguments: DoubleFunction.all, KernelVariant.supported)
  private func accuracy(_ function: DoubleFunction, _ variant: KernelVariant) {
    let kernels = KernelContext(variant: variant, pool: WorkerPool(threadCount: 1))
    let values = Self.values(function.range)
    for (value, result) in zip(values, function(kernels, values)) {
      let reference = function.reference(value)
      if reference.isNaN || result.isNaN {
        #expect(reference.isNaN && result.isNaN, "at \(value)")
      } else if result != reference {
        #expect(abs(result - reference) <= function.bound * reference.ulp, "at \(value)")
      }
    }
  }

  @Test("any width, place and number of threads give the same bits", arguments: DoubleFunction.all)
  private func sameBits(_ function: DoubleFunction) {
    let values = Self.values(function.range)
    for variant in KernelVariant.supported where variant != .portable {
      let whole = function(
        KernelContext(variant: .fastest, pool: WorkerPool(threadCount: 1)),
        values
      ).map { $0.isNaN ? 0 : $0.bitPattern }
      let kernels = KernelContext(variant: variant, pool: WorkerPool(threadCount: 3))
      #expect(function(kernels, values).map { $0.isNaN ? 0 : $0.bitPattern } == whole)
      for size in kernelSizes {
        let part = function(kernels, Array(values[3..<(3 + size)]))
        #expect(part.map { $0.isNaN ? 0 : $0.bitPattern } == Array(whole[3..<(3 + size)]))
      }
    }
  }
}
