/// How often a benchmark is run, and for how long.
///
/// A round is some samples of ours, then one of the peer: a noisy minute slows both.
struct MeasurementPlan {
  var rounds: Int
  var samplesInRound: Int

  /// The least length of a sample in seconds: shorter work is repeated.
  ///
  /// At zero a sample is one run, and nothing is warmed up.
  var sampleSeconds: Double

  /// Whether what bounds the benchmark is measured too.
  var measuresLimits: Bool

  /// Once, to see that the answer is right.
  static let quick = Self(rounds: 1, samplesInRound: 1, sampleSeconds: 0, measuresLimits: false)

  /// Alone.
  static let alone = Self(rounds: 1, samplesInRound: 7, sampleSeconds: 0.05, measuresLimits: true)

  /// In turn with a peer.
  static let besidePeer = Self(
    rounds: 3,
    samplesInRound: 3,
    sampleSeconds: 0.05,
    measuresLimits: true
  )
}
