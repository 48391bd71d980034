package import CLossKernels

extension SplitPattern {
  /// Finds the ends of the pieces that follow one another from `start` on.
  ///
  /// Blocks of 64 bytes become bit masks, one for each class of characters, and the rules of the
  /// pattern a few operations on them; only characters beyond ASCII are looked at one by one. The
  /// answer is that of ``pieceEnd(in:from:)``, whatever the variant.
  ///
  /// - Parameters:
  ///   - bytes: The whole text.
  ///   - start: Where a piece begins, or the end of the text.
  ///   - ends: Filled from its beginning, until it is full or the text ends.
  ///   - variant: The instruction set to use; this machine must have it.
  /// - Returns: How many ends were found.
  /// - Complexity: The bytes of the pieces found, and a block or two for each call.
  package func findPieceEnds(
    in bytes: Span<UInt8>,
    from start: Int,
    into ends: inout MutableSpan<Int>,
    variant: closs_variant = closs_fastest_variant()
  ) -> Int {
    precondition(start >= 0 && start <= bytes.count, "no piece begins at \(start)")
    // SAFETY: the kernel reads `count` bytes and writes at most as many ends as the buffer holds;
    // both buffers outlive the call.
    return unsafe bytes.withUnsafeBufferPointer { text in
      unsafe ends.withUnsafeMutableBufferPointer { ends in
        unsafe closs_find_piece_ends(
          variant,
          code,
          text.baseAddress,
          text.count,
          start,
          ends.baseAddress,
          ends.count
        )
      }
    }
  }

  /// The pattern as C names it.
  private var code: closs_split_pattern {
    switch self {
    case .gpt2: CLOSS_SPLIT_GPT2
    case .cl100k: CLOSS_SPLIT_CL100K
    case .o200k: CLOSS_SPLIT_O200K
    case .llama3: CLOSS_SPLIT_LLAMA3
    case .qwen2: CLOSS_SPLIT_QWEN2
    }
  }
}
