import CLossKernels
import Execution

/// What a cross-entropy is besides the logits and the targets.
public struct CrossEntropyOptions: Sendable, Hashable {
  /// The share of each target that is spread evenly over the vocabulary, as PyTorch's
  /// `label_smoothing`: `(1 − s) · nll + s · mean over the vocabulary of −ln p`.
  public var labelSmoothing: Double

  /// The weight of the squared log-sum-exp that is added to each loss.
  public var zWeight: Double

  /// What gradients are multiplied by, one over the number of tokens as a rule.
  public var gradientScale: Double

  /// Creates options; by default the plain loss and its gradient.
  ///
  /// - Precondition: Smoothing lies in 0…1 and the weight is not negative.
  public init(labelSmoothing: Double = 0, zWeight: Double = 0, gradientScale: Double = 1) {
    precondition((0...1).contains(labelSmoothing), "label smoothing of \(labelSmoothing)")
    precondition(zWeight >= 0, "a weight of \(zWeight) for the squared log-sum-exp")
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
///     for chunk in chunks { kernels.take(logits(chunk), columns: chunk.count, into: &totals) }
///     kernels.losses(of: totals, into: &losses)
///     for chunk in chunks { kernels.crossEntropyGradient(&logits, columns: chunk, of: totals) }
///
/// Chunks that begin at multiples of ``blockColumns`` give the bits of the whole; others agree with
/// it to rounding.
public struct LogitTotals: Sendable {
  /// The columns whose exponentials are summed in floats before they are added in double.
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
  private var sum: [Double]
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
    sum = Array(repeating: 0, count: rows)
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

  /// Gives a body the arrays as C knows them, and the number of rows.
  mutating func withRows(_ body: (inout closs_logit_rows, Int) -> Void) {
    let rows = rowCount
    // SAFETY: the pointers are used inside the body alone, while their arrays are held.
    unsafe largest.withUnsafeMutableBufferPointer { largest in
      unsafe targetLogit.withUnsafeMutableBufferPointer { targetLogit in
        unsafe sum.withUnsafeMutableBufferPointer { sum in
          unsafe total.withUnsafeMutableBufferPointer { total in
            unsafe targets.withUnsafeBufferPointer { targets in
              var state = unsafe closs_logit_rows(
                largest: largest.baseAddress,
                sum: sum.baseAddress,
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
}

extension closs_logit_rows {
  /// The rows from one on.
  func dropping(_ rows: Int) -> Self {
    var rest = unsafe self
    unsafe rest.largest += rows
    unsafe rest.sum += rows
    if unsafe rest.total != nil { unsafe rest.total += rows }
    if unsafe rest.target_logit != nil { unsafe rest.target_logit += rows }
    if unsafe rest.targets != nil { unsafe rest.targets += rows }
    return unsafe rest
  }
}
