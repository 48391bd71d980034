import LossNumerics
import ModelShapes

/// Windows of one length, and what of them is scored.
struct WindowBatch: Sendable {
  /// The tokens that a window takes in, T.
  var length: Int

  /// The tokens taken in, and those after them, (W, T).
  var inputs: [Int32] = []
  var targets: [Int32] = []

  /// The rows of each window that are scored.
  var scored: [Range<Int>] = []

  /// How many windows there are, W.
  var count: Int { scored.count }

  /// Some of the windows.
  subscript(windows: Range<Int>) -> WindowBatch {
    let rows = windows.lowerBound * length..<windows.upperBound * length
    return WindowBatch(
      length: length,
      inputs: Array(inputs[rows]),
      targets: Array(targets[rows]),
      scored: Array(scored[windows])
    )
  }

  /// The scored rows of all windows; ranges that touch are joined, so that products are as large as
  /// they can be.
  var scoredRows: [Range<Int>] {
    var joined: [Range<Int>] = []
    for (window, rows) in scored.enumerated() {
      let start = window * length
      let range = start + rows.lowerBound..<start + rows.upperBound
      if let last = joined.last, last.upperBound == range.lowerBound {
        joined[joined.count - 1] = last.lowerBound..<range.upperBound
      } else {
        joined.append(range)
      }
    }
    return joined
  }
}

/// The memory in which some windows at a time are scored.
final class WindowMemory: Sendable {
  private let space: Matrix<Float>
  private let head: HeadMemory
  private let found: Matrix<Float>

  /// Takes memory for a pass, and for any over fewer windows.
  init(_ pass: SlicePass) {
    space = Matrix(rows: 1, columns: pass.layout.count)
    head = HeadMemory(vocabulary: pass.layers.head.outputs, rows: pass.layout.rows)
    found = Matrix(rows: 1, columns: pass.layout.rows)
  }

  /// Whether there is room for a pass.
  func fits(_ pass: SlicePass) -> Bool {
    pass.layout.count <= space.columns && pass.layout.rows <= found.columns
  }

  /// The losses of the scored rows of windows, in order.
  func losses(
    _ batch: WindowBatch,
    _ pass: SlicePass,
    _ parameters: borrowing Matrix<Float>,
    ranks: Bool
  ) -> [TokenLoss] {
    pass.forward(batch.inputs.span, parameters, space)
    let width = pass.layers.head.outputs
    var losses: [TokenLoss] = []
    for rows in batch.scoredRows {
      pass.losses(of: rows, batch.targets, parameters, space, head, into: found) { rows, logits in
        for row in rows {
          let target = batch.targets[row]
          let rank =
            ranks ? Self.rank(logits, row - rows.lowerBound, width: width, target) : nil
          losses.append(TokenLoss(nats: found[0, row], rank: rank))
        }
      }
    }
    return losses
  }

  /// One more than the tokens of a row whose logits are above the target's.
  private static func rank(_ logits: Span<Float>, _ row: Int, width: Int, _ target: Int32) -> Int {
    let own = logits[row * width + Int(target)]
    var rank = 1
    for index in row * width..<(row + 1) * width where logits[index] > own { rank += 1 }
    return rank
  }
}
