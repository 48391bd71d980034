/// Scores one text, chunk by chunk, token by token.
///
/// How the text is cut into chunks never changes a result. A scorer serves one text; the next starts
/// with a new one.
public protocol TextScorer {
  /// Whether the model learns from the text, so that its losses are one path of learning and no
  /// sample.
  var learns: Bool { get }

  /// Whether tokens may come long after their bytes were taken; only such a scorer leaves tokens
  /// unscored.
  ///
  /// Other tokens come with their last bytes, or as soon as these are a whole character.
  var lags: Bool { get }

  /// Takes the next bytes of the text and hands on every token they complete.
  ///
  /// - Parameters:
  ///   - chunk: The bytes that follow those of the last call.
  ///   - receive: Called once a token, in text order.
  /// - Throws: ``ZeroProbability`` at a token the model holds impossible, and what `receive` throws.
  mutating func score(_ chunk: [UInt8], receive: (ScoredToken) throws -> Void) throws

  /// Ends the text: hands on the tokens that only its end completes.
  mutating func finish(receive: (ScoredToken) throws -> Void) throws

  /// Whether the tokens handed on determine the text's bytes; asked after the end.
  var fidelity: Fidelity { get }
}

extension TextScorer {
  /// Most models stay as they are.
  public var learns: Bool { false }

  /// Most models score a token as soon as it is complete.
  public var lags: Bool { false }
}

/// Whether scored tokens determine the bytes of their text, so that bits per byte have a meaning.
public enum Fidelity: Sendable, Hashable {
  /// The text can be rebuilt from its tokens, byte for byte.
  case lossless

  /// Some bytes cannot be rebuilt: how many, and why.
  case lossy(unmodelledByteCount: Int, reason: String)
}

extension Fidelity {
  /// The fidelity of two texts taken together; the first reason stands for all.
  public static func + (first: Fidelity, second: Fidelity) -> Fidelity {
    switch (first, second) {
    case (_, .lossless): first
    case (.lossless, _): second
    case (.lossy(let left, let reason), .lossy(let right, _)):
      .lossy(unmodelledByteCount: left + right, reason: reason)
    }
  }
}

/// A token the model gave probability zero: its loss is infinite.
public struct ZeroProbability: Error, Hashable, CustomStringConvertible {
  /// Where the token's first byte stands in the text, counted from 0.
  public var byteOffset: Int

  /// Creates the error for the token at an offset.
  public init(byteOffset: Int) {
    self.byteOffset = byteOffset
  }

  /// The error in words.
  public var description: String {
    "the model gives the token at byte \(byteOffset) probability 0, so its loss is infinite"
  }
}
