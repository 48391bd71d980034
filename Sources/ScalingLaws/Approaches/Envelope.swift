/// The lowest of many training curves at each compute of a grid.
struct Envelope: Sendable {
  /// Where the curves are compared, as ln C.
  var grid: [Double]

  /// The different sizes, rising.
  var sizes: [Double]

  /// The position in ``sizes`` of each curve.
  var sizeIndex: [Int]

  /// ln L of each curve at each place, infinite where it has none.
  var logLosses: [[Double]]

  /// ln C and ln L of the first point of each curve.
  var firstPoints: [(logCompute: Double, logLoss: Double)]

  /// A place of the envelope.
  struct Place: Sendable, Hashable {
    /// The position in the grid.
    var position: Int

    /// The curve with the least loss.
    var curve: Int

    /// That loss, as ln L.
    var logLoss: Double

    /// Whether the next smaller and the next larger size were there to be compared with.
    var isBracketed: Bool
  }

  /// The places where some curve has a loss.
  ///
  /// A place counts for the law only if the next smaller and the next larger size have losses there and
  /// lose: the smallest model is best of all at little compute only since nobody trained a smaller one,
  /// the largest at much compute since nobody trained a larger one, and any model where its neighbor's
  /// curve has ended. Such places would hold N* where the sizes stop. A curve that has not begun loses
  /// too if it begins above the lowest, since it can only have been higher before.
  ///
  /// - Parameter isPresent: Which curves are compared.
  /// - Returns: The places by rising compute.
  func places(_ isPresent: [Bool]) -> [Place] {
    let present = isPresent.indices.filter { isPresent[$0] }
    // Curves stand by rising size, so sizes of the present ones rise too.
    var ranks: [Int] = []
    for curve in present where ranks.last != sizeIndex[curve] { ranks.append(sizeIndex[curve]) }
    var rank = [Int](repeating: 0, count: sizes.count)
    for (position, size) in ranks.enumerated() { rank[size] = position }
    var places: [Place] = []
    // A loss known of each size, or the one it starts with later.
    var highest = [Double](repeating: 0, count: ranks.count)
    for position in grid.indices {
      var best: (curve: Int, logLoss: Double)?
      for index in highest.indices { highest[index] = -.infinity }
      for curve in present {
        let logLoss = logLosses[curve][position]
        let size = rank[sizeIndex[curve]]
        guard logLoss < .infinity else {
          let first = firstPoints[curve]
          if grid[position] < first.logCompute { highest[size] = max(highest[size], first.logLoss) }
          continue
        }
        highest[size] = .infinity
        if logLoss < best?.logLoss ?? .infinity { best = (curve, logLoss) }
      }
      guard let best else { continue }
      let own = rank[sizeIndex[best.curve]]
      places.append(
        Place(
          position: position,
          curve: best.curve,
          logLoss: best.logLoss,
          isBracketed: own > 0 && own + 1 < ranks.count && highest[own - 1] > best.logLoss
            && highest[own + 1] > best.logLoss
        )
      )
    }
    return places
  }
}
