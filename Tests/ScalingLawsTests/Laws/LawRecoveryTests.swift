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
}
