import ScalingLaws
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

@Suite("Gradients and units of every law")
struct LawGradientTests {
  @Test("every form has an example")
  func examples() {
    #expect(ExampleLaw.all.map(\.name) == ScalingLaw.forms.map(\.name))
    #expect(Set(ScalingLaw.forms.map(\.name)).count == ScalingLaw.forms.count)
  }

  @Test("gradients of ln L match central differences", arguments: ExampleLaw.all)
  func gradients(law: ScalingLaw) {
    let scaled = law.scaled
    for place in ExampleLaw.places {
      var gradient = [Double](repeating: .nan, count: scaled.count)
      var span = gradient.mutableSpan
      law.form.logLossGradient(place, scaled: scaled.span, gradient: &span)
      for index in scaled.indices {
        let slope = centralDifferences(
          of: { [law.form.logLoss(place, scaled: $0.span)] },
          at: scaled,
          by: index,
          step: 1e-4
        )[0]
        // h⁴ f⁽⁵⁾/30 with f⁽⁵⁾ of order (ln N)⁵ = 1e8, and rounding of 1e−14/h.
        #expect(
          abs(slope - gradient[index]) < 1e-8 * max(1, abs(slope)),
          "\(law.form.coefficients[index].name) at \(place)"
        )
      }
    }
  }

  @Test("gradients of the derived quantities match central differences", arguments: ExampleLaw.all)
  func derivedGradients(law: ScalingLaw) {
    let form = law.form
    func derived(_ scaled: [Double]) -> [Double] {
      let natural = zip(form.coefficients, scaled).map { $0.scale.natural($1) }
      return form.derivedQuantities(coefficients: natural).map { $0.scale.scaled($0.value) }
    }
    let quantities = form.derivedQuantities(coefficients: law.coefficients)
    for index in law.scaled.indices {
      let slopes = centralDifferences(of: derived, at: law.scaled, by: index, step: 1e-4)
      for (slope, quantity) in zip(slopes, quantities) {
        #expect(quantity.gradient.count == law.coefficients.count)
        #expect(
          abs(slope - quantity.gradient[index]) < 1e-8 * max(1, abs(slope)),
          "\(quantity.name)"
        )
      }
    }
  }

  @Test("a law moved from the runs' middle gives their losses", arguments: ExampleLaw.all)
  func decentering(law: ScalingLaw) throws {
    let center = try #require(RunCenter(ExampleLaw.runs(of: law)))
    // Any coefficients will do, also those of the runs' own units.
    for scaled in [law.scaled, law.scaled.map { 0.1 * $0 }] {
      let moved = try #require(law.form.decentered(scaled, from: center))
      for place in ExampleLaw.places {
        let centered = LogRun(
          parameters: place.parameters - center.place.parameters,
          tokens: place.tokens - center.place.tokens,
          compute: place.compute - center.place.compute,
          uniqueTokens: place.uniqueTokens - center.place.tokens
        )
        let expected = law.form.logLoss(centered, scaled: scaled.span) + center.logLoss
        let found = law.form.logLoss(place, scaled: moved.span)
        // Logarithms and their products with exponents reach a few hundred: some ulps of those.
        #expect(abs(found - expected) < 1e-12 * max(1, abs(expected)), "\(place)")
      }
    }
  }

  @Test("the slopes of that move match central differences", arguments: ExampleLaw.all)
  func decenteringSlopes(law: ScalingLaw) throws {
    let center = try #require(RunCenter(ExampleLaw.runs(of: law)))
    let slopes = law.form.decenteringSlopes(law.scaled, from: center)
    for index in law.scaled.indices {
      let columns = centralDifferences(
        of: { law.form.decentered($0, from: center) ?? [] },
        at: law.scaled,
        by: index,
        step: 1e-4
      )
      #expect(columns.count == slopes.count)
      for (row, slope) in columns.enumerated() {
        #expect(abs(slope - slopes[row][index]) < 1e-8 * max(1, abs(slope)))
      }
    }
  }

  @Test("terms are as many as their losses, and are shares of the loss", arguments: ExampleLaw.all)
  func terms(law: ScalingLaw) {
    for place in ExampleLaw.places {
      let losses = law.form.termLosses(place, scaled: law.scaled.span)
      #expect(losses.count == law.form.terms.count)
      #expect(losses.allSatisfy { $0.isFinite && $0 >= 0 })
    }
    let places = law.form.terms.flatMap(\.coefficients)
    #expect(Set(places).count == places.count)
    #expect(places.allSatisfy(law.coefficients.indices.contains))
  }

  @Test("starts are at most 81, within bounds, and meet the middle of the runs")
  func starts() throws {
    for law in ExampleLaw.all {
      let center = try #require(RunCenter(ExampleLaw.runs(of: law)))
      let runs = ExampleLaw.runs(of: law).map { run in
        Run(
          parameters: run.parameters / exp(center.logParameters),
          tokens: run.tokens / exp(center.logTokens),
          compute: run.compute / exp(center.place.compute),
          loss: run.loss / exp(center.logLoss),
          uniqueTokens: run.uniqueTokens.map { $0 / exp(center.logTokens) }
        )
      }
      let starts = law.form.starts(for: runs)
      #expect(!starts.isEmpty && starts.count <= 81, "\(law.name)")
      let middle = LogRun(parameters: 0, tokens: 0, compute: 0)
      for start in starts {
        for (coefficient, value) in zip(law.form.coefficients, start) {
          #expect(coefficient.scaledBounds.contains(value), "\(law.name) \(coefficient.name)")
        }
        // At the middle the mean loss, 1; where parameters can be in excess, they cost something.
        let loss = exp(law.form.logLoss(middle, scaled: start.span))
        #expect(loss > 0.99 && (loss < 1.01 || law.form.describesRepetition), "\(law.name)")
      }
    }
  }
}
