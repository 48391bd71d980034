import CLossKernels
import Execution
import LossNumerics
import Testing

@Suite("Matrix product")
struct MatrixProductTests {
  @Test("is the promised chain of multiply-adds, bit for bit", arguments: ProductCase.all)
  func chain(_ example: ProductCase) {
    let operands = example.operands()
    for variant in KernelVariant.supported {
      let kernels = KernelContext(variant: variant, pool: WorkerPool(threadCount: 1))
      let expected = example.chain(operands, fuses: variant != .portable)
      #expect(example.multiplied(operands, kernels) == expected, "\(variant)")
      #expect(example.multipliedPacked(operands, kernels) == expected, "\(variant), packed")
    }
  }

  @Test("agrees with double precision", arguments: ProductCase.all)
  func precision(_ example: ProductCase) {
    let operands = example.operands()
    let exact = example.exact(operands)
    for variant in KernelVariant.supported {
      let product = example.multiplied(operands, KernelContext(variant: variant))
      for (value, (sum, magnitude)) in zip(product, exact) {
        // Higham's bound for sums in blocks: each term is rounded at most so many times.
        let roundings = Double(min(example.shape.depth, 256) + example.shape.depth / 256 + 3)
        #expect(abs(Double(value) - sum) <= roundings * Double(Float.ulpOfOne) * magnitude)
      }
    }
  }

  @Test("gives the same bits on any number of threads")
  func threads() {
    for shape in [(200, 300, 70), (1100, 64, 65), (70, 1500, 530)] {
      let example = ProductCase(shape.0, shape.1, shape.2, .plain, .transposed)
      let operands = example.operands()
      for variant in KernelVariant.supported {
        let expected = example.chain(operands, fuses: variant != .portable)
        for threads in [1, 2, 3, 8] {
          let kernels = KernelContext(variant: variant, pool: WorkerPool(threadCount: threads))
          #expect(example.multiplied(operands, kernels) == expected)
          #expect(example.multipliedPacked(operands, kernels) == expected)
        }
      }
    }
  }

  @Test(
    "gives a row the same bits however many rows are computed with it",
    arguments: [MatrixProduct.Storage.plain, .transposed]
  )
  func batchInvariance(_ right: MatrixProduct.Storage) {
    let kernels = KernelContext()
    var whole = ProductCase(512, 600, 97, .plain, right)
    let operands = whole.operands()
    let expected = whole.multiplied(operands, kernels)
    for rows in [1, 2, 7, 64, 512] {
      whole.shape.rows = rows
      #expect(whole.multiplied(operands, kernels) == Array(expected.prefix(rows * 97)))
      #expect(whole.multipliedPacked(operands, kernels) == Array(expected.prefix(rows * 97)))
    }
  }

  @Test("reads only what belongs to the operands and writes only the result")
  func strides() {
    for variant in KernelVariant.supported {
      let kernels = KernelContext(variant: variant)
      for storage in [MatrixProduct.Storage.plain, .transposed] {
        var example = ProductCase(19, 37, 21, storage, storage)
        let expected = example.multiplied(example.operands(), kernels)
        // Every row is followed by four elements that are no numbers, and the spans start one later.
        let operands = example.operands().spread(by: 4, of: example.shape)
        example.shape.leftStride = example.shape.storedColumns(.left) + 4
        example.shape.rightStride = example.shape.storedColumns(.right) + 4
        example.shape.resultStride = 21 + 3
        var result = [Float](repeating: -7, count: 19 * 24)
        var span = result.mutableSpan
        kernels.multiply(
          example.shape,
          operands.left.span.extracting(1...),
          operands.right.span.extracting(1...),
          into: &span
        )
        for row in 0..<19 {
          let start = row * 24
          #expect(Array(result[start..<start + 21]) == Array(expected[row * 21..<row * 21 + 21]))
          #expect(result[start + 21..<start + 24].allSatisfy { $0 == -7 })
        }
      }
    }
  }

  @Test("adds to the result, and a bias to each column, bit for bit", arguments: ProductCase.all)
  func accumulation(_ example: ProductCase) {
    var example = example
    example.shape.accumulates = true
    let operands = example.operands()
    let (rows, columns) = (example.shape.rows, example.shape.columns)
    let start = (0..<rows * columns).map { Float($0 % 13) - 6.5 }
    let bias = (0..<columns).map { Float($0) / 7 }
    for variant in KernelVariant.supported {
      let kernels = KernelContext(variant: variant, pool: WorkerPool(threadCount: 1))
      var result = start
      var span = result.mutableSpan
      let (left, right) = (operands.left.span, operands.right.span)
      kernels.multiply(example.shape, left, right, bias: bias.span, into: &span)
      let fuses = variant != .portable
      #expect(result == example.chain(operands, fuses: fuses, onto: start, bias: bias))
    }
  }

