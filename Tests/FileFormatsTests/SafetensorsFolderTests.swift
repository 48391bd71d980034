import FileFormats
import Testing

@Suite("Safetensors folders")
struct SafetensorsFolderTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func open() throws -> SafetensorsFolder {
    try SafetensorsFolder(path: folder.path, name: "model")
  }

  private func tensor(_ name: String, _ value: UInt8) -> [UInt8] {
    SafetensorsBytes.file(
      "{\"\(name)\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}",
      [0, 0, value, 0x40]
    )
  }

  private func index(_ text: String) throws {
    _ = try folder.file("model.safetensors.index.json", containing: text)
  }

  @Test("of one file and of several hold the same")
  func several() throws {
    try index(#"{"metadata":{},"weight_map":{"y":"2.safetensors","x":"1.safetensors"}}"#)
    _ = try folder.file("1.safetensors", bytes: tensor("x", 0))
    _ = try folder.file("2.safetensors", bytes: tensor("y", 0x40))
    let several = try open()
    #expect(several.files.map(\.name) == ["model/1.safetensors", "model/2.safetensors"])
    #expect(several.tensors.map(\.tensor.name) == ["x", "y"])
    let (file, found) = try #require(several["y"])
    #expect(try file.values(found.name) == [3])
    #expect(several["z"] == nil)
    // A single file comes before the index.
    _ = try folder.file("model.safetensors", bytes: SafetensorsBytes.sample)
    #expect(try open().tensors.map(\.tensor.name) == ["a", "b"])
  }

  @Test("that are wrong say how")
  func wrong() throws {
    func message() -> String? {
      let error = #expect(throws: (any Error).self) { try open() }
      return error.map { "\($0)" }
    }
    #expect(message() == "`model/model.safetensors`: no such file")
    try index("{}")
    #expect(
      message()
        == "model/model.safetensors.index.json: `weight_map`: expected an object, found nothing"
    )
    try index(#"{"weight_map":{"x":3}}"#)
    #expect(
      message()
        == "model/model.safetensors.index.json: `weight_map.x`: expected a string, found a number"
    )
    for name in ["../x", "/etc/passwd", "", ".."] {
      try index("{\"weight_map\":{\"x\":\"\(name)\"}}")
      #expect(
        message()
          == "model/model.safetensors.index.json: `x`: expected a file of the same folder,"
          + " found `\(name)`"
      )
    }
    try index(#"{"weight_map":{"x":"1.safetensors"}}"#)
    #expect(message() == "`model/1.safetensors`: no such file")
    _ = try folder.file("1.safetensors", bytes: tensor("y", 0))
    #expect(message() == "model/1.safetensors: expected the tensor `x`, found none")
  }
}
