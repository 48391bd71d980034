import IsoLoss

/// What the runs of a benchmark came to.
struct Measurement {
  var benchmark: Benchmark
  var kernels: KernelContext

  /// Seconds of one run, a sample each.
  var seconds = Samples()

  /// How many runs a sample repeats.
  var repetitions = 1

  /// The answer of the last run.
  var figure = Double.nan

  /// How much one run works through.
  var amount: Double

  /// How much of what the limit counts one run works through.
  var limitedAmount: Double

  /// The limit's value, in flops or bytes per second.
  var limitPerSecond: Double?

  /// Our speed over the peer's, a value a round; empty without a peer.
  var speedOverPeer = Samples()

  /// The peer's seconds, a value a round.
  var peerSeconds = Samples()

  var peakMemoryByteCount = 0

  /// Warms up, runs in turn with the peer, and checks the answers.
  ///
  /// - Throws: ``BenchmarkError`` when an answer is wrong: a fast wrong answer is not a result.
  init(
    _ benchmark: Benchmark,
    on kernels: KernelContext,
    plan: MeasurementPlan,
    peers: PeerPrograms?
  ) throws {
    let pool = benchmark.isSerial ? WorkerPool(threadCount: 1) : kernels.pool
    let kernels = KernelContext(variant: kernels.variant, pool: pool)
    var peers = peers
    peers?.threadCount = pool.threadCount
    self.benchmark = benchmark
    self.kernels = kernels
    let prepared = try benchmark.prepare(kernels)
    amount = prepared.amount
    limitedAmount = prepared.limitedAmount ?? prepared.amount
    if plan.measuresLimits {
      limitPerSecond = benchmark.limit.map { MachineLimits(kernels: kernels).perSecond($0) }
    }
    if plan.sampleSeconds > 0 {
      repetitions = try Stopwatch.repetitions(lasting: plan.sampleSeconds) { count in
        try run(prepared, repetitions: count)
      }
    }
    for _ in 0..<plan.rounds { try addRound(of: prepared, plan: plan, peers: peers) }
    peakMemoryByteCount = peakMemory()
  }

  private mutating func addRound(
    of prepared: PreparedBenchmark,
    plan: MeasurementPlan,
    peers: PeerPrograms?
  ) throws {
    var round = Samples()
    for _ in 0..<plan.samplesInRound {
      let elapsed = try Stopwatch.seconds { try run(prepared, repetitions: repetitions) }
      round.values.append(elapsed / Double(repetitions))
    }
    seconds.values += round.values
    guard let peers, let peer = benchmark.peer, let other = try peers.seconds(of: peer) else {
      return
    }
    peerSeconds.values.append(other)
    speedOverPeer.values.append(other / round.median)
  }

  /// Runs, and checks the last answer.
  private mutating func run(_ prepared: PreparedBenchmark, repetitions: Int) throws {
    for _ in 0..<repetitions { figure = try prepared.run() }
    guard prepared.check(figure) else {
      throw BenchmarkError(description: "\(benchmark.name): the answer \(figure) is wrong")
    }
  }
}

extension Measurement {
  /// The measurement as one line of JSON.
  var json: JSONObject {
    let unit = benchmark.unit.rawValue
    let perSecond = amount / seconds.median
    var object: JSONObject = [
      "name": .string(benchmark.name),
      "kernels": .string(kernels.variant.rawValue),
      "threads": .integer(kernels.pool.threadCount),
      "medianSeconds": .number(seconds.median),
      "spread": .number(seconds.spread),
      "runs": .integer(seconds.values.count),
      "repetitions": .integer(repetitions),
      "\(unit)PerSecond": .number(perSecond),
      "figure": .number(figure),
      "peakMemoryByteCount": .integer(peakMemoryByteCount),
    ]
    if let limit = benchmark.limit, let limitPerSecond {
      object["limit"] = .string(limit.description)
      object["limitPerSecond"] = .number(limitPerSecond)
      object["fractionOfLimit"] = .number(limitedAmount / seconds.median / limitPerSecond)
    }
    if !speedOverPeer.values.isEmpty {
      object["peerSeconds"] = .number(peerSeconds.median)
      object["speedOverPeer"] = .number(speedOverPeer.median)
      object["speedOverPeerSpread"] = .number(speedOverPeer.spread)
    }
    return object
  }
}
