import IsoLoss

/// One operation worth a claim: what it does, how much of it, and how to know that it was done.
struct Benchmark {
  /// What an operation works through.
  enum Unit: String {
    case bytes
    case tokens
    case fits
    case values
    case regions

    /// Floating-point operations: a multiply-add counts as two.
    case flops
  }

  /// `<module>/<operation>/<size>`.
  var name: String

  /// What the amount of work counts.
  var unit: Unit

  /// Whether `--quick` leaves it out.
  var isSlow: Bool

  /// Whether it runs on one thread however many there are, and its limit and its peer too.
  var isSerial: Bool

  /// What bounds its speed on any machine; the amount, or that in the limit's unit, is what it counts.
  var limit: MachineLimit?

  /// The program under `Peers` that does the same, with its arguments; `nil` where there is none.
  var peer: Peer?

  /// Reads the inputs; only the benchmark that runs pays for its own.
  var prepare: (KernelContext) throws -> PreparedBenchmark

  /// Creates a benchmark that runs on the instruction set and the threads it is given.
  init(
    name: String,
    unit: Unit,
    isSlow: Bool = false,
    isSerial: Bool = false,
    limit: MachineLimit? = nil,
    peer: Peer? = nil,
    prepare: @escaping (KernelContext) throws -> PreparedBenchmark
  ) {
    self.name = name
    self.unit = unit
    self.isSlow = isSlow
    self.isSerial = isSerial
    self.limit = limit
    self.peer = peer
    self.prepare = prepare
  }

  /// Creates a benchmark that has no use for kernels; with a limit it is one of a single thread.
  init(
    name: String,
    unit: Unit,
    isSlow: Bool = false,
    limit: MachineLimit? = nil,
    peer: Peer? = nil,
    prepare: @escaping () throws -> PreparedBenchmark
  ) {
    self.init(
      name: name,
      unit: unit,
      isSlow: isSlow,
      isSerial: limit != nil,
      limit: limit,
      peer: peer
    ) { _ in try prepare() }
  }
}

/// A benchmark with its inputs in memory.
struct PreparedBenchmark {
  /// How much one run works through.
  var amount: Double

  /// How many flops or moved bytes that takes; `nil` where the amount says so itself.
  var limitedAmount: Double?

  /// Does the operation once and returns a figure that the answer's check looks at.
  var run: () throws -> Double

  /// Whether the figure is right.
  var check: (Double) -> Bool
}

extension PreparedBenchmark {
  /// Whether a figure lies within a relative distance of another.
  static func near(_ expected: Double, relative: Double) -> (Double) -> Bool {
    { abs($0 - expected) <= relative * abs(expected) }
  }
}

/// What keeps a benchmark from counting.
struct BenchmarkError: Error, CustomStringConvertible {
  var description: String
}
