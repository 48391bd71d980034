import Foundation
import IsoLoss

/// A transformer as one would write it on a blackboard, in doubles: slow, and plain to read.
///
/// It knows nothing of kernels, slices or caches. The gradients of the package are checked against
/// differences of its loss.
struct PlainTransformer {
  var configuration: TransformerConfiguration
  var layout: ParameterLayout

  /// The parameters by ``layout``.
  var values: [Double]

  /// What dropout multiplies by, (R, C) for each site; empty without dropout.
  ///
  /// R are the positions of all sequences, the sites the embedding, then attention and feed-forward part of
  /// each block.
  var masks: [[Double]] = []

  init(_ configuration: TransformerConfiguration, _ values: [Double]) {
    self.configuration = configuration
    layout = ParameterLayout(configuration.shape)
    self.values = values
  }

  private var shape: TransformerShape { configuration.shape }

  /// The mean loss of sequences in nats; negative targets are not scored.
  func loss(inputs: [[Int32]], targets: [[Int32]]) -> Double {
    let losses = zip(inputs, targets).enumerated().flatMap { sequence, pair in
      let (inputs, targets) = pair
      return zip(logits(inputs, sequence), targets).compactMap { logits, target -> Double? in
        guard target >= 0 else { return nil }
        let largest = logits.max() ?? 0
        let sum = logits.reduce(0) { $0 + exp($1 - largest) }
        return largest + log(sum) - logits[Int(target)]
      }
    }
    return losses.reduce(0, +) / Double(losses.count)
  }

  /// The logits of each position, (T, V).
  func logits(_ ids: [Int32], _ sequence: Int = 0) -> [[Double]] {
    func drop(_ rows: [[Double]], _ site: Int) -> [[Double]] {
      guard !masks.isEmpty else { return rows }
      return rows.enumerated().map { position, row in
        let start = (sequence * ids.count + position) * shape.width
        return zip(row, masks[site][start..<start + shape.width]).map(*)
      }
    }

    var stream = ids.map { row(.tokenEmbedding, Int($0)) }
    if shape.positions == .learned {
      stream = stream.enumerated().map { add($1, row(.positionEmbedding, $0)) }
    }
    stream = drop(stream, 0)
    for layer in 0..<shape.layers {
      let attention = drop(
        attend(stream.map { norm($0, .attentionNormWeight, layer) }, layer),
        1 + 2 * layer
      )
      let afterAttention = zip(stream, attention).map(add)
      let read = shape.residual == .parallel ? stream : afterAttention
      let fed = drop(
        read.map { feedForward(norm($0, .feedForwardNormWeight, layer), layer) },
        2 + 2 * layer
      )
      stream = zip(afterAttention, fed).map(add)
    }
    let head: TransformerTensor.Role = shape.isHeadTied ? .tokenEmbedding : .headWeight
    return stream.map { x in
      let x = norm(x, .finalNormWeight, nil)
      return (0..<shape.vocabulary).map { dot(row(head, $0), x) }
    }
  }

  // MARK: - Parts

  private func attend(_ x: [[Double]], _ layer: Int) -> [[Double]] {
    let d = shape.headWidth
    let projected = x.map { linear($0, .projectionWeight, .projectionBias, layer) }
    func head(_ position: Int, _ index: Int, turns: Bool) -> [Double] {
      let part = Array(projected[position][index * d..<(index + 1) * d])
      return turns ? turned(part, position) : part
    }
    return x.indices.map { position in
      let mixed = (0..<shape.heads).flatMap { h -> [Double] in
        let keyHead = shape.heads + h / (shape.heads / shape.keyValueHeads)
        let first = configuration.attentionWindow.map { max(0, position - $0 + 1) } ?? 0
        let query = head(position, h, turns: true)
        let weights = (first...position).map {
          exp(dot(query, head($0, keyHead, turns: true)) / Double(d).squareRoot())
        }
        let total = weights.reduce(0, +)
        return (first...position).reduce([Double](repeating: 0, count: d)) { sum, key in
          let value = head(key, keyHead + shape.keyValueHeads, turns: false)
          return add(sum, value.map { $0 * weights[key - first] / total })
        }
      }
      return linear(mixed, .attentionOutputWeight, .attentionOutputBias, layer)
    }
  }

