import CLossKernels
public import LanguageModeling

/// A byte-level model that knows nothing at first and learns from the text it scores.
///
/// It mixes the predictions of contexts of several lengths, of words and of repeats by logistic
/// mixing, one binary decision at a time. Each byte is scored before it is learned (prequential
/// coding, Dawid 1984), so that the loss is a valid code length and needs no training data.
/// The arithmetic is in integers and gives the same loss on every processor.
///
/// A final class because it owns tables of up to some hundred megabytes: scorers share them, which
/// is how learning carries over from text to text until ``forget()``.
@safe public final class AdaptiveModel: LanguageModel {
  /// How much work goes into each byte.
  public enum Effort: String, Sendable, Hashable, CaseIterable {
    /// About two megabytes of text a second on one core.
    case standard

    /// More contexts, a chain of them and more mixing, at less than half the speed.
    case maximal = "max"

    /// The bound on memory unless another is given: 100 MiB, or 640 MiB for the maximal effort.
    ///
    /// The table of contexts takes the largest power of two that fits: 64 and 512 MiB.
    public var defaultMemory: Int { self == .standard ? 100 << 20 : 640 << 20 }

    /// What the kernel calls it.
    fileprivate var code: Int32 { self == .standard ? 0 : 1 }
  }

  /// What keeps a model from being made.
  public enum Failure: Error, Hashable, CustomStringConvertible {
    /// Less memory than the smallest tables take, in bytes.
    case tooLittleMemory(given: Int, minimum: Int)

    /// The system refuses so much memory.
    case memoryRefused(Int)

    /// The failure in words.
    public var description: String {
      switch self {
      case .tooLittleMemory(let given, let minimum):
        "the adaptive model needs at least \(minimum) bytes of memory, found \(given)"
      case .memoryRefused(let bytes):
        "the system refuses the adaptive model's \(bytes) bytes of memory"
      }
    }
  }

  /// How much work goes into each byte.
  public let effort: Effort

  // SAFETY: made by `init`, destroyed by `deinit`, never handed out.
  private let state: OpaquePointer

  /// Creates a model that knows nothing.
  ///
  /// - Parameters:
  ///   - effort: How much work goes into each byte.
  ///   - memory: The bound on everything the model allocates, in bytes; ``Effort/defaultMemory``
  ///     unless given. When the tables are full, contexts seen rarely give way to new ones.
  /// - Throws: ``Failure``.
  public init(effort: Effort = .standard, memory: Int? = nil) throws(Failure) {
    let memory = memory ?? effort.defaultMemory
    let minimum = Self.minimumMemory(effort)
    guard memory >= minimum else { throw .tooLittleMemory(given: memory, minimum: minimum) }
    guard let state = unsafe closs_adaptive_create(memory, effort.code) else {
      throw .memoryRefused(memory)
    }
    self.effort = effort
    unsafe self.state = state
  }

  /// Creates a model that leaves wide instructions alone, to test that they change nothing.
  package convenience init(effort: Effort, memory: Int, usesWideInstructions: Bool) throws(Failure)
  {
    try self.init(effort: effort, memory: memory)
    if !usesWideInstructions { unsafe closs_adaptive_set_wide(state, false) }
  }

  deinit {
    unsafe closs_adaptive_destroy(state)
  }
}

extension AdaptiveModel {
  /// `adaptive`.
  public var name: String { "adaptive" }

  /// `byte`.
  public var tokenUnit: String { "byte" }

  /// Always.
  public var learns: Bool { true }

  /// The bytes of memory set aside; pages are taken as they are first used.
  public var memory: Int { unsafe Int(closs_adaptive_memory(state)) }

  /// The least memory a model of an effort needs, in bytes.
  public static func minimumMemory(_ effort: Effort) -> Int {
    Int(closs_adaptive_minimum_memory(effort.code))
  }

  /// Forgets everything learned.
  public func forget() {
    unsafe closs_adaptive_reset(state)
  }

  /// Makes a scorer for a text that continues whatever has been learned.
  public func makeScorer(ranks: Bool) -> AdaptiveScorer {
    AdaptiveScorer(model: self, ranks: ranks)
  }

  /// Scores bytes and learns them.
  ///
  /// - Returns: −ln p of each byte, in nats.
  func score(_ bytes: Span<UInt8>) -> [Double] {
    unsafe [Double](unsafeUninitializedCapacity: bytes.count) { nats, count in
      unsafe bytes.withUnsafeBufferPointer { bytes in
        guard let source = bytes.baseAddress, let target = nats.baseAddress else { return }
        // SAFETY: the kernel reads `bytes.count` bytes and writes as many doubles.
        unsafe closs_adaptive_score(state, source, bytes.count, target)
      }
      count = bytes.count
    }
  }

  /// The probabilities of the 256 bytes that may come next; their sum is 1.
  ///
  /// Nothing is learned.
  public func distribution() -> [Double] {
    unsafe [Double](unsafeUninitializedCapacity: 256) { probabilities, count in
      // SAFETY: the kernel writes 256 doubles.
      if let target = probabilities.baseAddress {
        unsafe closs_adaptive_distribution(state, target)
      }
      count = 256
    }
  }
}

/// Scores a text byte by byte under an adaptive model, which learns it.
public struct AdaptiveScorer: TextScorer {
  let model: AdaptiveModel
  let ranks: Bool
  private var offset = 0

  init(model: AdaptiveModel, ranks: Bool) {
    self.model = model
    self.ranks = ranks
  }

  /// Always.
  public var learns: Bool { true }

  /// Every byte is a token, so the text can be rebuilt.
  public var fidelity: Fidelity { .lossless }

  /// Scores and learns bytes, and hands each on.
  public mutating func score(_ chunk: [UInt8], receive: (ScoredToken) throws -> Void) throws {
    guard !ranks else { return try scoreWithRanks(chunk, receive) }
    for nats in model.score(chunk.span) {
      try receive(ScoredToken(byteOffset: offset, byteLength: 1, nats: nats))
      offset += 1
    }
  }

  private mutating func scoreWithRanks(
    _ chunk: [UInt8],
    _ receive: (ScoredToken) throws -> Void
  ) throws {
    for position in chunk.indices {
      let probabilities = model.distribution()
      let own = probabilities[Int(chunk[position])]
      let rank = 1 + probabilities.count { $0 > own }
      let nats = model.score(chunk.span.extracting(position..<(position + 1)))[0]
      try receive(ScoredToken(byteOffset: offset, byteLength: 1, nats: nats, rank: rank))
      offset += 1
    }
  }

  /// Does nothing: every byte has been handed on.
  public mutating func finish(receive: (ScoredToken) throws -> Void) throws {}
}
