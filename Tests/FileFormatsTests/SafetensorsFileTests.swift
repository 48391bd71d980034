import FileFormats
import Foundation
import TestSupport
import Testing

@Suite("Safetensors files")
struct SafetensorsFileTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func open(_ bytes: [UInt8]) throws -> SafetensorsFile {
    try SafetensorsFile(path: folder.file("file", bytes: bytes), name: "file")
  }

  private func message(_ bytes: [UInt8]) throws -> String? {
    let path = try folder.file("file", bytes: bytes)
    let error = #expect(throws: SafetensorsError.self) {
      try SafetensorsFile(path: path, name: "file")
    }
    return error?.description
  }

  @Test("are read, whatever the order of their header")
  func reads() throws {
    let file = try open(SafetensorsBytes.sample)
    #expect(file.tensors.map(\.name) == ["a", "b"])
    #expect(file.metadata.map { "\($0.key)=\($0.value)" } == ["format=pt"])
    let tensor = try file.tensor("a")
    #expect(tensor.type == .f32 && tensor.shape == [2, 2] && tensor.count == 4)
    #expect(try file.values("a") == [1, -2.5, 0, 3e38])
    #expect(try file.values("a", rows: 1..<2) == [0, 3e38])
    #expect(try file.values("a", rows: 1..<1) == [])
    let halves = try file.values("b")
    #expect(halves == [1.5, 0, .infinity] && halves[1].sign == .minus)
    #expect(try file.values("b", rows: 2..<3) == [.infinity])
    #expect(file["c"] == nil)
    #expect(file.contentHash() == ContentHash(of: SafetensorsBytes.sample))
    let error = #expect(throws: SafetensorsError.self) { try file.tensor("c") }
    #expect(error?.description == "file: expected the tensor `c`, found none")
  }

  @Test("write values where the caller wants them")
  func offset() throws {
    let file = try open(SafetensorsBytes.sample)
    var values: [Float] = [9, 9, 9, 9]
    var span = values.mutableSpan
    try file.read(file.tensor("a"), rows: 0..<1, into: &span, at: 1)
    #expect(values == [9, 1, -2.5, 9])
  }

  @Test("hold numbers, nothing at all, and elements that are not aligned")
  func odd() throws {
    let header =
      #"{"n":{"dtype":"F64","shape":[],"data_offsets":[1,9]},"#
      + #""e":{"dtype":"F32","shape":[0,7],"data_offsets":[1,1]},"#
      + #""u":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}"#
    let file = try open(
      SafetensorsBytes.file(header, [7, 0, 0, 0, 0, 0, 0, 0xF8, 0x3F])
    )
    #expect(try file.values("n") == [1.5])
    #expect(try file.values("e") == [])
    #expect(file.tensors.map(\.name) == ["u", "e", "n"])
    let error = #expect(throws: SafetensorsError.self) { try file.values("u") }
    #expect(error?.description == "file: `u`: expected F32, F16, BF16 or F64, found U8")
    #expect(try open(SafetensorsBytes.file("{}")).tensors.isEmpty)
  }

  @Test("that end anywhere are an error")
  func truncated() throws {
    for end in 0..<SafetensorsBytes.sample.count {
      let bytes = Array(SafetensorsBytes.sample[..<end])
      #expect(throws: SafetensorsError.self) { try open(bytes) }
    }
    #expect(throws: SafetensorsError.self) { try open(SafetensorsBytes.sample + [0]) }
  }

  @Test("that are wrong say where")
  func headers() throws {
    typealias Bytes = SafetensorsBytes
    #expect(
      try message([1, 2])
        == "file: expected a safetensors file, which begins with 8 bytes of length, found 2"
    )
    #expect(
      try message(Bytes.file("{}", length: 100_000_001))
        == "file: expected a safetensors file with a header of at most 100000000 bytes,"
        + " found a length of 100000001"
    )
    #expect(
      try message(Bytes.file("{}", length: 3)) == "file: the header claims 3 bytes, found 2"
    )
    #expect(throws: SafetensorsError.self) { try open(Bytes.file("{}", length: .max)) }
    #expect(
      try message(Array("version https://git-lfs.github.com/spec/v1\n".utf8))
        == "file: is a Git LFS pointer, the weights themselves were not downloaded: run git lfs pull"
    )
    #expect(
      try message(Bytes.file("{] "))
        == "file, header:1:2: expected a key in double quotes or `}`, found `]`"
    )
    #expect(try message(Bytes.file("[]")) == "file: `header`: expected an object, found an array")
    let deep = String(repeating: "[", count: 100_000)
    #expect(
      try message(Bytes.file(deep))
        == "file, header:1:513: more than 512 arrays and objects inside each other"
    )
    #expect(
      try message(Bytes.file(#"{"__metadata__":{"a":1}}"#))
        == "file: `__metadata__.a`: expected a string, found a number"
    )
    let entry = #""x":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}"#
    #expect(
      try message(Bytes.file("{\(entry),\(entry)}"))
        == "file, header:1:55: the key `x` occurs twice in one object"
    )
  }

  @Test("with wrong tensors say which")
  func tensors() throws {
    typealias Bytes = SafetensorsBytes
    let cases = [
      (
        #""shape":[1],"data_offsets":[0,4]"#,
        "`x.dtype`: expected a type such as `F32`, found nothing"
      ),
      (
        #""dtype":"F31","shape":[1],"data_offsets":[0,4]"#,
        "`x.dtype`: expected a type such as `F32`, found `F31`"
      ),
      (
        #""dtype":"F32","shape":[-1],"data_offsets":[0,4]"#,
        "`x.shape`: expected whole numbers from 0, found -1"
      ),
      (
        #""dtype":"F32","shape":[1.5],"data_offsets":[0,4]"#,
        "`x.shape`: expected whole numbers from 0, found 1.5"
      ),
      (
        #""dtype":"F32","shape":[1],"data_offsets":[0,4,5]"#,
        "`x.data_offsets`: expected 2 whole numbers from 0, found an array"
      ),
      (
        #""dtype":"F32","shape":[1],"data_offsets":[0,5]"#,
        "`x`: expected offsets within 4 bytes of data, found 0 to 5"
      ),
      (
        #""dtype":"F32","shape":[1],"data_offsets":[4,0]"#,
        "`x`: expected offsets within 4 bytes of data, found 4 to 0"
      ),
      (
        #""dtype":"F32","shape":[1],"data_offsets":[0,9223372036854775807]"#,
        "`x`: expected offsets within 4 bytes of data, found 0 to 9223372036854775807"
      ),
      (
        #""dtype":"F32","shape":[2],"data_offsets":[0,4]"#,
        "`x`: expected 8 bytes by its shape and type, found 4 by its offsets"
      ),
      (
        #""dtype":"F32","shape":[4294967296,0,4294967296],"data_offsets":[0,0]"#,
        "`x` has more elements than 64 bits can count"
      ),
      (
        #""dtype":"F4","shape":[3],"data_offsets":[0,1]"#,
        "`x.shape`: expected elements that fill whole bytes, found 12 bits"
      ),
      (
        #""dtype":"F16","shape":[1],"data_offsets":[2,4]"#,
        "bytes 0 to 2 of the data belong to no tensor"
      ),
      (
        #""dtype":"F16","shape":[1],"data_offsets":[0,2]"#,
        "bytes 2 to 4 of the data belong to no tensor"
      ),
    ]
    for (members, expected) in cases {
      #expect(try message(Bytes.one(members)) == "file: " + expected)
    }
    let overlap =
      #"{"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"#
      + #""y":{"dtype":"F32","shape":[1],"data_offsets":[2,6]}}"#
    #expect(
      try message(Bytes.file(overlap, [0, 0, 0, 0, 0, 0]))
        == "file: `y` begins at byte 2 of the data, inside `x`"
    )
  }

  @Test("that are no files say so")
  func noFile() throws {
    let missing = #expect(throws: FileError.self) { try SafetensorsFile(path: "/no/such") }
    #expect(missing?.reason == .notFound)
    let error = #expect(throws: FileError.self) { try SafetensorsFile(path: folder.path) }
    #expect(error?.reason == .isDirectory)
    #expect(throws: SafetensorsError.self) { try open([]) }
  }

  @Test("with random faults are read or refused")
  func fuzz() throws {
    let meaningful = Array(#"{}[]:,"0123456789-.eFBUS "#.utf8)
    try Fuzzing.run(.safetensors, rounds: 600, seed: 20) { generator in
      let bytes = Fuzzing.mutated(
        SafetensorsBytes.sample,
        meaningful: meaningful,
        using: &generator
      )
      do {
        let file = try open(bytes)
        for tensor in file.tensors where tensor.type.isReadable {
          #expect(try file.values(tensor.name).count == tensor.count)
        }
      } catch is SafetensorsError {}
    }
  }

  @Test("rows that are not there trap")
  func rowTraps() async {
    await #expect(processExitsWith: .failure) {
      let folder = try TemporaryFolder()
      let path = try folder.file("file", bytes: SafetensorsBytes.sample)
      _ = try SafetensorsFile(path: path).values("a", rows: 1..<3)
    }
    await #expect(processExitsWith: .failure) {
      let folder = try TemporaryFolder()
      let file = try SafetensorsFile(path: folder.file("f", bytes: SafetensorsBytes.sample))
      var values: [Float] = [0, 0, 0, 0]
      var span = values.mutableSpan
      try file.read(file.tensor("a"), into: &span, at: 1)
    }
  }
}
