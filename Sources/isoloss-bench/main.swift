import Foundation
import IsoLoss

// isoloss-bench [--quick] [--peers] [--peer-path FOLDER] [FILTER…]
//
// Each benchmark runs in a process of its own, so that its peak memory is its own; one line of JSON
// comes out for each. `--quick` runs the fast ones once, to see that they answer right; `--peers` runs
// the program beside each that does the same, where it is installed or lies in the folder.

let words = Array(CommandLine.arguments.dropFirst())

do {
  if words.first == "--one", words.count >= 3 {
    try runOne(words[1], runs: Int(words[2]) ?? 1, withPeer: words.contains("--peers"))
  } else {
    try runAll(words)
  }
} catch {
  FileHandle.standardError.write(Data("error: \(error)\n".utf8))
  exit(2)
}

/// Runs one benchmark here and prints its line.
func runOne(_ name: String, runs: Int, withPeer: Bool) throws {
  guard let benchmark = allBenchmarks().first(where: { $0.name == name }) else {
    throw BenchmarkError(description: "no benchmark is called `\(name)`")
  }
  let measurement = try Measurement(benchmark, runs: runs)
  let peerSeconds = withPeer ? try benchmark.peer?.seconds() : nil
  let ratio = peerSeconds.map { $0 / measurement.medianSeconds }
  print(JSONValue.object(measurement.json(peerRatio: ratio)).serialized(.compact))
}

/// Runs all benchmarks that the words select, each in its own process.
func runAll(_ words: [String]) throws {
  let isQuick = words.contains("--quick")
  var filters = words.filter { !$0.hasPrefix("--") }
  var environment = ProcessInfo.processInfo.environment
  if let option = words.firstIndex(of: "--peer-path"), option + 1 < words.count {
    let folder = words[option + 1]
    filters.removeAll { $0 == folder }
    environment["PATH"] = "\(folder):\(environment["PATH"] ?? "")"
  }
  let selected = allBenchmarks().filter { benchmark in
    (filters.isEmpty || filters.contains { benchmark.name.contains($0) })
      && !(isQuick && benchmark.isSlow)
  }
  guard !selected.isEmpty else { throw BenchmarkError(description: "no benchmark is selected") }
  for benchmark in selected {
    let process = Process()
    process.executableURL = URL(filePath: CommandLine.arguments[0])
    process.environment = environment
    process.arguments =
      ["--one", benchmark.name, isQuick ? "1" : "7"]
      + (words.contains("--peers") ? ["--peers"] : [])
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { exit(2) }
  }
}
