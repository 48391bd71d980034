/// A mean loss with the standard error that dependence within clusters calls for.
///
/// Ratio estimator: with X the nats and Y the units of cluster d and R = ΣX/ΣY,
/// se² = G/(G−1) · Σ(X_d − R·Y_d)² / (ΣY)² over G clusters (Cochran, Sampling Techniques, 1977,
/// section 2.11, without the finite population's factor).
public struct ClusteredMean: Sendable, Hashable {
  /// Nats per unit.
  public var mean: Double

  /// Its standard error.
  public var standardError: Double

  /// How many clusters it rests on.
  public var clusterCount: Int

  /// The t distribution's degrees of freedom, G − 1.
  public var degreesOfFreedom: Int { clusterCount - 1 }

  /// Estimates from clusters; `nil` from fewer than two, or without any units.
  public init?(_ clusters: [Cluster], per denominator: LossDenominator) {
    let units = clusters.reduce(0.0) { $0 + Double($1.count(of: denominator)) }
    guard clusters.count >= 2, units > 0 else { return nil }
    let mean = clusters.reduce(0) { $0 + $1.nats } / units
    let squares = clusters.reduce(0.0) { sum, cluster in
      let deviation = cluster.nats - mean * Double(cluster.count(of: denominator))
      return sum + deviation * deviation
    }
    let count = Double(clusters.count)
    self.mean = mean
    standardError = (count / (count - 1) * squares).squareRoot() / units
    clusterCount = clusters.count
  }
}

/// How the clusters of an error were formed.
public struct ErrorClusters: Sendable, Hashable {
  /// What a cluster is.
  public enum Kind: String, Sendable, Hashable {
    /// A document: a file, or what a separator marks.
    case documents

    /// A block of neighboring tokens.
    case blocks
  }

  /// What a cluster is.
  public var kind: Kind

  /// The clusters, in text order.
  public var clusters: [Cluster]

  /// The mean number of tokens in one.
  public var meanTokenCount: Double {
    Double(clusters.reduce(0) { $0 + $1.tokenCount }) / Double(clusters.count)
  }

  /// Whether the error was still rising with the length of the blocks, so that it is too small.
  public var isLowerBound: Bool
}

extension ErrorClusters {
  /// The fewest documents that stand for themselves.
  public static let minimumDocumentCount = 20

  /// The fewest blocks an error is taken from.
  public static let minimumBlockCount = 12

  /// Chooses documents where there are enough of them, else blocks.
  ///
  /// Blocks grow by doubling until the error per token stops rising, while at least
  /// ``minimumBlockCount`` are left.
  ///
  /// - Parameters:
  ///   - documents: The clusters that documents form.
  ///   - blocks: For each document or file in order, its blocks of the shortest length.
  /// - Returns: `nil` where neither suffices.
  public static func choose(documents: [Cluster], blocks: [[Cluster]]) -> ErrorClusters? {
    if documents.count >= minimumDocumentCount {
      return ErrorClusters(kind: .documents, clusters: documents, isLowerBound: false)
    }
    var level = blocks
    var chosen = level.flatMap(\.self)
    guard chosen.count >= minimumBlockCount, var error = error(of: chosen) else { return nil }
    while true {
      level = level.map(Cluster.pairedUp)
      let longer = level.flatMap(\.self)
      guard longer.count >= minimumBlockCount, let longerError = Self.error(of: longer) else {
        return ErrorClusters(kind: .blocks, clusters: chosen, isLowerBound: true)
      }
      guard longerError > error else {
        return ErrorClusters(kind: .blocks, clusters: chosen, isLowerBound: false)
      }
      (chosen, error) = (longer, longerError)
    }
  }

  private static func error(of clusters: [Cluster]) -> Double? {
    ClusteredMean(clusters, per: .tokens)?.standardError
  }
}
