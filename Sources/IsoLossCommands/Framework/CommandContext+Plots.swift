import IsoLoss

extension CommandContext {
  /// How charts are drawn with characters among the results.
  var terminalPlot: TerminalPlot {
    let width = terminal.width
    return TerminalPlot(
      width: width,
      // As high as wide to the eye is too high for a screen: characters are twice as high as wide.
      height: min(max(width * 3 / 10, 18), 40),
      usesColor: usesOutputColor
    )
  }
}