  /// A head at its rotary position.
  private func turned(_ head: [Double], _ position: Int) -> [Double] {
    guard let rotary = configuration.rotary else { return head }
    var head = head
    let count = rotary.frequencies.count
    for (i, frequency) in rotary.frequencies.enumerated() {
      let (a, b) = rotary.pairing == .halves ? (i, i + count) : (2 * i, 2 * i + 1)
      let angle = Double(position) * frequency
      let (x, y) = (head[a], head[b])
      head[a] = x * cos(angle) - y * sin(angle)
      head[b] = x * sin(angle) + y * cos(angle)
    }
    return head
  }

  private func feedForward(_ x: [Double], _ layer: Int) -> [Double] {
    let up = linear(x, .upWeight, .upBias, layer)
    let inner: [Double]
    if shape.feedForward == .gated {
      let gate = linear(x, .gateWeight, .gateBias, layer)
      inner = zip(gate, up).map { activation(.silu, $0) * $1 }
    } else {
      inner = up.map { activation(configuration.activation, $0) }
    }
    return linear(inner, .downWeight, .downBias, layer)
  }

  private func activation(_ activation: Activation, _ x: Double) -> Double {
    switch activation {
    case .relu: max(x, 0)
    case .silu: x / (1 + exp(-x))
    case .gelu: x * (1 + erf(x / 2.squareRoot())) / 2
    case .geluTanh:
      x * (1 + tanh((2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x))) / 2
    }
  }

  private func norm(
    _ x: [Double],
    _ weight: TransformerTensor.Role,
    _ layer: Int?
  ) -> [Double] {
    let count = Double(x.count)
    let isCentered = shape.normalization == .layerNorm
    let mean = isCentered ? x.reduce(0, +) / count : 0
    let square = x.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count
    let scale = 1 / (square + Double(Float(configuration.normEpsilon))).squareRoot()
    let scaled = zip(x, tensor(weight, layer)).map { ($0 - mean) * scale * $1 }
    let biases: [TransformerTensor.Role: TransformerTensor.Role] = [
      .attentionNormWeight: .attentionNormBias, .feedForwardNormWeight: .feedForwardNormBias,
      .finalNormWeight: .finalNormBias,
    ]
    guard isCentered, let bias = biases[weight] else { return scaled }
    return add(scaled, tensor(bias, layer))
  }

  private func linear(
    _ x: [Double],
    _ weight: TransformerTensor.Role,
    _ bias: TransformerTensor.Role,
    _ layer: Int
  ) -> [Double] {
    let weights = tensor(weight, layer)
    let products = (0..<weights.count / x.count).map { output in
      dot(Array(weights[output * x.count..<(output + 1) * x.count]), x)
    }
    guard layout.range(bias, layer: layer) != nil else { return products }
    return add(products, tensor(bias, layer))
  }

  // MARK: - Numbers

  private func tensor(_ role: TransformerTensor.Role, _ layer: Int?) -> [Double] {
    layout.range(role, layer: layer).map { Array(values[$0]) } ?? []
  }

  private func row(_ role: TransformerTensor.Role, _ index: Int) -> [Double] {
    let start = (layout.range(role)?.lowerBound ?? 0) + index * shape.width
    return Array(values[start..<start + shape.width])
  }

  private func dot(_ a: [Double], _ b: [Double]) -> Double {
    zip(a, b).reduce(0) { $0 + $1.0 * $1.1 }
  }

  private func add(_ a: [Double], _ b: [Double]) -> [Double] { zip(a, b).map(+) }
}
