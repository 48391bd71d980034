import CLossKernels
import Execution

/// What a cross-entropy is besides the logits and the targets.
public struct CrossEntropyOptions: Sendable, Hashable {
  /// The share of each target that is spread evenly over the vocabulary, as PyTorch's
  /// `label_smoothing`: `(1 − s) · nll + s · mean over the vocabulary of −ln p`.
  public let labelSmoothing: Double

  /// The weight of the squared log-sum-exp that is added to each loss.
  public let zWeight: Double

  /// What gradients are multiplied by, one over the number of tokens as a rule.
  public let gradientScale: Double

  /// Creates options; by default the plain loss and its gradient.
  ///
  /// - Precondition: Smoothing lies in 0…1; the weight is finite and not negative.
  public init(labelSmoothing: Double = 0, zWeight: Double = 0, gradientScale: Double = 1) {
    precondition((0...1).contains(labelSmoothing), "label smoothing of \(labelSmoothing)")
    precondition(
      zWeight >= 0 && zWeight.isFinite,
      "a weight of \(zWeight) for the squared log-sum-exp"
    )
    self.labelSmoothing = labelSmoothing
    self.zWeight = zWeight
    self.gradientScale = gradientScale
  }
}

/// What is known of rows of logits that arrive in chunks of columns.
///
/// For a vocabulary whose logits shall not stand in memory whole: take each chunk, then ask for the
/// losses, then make each chunk again and turn it into its gradient.
///
///     var totals = LogitTotals(targets: targets, vocabularySize: 50_257)
///     for chunk in chunks {
///       kernels.take(logits(chunk).span, columns: chunk.count, into: &totals)
///     }
///     var lossSpan = losses.mutableSpan
///     kernels.losses(of: totals, into: &lossSpan)
///     for chunk in chunks {
///       var part = logits(chunk)
///       var span = part.mutableSpan
///       kernels.crossEntropyGradient(replacing: &span, columns: chunk, of: totals)
///     }
///
/// Chunks that begin at multiples of ``blockColumns`` give the bits of the whole; others agree with
/// it to rounding.
public struct LogitTotals: Sendable {
  /// The columns whose exponentials are summed in floats, the largest's own apart, before they are
  /// added in double.
  public static let blockColumns = Int(CLOSS_LOGITS_BLOCK)

  /// The target of each row; a negative one keeps its row out, with loss and gradient 0.
  public let targets: [Int32]

  /// The columns of all chunks together.
  public let vocabularySize: Int

  /// What the loss is made of.
  public let options: CrossEntropyOptions

  /// The columns taken so far.
  public internal(set) var columnsTaken = 0

  /// The number of rows.
  public let rowCount: Int

  private var largest: [Float]
  private var targetLogit: [Float]
  private var rest: [Double]
  private var total: [Double]

  /// Creates totals of no columns yet.
  ///
  /// - Precondition: Each target is below `vocabularySize`.
  public init(
    targets: [Int32],
    vocabularySize: Int,
    options: CrossEntropyOptions = CrossEntropyOptions()
  ) {
    for target in targets where Int(target) >= vocabularySize {
      preconditionFailure("target \(target) is outside a vocabulary of \(vocabularySize)")
    }
    self.init(targets, targets.count, vocabularySize, options)
  }

  /// Totals without targets, for a log-sum-exp.
  init(rows: Int, columns: Int) { self.init([], rows, columns, CrossEntropyOptions()) }

  private init(
    _ targets: [Int32],
    _ rows: Int,
    _ vocabularySize: Int,
    _ options: CrossEntropyOptions
  ) {
    self.targets = targets
    self.vocabularySize = vocabularySize
    self.options = options
    rowCount = rows
    largest = Array(repeating: -.infinity, count: rows)
    targetLogit = Array(repeating: 0, count: rows)
    rest = Array(repeating: 0, count: rows)
    total = options.labelSmoothing > 0 ? Array(repeating: 0, count: rows) : []
  }

  /// The loss as C knows it.
  var loss: closs_cross_entropy {
    closs_cross_entropy(
      vocabulary: vocabularySize,
      smoothing: options.labelSmoothing,
      z_weight: options.zWeight,
      scale: options.gradientScale
    )
  }

  /// Gives a body the arrays as C knows them, to write, and the number of rows.
  mutating func withRows(_ body: (inout closs_logit_rows, Int) -> Void) {
    let rows = rowCount
    // SAFETY: the pointers are used inside the body alone, while their arrays are held.
    unsafe largest.withUnsafeMutableBufferPointer { largest in
      unsafe targetLogit.withUnsafeMutableBufferPointer { targetLogit in
        unsafe rest.withUnsafeMutableBufferPointer { rest in
          unsafe total.withUnsafeMutableBufferPointer { total in
            unsafe targets.withUnsafeBufferPointer { targets in
              var state = unsafe closs_logit_rows(
                largest: largest.baseAddress,
                rest: rest.baseAddress,
                total: total.isEmpty ? nil : total.baseAddress,
                target_logit: targetLogit.baseAddress,
                targets: targets.isEmpty ? nil : targets.baseAddress
              )
              unsafe body(&state, rows)
            }
          }
        }
      }
    }
  }

  /// Gives a body the arrays as C knows them, to read only, and the number of rows.
  func withReadableRows(_ body: (inout closs_logit_rows, Int) -> Void) {
    let rows = rowCount
    // SAFETY: the pointers are used inside the body alone, while their arrays are held; what C does
    // with finished totals reads them.
    unsafe largest.withUnsafeBufferPointer { largest in
      unsafe targetLogit.withUnsafeBufferPointer { targetLogit in
        unsafe rest.withUnsafeBufferPointer { rest in
          unsafe total.withUnsafeBufferPointer { total in
            unsafe targets.withUnsafeBufferPointer { targets in
              var state = unsafe closs_logit_rows(
                largest: UnsafeMutablePointer(mutating: largest.baseAddress),
                rest: UnsafeMutablePointer(mutating: rest.baseAddress),
                total: total.isEmpty ? nil : UnsafeMutablePointer(mutating: total.baseAddress),
                target_logit: UnsafeMutablePointer(mutating: targetLogit.baseAddress),
                targets: targets.isEmpty ? nil : targets.baseAddress
              )
              unsafe body(&state, rows)
            }
          }
        }
      }
    }
  }
}

extension closs_logit_rows {
  /// The rows from one on.
  func dropping(_ rows: Int) -> Self {
    var part = unsafe self
    unsafe part.largest += rows
    unsafe part.rest += rows
    if unsafe part.total != nil { unsafe part.total += rows }
    if unsafe part.target_logit != nil { unsafe part.target_logit += rows }
    if unsafe part.targets != nil { unsafe part.targets += rows }
    return unsafe part
  }
}
