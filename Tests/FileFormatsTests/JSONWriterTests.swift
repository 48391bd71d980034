import FileFormats
import TestSupport
import Testing

@Suite("JSON writer")
struct JSONWriterTests {
  private let report: JSONValue = [
    "schema": "isoloss.eval", "schemaVersion": 1,
    "total": ["perplexity": 220.5, "interval": [200.25, 241.0], "standardError": nil],
    "files": [["name": "a.txt"], [:]], "failed": [], "matrix": [[1, 2], [3, 4]],
  ]

  @Test("the pretty layout, whole")
  func pretty() {
    #expect(
      report.serialized() == """
        {
          "schema": "isoloss.eval",
          "schemaVersion": 1,
          "total": {
            "perplexity": 220.5,
            "interval": [200.25, 241.0],
            "standardError": null
          },
          "files": [
            {
              "name": "a.txt"
            },
            {}
          ],
          "failed": [],
          "matrix": [
            [1, 2],
            [3, 4]
          ]
        }
        """
    )
  }

  @Test("the compact layout, whole")
  func compact() {
    #expect(
      report.serialized(.compact)
        == #"{"schema":"isoloss.eval","schemaVersion":1,"total":{"perplexity":220.5,"#
        + #""interval":[200.25,241.0],"standardError":null},"files":[{"name":"a.txt"},{}],"#
        + #""failed":[],"matrix":[[1,2],[3,4]]}"#
    )
  }

  @Test(
    "numbers have the fewest digits that read back the same",
    arguments: [
      (0.1, "0.1"), (1, "1.0"), (-0.0, "-0.0"), (1e22, "1e+22"), (.leastNonzeroMagnitude, "5e-324"),
      (.greatestFiniteMagnitude, "1.7976931348623157e+308"), (.infinity, "null"), (.nan, "null"),
    ] as [(Double, String)]
  )
  func numbers(value: Double, text: String) {
    #expect(JSONValue.number(value).serialized() == text)
  }

  @Test("strings escape what they must and nothing else")
  func strings() {
    let text = "\"\\/\u{8}\u{9}\u{A}\u{C}\u{D}\u{0}\u{1F}\u{7F}é\u{2028}😀\u{301}"
    #expect(
      JSONValue.string(text).serialized()
        == "\"\\\"\\\\/\\b\\t\\n\\f\\r\\u0000\\u001f\u{7F}é\u{2028}😀\u{301}\""
    )
  }

  @Test("the numbers that become null are named")
  func nonFinite() {
    let value: JSONValue = [
      "total": ["perplexity": .number(.infinity), "nats": 1.5],
      "files": [["x": 1.0], [:], ["x": .number(.nan), "a key": [0, .number(-.infinity)]]],
    ]
    #expect(
      value.nonFinitePaths == ["total.perplexity", "files[2].x", "files[2][\"a key\"][1]"]
    )
    #expect(JSONValue.number(.nan).nonFinitePaths == ["."])
    #expect(report.nonFinitePaths.isEmpty)
  }

  @Test("random values read back as themselves, in both layouts")
  func roundTrip() {
    Fuzzing.run(.jsonValues, rounds: 500, seed: 3) { generator in
      let value = randomValue(depth: 4, using: &generator)
      for layout in [JSONValue.Layout.pretty, .compact] {
        let text = value.serialized(layout)
        let again = try? JSONValue(parsing: Array(text.utf8), name: "x")
        #expect(again == value, "\(generator): \(text)")
      }
    }
  }

  private func randomValue(depth: Int, using generator: inout FuzzGenerator) -> JSONValue {
    switch Int.random(in: 0..<(depth > 0 ? 7 : 5), using: &generator) {
    case 0: return .null
    case 1: return .bool(Bool.random(using: &generator))
    case 2: return .integer(Int(truncatingIfNeeded: generator.next()))
    case 3:
      let value = Double(bitPattern: generator.next())
      return .number(value.isFinite ? value : 0.5)
    case 4: return .string(randomText(using: &generator))
    case 5:
      return .array(
        (0..<Int.random(in: 0...5, using: &generator)).map { _ in
          randomValue(depth: depth - 1, using: &generator)
        }
      )
    default:
      var object = JSONObject()
      for _ in 0..<Int.random(in: 0...14, using: &generator) {
        object[randomText(using: &generator)] = randomValue(depth: depth - 1, using: &generator)
      }
      return .object(object)
    }
  }

  private func randomText(using generator: inout FuzzGenerator) -> String {
    var text = ""
    for _ in 0..<Int.random(in: 0...6, using: &generator) {
      let limit: UInt32 = Bool.random(using: &generator) ? 0x100 : 0x11_0000
      if let scalar = Unicode.Scalar(UInt32.random(in: 0..<limit, using: &generator)) {
        text.unicodeScalars.append(scalar)
      }
    }
    return text
  }
}

@Suite("JSON values")
struct JSONValueTests {
  @Test("accessors give their own kind only")
  func accessors() {
    #expect(JSONValue.integer(3).double == 3)
    #expect(JSONValue.number(3).int == 3)
    #expect(JSONValue.number(3.5).int == nil)
    #expect(JSONValue.number(1e300).int == nil)
    #expect(JSONValue.string("3").double == nil)
    #expect(JSONValue.bool(true).int == nil)
    #expect(JSONValue.null.isNull)
    #expect(JSONValue.array([1])[1] == nil)
    #expect(JSONValue.array([1])[-1] == nil)
    #expect(JSONValue.null["a"] == nil)
    #expect(JSONValue(Double?.none) == nil)
  }

  @Test("a key set again keeps its place, nil removes it", arguments: [3, 30])
  func subscripts(count: Int) {
    var object = JSONObject((0..<count).map { ("key\($0)", .integer($0)) })
    object["key1"] = "new"
    #expect(object.keys == (0..<count).map { "key\($0)" })
    #expect(object["key1"] == "new")
    object["key0"] = nil
    object["absent"] = nil
    #expect(object.keys == (1..<count).map { "key\($0)" })
    #expect(object["key0"] == nil)
    for position in 2..<count { #expect(object["key\(position)"] == .integer(position)) }
    object["key0"] = 0
    #expect(object.members.last?.key == "key0")
  }

  @Test("a literal with the same key twice traps")
  func duplicateTraps() async {
    await #expect(processExitsWith: .failure) {
      _ = JSONObject([("a", 1), ("a", 2)])
    }
  }
}
