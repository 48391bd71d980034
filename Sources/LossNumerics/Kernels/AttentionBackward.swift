import CLossKernels
import Execution

extension KernelContext {
  /// The backward pass of attention: adds into the gradients of queries, keys and values.
  ///
  /// With p_ij = exp(s_ij − L_i) made again from the forward pass's log-sum-exps and D_i = do_i·o_i:
  /// dv_j = Σ_i p_ij do_i, ds_ij = p_ij (do_i·v_j − D_i), dq_i = scale Σ_j ds_ij k_j and
  /// dk_j = scale Σ_i ds_ij q_i. Gradients lie as the tensors they belong to.
  ///
  /// The log-sum-exps are floats, so a weight is off by |L_i| · 2⁻²³ of itself beyond the rounding of
  /// its score; that is 1e-5 at scores of a hundred, a tenth of a percent at ten thousand. A weight
  /// is never above one.
  ///
  /// The sums of keys and values run over tiles of 64 query rows, which are added up in chunks of
  /// 512, which are added in order; so the bits depend on the sequence alone, not on the batch
  /// or the threads. Memory beyond the arguments is, for each thread, 64 (5 d + 130) numbers and sums
  /// of 2 S d, with d up to a multiple of 16. Where a thread has fewer than four heads of keys, over
  /// the whole batch, several chunks of a head go at once: the sums then are all heads' times those
  /// chunks, four to eight for each thread, or as many as there are chunks.
  ///
  /// - Precondition: The buffers hold what the layouts say.
  public func attentionBackward(
    _ shape: AttentionShape,
    _ layouts: AttentionLayouts,
    queries: Span<Float>,
    keys: Span<Float>,
    values: Span<Float>,
    outputs: Span<Float>,
    logSumExps: Span<Float>,
    outputsGradient: Span<Float>,
    queriesGradient: inout MutableSpan<Float>,
    keysGradient: inout MutableSpan<Float>,
    valuesGradient: inout MutableSpan<Float>
  ) {
    shape.requireLogSumExps(logSumExps.count)
    guard shape.logSumExpCount > 0 else { return }
    layouts.queries.check(shape, .queries, in: queries.count, isWritten: false)
    layouts.keys.check(shape, .keys, in: keys.count, isWritten: false)
    layouts.values.check(shape, .values, in: values.count, isWritten: false)
    layouts.outputs.check(shape, .outputs, in: outputs.count, isWritten: false)
    layouts.outputs.check(shape, .outputs, in: outputsGradient.count, isWritten: false)
    layouts.queries.check(shape, .queries, in: queriesGradient.count, isWritten: true)
    layouts.keys.check(shape, .keys, in: keysGradient.count, isWritten: true)
    layouts.values.check(shape, .values, in: valuesGradient.count, isWritten: true)
    // SAFETY: all rows are inside their buffers, which are borrowed, the gradients exclusively, until
    // this function returns, so that the pointers are good as long as they are used.
    let tensors = unsafe closs_attention_tensors(
      q: closs_attention_tensor(queries, layouts.queries),
      k: closs_attention_tensor(keys, layouts.keys),
      v: closs_attention_tensor(values, layouts.values),
      o: closs_attention_tensor(outputs, layouts.outputs),
      log_sum_exp: closs_attention_tensor(logSumExps).start,
      d_o: closs_attention_tensor(outputsGradient, layouts.outputs),
      dq: closs_attention_tensor(&queriesGradient, layouts.queries),
      dk: closs_attention_tensor(&keysGradient, layouts.keys),
      dv: closs_attention_tensor(&valuesGradient, layouts.values)
    )
    unsafe attendBackward(closs_attention_shape(shape), tensors, work: shape.multiplyAddCount)
  }

