/// One operation worth a claim: what it does, how much of it, and how to know that it was done.
struct Benchmark {
  /// What an operation works through.
  enum Unit: String {
    case bytes
    case tokens
    case fits
    case values
  }

  /// `<module>/<operation>/<size>`.
  var name: String

  /// How much one run works through.
  var amount: Double

  /// What `amount` counts.
  var unit: Unit

  /// Whether `--quick` leaves it out.
  var isSlow = false

  /// The program under `Peers` that does the same, with its arguments; `nil` where there is none.
  var peer: Peer?

  /// Does the operation once and returns a figure that the answer's check looks at.
  var run: () throws -> Double

  /// Whether the figure is right.
  var check: (Double) -> Bool
}

/// A program that does the same as a benchmark and prints its seconds and figure as JSON.
struct Peer {
  /// The script's file name under `Peers`.
  var script: String

  /// Its arguments.
  var arguments: [String]
}

extension Benchmark {
  /// Whether a figure lies within a relative distance of another.
  static func near(_ expected: Double, relative: Double) -> (Double) -> Bool {
    { abs($0 - expected) <= relative * abs(expected) }
  }
}
