import Foundation
import IsoLoss

/// Every benchmark that can run here, in module order.
func allBenchmarks() -> [Benchmark] {
  [
    executionBenchmarks(),
    numericBenchmarks(),
    productBenchmarks(),
    elementwiseBenchmarks(),
    activationBenchmarks(),
    normBenchmarks(),
    softmaxBenchmarks(),
    rowBenchmarks(),
    tableBenchmarks(),
    attentionBenchmarks(),
    transformerBenchmarks(),
    textBenchmarks(),
    tokenizerBenchmarks(),
    adaptiveBenchmarks(),
    kneserNeyBenchmarks(),
    tokenizerTrainingBenchmarks(),
    fitBenchmarks(),
    robustFitBenchmarks(),
  ].flatMap(\.self)
}

/// Where benchmarks find their inputs.
enum BenchmarkFiles {
  /// A file of the package.
  static func package(_ path: String) -> String {
    // This file lies three folders deep: Sources/isoloss-bench/Suites/AllBenchmarks.swift.
    let folder = (0..<4).reduce(URL(filePath: #filePath)) { url, _ in
      url.deletingLastPathComponent()
    }
    return folder.appending(path: path).path
  }

  /// A file of the data folder beside the package, or that `ISOLOSS_SHARED` names; `nil` where it is absent.
  static func shared(_ path: String) -> String? {
    let named = ProcessInfo.processInfo.environment["ISOLOSS_SHARED"]
    let found = "\(named ?? package("../shared"))/\(path)"
    return FileManager.default.fileExists(atPath: found) ? found : nil
  }

  /// How long a file is; `nil` where it is absent.
  static func byteCount(_ path: String) -> Int? {
    (try? FileManager.default.attributesOfItem(atPath: path))?[.size] as? Int
  }

  /// A whole file.
  static func bytes(_ path: String) throws -> [UInt8] {
    var source: any ByteSource = try FileSource(path: path)
    return try source.readAll(limit: 1 << 32)
  }
}
