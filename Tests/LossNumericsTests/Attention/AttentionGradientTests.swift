import LossNumerics
import Testing

@Suite("Gradients of attention")
struct AttentionGradientTests {
  static let shapes =
    [1, 5, 16, 33, 64, 100].map { size in
      AttentionShape(queries: 4, headCount: 2, keyValueHeadCount: 1, headSize: size)
    } + [
      AttentionShape(batch: 2, queries: 3, keys: 7, headCount: 1, headSize: 3),
      AttentionShape(queries: 5, keys: 9, headCount: 2, headSize: 4, window: 3),
      AttentionShape(
        queries: 3,
        keys: 5,
        headCount: 3,
        keyValueHeadCount: 1,
        headSize: 2,
        isCausal: false
      ),
    ]

  /// Central differences of the objective in double precision, for every number of every input.
  @Test("are the slopes of the outputs", arguments: shapes)
  func slopes(_ shape: AttentionShape) {
    let inputs = AttentionInputs(shape, seed: 11)
    let found = AttentionResult(inputs, KernelContext())
    let tensors: [(WritableKeyPath<AttentionInputs, [Double]>, [Float])] = [
      (\.queries, found.queriesGradient),
      (\.keys, found.keysGradient),
      (\.values, found.valuesGradient),
    ]
    for (path, gradient) in tensors {
      for (index, slope) in gradient.enumerated() {
        let step = 0x1p-16
        var moved = inputs
        moved[keyPath: path][index] += step
        let above = AttentionReference.objective(moved)
        moved[keyPath: path][index] -= 2 * step
        let expected = (above - AttentionReference.objective(moved)) / (2 * step)
        // The difference is off by step² and by the objective's rounding over the step; the
        // gradient by a few roundings of sums of 4 · headSize terms at most one.
        let tolerance = 1e-8 + 0x1p-22 * (8 + Double(shape.headSize))
        #expect(abs(Double(slope) - expected) <= tolerance)
      }
    }
  }
}
