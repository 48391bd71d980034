import Foundation
import IsoLoss

/// What the runs of a benchmark came to.
struct Measurement {
  var name: String
  var seconds: [Double]
  var figure: Double
  var amount: Double
  var unit: Benchmark.Unit
  var peakMemoryByteCount: Int

  var medianSeconds: Double { seconds.sorted()[seconds.count / 2] }

  /// (largest − smallest) / median.
  var spread: Double {
    guard let least = seconds.min(), let most = seconds.max() else { return 0 }
    return (most - least) / medianSeconds
  }

  /// Warms up, runs, and checks every answer.
  ///
  /// - Throws: ``BenchmarkError`` when an answer is wrong: a fast wrong answer is not a result.
  init(_ benchmark: Benchmark, runs: Int) throws {
    var seconds = [Double]()
    var figure = 0.0
    let prepared = try benchmark.prepare()
    // The first run warms up and is not counted.
    for run in 0...runs {
      let start = ContinuousClock.now
      figure = try prepared.run()
      let elapsed = (ContinuousClock.now - start) / .seconds(1)
      guard prepared.check(figure) else {
        throw BenchmarkError(description: "\(benchmark.name): the answer \(figure) is wrong")
      }
      if run > 0 { seconds.append(elapsed) }
    }
    name = benchmark.name
    self.seconds = seconds
    self.figure = figure
    amount = prepared.amount
    unit = benchmark.unit
    peakMemoryByteCount = Self.peakMemory()
  }

  /// The measurement as one line of JSON.
  func json(peerRatio: Double?) -> JSONObject {
    var object: JSONObject = [
      "name": .string(name),
      "medianSeconds": .number(medianSeconds),
      "spread": .number(spread),
      "runs": .integer(seconds.count),
      "\(unit.rawValue)PerSecond": .number(amount / medianSeconds),
      "figure": .number(figure),
      "peakMemoryByteCount": .integer(peakMemoryByteCount),
    ]
    if let peerRatio { object["speedOverPeer"] = .number(peerRatio) }
    return object
  }

  /// The most memory the process has held, in bytes.
  private static func peakMemory() -> Int {
    var usage = rusage()
    // SAFETY: getrusage fills the one structure it is given. Darwin counts bytes, Linux kibibytes.
    #if canImport(Darwin)
    _ = unsafe getrusage(RUSAGE_SELF, &usage)
    return Int(usage.ru_maxrss)
    #else
    _ = unsafe getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return Int(usage.ru_maxrss) << 10
    #endif
  }
}

/// What keeps a benchmark from counting.
struct BenchmarkError: Error, CustomStringConvertible {
  var description: String
}
