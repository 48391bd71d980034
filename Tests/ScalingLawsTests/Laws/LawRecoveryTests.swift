import FileFormats
import ScalingLaws
import Testing

@Suite("Recovery of every law")
struct LawRecoveryTests {
  @Test("runs without noise give back the law", arguments: ExampleLaw.all)
  func recovery(law: ScalingLaw) throws {
    let table = RunTable(name: "runs", runs: ExampleLaw.runs(of: law))
    let result = try LawFit(law.form, to: table).run()
    #expect(result.isConverged)
    for (coefficient, (found, expected)) in zip(
      law.form.coefficients,
      zip(result.law.coefficients, law.coefficients)
    ) {
      #expect(
        abs(found - expected) <= 1e-8 * abs(expected),
        "\(coefficient.name): \(found), expected \(expected)"
      )
    }
  }

  @Test("every law survives the way through JSON text", arguments: ExampleLaw.all)
  func roundTrip(law: ScalingLaw) throws {
    let text = JSONValue.object(law.json).serialized()
    let back = try ScalingLaw(json: JSONValue(parsing: [UInt8](text.utf8), name: "x"), name: "x")
    #expect(back == law)
  }

  @Test("repeats that no run shows are said to be unknown")
  func noRepeats() throws {
    guard let law = ExampleLaw.named("data-constrained") else { return }
    var runs = ExampleLaw.runs(of: law)
    for index in runs.indices {
      let (run, wobble) = (runs[index], 1 + 1e-4 * Double(index % 7 - 3))
      runs[index].uniqueTokens = nil
      runs[index].loss = wobble * law.loss(parameters: run.parameters, tokens: run.tokens)
    }
    let result = try LawFit(law.form, to: RunTable(name: "runs", runs: runs)).run()
    let repeats = try #require(result["R_D"])
    #expect(repeats.standardError == nil)
    #expect(repeats.reason == "the term B/D'^beta - B/D^beta has vanished")
  }
}
