public import LossNumerics
import ModelShapes

/// The loss of one token of a text.
public struct TokenLoss: Sendable, Hashable {
  /// −ln p(token | what came before), in nats.
  public var nats: Float

  /// How many tokens were strictly more probable, plus one; `nil` unless asked for.
  public var rank: Int?
}

/// Scores the tokens of a text under a transformer, window by window, as they come.
///
/// However the tokens are cut into calls, and however many windows are worked at a time, the losses
/// have the same bits: a row's arithmetic depends on that row alone.
///
///     var scorer = WindowScorer(configuration, windows: ContextWindows(context: 256), kernels: kernels)
///     var losses = scorer.append(ids, parameters)
///     losses += scorer.finish(parameters)
public struct WindowScorer: ~Copyable {
  /// How the text is cut.
  public let windows: ContextWindows

  /// Whether losses come with ranks.
  public let ranks: Bool

  private let configuration: TransformerConfiguration
  private let kernels: KernelContext
  private let layers: TransformerLayers

  /// How many windows are worked at a time.
  private let batchCount: Int
  private var memory: WindowMemory?

  /// The tokens from the beginning of the next window on, the prefix before them included.
  private var pending: [Int32] = []

  /// How many of the next window's targets earlier windows have scored.
  private var scoredCount = 0

  /// Creates a scorer at the beginning of a text.
  ///
  /// - Precondition: The context is at most that of learned positions.
  public init(
    _ configuration: TransformerConfiguration,
    windows: ContextWindows,
    ranks: Bool = false,
    kernels: KernelContext
  ) {
    precondition(
      configuration.shape.positions != .learned || windows.context <= configuration.shape.context,
      "windows of \(windows.context) tokens of \(configuration.shape.context) positions"
    )
    self.configuration = configuration
    self.windows = windows
    self.ranks = ranks
    self.kernels = kernels
    layers = TransformerLayers(configuration, ParameterLayout(configuration.shape))
    batchCount = max(1, Self.rowsAtATime / windows.context)
    begin()
  }

  /// Rows whose activations stay near the processor and still keep all threads busy.
  private static var rowsAtATime: Int { 1024 }

  /// Whether no window of the text was worked yet.
  private var isAtBeginning = true

  private mutating func begin() {
    if case .first(let id) = windows.prefix { pending = [id] } else { pending = [] }
    scoredCount = 0
    isAtBeginning = true
  }

  /// Takes the tokens that follow those of the last call.
  ///
  /// - Returns: The losses of those that fill windows, in order; `nil` for a token that is not scored.
  /// - Precondition: Each token is one of the vocabulary.
  public mutating func append(
    _ ids: some Sequence<Int32>,
    _ parameters: borrowing TransformerParameters
  ) -> [TokenLoss?] {
    pending.append(contentsOf: ids)
    var losses: [TokenLoss?] = []
    while pending.count >= windowTokens + (batchCount - 1) * windows.stride {
      losses += score(batchCount, length: fullLength, parameters)
    }
    return losses
  }

  /// Ends the text; the scorer then stands at the beginning of another.
  ///
  /// - Returns: The losses of the last tokens.
  public mutating func finish(_ parameters: borrowing TransformerParameters) -> [TokenLoss?] {
    defer { begin() }
    var losses: [TokenLoss?] = []
    if pending.count >= windowTokens {
      let count = (pending.count - windowTokens) / windows.stride + 1
      losses += score(count, length: fullLength, parameters)
    }
    guard windows.scoring == .new else {
      let rest = pending.count - (isAtBeginning ? 1 : 0)
      return losses + Array(repeating: nil, count: rest)
    }
    let rest = pending.count - (isEvery ? 0 : 1)
    if rest > scoredCount { losses += score(1, length: rest, parameters) }
    return losses
  }

  private var isEvery: Bool {
    if case .every = windows.prefix { true } else { false }
  }

  /// The tokens that a full window needs, with those that it predicts, and how many it predicts.
  private var windowTokens: Int {
    windows.context + (isEvery || windows.scoring == .secondHalf ? 0 : 1)
  }
  private var fullLength: Int { windows.context - (windows.scoring == .secondHalf ? 1 : 0) }

  /// Scores windows and takes them out of what is pending.
  private mutating func score(
    _ count: Int,
    length: Int,
    _ parameters: borrowing TransformerParameters
  ) -> [TokenLoss?] {
    let (inputs, targets) = rows(count, length)
    let (scored, windows) = (scoredCount, windows)
    let memory = takeMemory(count, length)
    let found = memory.losses(inputs, targets, parameters, ranks: ranks) { window in
      switch windows.scoring {
      case .new: (window == 0 ? scored : length - min(length, windows.stride))..<length
      case .secondHalf: windows.context / 2..<length
      }
    }
    self.memory = consume memory
    let losses = windows.scoring == .new ? found : amongAll(found, windowCount: count)
    pending.removeFirst(min(pending.count, count * windows.stride))
    scoredCount = max(0, length - windows.stride)
    isAtBeginning = false
    return losses
  }

