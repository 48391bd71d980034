import Foundation

// isoloss-bench [--quick] [--peers] [--peer-path FOLDER] [OPTION…] [FILTER…]
// isoloss-bench --products [OPTION…] [FILTER…]
// isoloss-bench --limits [OPTION…]
// isoloss-bench --coverage [--quick] [OPTION…] [FILTER…]
//
// Each benchmark runs in a process of its own, so that its peak memory is its own; one line of JSON
// comes out for each. `--quick` runs the fast ones once, to see that they answer right; `--peers` runs
// the program beside each that does the same, in turn with it, where it is installed or lies in the
// folder. `--products` measures a grid of matrix products beside other libraries, `--limits` what the
// machine can do at most; `--coverage` counts how often the intervals of fits hold the truth.

do {
  let options = try BenchmarkOptions(parsing: Array(CommandLine.arguments.dropFirst()))
  switch options.mode {
  case .all: try runAll(options)
  case .one(let name): try runOne(name, options)
  case .products: try printProductGrid(options)
  case .limits: printMachineLimits(options)
  case .coverage: try printCoverage(options)
  }
} catch {
  FileHandle.standardError.write(Data("error: \(error)\n".utf8))
  exit(2)
}
