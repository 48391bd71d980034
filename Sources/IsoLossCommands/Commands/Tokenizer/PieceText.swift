import IsoLoss

/// A token's bytes as people read them.
enum PieceText {
  /// The bytes as text: control characters and bytes that are no UTF-8 are escaped, line ends are
  /// drawn and kept.
  static func text(_ bytes: some Collection<UInt8>, keepsLines: Bool = false) -> String {
    guard let text = String(validating: bytes, as: UTF8.self) else {
      return bytes.map { byte in
        let isPrintable = (0x20..<0x7F).contains(byte)
        return isPrintable ? String(UnicodeScalar(byte)) : hexadecimal(byte)
      }.joined()
    }
    guard keepsLines else { return text.escapedForTerminal }
    // Scalar by scalar: in Swift, CR and LF together are one character.
    return text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false)
      .map { String(String.UnicodeScalarView($0)).escapedForTerminal }.joined(separator: "⏎\n")
  }

  /// A byte as `\xE2`.
  private static func hexadecimal(_ byte: UInt8) -> String {
    "\\x" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
  }

  /// Tokens one behind the other: on alternating backgrounds, or without color with bars between.
  static func drawing(_ pieces: [ArraySlice<UInt8>], inColor: Bool) -> String {
    guard inColor else {
      return pieces.map { text($0, keepsLines: true) }.joined(separator: "|") + "\n"
    }
    // A background that reaches across a line end would color the rest of the line.
    let backgrounds = ["\u{1B}[30;48;5;152m", "\u{1B}[30;48;5;223m"]
    let drawn = pieces.enumerated().map { index, piece in
      text(piece, keepsLines: true).split(separator: "\n", omittingEmptySubsequences: false)
        .map { $0.isEmpty ? "" : "\(backgrounds[index % 2])\($0)\u{1B}[0m" }
        .joined(separator: "\n")
    }
    return drawn.joined() + "\n"
  }
}
