/// How many of everything attention has, and which keys a query sees.
///
///     let shape = AttentionShape(batch: 8, queries: 256, headCount: 6, headSize: 64)
///
/// The queries are the last ``queries`` of ``keys`` positions, so decoding one token against a
/// thousand cached keys is `AttentionShape(queries: 1, keys: 1000, …)`.
public struct AttentionShape: Sendable, Hashable {
  /// Sequences, B.
  public let batch: Int

  /// Query positions of a sequence, T.
  public let queries: Int

  /// Key positions of a sequence, S.
  public let keys: Int

  /// Query heads, H.
  public let headCount: Int

  /// Heads of keys and values, G; query heads `h H/G ..< (h + 1) H/G` share the key head `h`.
  public let keyValueHeadCount: Int

  /// Numbers of a head, d.
  public let headSize: Int

  /// Whether a query sees no key after its own position.
  public let isCausal: Bool

  /// How many keys a query sees at most, its own position's among them; `nil` for all.
  public let window: Int?

  /// What scores are multiplied by.
  public let scale: Float

  /// The largest head size.
  public static let headSizeLimit = 512

  /// Creates a shape: by default as many keys as queries, as many key heads as query heads, all
  /// earlier positions in sight, and a scale of one over the square root of the head size.
  ///
  /// - Precondition: The key heads divide the query heads; every query sees a key: there are at least
  ///   as many keys as queries where it is causal, and a key at all; a window is causal.
  public init(
    batch: Int = 1,
    queries: Int,
    keys: Int? = nil,
    headCount: Int,
    keyValueHeadCount: Int? = nil,
    headSize: Int,
    isCausal: Bool = true,
    window: Int? = nil,
    scale: Float? = nil
  ) {
    let keys = keys ?? queries
    let keyHeads = keyValueHeadCount ?? headCount
    precondition(batch >= 0 && queries >= 0, "a shape of \(batch) times \(queries) queries")
    precondition(
      keyHeads > 0 && headCount > 0 && headCount % keyHeads == 0,
      "\(headCount) query heads cannot share \(keyHeads) key heads evenly"
    )
    precondition(
      (1...Self.headSizeLimit).contains(headSize),
      "a head of \(headSize) numbers; there can be 1 to \(Self.headSizeLimit)"
    )
    precondition(
      keys >= (isCausal ? queries : min(queries, 1)),
      "\(queries) queries have only \(keys) keys"
    )
    // The kernel keeps positions and heads as 32-bit integers.
    let limit = 1 << 30
    precondition(
      max(queries, keys, headCount) < limit,
      "\(queries) queries, \(keys) keys or \(headCount) heads are not below \(limit)"
    )
    precondition(
      window.map { $0 > 0 && isCausal } ?? true,
      "a window must be causal and hold a key"
    )
    self.batch = batch
    self.queries = queries
    self.keys = keys
    self.headCount = headCount
    self.keyValueHeadCount = keyHeads
    self.headSize = headSize
    self.isCausal = isCausal
    self.window = window
    self.scale = scale ?? 1 / Float(headSize).squareRoot()
  }
}

extension AttentionShape {
  /// How many log-sum-exps there are, (B, H, T).
  public var logSumExpCount: Int { batch * headCount * queries }

  /// Traps unless there are as many log-sum-exps as rows.
  func requireLogSumExps(_ count: Int) {
    precondition(count == logSumExpCount, "\(logSumExpCount) log-sum-exps do not fit \(count)")
  }

  /// The width of a projection that holds queries, keys and values, (H + 2G) d.
  public var projectionWidth: Int { (headCount + 2 * keyValueHeadCount) * headSize }

  /// How many multiply-adds the two products of a forward pass need: 2d for each pair of a query
  /// and a key that it sees, in each head.
  public var multiplyAddCount: Int {
    guard isCausal else { return 2 * headSize * batch * headCount * queries * keys }
    // A query at position p sees p + 1 keys, or the window.
    let window = min(window ?? keys, keys)
    let first = keys - queries + 1
    let growing = max(0, min(keys, window) - first + 1)
    let pairs = growing * (2 * first + growing - 1) / 2 + (queries - growing) * window
    return 2 * headSize * batch * headCount * pairs
  }
}

// MARK: - Where the numbers are

