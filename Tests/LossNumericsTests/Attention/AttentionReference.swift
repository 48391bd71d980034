import LossNumerics

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Inputs of attention, each (B, positions, heads, d), in double precision.
struct AttentionInputs {
  var shape: AttentionShape
  var queries: [Double]
  var keys: [Double]
  var values: [Double]
  var outputsGradient: [Double]

  /// Numbers between -1 and 1 that are floats.
  init(_ shape: AttentionShape, seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    func numbers(_ count: Int) -> [Double] {
      (0..<count).map { _ in Double(Float(2 * generator.nextUniform() - 1)) }
    }
    self.shape = shape
    queries = numbers(shape.queryNumberCount)
    keys = numbers(shape.keyNumberCount)
    values = numbers(shape.keyNumberCount)
    outputsGradient = numbers(shape.queryNumberCount)
  }

  init(
    _ shape: AttentionShape,
    queries: [Double],
    keys: [Double],
    values: [Double],
    outputsGradient: [Double]
  ) {
    self.shape = shape
    self.queries = queries
    self.keys = keys
    self.values = values
    self.outputsGradient = outputsGradient
  }
}

extension AttentionShape {
  var queryNumberCount: Int { batch * queries * headCount * headSize }
  var keyNumberCount: Int { batch * keys * keyValueHeadCount * headSize }

  /// Where a head's numbers begin.
  func queryStart(_ b: Int, _ t: Int, _ h: Int) -> Int {
    ((b * queries + t) * headCount + h) * headSize
  }

  /// Where the numbers of the key head that a query head uses begin.
  func keyStart(_ b: Int, _ j: Int, _ h: Int) -> Int {
    let keyHead = h / (headCount / keyValueHeadCount)
    return ((b * keys + j) * keyValueHeadCount + keyHead) * headSize
  }

  /// The keys that a query sees.
  func visibleKeys(_ t: Int) -> [Int] {
    let position = keys - queries + t
    return (0..<keys).filter { j in
      !isCausal || (j <= position && j > position - (window ?? keys))
    }
  }

  /// Every row of query heads.
  var rows: [(b: Int, t: Int, h: Int)] {
    (0..<batch).flatMap { b in
      (0..<queries).flatMap { t in (0..<headCount).map { h in (b, t, h) } }
    }
  }
}

/// A number with the sum of the sizes of what was added up for it, to which rounding is relative.
struct Rounded {
  var value = 0.0
  var size = 0.0

  mutating func add(_ term: Double, size: Double? = nil) {
    value += term
    self.size += size ?? abs(term)
  }
}

/// Attention and its gradients, straight from the formulas.
struct AttentionReference {
  var outputs: [Rounded]
  var logSumExps: [Double]
  var queriesGradient: [Rounded]
  var keysGradient: [Rounded]
  var valuesGradient: [Rounded]

  init(_ x: AttentionInputs) {
    let shape = x.shape
    let d = shape.headSize
    outputs = Array(repeating: Rounded(), count: x.queries.count)
    logSumExps = Array(repeating: 0, count: shape.logSumExpCount)
    queriesGradient = outputs
    keysGradient = Array(repeating: Rounded(), count: x.keys.count)
    valuesGradient = keysGradient
    for (b, t, h) in shape.rows {
      let query = shape.queryStart(b, t, h)
      let visible = shape.visibleKeys(t)
      let (weights, logSum) = Self.weights(x, b, t, h)
      logSumExps[(b * shape.headCount + h) * shape.queries + t] = logSum
      var slopes = [Rounded](repeating: Rounded(), count: visible.count)
      var mean = Rounded()
      for (index, j) in visible.enumerated() {
        let key = shape.keyStart(b, j, h)
        for c in 0..<d {
          let gradient = x.outputsGradient[query + c]
          outputs[query + c].add(weights[index] * x.values[key + c])
          valuesGradient[key + c].add(weights[index] * gradient)
          slopes[index].add(gradient * x.values[key + c])
          mean.add(weights[index] * gradient * x.values[key + c])
        }
      }
      for (index, j) in visible.enumerated() {
        let key = shape.keyStart(b, j, h)
        let factor = Double(shape.scale) * weights[index]
        let slope = factor * (slopes[index].value - mean.value)
        let size = abs(factor) * (slopes[index].size + mean.size)
        for c in 0..<d {
          queriesGradient[query + c].add(slope * x.keys[key + c], size: size * abs(x.keys[key + c]))
          keysGradient[key + c].add(
            slope * x.queries[query + c],
            size: size * abs(x.queries[query + c])
          )
        }
      }
    }
  }

