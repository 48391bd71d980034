/// One training run: how big the model was, how much it read, and the loss it reached.
public struct Run: Sendable, Hashable {
  /// What the run is called, where the table names its runs.
  public var name: String?

  /// The line of the table the run stands on, counted from 1; 0 for a run from elsewhere.
  public var line: Int

  /// The number of parameters, *N*.
  public var parameters: Double

  /// The number of training tokens, *D*.
  public var tokens: Double

  /// The training compute, *C*, in FLOPs: the table's where it has a usable one, else k · N · D.
  public var compute: Double

  /// The loss reached, in the unit of its table (``RunTable/lossUnit``; nats per token where not said).
  public var loss: Double

  /// The number of different tokens among ``tokens``, *U*, where the table says; equal without repeats.
  ///
  /// Never more than ``tokens``: text that was not read does not count.
  public var uniqueTokens: Double?

  /// How much the run counts in a fit, relative to others; 1 where not said.
  public var weight: Double

  /// The table's further columns by name, as written; epochs, unique tokens and weights too.
  public var columns: [String: String]

  /// Creates a run; `compute` is 6 · N · D where none is given.
  public init(
    name: String? = nil,
    line: Int = 0,
    parameters: Double,
    tokens: Double,
    compute: Double? = nil,
    loss: Double,
    uniqueTokens: Double? = nil,
    weight: Double = 1,
    columns: [String: String] = [:]
  ) {
    self.name = name
    self.line = line
    self.parameters = parameters
    self.tokens = tokens
    self.compute = compute ?? 6 * parameters * tokens
    self.loss = loss
    self.uniqueTokens = uniqueTokens
    self.weight = weight
    self.columns = columns
  }
}

extension Run {
  /// Training tokens for each parameter, *D* / *N*.
  public var tokensPerParameter: Double { tokens / parameters }

  /// How often each different token was read, *D* / *U*; 1 where nothing is said of repeats.
  public var epochs: Double { uniqueTokens.map { tokens / $0 } ?? 1 }
}
