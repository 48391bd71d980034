import CLossKernels
import Execution

extension KernelContext {
  /// Scaled dot-product attention: each query's mean of the values, weighted by the softmax of its
  /// scores.
  ///
  ///     let shape = AttentionShape(batch: 2, queries: 128, headCount: 4, headSize: 16)
  ///     kernels.attention(
  ///       shape, .dense(shape), queries: q, keys: k, values: v, outputs: &o, logSumExps: &l)
  ///
  /// Outputs o_i = Σ_j p_ij v_j with p_ij = exp(scale · q_i·k_j − L_i), and L_i = ln Σ_j exp(scale ·
  /// q_i·k_j), (B, H, T), which the backward pass wants. Sixty-four query rows meet 64 keys at a time
  /// and carry the largest score and the sums along (Dao and others, arXiv:2205.14135): memory
  /// beyond the arguments is 64 (2d + 66) numbers a thread.
  ///
  /// The bits of a row depend on the query and the keys it sees alone, not on the other queries, the
  /// batch or the threads: one query against cached keys gives what the whole sequence gave. A NaN
  /// spreads to the rows that see it, to no others.
  ///
  /// - Precondition: The buffers hold what the layouts say.
  public func attention(
    _ shape: AttentionShape,
    _ layouts: AttentionLayouts,
    queries: Span<Float>,
    keys: Span<Float>,
    values: Span<Float>,
    outputs: inout MutableSpan<Float>,
    logSumExps: inout MutableSpan<Float>
  ) {
    shape.requireLogSumExps(logSumExps.count)
    guard shape.logSumExpCount > 0 else { return }
    layouts.queries.check(shape, .queries, in: queries.count, isWritten: false)
    layouts.keys.check(shape, .keys, in: keys.count, isWritten: false)
    layouts.values.check(shape, .values, in: values.count, isWritten: false)
    layouts.outputs.check(shape, .outputs, in: outputs.count, isWritten: true)
    // SAFETY: all rows are inside their buffers, which are borrowed, the outputs exclusively, until
    // this function returns, so that the pointers are good as long as they are used.
    let tensors = unsafe closs_attention_tensors(
      q: closs_attention_tensor(queries, layouts.queries),
      k: closs_attention_tensor(keys, layouts.keys),
      v: closs_attention_tensor(values, layouts.values),
      o: closs_attention_tensor(&outputs, layouts.outputs),
      log_sum_exp: logSumExps.withUnsafeMutableBufferPointer { $0.baseAddress },
      d_o: closs_attention_tensor(),
      dq: closs_attention_tensor(),
      dk: closs_attention_tensor(),
      dv: closs_attention_tensor()
    )
    unsafe attend(closs_attention_shape(shape), tensors, work: shape.multiplyAddCount)
  }

  /// Attention on the output of one projection, (B, T, (H + 2G) d): queries, keys and values of a
  /// position beside each other.
  ///
  /// Writes outputs (B, T, H d) and log-sum-exps (B, H, T).
  public func attention(
    _ shape: AttentionShape,
    projection: Span<Float>,
    outputs: inout MutableSpan<Float>,
    logSumExps: inout MutableSpan<Float>
  ) {
    attention(
      shape,
      .projection(shape),
      queries: projection,
      keys: projection,
      values: projection,
      outputs: &outputs,
      logSumExps: &logSumExps
    )
  }

  private func attend(
    _ shape: closs_attention_shape,
    _ tensors: closs_attention_tensors,
    work: Int
  ) {
    let code = variant.code
    let scratch = scratch
    let scratchCount = closs_attention_forward_scratch(shape)
    // SAFETY: no two blocks write the same row, since rows do not overlap, and each has scratch memory
    // of its own while it runs.
    nonisolated(unsafe) let tensors = unsafe tensors
    forEachAttentionBlock(closs_attention_block_count(shape), work: work) { block in
      unsafe scratch.withScratch(scratchCount) { scratch in
        unsafe closs_attention_forward(code, shape, tensors, block, scratch)
      }
    }
  }
}

// MARK: - Sharing the work

extension KernelContext {
  /// Does blocks on the pool's threads, or on the caller's where the work is too little for that.
  ///
  /// Work below 1.5e6 multiply-adds is done before another thread has begun: some 10 µs, as with
  /// matrix products.
  func forEachAttentionBlock(
    _ blockCount: Int,
    work: Int,
    _ body: @Sendable (_ block: Int) -> Void
  ) {
    guard blockCount > 1 && work > 1_500_000 else {
      for block in 0..<blockCount { body(block) }
      return
    }
    pool.forEachBlock(blockCount) { block, _ in body(block) }
  }
}

// MARK: - As C sees it

extension closs_attention_shape {
  init(_ shape: AttentionShape) {
    self.init(
      batch: shape.batch,
      queries: shape.queries,
      keys: shape.keys,
      key_heads: shape.keyValueHeadCount,
      group: shape.headCount / shape.keyValueHeadCount,
      head_size: shape.headSize,
      causal: shape.isCausal,
      window: shape.window ?? shape.keys,
      scale: shape.scale
    )
  }
}

extension closs_attention_tensor {
  @unsafe
  init(_ span: Span<Float>, _ layout: AttentionLayout) {
    let start = unsafe span.withUnsafeBufferPointer { $0.baseAddress }
    unsafe self.init(UnsafeMutablePointer(mutating: start), layout)
  }

  @unsafe
  init(_ span: inout MutableSpan<Float>, _ layout: AttentionLayout) {
    unsafe self.init(span.withUnsafeMutableBufferPointer { $0.baseAddress }, layout)
  }

  /// A buffer without rows.
  @unsafe
  init(_ span: Span<Float>) {
    unsafe self.init(span, AttentionLayout(batchStride: 0, positionStride: 0, headStride: 0))
  }

  @unsafe
  private init(_ start: UnsafeMutablePointer<Float>?, _ layout: AttentionLayout) {
    unsafe self.init(
      start: start.map { unsafe $0 + layout.offset },
      batch: layout.batchStride,
      position: layout.positionStride,
      head: layout.headStride
    )
  }
}
