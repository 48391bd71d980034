import FileFormats
import TestSupport
import Testing

@Suite("GGUF metadata")
struct GGUFMetadataTests {
  private static var sample: [UInt8] {
    var writer = GGUFWriter(tensors: 7, keys: 7)
    writer.key("name", type: 8)
    writer.put("tiny")
    writer.key("layers", type: 4)
    writer.put(UInt32(12))
    writer.key("scale", type: 6)
    writer.put(Float(0.5).bitPattern)
    writer.key("tied", type: 7)
    writer.put(UInt8(1))
    writer.key("tokens", type: 9)
    writer.put(UInt32(8))
    writer.put(UInt64(2))
    writer.put("a")
    writer.put("bc")
    writer.key("types", type: 9)
    writer.put(UInt32(5))
    writer.put(UInt64(2))
    writer.put(Int32(-1))
    writer.put(Int32(3))
    writer.key("large", type: 10)
    writer.put(UInt64.max)
    return writer.bytes
  }

  @Test("is read")
  func reads() throws {
    let metadata = try GGUFMetadata(Self.sample, name: "file")
    #expect(metadata.version == 3)
    #expect(metadata.tensorCount == 7)
    #expect(metadata.byteCount == Self.sample.count)
    #expect(metadata["name"]?.string == "tiny")
    #expect(metadata["layers"]?.int == 12)
    #expect(metadata["scale"] == .number(0.5))
    #expect(metadata["tied"]?.bool == true)
    #expect(metadata["tokens"]?.strings.map { [Array($0[0]), Array($0[1])] } == [[97], [98, 99]])
    #expect(metadata["types"]?.integers == [-1, 3])
    #expect(metadata["large"] == .unsigned(.max))
    #expect(metadata["other"] == nil)
  }

  @Test("is read from a source, chunk by chunk")
  func readsSource() throws {
    let weights = [UInt8](repeating: 0, count: 3 << 20)
    var source: any ByteSource = MemorySource(name: "file", bytes: Self.sample + weights)
    #expect(try GGUFMetadata(reading: &source)["layers"]?.int == 12)
    var short: any ByteSource = MemorySource(name: "file", bytes: Array(Self.sample.prefix(30)))
    #expect(throws: GGUFError.self) { try GGUFMetadata(reading: &short) }
  }

  @Test("that ends anywhere is an error")
  func truncated() {
    for end in 0..<Self.sample.count {
      #expect(throws: GGUFError.self) {
        try GGUFMetadata(Array(Self.sample[..<end]), name: "file")
      }
    }
  }

  @Test("that is wrong says where")
  func errors() {
    func message(_ bytes: [UInt8]) -> String? {
      let error = #expect(throws: GGUFError.self) { try GGUFMetadata(bytes, name: "file") }
      return error?.description
    }
    #expect(
      message(Array("text".utf8)) == "file: byte 0: expected a GGUF file, which begins with `GGUF`"
    )
    #expect(
      message(GGUFWriter(version: 1, keys: 0).bytes)
        == "file: byte 8: expected version 2 or 3 of GGUF, found 1"
    )
    #expect(
      message(GGUFWriter(version: 3 << 24, keys: 0).bytes)
        == "file: byte 8: is written for processors with the other order of bytes"
    )
    #expect(
      message(GGUFWriter(keys: .max).bytes)
        == "file: byte 24: expected more than 9223372036854775807 bytes more, found 0"
    )
    var claims = GGUFWriter(keys: 1)
    claims.key("x", type: 9)
    claims.put(UInt32(4))
    claims.put(UInt64(1) << 60)
    #expect(
      message(claims.bytes)
        == "file: byte 49: expected 4611686018427387904 bytes more, found 0"
    )
    var nested = GGUFWriter(keys: 1)
    nested.key("x", type: 9)
    nested.put(UInt32(9))
    nested.put(UInt64(1))
    #expect(message(nested.bytes) == "file: byte 37: an array of arrays is not supported")
    var unknown = GGUFWriter(keys: 1)
    unknown.key("x", type: 13)
    #expect(message(unknown.bytes) == "file: byte 33: expected a type from 0 to 12, found 13")
    var twice = GGUFWriter(keys: 2)
    for _ in 0..<2 {
      twice.key("x", type: 0)
      twice.put(UInt8(1))
    }
    #expect(message(twice.bytes) == "file: byte 38: the key `x` occurs twice")
  }
}
