import LossNumerics
import Testing

@Suite("Matrix product, wrong calls")
struct MatrixProductTrapTests {
  /// Multiplies 2 × 2 matrices after a change to the shape or the batch.
  static func multiply(
    left: [Float] = [1, 2, 3, 4],
    bias: [Float]? = nil,
    batch: MatrixBatch = .one,
    _ change: (inout MatrixProduct) -> Void = { _ in }
  ) {
    var shape = MatrixProduct(rows: 2, columns: 2, depth: 2)
    change(&shape)
    var result = [Float](repeating: 0, count: 4)
    var span = result.mutableSpan
    let right: [Float] = [1, 2, 3, 4]
    if let bias {
      KernelContext().multiply(shape, left.span, right.span, bias: bias.span, into: &span)
    } else {
      KernelContext().multiply(shape, batch: batch, left.span, right.span, into: &span)
    }
  }

  @Test("the right call does not trap")
  func rightCall() { Self.multiply(bias: [1, 2]) }

  @Test("an operand that is too short traps")
  func shortOperand() async {
    await #expect(processExitsWith: .failure) { Self.multiply(left: [1, 2, 3]) }
  }

  @Test("a depth that was made negative traps")
  func negativeDepth() async {
    await #expect(processExitsWith: .failure) { Self.multiply { $0.depth = -1 } }
  }

  @Test("rows that overlap trap")
  func overlappingRows() async {
    await #expect(processExitsWith: .failure) { Self.multiply { $0.leftStride = 1 } }
  }

  @Test("a bias of another length traps")
  func wrongBias() async {
    await #expect(processExitsWith: .failure) { Self.multiply(bias: [1, 2, 3]) }
  }

  @Test("a step that was made negative traps")
  func negativeStep() async {
    await #expect(processExitsWith: .failure) {
      var batch = MatrixBatch(count: 2, leftStep: 0, rightStep: 0, resultStep: 0)
      batch.leftStep = -4
      Self.multiply(batch: batch) { $0.rows = 0 }
    }
  }

  @Test("results of a batch that overlap trap")
  func overlappingResults() async {
    await #expect(processExitsWith: .failure) {
      Self.multiply(batch: MatrixBatch(count: 2, leftStep: 0, rightStep: 0, resultStep: 0))
    }
  }

  @Test("packing columns that were made negative traps")
  func negativePacking() async {
    await #expect(processExitsWith: .failure) {
      var shape = MatrixProduct(rows: 1, columns: 2, depth: 2)
      shape.columns = -1
      let right: [Float] = [1, 2, 3, 4]
      _ = KernelContext().pack(right.span, for: shape)
    }
  }

  @Test("a matrix packed for another shape traps")
  func wrongPacking() async {
    await #expect(processExitsWith: .failure) {
      let kernels = KernelContext()
      let numbers: [Float] = [1, 2, 3, 4]
      let packed = kernels.pack(
        numbers.span,
        for: MatrixProduct(rows: 1, columns: 2, depth: 2)
      )
      var result = [Float](repeating: 0, count: 4)
      var span = result.mutableSpan
      let shape = MatrixProduct(rows: 1, columns: 1, depth: 4)
      kernels.multiply(shape, numbers.span, packed, into: &span)
    }
  }

  @Test(
    "a matrix packed for another variant traps",
    .enabled(if: KernelVariant.supported.count > 1)
  )
  func otherVariant() async {
    await #expect(processExitsWith: .failure) {
      let shape = MatrixProduct(rows: 2, columns: 2, depth: 2)
      let numbers: [Float] = [1, 2, 3, 4]
      let packed = KernelContext(variant: .portable).pack(numbers.span, for: shape)
      var result = [Float](repeating: 0, count: 4)
      var span = result.mutableSpan
      KernelContext().multiply(shape, numbers.span, packed, into: &span)
    }
  }
}
