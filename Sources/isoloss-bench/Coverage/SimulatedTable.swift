import Foundation
import IsoLoss

/// How the noise of simulated runs is made.
enum SimulatedNoise: String, CaseIterable {
  /// Normal in ln L.
  case normal

  /// Student's t with three degrees of freedom.
  case heavyTails = "t, 3 degrees"

  /// Half of the variance is one draw for all runs of a model size.
  case sharedBySize = "shared by size"

  /// Normal, and one run in fifty a tenth too high.
  case outliers = "2 % outliers"

  /// The noise of ln L of each run; `sizes` says which model each run is of.
  func draw(sizes: [Int], standardError: Double, _ generator: inout SeededGenerator) -> [Double] {
    switch self {
    case .normal: return sizes.map { _ in standardError * generator.nextNormal() }
    case .heavyTails:
      return sizes.map { _ in
        let square = (0..<3).reduce(0) { sum, _ in
          let z = generator.nextNormal()
          return sum + z * z
        }
        // The scale of the normal case's body; its variance is three times as large.
        return standardError * generator.nextNormal() / (square / 3).squareRoot()
      }
    case .sharedBySize:
      let half = standardError / 2.0.squareRoot()
      let shared = (0...(sizes.max() ?? 0)).map { _ in half * generator.nextNormal() }
      return sizes.map { shared[$0] + half * generator.nextNormal() }
    case .outliers:
      return sizes.map { _ in
        let isOutlier = generator.nextUniform() < 0.02
        return standardError * generator.nextNormal() + (isOutlier ? 0.1 : 0)
      }
    }
  }
}

/// The runs of a grid of model sizes and tokens per parameter, with losses of a known law and noise.
struct SimulatedTable {
  /// The law of the replication by Besiroglu and others (2024).
  static let truth = ScalingLaw.chinchilla(
    E: 1.8172,
    A: 482.01,
    B: 2085.43,
    alpha: 0.3478,
    beta: 0.3658
  )

  /// The relative noise of a run, that of the published table.
  static let standardError = 0.007

  var sizeCount: Int
  var lengthCount: Int
  var noise: SimulatedNoise

  var rowCount: Int { sizeCount * lengthCount }

  /// 57 million to 16 billion parameters, 2 to 200 tokens for each, evenly in logarithms.
  func runs(_ generator: inout SeededGenerator) -> [Run] {
    let sizes = (0..<rowCount).map { $0 / lengthCount }
    let noise = noise.draw(
      sizes: sizes,
      standardError: Self.standardError,
      &generator
    )
    return sizes.indices.map { row in
      let size = Double(sizes[row]) / Double(sizeCount - 1)
      let length = Double(row % lengthCount) / Double(lengthCount - 1)
      let parameters = 57e6 * pow(16e9 / 57e6, size)
      let tokens = parameters * 2 * pow(100, length)
      let loss = Self.truth.loss(parameters: parameters, tokens: tokens) * exp(noise[row])
      return Run(parameters: parameters, tokens: tokens, loss: loss)
    }
  }
}
