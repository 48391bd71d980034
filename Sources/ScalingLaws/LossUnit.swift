#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// What one unit of a loss is.
///
/// Per token, nats and bits differ by ln 2 and a table in bits is read as nats (``converted``). Per
/// byte is another quantity: the bytes of a token are not in the table, so such losses stay as they
/// are, and a law fitted to them predicts bits per byte.
public enum LossUnit: String, Sendable, Hashable, CaseIterable {
  /// Natural logarithms, a token each.
  case natsPerToken = "nats"

  /// Logarithms to base 2, a token each.
  case bitsPerToken = "bits"

  /// Logarithms to base 2, a byte of text each.
  case bitsPerByte = "bits-per-byte"
}

extension LossUnit {
  /// The unit in words, such as `nats per token`.
  public var displayName: String {
    switch self {
    case .natsPerToken: "nats per token"
    case .bitsPerToken: "bits per token"
    case .bitsPerByte: "bits per byte"
    }
  }

  /// The unit that runs have once they are read: nats for what is counted per token.
  public var converted: LossUnit { self == .bitsPerToken ? .natsPerToken : self }

  /// What a loss in this unit is multiplied by to have the unit ``converted``: ln 2 for bits per token.
  public var conversionFactor: Double { self == .bitsPerToken ? log(2) : 1 }

  /// A coefficient's unit for losses in this unit: `nats per token` becomes `bits per byte`.
  ///
  /// - Parameter coefficient: A coefficient whose unit is written for nats per token.
  /// - Returns: Its unit here.
  public func unit(of coefficient: Coefficient) -> String {
    coefficient.unit == LossUnit.natsPerToken.displayName ? displayName : coefficient.unit
  }

  /// The loss of a guess that gives every token, or byte, the same probability.
  ///
  /// - Parameter vocabularySize: How many different tokens there are; a byte has 256 values.
  /// - Returns: The loss in this unit.
  public func uniformLoss(vocabularySize: Double) -> Double {
    switch self {
    case .natsPerToken: log(vocabularySize)
    case .bitsPerToken: log2(vocabularySize)
    case .bitsPerByte: 8
    }
  }
}

/// Which parameters a table's *N* counts.
///
/// Kaplan et al. 2020 left embeddings out, Hoffmann et al. 2022 counted them, and much of the
/// difference between their exponents is that (Pearce and Song 2024). So it is declared, never
/// guessed from numbers.
public enum ParameterConvention: String, Sendable, Hashable, CaseIterable {
  /// All parameters.
  case total

  /// Those outside of embeddings.
  case nonEmbedding = "non-embedding"

  /// The table's user did not say.
  case undeclared
}

extension ParameterConvention {
  /// The headings that say themselves that they count without embeddings.
  public static let nonEmbeddingSpellings = [
    "N_no_embed", "N_no_embedding", "N_non_embedding", "N_ne", "non_embedding_params",
    "non_embedding_parameters", "nonembedding_params", "params_no_embed", "params_non_embedding",
    "parameters_no_embed", "parameters_non_embedding",
  ]

  /// Whether a heading says that it counts without embeddings.
  static func isNonEmbedding(_ heading: String) -> Bool {
    nonEmbeddingSpellings.contains { $0.lowercased() == heading.lowercased() }
  }
}
