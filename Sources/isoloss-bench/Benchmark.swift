/// One operation worth a claim: what it does, how much of it, and how to know that it was done.
struct Benchmark {
  /// What an operation works through.
  enum Unit: String {
    case bytes
    case tokens
    case fits
    case values
    case regions
  }

  /// `<module>/<operation>/<size>`.
  var name: String

  /// What the amount of work counts.
  var unit: Unit

  /// Whether `--quick` leaves it out.
  var isSlow = false

  /// The program under `Peers` that does the same, with its arguments; `nil` where there is none.
  var peer: Peer?

  /// Reads the inputs; only the benchmark that runs pays for its own.
  var prepare: () throws -> PreparedBenchmark
}

/// A benchmark with its inputs in memory.
struct PreparedBenchmark {
  /// How much one run works through.
  var amount: Double

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

extension PreparedBenchmark {
  /// Whether a figure lies within a relative distance of another.
  static func near(_ expected: Double, relative: Double) -> (Double) -> Bool {
    { abs($0 - expected) <= relative * abs(expected) }
  }
}