/// Where the rows of heads are in a buffer; the d numbers of each are contiguous.
public struct AttentionLayout: Sendable, Hashable {
  /// Numbers before the first row.
  public var offset: Int

  /// From one sequence to the next.
  public var batchStride: Int

  /// From one position to the next.
  public var positionStride: Int

  /// From one head to the next.
  public var headStride: Int

  /// Creates a layout.
  public init(offset: Int = 0, batchStride: Int, positionStride: Int, headStride: Int) {
    self.offset = offset
    self.batchStride = batchStride
    self.positionStride = positionStride
    self.headStride = headStride
  }

  /// The layout of a buffer (B, positions, heads, d).
  public static func dense(positions: Int, headCount: Int, headSize: Int) -> Self {
    let width = headCount * headSize
    return Self(batchStride: positions * width, positionStride: width, headStride: headSize)
  }

  /// Traps unless all rows are inside a buffer, and, where they are written, apart.
  func check(_ shape: AttentionShape, _ rows: AttentionRows, in count: Int, isWritten: Bool) {
    let counts = rows.counts(shape)
    let strides = [batchStride, positionStride, headStride]
    precondition(
      offset >= 0 && strides.allSatisfy { $0 >= 0 },
      "the layout of the \(rows) has a negative stride or offset"
    )
    var end = offset + shape.headSize
    var extent = shape.headSize
    for (stride, count) in zip(strides, counts).sorted(by: { $0.0 < $1.0 }) where count > 1 {
      end += stride * (count - 1)
      precondition(!isWritten || stride >= extent, "rows of the \(rows) overlap")
      extent += stride * (count - 1)
    }
    precondition(end <= count, "the \(rows) end at \(end) in a buffer of \(count)")
  }
}

/// Which rows a layout is for.
enum AttentionRows: String, CustomStringConvertible {
  case queries
  case keys
  case values
  case outputs

  var description: String { rawValue }

  /// Sequences, positions and heads.
  func counts(_ shape: AttentionShape) -> [Int] {
    switch self {
    case .queries, .outputs: [shape.batch, shape.queries, shape.headCount]
    case .keys, .values: [shape.batch, shape.keys, shape.keyValueHeadCount]
    }
  }
}

/// The layouts of the four tensors of attention; gradients lie as what they belong to.
public struct AttentionLayouts: Sendable, Hashable {
  /// Of the queries, (B, T, H, d) in any order.
  public var queries: AttentionLayout

  /// Of the keys, (B, S, G, d) in any order.
  public var keys: AttentionLayout

  /// Of the values, (B, S, G, d) in any order.
  public var values: AttentionLayout

  /// Of the outputs, (B, T, H, d) in any order.
  public var outputs: AttentionLayout

  /// Creates layouts.
  public init(
    queries: AttentionLayout,
    keys: AttentionLayout,
    values: AttentionLayout,
    outputs: AttentionLayout
  ) {
    self.queries = queries
    self.keys = keys
    self.values = values
    self.outputs = outputs
  }

  /// Four buffers, each (B, positions, heads, d).
  public static func dense(_ shape: AttentionShape) -> Self {
    let rows = AttentionLayout.dense(
      positions: shape.queries,
      headCount: shape.headCount,
      headSize: shape.headSize
    )
    let keys = AttentionLayout.dense(
      positions: shape.keys,
      headCount: shape.keyValueHeadCount,
      headSize: shape.headSize
    )
    return Self(queries: rows, keys: keys, values: keys, outputs: rows)
  }

  /// Queries, keys and values beside each other in one buffer (B, T, (H + 2G) d), as one projection
  /// makes them; outputs (B, T, H, d).
  ///
  /// - Precondition: There are as many keys as queries.
  public static func projection(_ shape: AttentionShape) -> Self {
    precondition(
      shape.keys == shape.queries,
      "a projection of \(shape.queries) positions cannot hold \(shape.keys) keys"
    )
    let width = shape.projectionWidth
    func part(_ head: Int) -> AttentionLayout {
      AttentionLayout(
        offset: head * shape.headSize,
        batchStride: shape.queries * width,
        positionStride: width,
        headStride: shape.headSize
      )
    }
    return Self(
      queries: part(0),
      keys: part(shape.headCount),
      values: part(shape.headCount + shape.keyValueHeadCount),
      outputs: dense(shape).outputs
    )
  }
}
