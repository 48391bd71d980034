import IsoLossCommands
import Testing

/// A text and the number it means, worked by hand.
struct GoldenQuantity: Sendable, CustomTestStringConvertible {
  var text: String
  var value: Double
  var testDescription: String { text }

  init(_ text: String, _ value: Double) {
    self.text = text
    self.value = value
  }
}

@Suite("Quantities")
struct QuantityTests {
  @Test(
    "counts",
    arguments: [
      GoldenQuantity("70B", 70e9), .init("1.4T", 1.4e12), .init("500M", 500e6), .init("3e8", 3e8),
      .init("12k", 12e3), .init("2G", 2e9), .init("1P", 1e15), .init("5E", 5e18),
      .init("5E3", 5000), .init("5e+3", 5000), .init(".5M", 5e5), .init("7.", 7),
      .init("0.07B", 7e7), .init("2.5e-3M", 2500),
    ]
  )
  func counts(_ golden: GoldenQuantity) throws {
    #expect(try Quantity.count(golden.text) == golden.value)
  }

  @Test(
    "speeds",
    arguments: [
      GoldenQuantity("98G", 98e9), .init("1.5TFLOP/s", 1.5e12), .init("3FLOPS", 3),
      .init("989.5TFLOPs/s", 989.5e12), .init("2.4e11", 2.4e11),
    ]
  )
  func speed(_ golden: GoldenQuantity) throws {
    #expect(try Quantity.speed(golden.text) == golden.value)
  }

  @Test("speeds that are none", arguments: ["1Gb", "FLOPS", "2gFLOPS", "-1G", "0", "1GFLOP"])
  func noSpeed(_ text: String) {
    #expect(throws: QuantityError.self) { try Quantity.speed(text) }
  }

  @Test(
    "compute",
    arguments: [
      GoldenQuantity("5.76e23", 5.76e23), .init("1PF-days", 8.64e19),
      .init("3640PF-days", 3.1449600e23),
      .init("2E", 2e18), .init("1e21FLOPs", 1e21), .init("1EF-day", 8.64e22),
    ]
  )
  func compute(_ golden: GoldenQuantity) throws {
    #expect(try Quantity.compute(golden.text) == golden.value)
  }

  @Test(
    "durations, in seconds",
    arguments: [
      GoldenQuantity("30d", 2_592_000), .init("3d12h", 302_400), .init("90m", 5400),
      .init("1.5h", 5400),
      .init("2w", 1_209_600), .init("45s", 45),
    ]
  )
  func durations(_ golden: GoldenQuantity) throws {
    #expect(try Quantity.duration(golden.text) == golden.value)
  }

  @Test(
    "memory, in bytes",
    arguments: [
      GoldenQuantity("512MiB", 536_870_912), .init("2GB", 2e9), .init("1G", 1_073_741_824),
      .init("100kB", 100_000), .init("4KiB", 4096), .init("1.5GiB", 1_610_612_736), .init("7B", 7),
    ]
  )
  func memory(_ golden: GoldenQuantity) throws {
    #expect(try Quantity.memory(golden.text) == Int(golden.value))
  }

  @Test("tokens outright, per parameter, and in multiples of 20 a parameter")
  func tokens() throws {
    #expect(try Quantity.tokens("1.4T") == .tokens(1.4e12))
    #expect(try Quantity.tokens("20x") == .perParameter(20))
    #expect(try Quantity.tokens("8xC") == .perParameter(160))
    #expect(try Quantity.tokens("8xC").tokens(forParameters: 1e9) == 160e9)
  }

  @Test("fleets")
  func fleets() throws {
    let fleet = try Quantity.fleet("8xH100:3d12h")
    #expect(fleet == FleetQuantity(count: 8, acceleratorName: "H100", seconds: 302_400))
    #expect(try Quantity.fleet("H100:1d").count == 1)
  }

  @Test("shares")
  func fractions() throws {
    #expect(try Quantity.fraction("0.4") == 0.4)
    #expect(try Quantity.fraction("40%") == 0.4)
  }
}

@Suite("Quantities that are none")
struct QuantityErrorTests {
  @Test(
    "counts",
    arguments: [
      ("90m", "`90m` has two readings: 90 million, written `90M`; 90 minutes, no count"),
      (
        "70b",
        "expected a count such as `70B`, `1.4T` or `3e8`, found `70b` (suffixes are case-sensitive: `70B`?)"
      ),
      (
        "10K",
        "expected a count such as `70B`, `1.4T` or `3e8`, found `10K` (suffixes are case-sensitive: `10k`?)"
      ),
      ("0x10", "expected a count such as `70B`, `1.4T` or `3e8`, found `0x10`"),
      ("nan", "expected a count such as `70B`, `1.4T` or `3e8`, found `nan`"),
      ("-3", "expected a count such as `70B`, `1.4T` or `3e8`, found `-3`"),
      ("", "expected a count such as `70B`, `1.4T` or `3e8`, found ``"),
      (
        "1,000",
        "expected a count such as `70B`, `1.4T` or `3e8`, found `1,000` (digits stand without separators)"
      ),
      ("0", "`0` is out of range: expected above 0"),
      ("1e999", "`1e999` is too large to represent"),
      ("1e308T", "`1e308` is too large to represent"),
      ("1e-999", "`1e-999` is too small to tell from zero"),
      ("1e99999999999999999999", "`1e99999999999999999999` is too large to represent"),
    ]
  )
  func counts(_ text: String, _ message: String) {
    let error = #expect(throws: QuantityError.self) { try Quantity.count(text) }
    #expect(error?.description == message)
  }

  @Test(
    "durations",
    arguments: [
      ("90", "`90` has two readings: hours, written `90h`; days, written `90d`"),
      (
        "3h2d",
        "expected a duration such as `30d`, `3d12h` or `90m`, found `3h2d` (larger units come first, each once)"
      ),
      (
        "3y",
        "expected a duration such as `30d`, `3d12h` or `90m`, found `3y` (units are s, m (minutes), h, d, w)"
      ),
      ("", "expected a duration such as `30d`, `3d12h` or `90m`, found ``"),
    ]
  )
  func durations(_ text: String, _ message: String) {
    let error = #expect(throws: QuantityError.self) { try Quantity.duration(text) }
    #expect(error?.description == message)
  }

  @Test(
    "fleets",
    arguments: [
      (
        "8xH100",
        "expected accelerators and a time such as `8xH100:3d12h`, found `8xH100` (a colon stands before the time)"
      ),
      (
        "8H100:3d",
        "expected accelerators and a time such as `8xH100:3d12h`, found `8H100:3d` (an `x` stands between the count and the name)"
      ),
      ("0xH100:3d", "`0` is out of range: expected a whole number from 1 to 10000000"),
    ]
  )
  func fleets(_ text: String, _ message: String) {
    let error = #expect(throws: QuantityError.self) { try Quantity.fleet(text) }
    #expect(error?.description == message)
  }

  @Test("shares and memory")
  func others() {
    #expect(throws: QuantityError.outOfRange("40", allowed: "above 0, at most 1")) {
      try Quantity.fraction("40")
    }
    #expect(throws: QuantityError.overflow("9e30TB")) { try Quantity.memory("9e30TB") }
  }
}