  /// Puts the losses of second halves among the tokens of their windows.
  private func amongAll(_ losses: [TokenLoss], windowCount: Int) -> [TokenLoss?] {
    let half = losses.count / windowCount
    var all: [TokenLoss?] = []
    for window in 0..<windowCount {
      // What stands before the text is no token of it.
      let unscored = windows.context - half - (isAtBeginning && window == 0 ? 1 : 0)
      for _ in 0..<unscored { all.append(nil) }
      for loss in losses[window * half..<(window + 1) * half] { all.append(loss) }
    }
    return all
  }

  /// The memory of the last windows where it is for as many of that length, new memory otherwise.
  private mutating func takeMemory(_ count: Int, _ length: Int) -> WindowMemory {
    if let memory = memory.take(), memory.fits(count, length) { return memory }
    return WindowMemory(configuration, layers, kernels, count, length)
  }

  /// The tokens that windows take in, and those after them.
  private func rows(_ count: Int, _ length: Int) -> (inputs: [Int32], targets: [Int32]) {
    var inputs: [Int32] = []
    var targets: [Int32] = []
    for window in 0..<count {
      let start = window * windows.stride
      switch (windows.prefix, windows.scoring) {
      case (.every(let id), _):
        inputs.append(id)
        inputs += pending[start..<start + length - 1]
        targets += pending[start..<start + length]
      case (.first(let id), .secondHalf):
        inputs.append(id)
        inputs += pending[start + 1..<start + length]
        targets += pending[start + 1..<start + length + 1]
      case (.first, .new), (.none, _):
        inputs += pending[start..<start + length]
        targets += pending[start + 1..<start + length + 1]
      }
    }
    return (inputs, targets)
  }
}

/// The memory in which windows of one length are scored.
private struct WindowMemory: ~Copyable {
  private let pass: SlicePass
  private let space: Matrix<Float>
  private let head: HeadMemory
  private let found: Matrix<Float>

  init(
    _ configuration: TransformerConfiguration,
    _ layers: TransformerLayers,
    _ kernels: KernelContext,
    _ count: Int,
    _ length: Int
  ) {
    pass = SlicePass(
      configuration,
      layers,
      kernels: kernels,
      sequences: count,
      length: length,
      isKept: false
    )
    space = Matrix(rows: 1, columns: pass.layout.count)
    head = HeadMemory(vocabulary: configuration.shape.vocabulary, rows: count * length)
    found = Matrix(rows: 1, columns: count * length)
  }

  /// Whether it is for so many windows of that length.
  func fits(_ count: Int, _ length: Int) -> Bool {
    pass.layout.sequences == count && pass.layout.length == length
  }

  /// The losses of some rows of each window.
  func losses(
    _ inputs: [Int32],
    _ targets: [Int32],
    _ parameters: borrowing TransformerParameters,
    ranks: Bool,
    scored: (_ window: Int) -> Range<Int>
  ) -> [TokenLoss] {
    pass.forward(inputs.span, parameters.values, space)
    let width = pass.layers.head.outputs
    var losses: [TokenLoss] = []
    for rows in Self.joined(
      (0..<pass.layout.sequences).map { window in
        let rows = scored(window)
        let start = window * pass.layout.length
        return start + rows.lowerBound..<start + rows.upperBound
      }
    ) {
      pass.losses(of: rows, targets, parameters.values, space, head, into: found) { rows, logits in
        for row in rows {
          let rank =
            ranks
            ? Self.rank(logits, row - rows.lowerBound, width: width, targets[row]) : nil
          losses.append(TokenLoss(nats: found[0, row], rank: rank))
        }
      }
    }
    return losses
  }

  /// Joins ranges that touch, so that products are as large as they can be.
  private static func joined(_ ranges: [Range<Int>]) -> [Range<Int>] {
    ranges.reduce(into: []) { joined, range in
      if let last = joined.last, last.upperBound == range.lowerBound {
        joined[joined.count - 1] = last.lowerBound..<range.upperBound
      } else {
        joined.append(range)
      }
    }
  }

  /// One more than the tokens of a row whose logits are above the target's.
  private static func rank(_ logits: Span<Float>, _ row: Int, width: Int, _ target: Int32) -> Int {
    let own = logits[row * width + Int(target)]
    var rank = 1
    for index in row * width..<(row + 1) * width where logits[index] > own { rank += 1 }
    return rank
  }
}
