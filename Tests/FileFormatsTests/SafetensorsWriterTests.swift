import FileFormats
import Foundation
import LossNumerics
import TestSupport
import Testing

@Suite("Writing safetensors files")
struct SafetensorsWriterTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func write(
    _ name: String,
    _ tensors: [(SafetensorsWriter.Tensor, [Float])],
    pieces: Int = .max
  ) throws -> String {
    let path = try folder.file(name)
    var writer = try SafetensorsWriter(path: path, tensors: tensors.map(\.0))
    for (_, values) in tensors {
      var rest = values[...]
      while !rest.isEmpty {
        let piece = Array(rest.prefix(pieces))
        try writer.write(piece.span)
        rest = rest.dropFirst(pieces)
      }
    }
    try writer.commit()
    return path
  }

  @Test("gives the bytes worked by hand")
  func golden() throws {
    let path = try write(
      "file",
      [
        (.init("a", shape: [2]), [1, -2.5]), (.init("none", shape: [0, 3]), []),
        (.init("b", type: .bf16, shape: [3]), [1.5, -0.0, .infinity]),
        (.init("c", type: .f16, shape: []), [1]),
      ]
    )
    let header =
      #"{"__metadata__":{"format":"pt"},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"#
      + #""none":{"dtype":"F32","shape":[0,3],"data_offsets":[8,8]},"#
      + #""b":{"dtype":"BF16","shape":[3],"data_offsets":[8,14]},"#
      + #""c":{"dtype":"F16","shape":[],"data_offsets":[14,16]}}"#
    let padded = header + String(repeating: " ", count: (8 - header.utf8.count % 8) % 8)
    let data: [UInt8] = [
      0x00, 0x00, 0x80, 0x3F, 0x00, 0x00, 0x20, 0xC0, 0xC0, 0x3F, 0x00, 0x80, 0x80, 0x7F, 0x00,
      0x3C,
    ]
    let bytes = [UInt8](try Data(contentsOf: URL(filePath: path)))
    #expect(bytes == SafetensorsBytes.file(padded, data))
    #expect(bytes.count % 8 == 0)
  }

  @Test("comes back bit by bit, and is the same for the same input", arguments: [1, 7, 100_000])
  func roundTrip(_ pieces: Int) throws {
    var generator = SeededGenerator(seed: 5)
    let values = (0..<20_000).map { _ in
      Float(bitPattern: UInt32.random(in: 0 ... .max, using: &generator))
    }
    let tensors: [(SafetensorsWriter.Tensor, [Float])] = [
      (.init("wide", shape: [20, 1000]), values), (.init("one", shape: []), [0.1]),
    ]
    let path = try write("first", tensors, pieces: pieces)
    let file = try SafetensorsFile(path: path)
    #expect(try file.values("wide").map(\.bitPattern) == values.map(\.bitPattern))
    #expect(
      try file.values("wide", rows: 3..<5).map(\.bitPattern)
        == values[3000..<5000].map(\.bitPattern)
    )
    #expect(try file.values("one") == [0.1])
    let again = try SafetensorsFile(path: write("second", tensors))
    #expect(file.contentHash() == again.contentHash())
  }

  @Test("halves that are read come back", arguments: [SafetensorsType.bf16, .f16])
  func halves(_ type: SafetensorsType) throws {
    // All 65,536 patterns of bits, read and written again.
    let all = (0..<65536).map { UInt16($0) }
    let values = all.map {
      type == .bf16 ? HalfPrecision.float(bfloat16: $0) : HalfPrecision.float(float16: $0)
    }
    let path = try write("file", [(.init("x", type: type, shape: [65536]), values)])
    let file = try SafetensorsFile(path: path)
    for (read, value) in zip(try file.values("x"), values) {
      #expect(read.isNaN ? value.isNaN : read.bitPattern == value.bitPattern)
    }
  }

  @Test("a file that is not committed is not there")
  func uncommitted() throws {
    let path = try folder.file("file", containing: "old")
    do {
      var writer = try SafetensorsWriter(path: path, tensors: [.init("a", shape: [1])])
      try writer.write([Float(1)].span)
    }
    #expect(contents(of: path) == "old" && folder.contents == ["file"])
  }

  @Test("too many values, too few, and names that occur twice trap")
  func traps() async {
    await #expect(processExitsWith: .failure) {
      let folder = try TemporaryFolder()
      var writer = try SafetensorsWriter(
        path: folder.file("x"),
        tensors: [.init("a", shape: [1])]
      )
      try writer.write([Float(1), 2].span)
    }
    await #expect(processExitsWith: .failure) {
      let folder = try TemporaryFolder()
      let writer = try SafetensorsWriter(
        path: folder.file("x"),
        tensors: [.init("a", shape: [1])]
      )
      try writer.commit()
    }
    await #expect(processExitsWith: .failure) {
      let folder = try TemporaryFolder()
      _ = try SafetensorsWriter(
        path: folder.file("x"),
        tensors: [.init("a", shape: [1]), .init("a", shape: [1])]
      )
    }
  }
}

