import ScalingLaws
import Testing

@Suite("Akima's curve")
struct AkimaCurveTests {
  private let points: [(x: Double, y: Double)] = [
    (0, 9), (1, 5), (1.5, 4.2), (2.5, 1.5), (4, 0.9), (4.5, 1), (5.5, 0.7), (7, 3), (8, 4), (9, 5),
  ]

  @Test("values, slopes and the lowest place are SciPy's (Golden/approaches.py)")
  func golden() {
    let curve = AkimaCurve(points)
    let values = [
      (0.1, 8.487988571428572), (0.75, 5.712321428571428), (1.3, 4.524236838905774),
      (2.0, 2.7312578222778474), (3.3, 0.9404392156862748), (4.2, 0.9382035225048924),
      (4.9, 0.8490852850198849), (5.9, 1.1515058542413386), (7.5, 3.5), (8.9, 4.9), (9.0, 5.0),
    ]
    for (place, value) in values { #expect(abs(curve.value(place) - value) < 8 * value.ulp) }
    let slopes = [
      -5.2, -2.354285714285714, -2.1617021276595745, -1.2117647058823526, 0.09285714285714275,
      0.07671232876712326, 0.5870967741935484, 1.0, 1.0, 1.0,
    ]
    for (slope, expected) in zip(curve.slopes, slopes) { #expect(abs(slope - expected) < 2e-15) }
    let least = curve.minimum
    #expect(abs(least.x - 5.34133583560263) < 4e-15)
    #expect(abs(least.y - 0.6559483827768328) < 1e-15)
    #expect(abs(least.secondDerivative - 3.0986844626341687) < 2e-14)
    #expect(least.isInterior)
  }

  @Test("a line stays a line, and has its least value at an end")
  func line() {
    let curve = AkimaCurve([(0, 3), (1, 2), (4, -1), (5, -2)])
    #expect(curve.slopes == [-1, -1, -1, -1])
    #expect(curve.value(2.5) == 0.5)
    #expect(curve.minimum.x == 5)
    #expect(!curve.minimum.isInterior)
  }

  @Test("equally spaced points of a parabola give its lowest place")
  func parabola() {
    // Chords turn equally on both sides, so slopes are those of the parabola, and cubics are it.
    let points = (0..<6).map { (index: Int) -> (x: Double, y: Double) in
      let distance = Double(index) - 2.25
      return (x: Double(index), y: distance * distance)
    }
    let curve = AkimaCurve(points)
    #expect(curve.minimum.x == 2.25)
    #expect(curve.minimum.y == 0)
    #expect(curve.minimum.secondDerivative == 2)
  }

  @Test("the lowest place is no higher than any other")
  func lowest() {
    let curve = AkimaCurve(points)
    let least = curve.minimum.y
    #expect((0...9000).allSatisfy { curve.value(Double($0) / 1000) >= least })
  }
}
