internal import CLossKernels
internal import Execution

extension KernelContext {
  /// Multiplies matrices: C = f(A · B + bias), or C = f(C + A · B + bias).
  ///
  /// - Parameters:
  ///   - product: The shapes, and how the operands lie in memory.
  ///   - batch: How many such products there are and how far apart; one if left out.
  ///   - left: A.
  ///   - right: B.
  ///   - bias: One value for each column, added at the end, if given.
  ///   - activation: What the result passes through at last, bias included, if anything.
  ///   - result: C; what it held before matters only if the product accumulates.
  /// - Precondition: The spans hold the operands as the shapes place them.
  public func multiply(
    _ product: MatrixProduct,
    batch: MatrixBatch = .one,
    _ left: Span<Float>,
    _ right: Span<Float>,
    bias: Span<Float>? = nil,
    activation: Activation? = nil,
    into result: inout MutableSpan<Float>
  ) {
    let rightLayout = product.rightLayout
    checkExtent(rightLayout, batch.count, batch.rightStep, right.count, "right operand")
    // SAFETY: the right operand's extent was checked; the others are in `multiply(_:_:_:_:_:_:)`.
    unsafe right.withUnsafeBufferPointer { right in
      var kernel = unsafe closs_gemm()
      unsafe kernel.b = right.baseAddress
      unsafe kernel.b_depth = product.right == .plain ? rightLayout.stride : 1
      unsafe kernel.b_column = product.right == .plain ? 1 : rightLayout.stride
      unsafe multiply(product, batch, left, kernel, bias, activation, &result)
    }
  }

  /// Multiplies by a matrix that was packed before.
  ///
  /// The bits are those of the product with the matrix itself.
  ///
  /// - Parameters:
  ///   - product: The shapes; how B lies in memory was the packing's affair.
  ///   - left: A.
  ///   - right: B, packed.
  ///   - bias: One value for each column, added at the end, if given.
  ///   - activation: What the result passes through at last, bias included, if anything.
  ///   - result: C; what it held before matters only if the product accumulates.
  /// - Precondition: B was packed for this context's variant and has the product's shape.
  public func multiply(
    _ product: MatrixProduct,
    _ left: Span<Float>,
    _ right: borrowing PackedMatrix,
    bias: Span<Float>? = nil,
    activation: Activation? = nil,
    into result: inout MutableSpan<Float>
  ) {
    precondition(
      right.depth == product.depth && right.columns == product.columns,
      "a packed matrix of \(right.depth) × \(right.columns) is no right operand of "
        + "\(product.depth) × \(product.columns)"
    )
    precondition(
      right.variant == variant,
      "a matrix packed for \(right.variant.rawValue) is not for \(variant.rawValue)"
    )
    var kernel = unsafe closs_gemm()
    // SAFETY: the packed matrix is borrowed over the call and has the shape, as was checked.
    unsafe kernel.packed_b = UnsafePointer(right.memory.start)
    unsafe multiply(product, .one, left, kernel, bias, activation, &result)
  }

  /// Packs a right operand in the order in which products read it, for use in many.
  ///
  /// - Parameters:
  ///   - right: B.
  ///   - product: A shape that B enters; its number of rows does not matter.
  /// - Returns: The packed matrix, which only contexts of the same variant take.
  /// - Precondition: The span holds B as the shape places it.
  public func pack(_ right: Span<Float>, for product: MatrixProduct) -> PackedMatrix {
    let layout = product.rightLayout
    checkExtent(layout, 1, 0, right.count, "right operand")
    let packed = PackedMatrix(depth: product.depth, columns: product.columns, variant: variant)
    // SAFETY: B's extent was checked, and the packed matrix has the room the kernel asks for.
    unsafe right.withUnsafeBufferPointer { right in
      unsafe closs_gemm_pack_right(
        variant.code,
        product.columns,
        product.depth,
        right.baseAddress,
        product.right == .plain ? layout.stride : 1,
        product.right == .plain ? 1 : layout.stride,
        packed.memory.start
      )
    }
    return packed
  }

