/// A published law under a name, with what its numbers mean and how far they carry.
///
///     let set = try CoefficientSet.named("epoch")
///     if case .surface(let law) = set.model { print(law.optimum(compute: 1e21)) }
public struct CoefficientSet: Sendable, Hashable {
  /// What was published.
  public enum Model: Sendable, Hashable {
    /// L(N, D): loss, optimum and over-training.
    case surface(ScalingLaw)
    /// N*(C) and D*(C) only.
    case frontier(ComputeFrontier)
  }

  /// Which parameters N counts.
  public enum ParameterCount: String, Sendable, Hashable, CaseIterable {
    /// All, embeddings included.
    case total
    /// All but embeddings.
    case nonEmbedding = "non-embedding"
  }

  /// The extent of the runs a law was fitted to; `nil` where not known.
  public struct FittedRange: Sendable, Hashable {
    /// Smallest and largest N.
    public var parameters: ClosedRange<Double>?
    /// Smallest and largest D.
    public var tokens: ClosedRange<Double>?
    /// Smallest and largest C, in FLOPs.
    public var compute: ClosedRange<Double>?

    /// Creates an extent.
    public init(
      parameters: ClosedRange<Double>? = nil,
      tokens: ClosedRange<Double>? = nil,
      compute: ClosedRange<Double>? = nil
    ) {
      self.parameters = parameters
      self.tokens = tokens
      self.compute = compute
    }
  }

  /// A reason for doubt that everyone who uses the set should see.
  public struct Caveat: Sendable, Hashable {
    /// A name for programs, such as `contradicts-own-table`.
    public var id: String
    /// The reason, in words.
    public var message: String

    /// Creates a caveat.
    public init(id: String, message: String) {
      self.id = id
      self.message = message
    }
  }

  /// The name commands and reports use.
  public var name: String
  /// What it is, in a line.
  public var title: String
  /// The law or the frontier.
  public var model: Model
  /// Where the numbers stand.
  public var source: String
  /// Which parameters N counts.
  public var parameterCount: ParameterCount
  /// The unit of loss and the text it was measured on: losses of two texts do not compare.
  public var lossUnit: String
  /// The extent of the runs behind it.
  public var fittedRange: FittedRange
  /// Reasons for doubt.
  public var caveats: [Caveat]

  /// Creates a set.
  public init(
    name: String,
    title: String,
    model: Model,
    source: String,
    parameterCount: ParameterCount,
    lossUnit: String,
    fittedRange: FittedRange = FittedRange(),
    caveats: [Caveat] = []
  ) {
    self.name = name
    self.title = title
    self.model = model
    self.source = source
    self.parameterCount = parameterCount
    self.lossUnit = lossUnit
    self.fittedRange = fittedRange
    self.caveats = caveats
  }
}

// MARK: - By name

extension CoefficientSet {
  /// The set of a name.
  ///
  /// - Throws: ``UnknownCoefficientSet`` when there is none.
  public static func named(_ name: String) throws(UnknownCoefficientSet) -> CoefficientSet {
    guard let set = published.first(where: { $0.name == name }) else {
      throw UnknownCoefficientSet(name: name)
    }
    return set
  }
}

/// A name under which no coefficients were published.
public struct UnknownCoefficientSet: Error, Hashable, CustomStringConvertible {
  /// The name that was asked for.
  public var name: String

  /// Creates the error.
  public init(name: String) {
    self.name = name
  }

  /// The error in words, with every known name.
  public var description: String {
    let known = CoefficientSet.published.map { "`\($0.name)`" }.joined(separator: ", ")
    return "unknown coefficient set `\(name)`; known: \(known)"
  }
}
