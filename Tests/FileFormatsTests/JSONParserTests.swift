import FileFormats
import TestSupport
import Testing

@Suite("JSON reader")
struct JSONParserTests {
  private func parse(_ text: String) throws(JSONError) -> JSONValue {
    try JSONValue(parsing: Array(text.utf8), name: "x.json")
  }

  /// The two examples of RFC 8259, section 13, and the grammar's corners.
  @Test("reads the examples of the standard")
  func standardExamples() throws {
    let image = try parse(
      """
      {"Image": {"Width": 800, "Title": "View from 15th Floor", "Animated" : false,
                 "IDs": [116, 943, 234, 38793]}}
      """
    )
    #expect(
      image == [
        "Image": [
          "Width": 800, "Title": "View from 15th Floor", "Animated": false,
          "IDs": [116, 943, 234, 38793],
        ]
      ]
    )
    let cities = try parse(
      #"[{"precision": "zip", "Latitude": 37.7668, "Longitude": -122.3959}, {}]"#
    )
    #expect(cities[0]?["Longitude"]?.double == -122.3959)
    #expect(cities[1]?.object?.isEmpty == true)
  }

  @Test(
    "reads every kind of value",
    arguments: [
      ("null", nil), (" true\n", true), ("false", false), ("0", 0), ("-12", -12), ("1.5", 1.5),
      ("1e2", 100.0), ("[]", []), ("[[],{}]", [[], [:]]), ("\"\"", ""), ("\u{FEFF}1", 1),
      ("Infinity", .number(.infinity)), ("[-Infinity]", [.number(-.infinity)]),
      ("9223372036854775807", .integer(.max)), ("-9223372036854775808", .integer(.min)),
      ("9223372036854775808", 9223372036854775808.0),
    ] as [(String, JSONValue)]
  )
  func values(text: String, value: JSONValue) throws {
    #expect(try parse(text) == value)
  }

  @Test("bare NaN is a number")
  func notANumber() throws {
    #expect(try parse("NaN").double?.isNaN == true)
  }

  @Test("a negative zero keeps its sign")
  func negativeZero() throws {
    #expect(try parse("-0").double?.sign == .minus)
    #expect(try parse("-0.0").double?.sign == .minus)
  }

  @Test("numerals give the bits CPython gives", arguments: FileFormatsGolden.numerals)
  func numerals(_ golden: (head: String, zeros: Int, tail: String, bits: UInt64?)) {
    let text = golden.head + String(repeating: "0", count: golden.zeros) + golden.tail
    #expect((try? parse(text))?.double?.bitPattern == golden.bits)
  }

  @Test("strings give the characters CPython gives", arguments: FileFormatsGolden.strings)
  func strings(_ golden: (text: String, scalars: [UInt32])) throws {
    #expect(try parse(golden.text).string?.unicodeScalars.map(\.value) == golden.scalars)
  }

  @Test("keys that differ only in normalization are two keys")
  func normalization() throws {
    let object = try #require(try parse("{\"\u{E9}\": 1, \"e\u{301}\": 2}").object)
    #expect(object.count == 2)
    #expect(object["\u{E9}"] == 1)
    #expect(object["e\u{301}"] == 2)
  }

  @Test(
    "errors say where, what was expected and what was found",
    arguments: [
      ("", "x.json:1:1: expected a value, found the end of the file"),
      ("[1,\n 2,]", "x.json:2:4: expected a value, found `]`"),
      ("{\"a\": 1,}", "x.json:1:9: expected a key in double quotes, found `}`"),
      ("{'a': 1}", "x.json:1:2: expected a key in double quotes or `}`, found `'`"),
      ("{\"a\" 1}", "x.json:1:6: expected `:` after a key, found `1`"),
      ("{\"a\": 1 \"b\": 2}", "x.json:1:9: expected `,` or `}`, found `\"`"),
      ("[1 2]", "x.json:1:4: expected `,` or `]`, found `2`"),
      ("[1", "x.json:1:3: expected `,` or `]`, found the end of the file"),
      ("1 2", "x.json:1:3: expected the end of the file, found `2`"),
      ("{\"ok\": True}", "x.json:1:8: expected a value, found `True`"),
      ("[é]", "x.json:1:2: expected a value, found `é`"),
      (
        "\"é\r\nx",
        "x.json:1:3: expected control character 13 in a string to be escaped, found it bare"
      ),
      ("\"é", "x.json:1:3: expected a closing `\"`, found the end of the file"),
      ("01", "x.json:1:2: expected no digit after a leading 0, found `1`"),
      ("-x", "x.json:1:2: expected a digit, found `x`"),
      ("1.", "x.json:1:3: expected a digit, found the end of the file"),
      ("1e+", "x.json:1:4: expected a digit, found the end of the file"),
      (".5", "x.json:1:1: expected a value, found `.`"),
      ("\r\n\r+1", "x.json:3:1: expected a value, found `+`"),
      ("[1e999]", "x.json:1:2: the number `1e999` is beyond the range of a Double"),
      ("{\"a\": 1, \"a\": 2}", "x.json:1:10: the key `a` occurs twice in one object"),
      (#""\x41""#, "x.json:1:2: expected an escape such as `\\n` or `\\u00e9`, found `\\x`"),
      (#""\u12g4""#, "x.json:1:2: expected an escape such as `\\n` or `\\u00e9`, found `\\u12g4`"),
      (#""a\ud800""#, "x.json:1:3: `\\ud800` is half of a surrogate pair without the other"),
      (#""\ud800\u0041""#, "x.json:1:2: `\\ud800` is half of a surrogate pair without the other"),
      (#""\udc00""#, "x.json:1:2: `\\udc00` is half of a surrogate pair without the other"),
      ("[1]\u{1B}[31m", "x.json:1:4: expected the end of the file, found `\\u{1B}`"),
      ("\u{1F}", "x.json:1:1: expected a value, found `\\u{1F}`"),
      ("nul", "x.json:1:1: expected a value, found `nul`"),
    ]
  )
  func failures(text: String, message: String) {
    let error = #expect(throws: JSONError.self) { try parse(text) }
    #expect(error?.description == message)
  }

  @Test("what is no text is named")
  func otherThanText() {
    let error = #expect(throws: JSONError.self) {
      try JSONValue(parsing: [0x1F, 0x8B, 0x08, 0], name: "x.json")
    }
    #expect(error?.description == "x.json:1:1: looks like a gzip file: pipe it through zcat")
    let invalid = #expect(throws: JSONError.self) {
      try JSONValue(parsing: Array("{\n\"".utf8) + [0x61, 0xFF, 0x22], name: "x.json")
    }
    #expect(invalid?.description == "x.json:2:3: expected UTF-8, found a byte that is none")
  }
}

@Suite("JSON reader under attack")
struct JSONParserAttackTests {
  private func parse(_ bytes: [UInt8]) throws(JSONError) -> JSONValue {
    try JSONValue(parsing: bytes, name: "x.json")
  }

  @Test("512 levels are read, one more is not")
  func depth() throws {
    let deepest = String(repeating: "[", count: 512) + String(repeating: "]", count: 512)
    #expect(try parse(Array(deepest.utf8)).array?.count == 1)
    let error = #expect(throws: JSONError.self) { try parse(Array("[\(deepest)]".utf8)) }
    #expect(
      error?.description == "x.json:1:513: more than 512 arrays and objects inside each other"
    )
  }

  @Test(
    "ten million brackets, digits or backslashes are refused or read at once",
    arguments: ["[", "{\"a\":", "9", "0", "\"\\", " "]
  )
  func tenMillion(_ piece: String) {
    let bytes = Array(String(repeating: piece, count: 10_000_000 / piece.utf8.count).utf8)
    #expect(throws: JSONError.self) { try parse(bytes) }
    #expect(throws: JSONError.self) { try parse(Array("[1e1".utf8) + bytes) }
  }

  @Test("ten million digits after the point are one number")
  func longNumber() throws {
    let digits = [UInt8](repeating: UInt8(ascii: "3"), count: 10_000_000)
    #expect(try parse(Array("0.".utf8) + digits) == .number(1 / 3))
  }

  @Test("a hundred thousand keys are read in linear time")
  func manyKeys() throws {
    let text = "{" + (0..<100_000).map { "\"key\($0)\":\($0)" }.joined(separator: ",") + "}"
    let object = try #require(try parse(Array(text.utf8)).object)
    #expect(object.count == 100_000)
    #expect(object["key99999"] == 99_999)
  }

  @Test("mutated texts never crash, and what is read is written and read again alike")
  func mutations() throws {
    let sample = Array(
      #"{"a": [1, -2.5e3, "x\u00e9\n", true, null, NaN], "b": {"c": [], "d": [[{}]]}, "é": "\ud83d\ude00"}"#
        .utf8
    )
    Fuzzing.run(.json, rounds: 20_000, seed: 7) { generator in
      let bytes = Fuzzing.mutated(
        sample,
        meaningful: Array("{}[]\",:\\u0123eE+-. \ntrfnNI".utf8),
        using: &generator
      )
      guard let value = try? parse(bytes), value.nonFinitePaths.isEmpty else { return }
      let again = try? parse(Array(value.serialized().utf8))
      #expect(again == value, "\(generator): \(String(decoding: bytes, as: UTF8.self))")
    }
  }
}
