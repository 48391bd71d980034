import Foundation
import IsoLoss

/// Runs one benchmark here and prints its line.
func runOne(_ name: String, _ options: BenchmarkOptions) throws {
  guard let benchmark = allBenchmarks().first(where: { $0.name == name }) else {
    throw BenchmarkError(description: "no benchmark is called `\(name)`")
  }
  let measurement = try Measurement(
    benchmark,
    on: options.makeKernels(),
    plan: options.plan,
    peers: options.withPeers ? options.peerPrograms : nil
  )
  print(JSONValue.object(measurement.json).serialized(.compact))
}

/// Runs all benchmarks that are selected, each in its own process.
func runAll(_ options: BenchmarkOptions) throws {
  let selected = allBenchmarks().filter { benchmark in
    options.selects(benchmark.name) && !(options.isQuick && benchmark.isSlow)
  }
  guard !selected.isEmpty else { throw BenchmarkError(description: "no benchmark is selected") }
  var environment = ProcessInfo.processInfo.environment
  if let folder = options.peerFolder {
    environment["PATH"] = "\(folder):\(environment["PATH"] ?? "")"
  }
  for benchmark in selected {
    let process = Process()
    process.executableURL = URL(filePath: CommandLine.arguments[0])
    process.environment = environment
    process.arguments = options.words(forOne: benchmark.name)
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { exit(2) }
  }
}