  /// The backward pass of attention on the output of one projection, (B, T, (H + 2G) d): adds into
  /// the projection's gradient.
  public func attentionBackward(
    _ shape: AttentionShape,
    projection: Span<Float>,
    outputs: Span<Float>,
    logSumExps: Span<Float>,
    outputsGradient: Span<Float>,
    projectionGradient: inout MutableSpan<Float>
  ) {
    let layouts = AttentionLayouts.projection(shape)
    let width = shape.batch * shape.queries * shape.projectionWidth
    precondition(
      projection.count == width && projectionGradient.count == width,
      "projections of \(projection.count) and \(projectionGradient.count) are not \(width)"
    )
    shape.requireLogSumExps(logSumExps.count)
    guard shape.logSumExpCount > 0 else { return }
    layouts.outputs.check(shape, .outputs, in: outputs.count, isWritten: false)
    layouts.outputs.check(shape, .outputs, in: outputsGradient.count, isWritten: false)
    // SAFETY: as above; and the three parts of the projection's gradient do not overlap.
    let tensors = unsafe closs_attention_tensors(
      q: closs_attention_tensor(projection, layouts.queries),
      k: closs_attention_tensor(projection, layouts.keys),
      v: closs_attention_tensor(projection, layouts.values),
      o: closs_attention_tensor(outputs, layouts.outputs),
      log_sum_exp: closs_attention_tensor(logSumExps).start,
      d_o: closs_attention_tensor(outputsGradient, layouts.outputs),
      dq: closs_attention_tensor(&projectionGradient, layouts.queries),
      dk: closs_attention_tensor(&projectionGradient, layouts.keys),
      dv: closs_attention_tensor(&projectionGradient, layouts.values)
    )
    unsafe attendBackward(closs_attention_shape(shape), tensors, work: shape.multiplyAddCount)
  }

  /// Where there are heads enough for the threads each head goes through its chunks in order; else
  /// some chunks of each go at once and are then added in order.
  private func attendBackward(
    _ shape: closs_attention_shape,
    _ tensors: closs_attention_tensors,
    work: Int
  ) {
    let headCount = shape.batch * shape.key_heads
    let chunkCount = closs_attention_chunk_count(shape)
    let atOnce = min(chunkCount, (4 * pool.threadCount + headCount - 1) / headCount)
    guard pool.threadCount > 1 && atOnce > 1 else {
      unsafe attendBackwardByHead(shape, tensors, work: work)
      return
    }
    let sumsCount = closs_attention_backward_sums(shape)
    unsafe scratch.withScratch(atOnce * headCount * sumsCount) { sums in
      for first in stride(from: 0, to: chunkCount, by: atOnce) {
        let chunks = first..<min(first + atOnce, chunkCount)
        unsafe attendBackward(shape, tensors, chunks: chunks, sums: sums, work: work)
      }
    }
  }

  /// Some chunks of every head, all at once, and then their sums in order.
  private func attendBackward(
    _ shape: closs_attention_shape,
    _ tensors: closs_attention_tensors,
    chunks: Range<Int>,
    sums: UnsafeMutablePointer<Float>,
    work: Int
  ) {
    let code = variant.code
    let scratch = scratch
    let headCount = shape.batch * shape.key_heads
    let sumsCount = closs_attention_backward_sums(shape)
    let scratchCount = closs_attention_backward_scratch(shape)
    // SAFETY: two blocks that run at once differ in head or chunk and so in their rows of queries and
    // their sums; those that add sums differ in their rows of keys; rows do not overlap. Each
    // block has scratch memory of its own while it runs.
    nonisolated(unsafe) let (tensors, sums) = unsafe (tensors, sums)
    forEachAttentionBlock(headCount * chunks.count, work: work) { block in
      let (head, chunk) = block.quotientAndRemainder(dividingBy: chunks.count)
      unsafe scratch.withScratch(scratchCount) { scratch in
        let (own, chunk) = unsafe (sums + block * sumsCount, chunks.lowerBound + chunk)
        unsafe closs_attention_backward(code, shape, tensors, head, chunk, own, scratch)
      }
    }
    forEachAttentionBlock(headCount, work: work) { head in
      for (index, chunk) in chunks.enumerated() {
        let own = unsafe sums + (head * chunks.count + index) * sumsCount
        unsafe closs_attention_backward_add(code, shape, tensors, head, chunk, own)
      }
    }
  }

  private func attendBackwardByHead(
    _ shape: closs_attention_shape,
    _ tensors: closs_attention_tensors,
    work: Int
  ) {
    let code = variant.code
    let scratch = scratch
    let scratchCount = closs_attention_backward_scratch(shape)
    let sumsCount = closs_attention_backward_sums(shape)
    // SAFETY: two blocks differ in head and so in all rows that they write; rows do not overlap.
    nonisolated(unsafe) let tensors = unsafe tensors
    forEachAttentionBlock(shape.batch * shape.key_heads, work: work) { head in
      unsafe scratch.withScratch(sumsCount + scratchCount) { sums in
        let scratch = unsafe sums + sumsCount
        for chunk in 0..<closs_attention_chunk_count(shape) {
          unsafe closs_attention_backward(code, shape, tensors, head, chunk, sums, scratch)
          unsafe closs_attention_backward_add(code, shape, tensors, head, chunk, sums)
        }
      }
    }
  }
}
