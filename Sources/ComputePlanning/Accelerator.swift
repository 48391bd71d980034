/// An accelerator with the speed its maker states for dense matrix products.
public struct Accelerator: Sendable, Hashable {
  /// The name, such as `H100 SXM`.
  public var name: String
  /// The stated peak without sparsity, in FLOP/s of ``precision``.
  public var peak: Double
  /// The number format the peak is stated for.
  public var precision: String

  /// Creates an accelerator, also one of which only the peak is known.
  ///
  /// - Precondition: `peak` is finite and above 0.
  public init(name: String, peak: Double, precision: String = "bf16") {
    precondition(peak.isFinite && peak > 0, "a peak is positive, found \(peak)")
    self.name = name
    self.peak = peak
    self.precision = precision
  }
}

/// A name that stands for no accelerator whose peak is certain.
public enum AcceleratorError: Error, Hashable, CustomStringConvertible {
  /// No accelerator is known by this name.
  case unknown(String)
  /// Sources disagree on the peak of the accelerator, given in TFLOP/s.
  case disputed(String, low: Double, high: Double)

  /// The error in words.
  public var description: String {
    switch self {
    case .unknown(let name):
      let known = AcceleratorCatalog.all.map(\.name).joined(separator: ", ")
      return "unknown accelerator `\(name)`; known: \(known); for another, give its dense peak "
        + "with `--peak`"
    case .disputed(let name, let low, let high):
      return "sources disagree on the dense bf16 peak of \(name) (\(Int(low)) to \(Int(high)) "
        + "TFLOP/s); give it with `--peak`"
    }
  }
}
