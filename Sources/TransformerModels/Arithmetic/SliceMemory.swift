import LossNumerics
import ModelShapes

/// The memory in which slices are worked, one at a time: activations, logits and their gradients.
final class SliceMemory: Sendable {
  private let space: Matrix<Float>
  private let head: HeadMemory
  private let memory: GradientMemory
  private let losses: Matrix<Float>

  /// Takes memory for the slices of a pass.
  init(_ pass: SlicePass) {
    let shape = pass.configuration.shape
    let rows = pass.layout.rows
    space = Matrix(rows: 1, columns: pass.layout.count)
    head = HeadMemory(vocabulary: shape.vocabulary, rows: rows, most: Self.mostLogits(pass))
    memory = GradientMemory(shape, rows: rows, dropsOut: pass.dropsOut)
    losses = Matrix(rows: 1, columns: rows)
  }

  /// The elements of its largest parts.
  static func count(_ pass: SlicePass) -> Int {
    let shape = pass.configuration.shape
    let rows = pass.layout.rows
    let logits = HeadMemory.count(
      vocabulary: shape.vocabulary,
      rows: rows,
      most: Self.mostLogits(pass)
    )
    return pass.layout.count + logits
      + GradientPlaces(shape, rows: rows, dropsOut: pass.dropsOut).count
  }

  /// As many logits as there are activations, or 64 MiB.
  ///
  /// Slices side by side wait for one another until the logits of all rows are worked, which had better be
  /// at once.
  private static func mostLogits(_ pass: SlicePass) -> Int {
    max(16 << 20, pass.layout.count)
  }

  /// Adds the gradient of one slice of a batch to what `gradients` hold.
  ///
  /// - Parameters:
  ///   - index: The slice.
  ///   - batch: The batch.
  ///   - pass: How it is worked.
  ///   - parameters: The weights.
  ///   - gradients: Those of the parameters, which lie as ``TransformerLayers`` says.
  /// - Returns: The sum of the slice's losses, in nats.
  func addSlice(
    _ index: Int,
    of batch: SlicedBatch,
    _ pass: SlicePass,
    _ parameters: borrowing Matrix<Float>,
    to gradients: borrowing Matrix<Float>
  ) -> Double {
    var pass = pass
    pass.dropout = batch.dropout(of: index)
    let rows = batch.rows(of: index)
    let inputs = Array(batch.inputs[rows])
    pass.forward(inputs.span, parameters, space)
    pass.lossesAndGradient(
      Array(batch.targets[rows]),
      options: batch.options,
      parameters,
      space,
      head,
      memory,
      gradients,
      into: losses
    )
    pass.backward(inputs.span, parameters, space, memory, gradients)
    var total = 0.0
    for row in 0..<losses.columns { total += Double(losses[0, row]) }
    return total
  }
}

/// A sum of the gradients of some slices; a class so that an array can hold it.
final class GradientSum: Sendable {
  let values: Matrix<Float>

  init(count: Int) { values = Matrix(rows: 1, columns: count) }

  func clear() { Self.clear(values) }

  /// Adds it to another.
  func add(to sum: borrowing Matrix<Float>, _ kernels: KernelContext) {
    Self.add(values, to: sum, kernels)
  }

  static func clear(_ values: borrowing Matrix<Float>) {
    var elements = values.writablePart(0..<values.count)
    elements.update(repeating: 0)
  }

  private static func add(
    _ values: borrowing Matrix<Float>,
    to sum: borrowing Matrix<Float>,
    _ kernels: KernelContext
  ) {
    var elements = sum.writablePart(0..<sum.count)
    kernels.add(values.span, to: &elements)
  }
}

/// A batch in slices.
struct SlicedBatch: Sendable {
  /// The tokens and those after them, (B, T).
  var inputs: [Int32]
  var targets: [Int32]

  /// The tokens of a slice.
  var sliceTokens: Int

  /// What the loss is besides the cross-entropy, with the scale of its gradient.
  var options: CrossEntropyOptions

  /// The probability that dropout leaves an element out, the seed of its masks, and the batch's number in
  /// the run.
  var dropout: (probability: Double, seed: UInt64, step: Int)

  /// How many slices there are.
  var count: Int { inputs.count / sliceTokens }

  /// The tokens of a slice.
  func rows(of slice: Int) -> Range<Int> { slice * sliceTokens..<(slice + 1) * sliceTokens }

  /// What is left out of a slice, if anything.
  func dropout(of slice: Int) -> SliceDropout? {
    guard dropout.probability > 0 else { return nil }
    return SliceDropout(
      keepProbability: 1 - dropout.probability,
      seed: dropout.seed,
      slice: UInt64(dropout.step * count + slice)
    )
  }
}