  /// The softmax of a row's scores, and the log of the sum of their exponentials.
  static func weights(_ x: AttentionInputs, _ b: Int, _ t: Int, _ h: Int) -> ([Double], Double) {
    let query = x.shape.queryStart(b, t, h)
    let scores = x.shape.visibleKeys(t).map { j in
      let key = x.shape.keyStart(b, j, h)
      let product = (0..<x.shape.headSize).reduce(0.0) { sum, c in
        sum + x.queries[query + c] * x.keys[key + c]
      }
      return Double(x.shape.scale) * product
    }
    let largest = scores.max() ?? 0
    let sum = scores.reduce(0.0) { $0 + exp($1 - largest) }
    return (scores.map { exp($0 - largest) / sum }, largest + log(sum))
  }

  /// The largest sum of the sizes of a score's terms, scale · Σ |q k|.
  static func largestScoreSize(_ x: AttentionInputs) -> Double {
    var largest = 0.0
    for (b, t, h) in x.shape.rows {
      let query = x.shape.queryStart(b, t, h)
      for j in x.shape.visibleKeys(t) {
        let key = x.shape.keyStart(b, j, h)
        let size = (0..<x.shape.headSize).reduce(0.0) { sum, c in
          sum + abs(x.queries[query + c] * x.keys[key + c])
        }
        largest = max(largest, Double(abs(x.shape.scale)) * size)
      }
    }
    return largest
  }

  /// The sum of outputs times their gradient: what the gradients are derivatives of.
  static func objective(_ x: AttentionInputs) -> Double {
    var sum = 0.0
    for (b, t, h) in x.shape.rows {
      let query = x.shape.queryStart(b, t, h)
      let (weights, _) = weights(x, b, t, h)
      for (weight, j) in zip(weights, x.shape.visibleKeys(t)) {
        let value = x.shape.keyStart(b, j, h)
        for c in 0..<x.shape.headSize {
          sum += weight * x.values[value + c] * x.outputsGradient[query + c]
        }
      }
    }
    return sum
  }
}

/// What the kernels make of the same inputs.
struct AttentionResult: Equatable {
  var outputs: [Float]
  var logSumExps: [Float]
  var queriesGradient: [Float]
  var keysGradient: [Float]
  var valuesGradient: [Float]

  init(_ x: AttentionInputs, _ kernels: KernelContext) {
    let shape = x.shape
    let queries = x.queries.map { Float($0) }
    let keys = x.keys.map { Float($0) }
    let values = x.values.map { Float($0) }
    let outputsGradient = x.outputsGradient.map { Float($0) }
    // What is written must not matter, what is added to must be zero.
    var outputs = [Float](repeating: .nan, count: queries.count)
    var logSumExps = [Float](repeating: .nan, count: shape.logSumExpCount)
    var o = outputs.mutableSpan
    var l = logSumExps.mutableSpan
    kernels.attention(
      shape,
      .dense(shape),
      queries: queries.span,
      keys: keys.span,
      values: values.span,
      outputs: &o,
      logSumExps: &l
    )
    var queriesGradient = [Float](repeating: 0, count: queries.count)
    var keysGradient = [Float](repeating: 0, count: keys.count)
    var valuesGradient = keysGradient
    var dq = queriesGradient.mutableSpan
    var dk = keysGradient.mutableSpan
    var dv = valuesGradient.mutableSpan
    kernels.attentionBackward(
      shape,
      .dense(shape),
      queries: queries.span,
      keys: keys.span,
      values: values.span,
      outputs: outputs.span,
      logSumExps: logSumExps.span,
      outputsGradient: outputsGradient.span,
      queriesGradient: &dq,
      keysGradient: &dk,
      valuesGradient: &dv
    )
    self.outputs = outputs
    self.logSumExps = logSumExps
    self.queriesGradient = queriesGradient
    self.keysGradient = keysGradient
    self.valuesGradient = valuesGradient
  }
}

/// The bits, so that not-a-numbers and signs of zero compare.
func bits(_ numbers: some Sequence<Float>) -> [UInt32] { numbers.map(\.bitPattern) }