  @Test(
    "ends with an activation, in the bits of one taken afterwards",
    arguments: Activation.allCases
  )
  func activation(_ activation: Activation) {
    for variant in KernelVariant.supported {
      let kernels = KernelContext(variant: variant)
      let example = ProductCase(37, 520, 50, .plain, .transposed)
      let operands = example.operands()
      let bias = (0..<50).map { Float($0 - 25) }
      var plain = [Float](repeating: .nan, count: 37 * 50)
      var span = plain.mutableSpan
      let (left, right) = (operands.left.span, operands.right.span)
      kernels.multiply(example.shape, left, right, bias: bias.span, into: &span)
      var afterwards = plain
      span = afterwards.mutableSpan
      kernels.activate(activation, plain.span, into: &span)
      var fused = plain
      span = fused.mutableSpan
      kernels.multiply(
        example.shape,
        left,
        right,
        bias: bias.span,
        activation: activation,
        into: &span
      )
      #expect(fused == afterwards)
    }
  }

  @Test("multiplies batches, each as if alone")
  func batches() {
    let kernels = KernelContext()
    let example = ProductCase(40, 32, 24, .plain, .transposed)
    let parts = (0..<7).map { example.operands(seed: 20 + $0) }
    let left = parts.flatMap(\.left)
    let right = parts.flatMap(\.right)
    var result = [Float](repeating: .nan, count: 7 * 40 * 24)
    var span = result.mutableSpan
    let batch = MatrixBatch(count: 7, leftStep: 40 * 32, rightStep: 24 * 32, resultStep: 40 * 24)
    kernels.multiply(example.shape, batch: batch, left.span, right.span, into: &span)
    #expect(result == parts.flatMap { example.multiplied($0, kernels) })
  }

  @Test("carries infinities and what is no number to their row and column alone")
  func nonFinite() {
    for variant in KernelVariant.supported {
      let kernels = KernelContext(variant: variant)
      let example = ProductCase(30, 40, 65, .plain, .plain)
      var operands = example.operands()
      let clean = example.multiplied(operands, kernels)
      operands.left[3 * 40 + 5] = .nan
      operands.right[7 * 65 + 64] = .infinity
      let result = example.multiplied(operands, kernels)
      for row in 0..<30 {
        for column in 0..<65 {
          let value = result[row * 65 + column]
          if row == 3 {
            #expect(value.isNaN)
          } else if column == 64 {
            #expect(!value.isFinite)
          } else {
            #expect(value == clean[row * 65 + column])
          }
        }
      }
    }
  }

  @Test("a depth of zero leaves the bias alone, no rows leave nothing")
  func emptySizes() {
    for variant in KernelVariant.supported {
      let kernels = KernelContext(variant: variant)
      let none = [Float]()
      var result: [Float] = [5, 5, 5, 5, 5, 5]
      var span = result.mutableSpan
      let bias: [Float] = [1, 2, 3]
      var shape = MatrixProduct(rows: 2, columns: 3, depth: 0)
      kernels.multiply(shape, none.span, none.span, bias: bias.span, into: &span)
      #expect(result == [1, 2, 3, 1, 2, 3])
      span = result.mutableSpan
      shape.accumulates = true
      kernels.multiply(shape, none.span, none.span, into: &span)
      #expect(result == [1, 2, 3, 1, 2, 3])
      span = result.mutableSpan
      kernels.multiply(
        MatrixProduct(rows: 0, columns: 3, depth: 4),
        none.span,
        [Float](repeating: 1, count: 12).span,
        into: &span
      )
      #expect(result == [1, 2, 3, 1, 2, 3])
    }
  }

  @Test("touches nothing behind its operands and its result", arguments: ProductCase.all)
  func guards(_ example: ProductCase) {
    let operands = example.operands()
    let left = GuardedMemory(operands.left)
    let right = GuardedMemory(operands.right)
    let (rows, columns) = (example.shape.rows, example.shape.columns)
    let result = GuardedMemory([Float](repeating: .nan, count: rows * columns))
    for variant in KernelVariant.supported {
      let kernels = KernelContext(variant: variant, pool: WorkerPool(threadCount: 1))
      left.withSpan { left in
        right.withSpan { right in
          result.withMutableSpan { kernels.multiply(example.shape, left, right, into: &$0) }
          _ = kernels.pack(right, for: example.shape)
        }
      }
      #expect(result.values == example.multiplied(operands, kernels))
    }
  }

  @Test("one right operand serves a batch whose results lie side by side")
  func interleavedBatch() {
    let kernels = KernelContext()
    var example = ProductCase(20, 16, 8, .transposed, .plain)
    let parts = (0..<3).map { example.operands(seed: 40 + $0) }
    let right = parts[0].right
    let expected = parts.map {
      example.multiplied(ProductOperands(left: $0.left, right: right), kernels)
    }
    example.shape.resultStride = 24
    var result = [Float](repeating: .nan, count: 20 * 24)
    var span = result.mutableSpan
    let batch = MatrixBatch(count: 3, leftStep: 20 * 16, rightStep: 0, resultStep: 8)
    let lefts = parts.flatMap(\.left)
    kernels.multiply(example.shape, batch: batch, lefts.span, right.span, into: &span)
    for (element, value) in result.enumerated() {
      let (row, place) = element.quotientAndRemainder(dividingBy: 24)
      #expect(value == expected[place / 8][row * 8 + place % 8])
    }
  }

  @Test("blocks of any variant are cut between whole panels")
  func panels() {
    for variant in KernelVariant.supported {
      #expect(ProductBlocks.panelColumns % closs_gemm_panel_columns(variant.code) == 0)
    }
  }
}
