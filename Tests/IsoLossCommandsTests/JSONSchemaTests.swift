import Foundation
import IsoLoss
import IsoLossCommands
import TestSupport
import Testing

@Suite("JSON schemas of the documentation")
struct JSONSchemaTests {
  /// The schemas by the report they describe, from the documentation's page.
  private static func schemas() throws -> [String: JSONValue] {
    let path = TestFiles.package("Sources/IsoLoss/IsoLoss.docc/JSONReports.md")
    let page = try String(contentsOfFile: path, encoding: .utf8)
    var schemas: [String: JSONValue] = [:]
    for match in page.matches(of: /(?s)```json\n(.*?)```/) {
      let schema = try JSONValue(parsing: Array(match.1.utf8), name: "JSONReports.md")
      schemas[try schema.text("properties.schema.const")] = schema
    }
    return schemas
  }

  static func problems(_ run: CommandRun) throws -> [String] {
    let report = try run.json()
    let schema = try #require(try schemas()[report.text("schema")])
    return JSONSchema(schema).problems(with: report)
  }

  @Test("the page describes every report")
  func page() throws {
    let reports = [
      "approaches", "corpus-markov", "eval", "fit", "fit-compare", "fit-predict", "model-inspect",
      "plan",
      "tokenizer-compare", "tokenizer-count", "tokenizer-inspect", "tokenizer-train",
      "train-transformer",
    ]
    #expect(try Self.schemas().keys.sorted() == reports.map { "isoloss.\($0)" })
  }

  @Test(
    "reports follow their schemas, with no key undocumented and all in order",
    arguments: [
      "eval corpora/lighthouse.txt", "eval corpora",
      "eval corpora/lighthouse.txt missing.txt --carry --effort max --memory 512MiB",
      "eval missing.txt",
      "eval --train corpora/lighthouse.txt corpora/kitchen-table.txt --documents blank-line",
      "eval --train corpora/lighthouse.txt corpora/kitchen-table.txt corpora/README.md --allow-lossy",
      "eval --train corpora/lighthouse.txt --unit character corpora/kitchen-table.txt",
      "eval --train corpora --unit byte --order 3 corpora/kitchen-table.txt",
      "fit corpora/runs-known-truth.csv", "fit corpora/runs-known-truth.csv --hc3 --law kaplan",
      "fit corpora/runs-known-truth.csv --objective huber --bootstrap 20 --law chinchilla",
      "fit corpora/runs-known-truth.csv --approach all",
      "fit corpora/runs-known-truth.csv --profile --scan-basins",
      "fit corpora/runs-known-truth.csv --approach all --profile --budget 1e21",
      "fit corpora/runs-known-truth.csv --approach envelope --curve-errors bootstrap --bootstrap 9",
      "fit corpora/runs-isoflop.csv --approach all --akima",
      "fit corpora/runs-known-truth.csv --holdout 20% --rollout --outliers --compare-laws all",
      "fit corpora/runs-known-truth.csv --law kaplan --objective huber --holdout 0.3 --outliers",
      "plan --compute 5.76e23", "plan --loss 2.1", "plan --budget 8xH100:30d --mfu 95%",
      "plan --parameters 7B --set kaplan", "plan --tokens 1.4T --hardware A100 --set epoch",
      "plan --fit corpora/runs-known-truth.csv --compute 1e21",
      "plan --loss 1.81 --set hoffmann --set epoch --set kaplan",
    ]
  )
  func reports(_ line: String) throws {
    #expect(try Self.problems(CommandRun(line + " --json")) == [])
  }

  @Test("approaches alone and together", arguments: ["isoflop", "envelope", "all"])
  func approaches(_ choice: String) throws {
    let run = CommandRun(
      "fit --json --approach \(choice) --bootstrap 20 -",
      input: DoublingTable.csv(noise: 0.002)
    )
    #expect(try Self.problems(run) == [])
  }

  @Test("numbers that are not finite still follow the schema")
  func notFinite() throws {
    let word = String(repeating: "q7", count: 2000)
    #expect(try Self.problems(CommandRun("eval --json -", input: word)) == [])
    // Eight runs on a curve that five coefficients do not determine.
    let rows = (1...8).map { "\($0)e7,\($0)e9,\(3 + 1 / Double($0))\n" }.joined()
    #expect(try Self.problems(CommandRun("fit --json -", input: "N,D,loss\n" + rows)) == [])
  }

  @Test(
    "the validator sees what is wrong",
    arguments: [
      (#"{"a": 1, "b": [1]}"#, []),
      (#"{"b": []}"#, ["$: `a` is missing"]),
      (#"{"a": 1.5}"#, [#"$.a: expected ["integer", "null"], found 1.5"#]),
      (#"{"a": 2, "c": 1}"#, ["$.c: is not in the schema"]),
      (#"{"b": [], "a": 1}"#, [#"$: keys stand in the order ["b", "a"]"#]),
      (#"{"a": 1, "b": [2]}"#, ["$.b[0]: expected 1"]),
      (#"{"a": 1, "d": "z"}"#, [#"$.d: "z" is not among the choices"#]),
      ("3", [#"$: expected ["object"], found 3"#]),
    ]
  )
  func validator(_ text: String, _ expected: [String]) throws {
    let schema = """
      {"type": "object", "properties": {"a": {"type": ["integer", "null"]},
      "b": {"type": "array", "items": {"$ref": "#/$defs/one"}}, "d": {"enum": ["x", "y"]}},
      "required": ["a"], "additionalProperties": false, "$defs": {"one": {"const": 1}}}
      """
    let value = try JSONValue(parsing: Array(text.utf8), name: "value")
    let parsed = try JSONValue(parsing: Array(schema.utf8), name: "schema")
    #expect(JSONSchema(parsed).problems(with: value) == expected)
  }
}
