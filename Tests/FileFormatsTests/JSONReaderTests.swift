import FileFormats
import Testing

@Suite("JSON reader, piece by piece")
struct JSONReaderTests {
  private func reader(_ text: String) throws(JSONError) -> JSONReader {
    try JSONReader(Array(text.utf8), name: "x.json")
  }

  /// What an attempt to read says of a text.
  private func message(
    _ text: String,
    _ read: (inout JSONReader) throws(JSONError) -> Void
  ) -> String? {
    do throws(JSONError) {
      var reader = try reader(text)
      try read(&reader)
      return nil
    } catch {
      return error.description
    }
  }

  private func string(_ reader: inout JSONReader) throws(JSONError) -> String {
    var bytes: [UInt8] = []
    try reader.string(into: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  // MARK: Structure

  @Test("reads a document in order, and passes what nobody wants")
  func document() throws {
    var reader = try reader(
      """
      \u{FEFF} { "skip": {"a": [1, {"b": "}]"}], "c": null},
        "ids" : [ 3,20 , 100 ], "x": [[], {}, "\\"", -1.5e3], "none": [],
        "name":"é" , "a": 1, "a": 2 }

      """
    )
    try reader.beginObject()
    var key: [UInt8] = []
    var found: [String] = []
    while try reader.nextKey(into: &key) {
      let name = String(decoding: key, as: UTF8.self)
      switch name {
      case "ids", "none":
        try reader.beginArray()
        var numbers: [Int] = []
        while try reader.nextElement() { numbers.append(try reader.integer()) }
        found.append("\(name) \(numbers)")
      case "name": found.append("\(name) \(try string(&reader))")
      case "a": found.append("\(name) \(try reader.integer())")
      default: found.append("\(name) \(try reader.value().serialized(.compact))")
      }
    }
    try reader.finish()
    #expect(
      found == [
        #"skip {"a":[1,{"b":"}]"}],"c":null}"#, "ids [3, 20, 100]", #"x [[],{},"\"",-1500.0]"#,
        "none []", "name é", "a 1", "a 2",
      ]
    )
  }

  @Test("reads containers inside each other as far as the caller goes")
  func nested() throws {
    let depth = 2_000
    let open = String(repeating: "[", count: depth)
    var reader = try reader(open + "7" + String(repeating: "]", count: depth))
    for _ in 0..<depth {
      try reader.beginArray()
      #expect(try reader.nextElement())
    }
    #expect(try reader.integer() == 7)
    for _ in 0..<depth { #expect(try !reader.nextElement()) }
    try reader.finish()
  }

  @Test("tells what comes next, without taking it")
  func peeks() throws {
    var reader = try reader(" \t\r\n[ 1 ,\"a\" ] ")
    #expect(reader.peek() == UInt8(ascii: "["))
    try reader.beginArray()
    #expect(try reader.nextElement())
    #expect(reader.peek() == UInt8(ascii: "1"))
    #expect(try reader.integer() == 1)
    #expect(reader.peek() == UInt8(ascii: ","))
    #expect(try reader.nextElement())
    #expect(reader.peek() == UInt8(ascii: "\""))
    #expect(try string(&reader) == "a")
    #expect(try !reader.nextElement())
    #expect(reader.peek() == nil)
    try reader.finish()
  }

  // MARK: Strings

  @Test("strings give the characters CPython gives", arguments: FileFormatsGolden.strings)
  func strings(_ golden: (text: String, scalars: [UInt32])) throws {
    var reader = try reader(golden.text)
    #expect(try string(&reader).unicodeScalars.map(\.value) == golden.scalars)
    try reader.finish()
  }

  @Test("keys are read as strings are, and a value's bytes replace those before")
  func keys() throws {
    var reader = try reader(#"{"\u0061\n\ud83d\ude00": "long text", "": "s"}"#)
    try reader.beginObject()
    var key = Array("left over".utf8)
    #expect(try reader.nextKey(into: &key))
    #expect(String(decoding: key, as: UTF8.self) == "a\n😀")
    var text: [UInt8] = []
    try reader.string(into: &text)
    #expect(try reader.nextKey(into: &key))
    #expect(key.isEmpty)
    try reader.string(into: &text)
    #expect(text == Array("s".utf8))
    #expect(try !reader.nextKey(into: &key))
  }

  @Test(
    "half a surrogate pair is U+FFFD if wanted, and else an error",
    arguments: [
      (#""\ud83d""#, "\u{FFFD}", 1), (#""a\ude00b""#, "a\u{FFFD}b", 2),
      (#""\ud83d\ud83d\ude00""#, "\u{FFFD}😀", 1), (#""\ud83d\n""#, "\u{FFFD}\n", 1),
      (#""\ude00\ud83d""#, "\u{FFFD}\u{FFFD}", 1), (#""\ud83d\u0041""#, "\u{FFFD}A", 1),
    ]
  )
  func surrogates(_ text: String, _ repaired: String, _ offset: Int) throws {
    var reader = try JSONReader(Array(text.utf8), name: "x", repairsLoneSurrogates: true)
    #expect(try string(&reader) == repaired)
    try reader.finish()
    let half = text.dropFirst(offset).prefix(6)
    #expect(
      message(text) { reader throws(JSONError) in _ = try string(&reader) }
        == "x.json:1:\(offset + 1): `\(half)` is half of a surrogate pair without the other"
    )
  }

  // MARK: Numbers

  @Test(
    "whole numbers are read to the last",
    arguments: [
      ("0", 0), ("7 ", 7), ("999999999", 999_999_999), ("1000000000", 1_000_000_000),
      ("9223372036854775807", .max), ("-9223372036854775808", .min), ("-1", -1),
      ("1.0", 1), ("1e3", 1000), ("000000000", nil), ("01", nil), ("1.5", nil), ("1e-1", nil),
      ("9223372036854775808", nil),
      ("NaN", nil), ("true", nil), ("\"1\"", nil), ("[1]", nil), ("", nil), ("-", nil),
    ] as [(String, Int?)]
  )
  func integers(_ text: String, _ number: Int?) throws {
    // Alone, before a comma and before a bracket: a short number ends where what follows says so.
    for (before, after) in [("", ""), ("[", "]"), ("[", ",1]"), ("[", "\n]")] {
      var reader = try reader(before + text + after)
      if !before.isEmpty { try reader.beginArray() }
      if !before.isEmpty { #expect(try reader.nextElement() || text.isEmpty) }
      let read: Int?
      do throws(JSONError) {
        read = try reader.integer()
      } catch {
        read = nil
      }
      #expect(read == number, "\(before)\(text)\(after)")
    }
  }

  // MARK: Errors

  @Test("errors say where, what was expected and what was found")
  func failures() {
    typealias Read = (inout JSONReader) throws(JSONError) -> Void
    func list(_ reader: inout JSONReader) throws(JSONError) {
      try reader.beginArray()
      while try reader.nextElement() { _ = try reader.integer() }
      try reader.finish()
    }
    func object(_ reader: inout JSONReader) throws(JSONError) {
      var key: [UInt8] = []
      try reader.beginObject()
      while try reader.nextKey(into: &key) { _ = try string(&reader) }
      try reader.finish()
    }
    let cases: [(String, Read, String)] = [
      ("{}", list, "1:1: expected an array, found `{`"),
      ("", list, "1:1: expected an array, found the end of the file"),
      ("[1,\n 2,]", list, "2:4: expected a value, found `]`"),
      ("[,1]", list, "1:2: expected a value, found `,`"),
      ("[1 2]", list, "1:4: expected `,` or `]`, found `2`"),
      ("[1", list, "1:3: expected `,` or `]`, found the end of the file"),
      ("[1]\r\n]", list, "2:1: expected the end of the file, found `]`"),
      ("[é, 1]", list, "1:2: expected a value, found `é`"),
      ("[1, \"é\"]", list, "1:5: expected a whole number, found `\"`"),
      ("[1, 2.5]", list, "1:5: expected a whole number, found `2`"),
      ("[1, 02]", list, "1:6: expected no digit after a leading 0, found `2`"),
      ("[1e999]", list, "1:2: the number `1e999` is beyond the range of a Double"),
      ("[]", object, "1:1: expected an object, found `[`"),
      ("{\"a\": \"b\",}", object, "1:11: expected a key in double quotes, found `}`"),
      ("{a: 1}", object, "1:2: expected a key in double quotes, found `a`"),
      ("{\"a\" \"b\"}", object, "1:6: expected `:` after a key, found `\"`"),
      ("{\"a\": \"b\" \"c\"}", object, "1:11: expected `,` or `}`, found `\"`"),
      ("{\"é\":\n  1}", object, "2:3: expected a string, found `1`"),
      ("{\"a\": \"b", object, "1:9: expected a closing `\"`, found the end of the file"),
      (
        "{\"a\": \"\n\"}", object,
        "1:8: expected control character 10 in a string to be escaped, found it bare"
      ),
      (
        #"{"a": "\q"}"#, object,
        #"1:8: expected an escape such as `\n` or `\u00e9`, found `\q`"#
      ),
    ]
    for (text, read, expected) in cases {
      #expect(message(text, read) == "x.json:\(expected)", "\(text.debugDescription)")
    }
  }

  @Test("what is no text is named at once")
  func otherThanText() {
    let error = #expect(throws: JSONError.self) {
      try JSONReader(Array("{\"a\":\n\"".utf8) + [0xC3, 0x28], name: "x.json")
    }
    #expect(error?.description == "x.json:2:2: expected UTF-8, found a byte that is none")
    let packed = #expect(throws: JSONError.self) {
      try JSONReader([0x28, 0xB5, 0x2F, 0xFD], name: "x.json")
    }
    #expect(packed?.reason == .mistaken(.zstandard))
  }

  @Test("a value may have 512 levels, wherever it stands, and no more")
  func depth() throws {
    let deepest = String(repeating: "[", count: 512) + String(repeating: "]", count: 512)
    func read(_ reader: inout JSONReader) throws(JSONError) {
      try reader.beginArray()
      while try reader.nextElement() { _ = try reader.value() }
      try reader.finish()
    }
    #expect(message("[\(deepest),\(deepest)]", read) == nil)
    #expect(
      message("[\(deepest),\n[\(deepest)]]", read)
        == "x.json:2:513: more than 512 arrays and objects inside each other"
    )
  }

  @Test("a key may occur twice for the reader, but not within a value")
  func duplicates() throws {
    func read(_ reader: inout JSONReader) throws(JSONError) {
      var key: [UInt8] = []
      try reader.beginObject()
      while try reader.nextKey(into: &key) { _ = try reader.value() }
      try reader.finish()
    }
    #expect(message(#"{"a": 1, "a": 2}"#, read) == nil)
    #expect(
      message(#"{"a": {"b": 1, "b": 2}}"#, read)
        == "x.json:1:16: the key `b` occurs twice in one object"
    )
  }

  @Test("a text that ends anywhere is an error")
  func truncated() {
    let text = #"{"skip": {"a": [1, "é\u00e9"]}, "ids": [3, 20], "name": "x\ud83d\ude00", "n": 5}"#
    func read(_ reader: inout JSONReader) throws(JSONError) {
      var key: [UInt8] = []
      try reader.beginObject()
      while try reader.nextKey(into: &key) {
        switch key.first {
        case UInt8(ascii: "i"):
          try reader.beginArray()
          while try reader.nextElement() { _ = try reader.integer() }
        case UInt8(ascii: "s"): _ = try reader.value()
        default:
          if key.count == 1 { _ = try reader.integer() } else { _ = try string(&reader) }
        }
      }
      try reader.finish()
    }
    #expect(message(text, read) == nil)
    let bytes = Array(text.utf8)
    for end in bytes.indices {
      #expect(throws: JSONError.self, "\(end) bytes") {
        var reader = try JSONReader(Array(bytes[..<end]), name: "x.json")
        try read(&reader)
      }
    }
  }
}
