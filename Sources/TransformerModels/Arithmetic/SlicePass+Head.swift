import LossNumerics

/// The logits of some rows and their losses.
struct HeadMemory: ~Copyable, Sendable {
  /// (rows, V).
  let logits: Matrix<Float>

  /// How many rows of logits there is room for.
  var rows: Int { logits.rows }

  /// Makes room for as many rows as ``count(vocabulary:rows:most:)`` says.
  init(vocabulary: Int, rows: Int, most: Int = mostElements) {
    let count = Self.count(vocabulary: vocabulary, rows: rows, most: most)
    logits = Matrix(rows: count / vocabulary, columns: vocabulary)
  }

  /// How many elements are taken: those of as many rows as `most` elements hold, at least 64, at most `rows`.
  static func count(vocabulary: Int, rows: Int, most: Int = mostElements) -> Int {
    min(rows, max(64, most / vocabulary)) * vocabulary
  }

  /// 16 MiB.
  static let mostElements = 4 << 20
}

extension SlicePass {
  /// Computes the losses of some rows in nats, into their places among (R).
  ///
  /// - Parameters:
  ///   - rows: The rows.
  ///   - targets: The tokens that follow each row's, (R).
  ///   - weights: The parameters.
  ///   - space: The activations that a forward pass left.
  ///   - head: Memory for logits.
  ///   - losses: The losses, (R).
  ///   - inspect: Sees the logits of some rows, (rows, V), before they are gone.
  func losses(
    of rows: Range<Int>,
    _ targets: [Int32],
    _ weights: borrowing Matrix<Float>,
    _ space: borrowing Matrix<Float>,
    _ head: borrowing HeadMemory,
    into losses: borrowing Matrix<Float>,
    inspect: (Range<Int>, Span<Float>) -> Void = { _, _ in }
  ) {
    forEachChunk(of: rows, head) { rows in
      logits(of: rows, weights, space, head)
      let logits = head.logits.part(0..<rows.count * layers.head.outputs)
      var part = losses.writablePart(rows)
      kernels.crossEntropy(logits: logits, targets: Array(targets[rows]), losses: &part)
      inspect(rows, logits)
    }
  }

  /// Computes the losses, adds the gradient of the head's weight, and makes the gradient of the final
  /// norm's output.
  func lossesAndGradient(
    _ targets: [Int32],
    options: CrossEntropyOptions,
    _ weights: borrowing Matrix<Float>,
    _ space: borrowing Matrix<Float>,
    _ head: borrowing HeadMemory,
    _ memory: borrowing GradientMemory,
    _ gradients: borrowing Matrix<Float>,
    into losses: borrowing Matrix<Float>
  ) {
    let width = layers.head.inputs
    forEachChunk(of: 0..<layout.rows, head) { rows in
      logits(of: rows, weights, space, head)
      var logits = head.logits.writablePart(0..<rows.count * layers.head.outputs)
      var part = losses.writablePart(rows)
      kernels.crossEntropy(
        replacingWithGradient: &logits,
        targets: Array(targets[rows]),
        options: options,
        losses: &part
      )
      let gradient = head.logits.part(0..<rows.count * layers.head.outputs)
      let normed = Self.rows(rows, of: layout.finalNorm, width)
      addGradients(
        of: layers.head,
        gradients,
        space.part(normed),
        outputGradient: gradient,
        isLast: rows.upperBound == layout.rows
      )
      var output = memory.scratch.writablePart(Self.rows(rows, of: memory.places.normed, width))
      layers.head.backwardInput(kernels, weights, outputGradient: gradient, into: &output)
    }
  }

  /// Computes the logits of some rows.
  private func logits(
    of rows: Range<Int>,
    _ weights: borrowing Matrix<Float>,
    _ space: borrowing Matrix<Float>,
    _ head: borrowing HeadMemory
  ) {
    var logits = head.logits.writablePart(0..<rows.count * layers.head.outputs)
    let normed = space.part(Self.rows(rows, of: layout.finalNorm, layers.head.inputs))
    apply(layers.head, weights, normed, into: &logits)
  }

  private func forEachChunk(
    of rows: Range<Int>,
    _ head: borrowing HeadMemory,
    _ body: (Range<Int>) -> Void
  ) {
    for start in stride(from: rows.lowerBound, to: rows.upperBound, by: head.rows) {
      body(start..<min(start + head.rows, rows.upperBound))
    }
  }

  private static func rows(_ rows: Range<Int>, of place: Range<Int>, _ width: Int) -> Range<Int> {
    place.lowerBound + rows.lowerBound * width..<place.lowerBound + rows.upperBound * width
  }
}