  /// Fills in the left operand and the result, and computes the blocks.
  private func multiply(
    _ product: MatrixProduct,
    _ batch: MatrixBatch,
    _ left: Span<Float>,
    _ right: closs_gemm,
    _ bias: Span<Float>?,
    _ activation: Activation?,
    _ result: inout MutableSpan<Float>
  ) {
    let leftLayout = product.leftLayout
    let resultLayout = product.resultLayout
    checkExtent(leftLayout, batch.count, batch.leftStep, left.count, "left operand")
    checkExtent(resultLayout, batch.count, batch.resultStep, result.count, "result")
    checkApart(resultLayout, batch)
    if let bias {
      precondition(
        bias.count == product.columns,
        "a bias of \(bias.count) values is not for \(product.columns) columns"
      )
    }
    guard product.rows > 0, product.columns > 0, batch.count > 0 else { return }
    var kernel = unsafe right
    unsafe kernel.rows = product.rows
    unsafe kernel.columns = product.columns
    unsafe kernel.depth = product.depth
    unsafe kernel.a_row = product.left == .plain ? leftLayout.stride : 1
    unsafe kernel.a_depth = product.left == .plain ? 1 : leftLayout.stride
    unsafe kernel.c_row = resultLayout.stride
    unsafe kernel.adds = product.accumulates
    if let activation {
      unsafe kernel.activates = true
      unsafe kernel.activation = activation.code
    }
    // SAFETY: the extents were checked against the spans, which live until this returns.
    unsafe left.withUnsafeBufferPointer { left in
      unsafe result.withUnsafeMutableBufferPointer { result in
        unsafe kernel.a = left.baseAddress
        unsafe kernel.c = result.baseAddress
        unsafe withPointer(bias) { bias in
          unsafe kernel.bias = bias
          unsafe computeBlocks(product, batch, kernel)
        }
      }
    }
  }

  /// Computes all blocks of all products of a batch, each block on some thread.
  private func computeBlocks(_ product: MatrixProduct, _ batch: MatrixBatch, _ kernel: closs_gemm) {
    let blocks = ProductBlocks(product, batchCount: batch.count, threadCount: pool.threadCount)
    let variant = variant.code
    var sizes = unsafe kernel
    let scratchCount = unsafe closs_gemm_scratch(variant, &sizes, blocks.rows, blocks.columns)
    let scratch = scratch
    // SAFETY: the kernel's pointers outlive the blocks, and blocks write different elements of C.
    nonisolated(unsafe) let kernel = unsafe kernel
    let compute: @Sendable (Int, Int) -> Void = { index, _ in
      let (part, block) = index.quotientAndRemainder(dividingBy: blocks.count)
      let (rows, columns) = blocks.block(block, of: product)
      var kernel = unsafe kernel
      unsafe kernel.a = kernel.a.map { unsafe $0 + part * batch.leftStep }
      unsafe kernel.b = kernel.b.map { unsafe $0 + part * batch.rightStep }
      unsafe kernel.c = kernel.c.map { unsafe $0 + part * batch.resultStep }
      unsafe scratch.withScratch(scratchCount) { scratch in
        unsafe closs_gemm_block(
          variant,
          &kernel,
          rows.lowerBound,
          rows.count,
          columns.lowerBound,
          columns.count,
          scratch
        )
      }
    }
    let isSmall = product.multiplyAdds * Double(batch.count) < Self.leastSharedMultiplyAdds
    let blockCount = blocks.count * batch.count
    if isSmall || blockCount == 1 {
      for block in 0..<blockCount { compute(block, 0) }
    } else {
      pool.forEachBlock(blockCount, compute)
    }
  }

  /// Below this, some 6 µs, another thread would bring less than calling it costs.
  private static var leastSharedMultiplyAdds: Double { 8e5 }
}

// MARK: - Checks

/// Traps unless a span holds all matrices of a batch.
private func checkExtent(
  _ layout: MatrixProduct.Layout,
  _ count: Int,
  _ step: Int,
  _ held: Int,
  _ name: String
) {
  guard count > 0 else { return }
  precondition(count == 1 || step >= 0, "copies of the \(name) lie \(step) elements apart")
  let extent = layout.extent == 0 ? 0 : (count - 1) * step + layout.extent
  precondition(
    extent <= held,
    "the \(name) reaches over \(extent) elements, and \(held) were given"
  )
}

/// Traps if results of a batch share elements: they lie behind each other, or side by side in common
/// rows, as the heads of attention do.
private func checkApart(_ layout: MatrixProduct.Layout, _ batch: MatrixBatch) {
  let areBehind = batch.resultStep >= layout.extent
  let areBeside =
    batch.resultStep >= layout.columns
    && layout.stride >= (batch.count - 1) * batch.resultStep + layout.columns
  precondition(
    batch.count <= 1 || areBehind || areBeside,
    "results of \(layout.extent) elements overlap at a distance of \(batch.resultStep)"
  )
}

/// The address of a span that may be missing.
private func withPointer(
  _ span: Span<Float>?,
  _ body: (UnsafePointer<Float>?) -> Void
) {
  if let span {
    unsafe span.withUnsafeBufferPointer { unsafe body($0.baseAddress) }
  } else {
    body(nil)
  }
}
