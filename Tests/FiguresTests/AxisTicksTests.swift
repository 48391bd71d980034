import Figures
import Testing

@Suite("Axis ticks")
struct AxisTicksTests {
  /// A range and the labels it should get, worked by hand.
  struct GoldenTicks: Sendable, CustomTestStringConvertible {
    var scale: AxisScale
    var range: ClosedRange<Double>
    var labels: [String]
    var testDescription: String { "\(scale) \(range)" }

    static let all = [
      Self(scale: .linear, range: 0...1, labels: ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]),
      Self(scale: .linear, range: -1...1, labels: ["−1.0", "−0.5", "0.0", "0.5", "1.0"]),
      Self(
        scale: .linear,
        range: 2...3.3,
        labels: ["2.0", "2.2", "2.4", "2.6", "2.8", "3.0", "3.2"]
      ),
      Self(
        scale: .linear,
        range: 0...30_000,
        labels: [
          "0", "5000", "10000", "15000", "20000", "25000", "30000",
        ]
      ),
      Self(
        scale: .linear,
        range: 0...3e9,
        labels: [
          "0", "5×10^8", "10^9", "1.5×10^9", "2×10^9", "2.5×10^9", "3×10^9",
        ]
      ),
      Self(
        scale: .linear,
        range: 0...4e-9,
        labels: [
          "0", "5×10^−10", "10^−9", "1.5×10^−9", "2×10^−9", "2.5×10^−9", "3×10^−9", "3.5×10^−9",
          "4×10^−9",
        ]
      ),
      Self(scale: .logarithmic, range: 3e7...2e10, labels: ["10^8", "10^9", "10^10"]),
      Self(
        scale: .logarithmic,
        range: 1e18...1e24,
        labels: [
          "10^18", "10^19", "10^20", "10^21", "10^22", "10^23", "10^24",
        ]
      ),
      Self(
        scale: .logarithmic,
        range: 1...1e12,
        labels: [
          "10^0", "10^2", "10^4", "10^6", "10^8", "10^10", "10^12",
        ]
      ),
      Self(scale: .logarithmic, range: 0.01...20, labels: ["0.01", "0.1", "1", "10"]),
      Self(
        scale: .logarithmic,
        range: 2e9...6e10,
        labels: [
          "2×10^9", "5×10^9", "10^10", "2×10^10", "5×10^10",
        ]
      ),
      Self(
        scale: .logarithmic,
        range: 2...3.4,
        labels: [
          "2.0", "2.2", "2.4", "2.6", "2.8", "3.0", "3.2", "3.4",
        ]
      ),
    ]
  }

  @Test("labels are round numbers", arguments: GoldenTicks.all)
  func labels(_ golden: GoldenTicks) {
    let axis = Axis(label: "", scale: golden.scale, range: golden.range)
    #expect(axis.ticks().compactMap { $0.label?.description } == golden.labels)
  }

  @Test("values are the doubles nearest to their decimal forms")
  func exactValues() {
    let tenths = Axis(label: "", range: 0...0.5).ticks().map(\.value)
    #expect(tenths == [0, 0.1, 0.2, 0.3, 0.4, 0.5])
    let decades = Axis(label: "", scale: .logarithmic, range: 1e20...1e25).ticks()
    #expect(decades.filter(\.isMajor).map(\.value) == [1e20, 1e21, 1e22, 1e23, 1e24, 1e25])
  }

  @Test(
    "ticks rise, stay inside, and are neither too few nor too many",
    arguments: AxisScale.allCases
  )
  func wellFormed(_ scale: AxisScale) {
    for low in [1e-12, 3e-5, 0.7, 1, 9.99, 1234, 5e17] {
      for ratio in [1.001, 1.3, 2, 4.9, 11, 99, 1e3, 1e7, 1e15] {
        let axis = Axis(label: "", scale: scale, range: low...(low * ratio))
        let ticks = axis.ticks()
        let values = ticks.map(\.value)
        #expect(zip(values, values.dropFirst()).allSatisfy { $0 < $1 })
        #expect(values.allSatisfy(axis.range.contains))
        #expect((2...12).contains(ticks.count(where: \.isMajor)), "\(scale) \(axis.range)")
      }
    }
  }

  @Test("an axis covers its values, and makes room for one or none")
  func covering() {
    let axis = Axis(label: "", scale: .logarithmic, covering: [1e9, 1e7, 0, -3, .nan, .infinity])
    #expect(axis.range.contains(1e7) && axis.range.contains(1e9))
    #expect(axis.range.lowerBound > 5e6 && axis.range.upperBound < 2e9)
    #expect(Axis(label: "", covering: [5]).range == 2.5...7.5)
    #expect(Axis(label: "", covering: []).range.contains(0.5))
    let limits = [-Double.greatestFiniteMagnitude, .greatestFiniteMagnitude]
    #expect(Axis(label: "", covering: limits).fraction(of: 0) == 0.5)
  }

  @Test("fraction and value undo each other", arguments: AxisScale.allCases)
  func roundTrip(_ scale: AxisScale) {
    let axis = Axis(label: "", scale: scale, range: 3e7...2e10)
    for part in stride(from: 0.0, through: 1, by: 0.125) {
      // log10 and pow are good to a few units in the last place of numbers up to about 10.
      #expect(abs(axis.fraction(of: axis.value(at: part)) - part) < 1e-14)
    }
  }

  @Test(
    "numbers are rounded to what is written",
    arguments: [
      (1.005, 2, "1.00"), (-0.001, 2, "0.00"), (2.5, 0, "2"), (3.5, 0, "4"), (0.06, 1, "0.1"),
      (-12.345, 1, "-12.3"), (1e16, 2, "1e+16"),
    ]
  )
  func fixedDecimals(value: Double, decimals: Int, text: String) {
    #expect(DecimalText.fixed(value, decimals: decimals) == text)
  }

  @Test("coordinates are short, and clamped when hostile")
  func coordinates() {
    #expect(DecimalText.coordinate(12.50001) == "12.5")
    #expect(DecimalText.coordinate(-0.004) == "0")
    #expect(DecimalText.coordinate(.nan) == "0")
    #expect(DecimalText.coordinate(1e300) == "1000000")
  }
}