@Suite("Numbers of two bytes")
struct HalfPrecisionTests {
  @Test("of binary16 have the value that their bits say")
  func values() {
    for bits in UInt16.min...UInt16.max {
      let (exponent, fraction) = (Int(bits >> 10 & 31), Float(bits & 1023))
      let magnitude: Float =
        switch exponent {
        case 0: fraction * 0x1p-24
        case 31: fraction == 0 ? .infinity : .nan
        default: Float(sign: .plus, exponent: exponent - 15, significand: 1 + fraction / 1024)
        }
      let value = HalfPrecision.float(float16: bits)
      #expect(value.isNaN ? magnitude.isNaN : value.magnitude == magnitude)
      #expect(value.isNaN || value.sign == (bits >> 15 == 0 ? .plus : .minus))
    }
  }

  /// Checks that rounding takes the nearest of all numbers of the kind, and the even one of two.
  private func expectNearest(_ value: Float, _ bits: UInt16, _ float: (UInt16) -> Float) {
    let magnitude = bits & 0x7FFF
    let rounded = Double(float(magnitude))
    let exact = Double(value.magnitude)
    guard rounded.isFinite else { return }
    for neighbor in [magnitude &- 1, magnitude + 1] where neighbor <= 0x7FFF {
      let other = Double(float(neighbor))
      guard other.isFinite else { continue }
      let (near, far) = (abs(rounded - exact), abs(other - exact))
      #expect(near < far || near == far && magnitude % 2 == 0)
    }
    #expect((bits >> 15 == 1) == (value.sign == .minus))
  }

  @Test("are the nearest to any number")
  func nearest() {
    var generator = SeededGenerator(seed: 11)
    for _ in 0..<50_000 {
      let value = Float(bitPattern: UInt32.random(in: 0 ... .max, using: &generator))
      guard value.isFinite else { continue }
      expectNearest(value, HalfPrecision.bfloat16(value)) { HalfPrecision.float(bfloat16: $0) }
      // Most random floats are out of the range of binary16.
      let small = Float.random(in: -70000...70000, using: &generator)
      let scaled = small * Float(sign: .plus, exponent: Int.random(in: -42...0), significand: 1)
      expectNearest(scaled, HalfPrecision.float16(scaled)) { HalfPrecision.float(float16: $0) }
    }
    // Ties: 2049 lies between 2048 and 2050, 2051 between 2050 and 2052; half the smallest is zero.
    #expect(HalfPrecision.float(float16: HalfPrecision.float16(2049)) == 2048)
    #expect(HalfPrecision.float(float16: HalfPrecision.float16(2051)) == 2052)
    #expect(HalfPrecision.float16(0x1p-25) == 0 && HalfPrecision.float16(0x1.8p-24) == 2)
    #expect(HalfPrecision.float16(65519.996) == 0x7BFF && HalfPrecision.float16(65520) == 0x7C00)
    #expect(HalfPrecision.float16(-.infinity) == 0xFC00)
    #expect(HalfPrecision.float(float16: HalfPrecision.float16(.nan)).isNaN)
    #expect(HalfPrecision.float(bfloat16: HalfPrecision.bfloat16(.nan)).isNaN)
    #expect(HalfPrecision.bfloat16(Float.greatestFiniteMagnitude) == 0x7F80)
  }
}
