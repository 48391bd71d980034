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
      let results = [1, 2, 3, 8].map { threads in
        example.multiplied(operands, KernelContext(pool: WorkerPool(threadCount: threads)))
      }
      for result in results { #expect(result == results[0]) }
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

  @Test("adds to the result, and a bias to each column")
  func accumulation() {
    for variant in KernelVariant.supported {
      let kernels = KernelContext(variant: variant)
      var example = ProductCase(33, 300, 50, .plain, .plain)
      let operands = example.operands()
      let bias = (0..<50).map { Float($0) / 7 }
      let product = example.multiplied(operands, kernels)
      var biased = product
      var span = biased.mutableSpan
      kernels.multiply(
        example.shape,
        operands.left.span,
        operands.right.span,
        bias: bias.span,
        into: &span
      )
      #expect(biased == product.indices.map { product[$0] + bias[$0 % 50] })
      // A second time on top of the first: one more rounding than twice the product has.
      example.shape.accumulates = true
      var doubled = product
      span = doubled.mutableSpan
      kernels.multiply(example.shape, operands.left.span, operands.right.span, into: &span)
      for (value, single) in zip(doubled, product) {
        #expect(abs(value - 2 * single) <= 4 * single.ulp + 1e-5)
      }
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
      let example = ProductCase(30, 40, 50, .plain, .plain)
      var operands = example.operands()
      let clean = example.multiplied(operands, kernels)
      operands.left[3 * 40 + 5] = .nan
      operands.right[7 * 50 + 49] = .infinity
      let result = example.multiplied(operands, kernels)
      for row in 0..<30 {
        for column in 0..<50 {
          let value = result[row * 50 + column]
          if row == 3 {
            #expect(value.isNaN)
          } else if column == 49 {
            #expect(!value.isFinite)
          } else {
            #expect(value == clean[row * 50 + column])
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

  @Test("operands that are too short trap")
  func shortOperand() async {
    await #expect(processExitsWith: .failure) {
      var result = [Float](repeating: 0, count: 4)
      var span = result.mutableSpan
      let short: [Float] = [1, 2, 3]
      let shape = MatrixProduct(rows: 2, columns: 2, depth: 2)
      KernelContext().multiply(shape, short.span, [1, 2, 3, 4].span, into: &span)
    }
  }

  @Test("a matrix packed for another shape traps")
  func wrongPacking() async {
    await #expect(processExitsWith: .failure) {
      let kernels = KernelContext()
      let packed = kernels.pack(
        [1, 2, 3, 4].span,
        for: MatrixProduct(rows: 1, columns: 2, depth: 2)
      )
      var result = [Float](repeating: 0, count: 4)
      var span = result.mutableSpan
      let shape = MatrixProduct(rows: 1, columns: 1, depth: 4)
      kernels.multiply(shape, [1, 2, 3, 4].span, packed, into: &span)
    }
  }
}
