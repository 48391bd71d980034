import LossNumerics
import Testing

/// An activation and its slope at one input.
struct GoldenActivation: Sendable, CustomTestStringConvertible {
  var activation: Activation
  var input: Float
  var value: Double
  var slope: Double

  init(_ activation: Activation, _ input: Float, value: Double, slope: Double) {
    (self.activation, self.input) = (activation, input)
    (self.value, self.slope) = (value, slope)
  }

  var testDescription: String { "\(activation) at \(input)" }

  /// PyTorch in double precision, by `Golden/activations.py`.
  static let all = [
    Self(.relu, -30.0, value: 0.0, slope: 0.0),
    Self(.relu, -6.5, value: 0.0, slope: 0.0),
    Self(.relu, -3.0, value: 0.0, slope: 0.0),
    Self(.relu, -1.25, value: 0.0, slope: 0.0),
    Self(.relu, -0.5, value: 0.0, slope: 0.0),
    Self(.relu, -0.0078125, value: 0.0, slope: 0.0),
    Self(.relu, 0.0009765625, value: 0.0009765625, slope: 1.0),
    Self(.relu, 0.25, value: 0.25, slope: 1.0),
    Self(.relu, 1.0, value: 1.0, slope: 1.0),
    Self(.relu, 1.75, value: 1.75, slope: 1.0),
    Self(.relu, 4.0, value: 4.0, slope: 1.0),
    Self(.relu, 20.0, value: 20.0, slope: 1.0),
    Self(.silu, -30.0, value: -2.8072868906517896e-12, slope: -2.713710660963134e-12),
    Self(.silu, -6.5, value: -0.009757684668790446, slope: -0.008241854348961832),
    Self(.silu, -3.0, value: -0.14227761953270035, slope: -0.08810410601516962),
    Self(.silu, -1.25, value: -0.27837517353163604, slope: 0.00631915508468757),
    Self(.silu, -0.5, value: -0.1887703343990727, slope: 0.2600388126973482),
    Self(.silu, -0.0078125, value: -0.0038909912885472407, slope: 0.496093789736066),
    Self(.silu, 0.0009765625, value: 0.0004885196685601537, slope: 0.5004882811723897),
    Self(.silu, 0.25, value: 0.14054412522144952, slope: 0.6237100215701977),
    Self(.silu, 1.0, value: 0.7310585786300049, slope: 0.9276705118714869),
    Self(.silu, 1.75, value: 1.4909174034445436, slope: 1.072678946044957),
    Self(.silu, 4.0, value: 3.928055160151634, slope: 1.0526646148910728),
    Self(.silu, 20.0, value: 19.999999958776925, slope: 1.0000000391619202),
    Self(.gelu, -30.0, value: -0.0, slope: -4.420938404635643e-195),
    Self(.gelu, -6.5, value: -2.610399119085116e-10, slope: -1.6950518131483905e-09),
    Self(.gelu, -3.0, value: -0.00404969409489031, slope: -0.01194564720418392),
    Self(.gelu, -1.25, value: -0.13206221708356905, slope: -0.12266158306942215),
    Self(.gelu, -0.5, value: -0.15426876936299344, slope: 0.13250487534383712),
    Self(.gelu, -0.0078125, value: -0.0038819007432746673, slope: 0.49376665368732153),
    Self(.gelu, 0.0009765625, value: 0.0004886617109460747, slope: 0.5007791838937131),
    Self(.gelu, 0.25, value: 0.14967658142073093, slope: 0.695373354883636),
    Self(.gelu, 1.0, value: 0.841344746068543, slope: 1.0833154705876864),
    Self(.gelu, 1.75, value: 1.67989647548832, slope: 1.110926151082578),
    Self(.gelu, 4.0, value: 3.9998733150326675, slope: 1.0005036496612265),
    Self(.gelu, 20.0, value: 20.0, slope: 1.0),
    Self(.geluTanh, -30.0, value: -0.0, slope: 0.0),
    Self(.geluTanh, -6.5, value: -6.27831120425526e-13, slope: -6.583528748372494e-12),
    Self(.geluTanh, -3.0, value: -0.0036373920817729943, slope: -0.011584166630969648),
    Self(.geluTanh, -1.25, value: -0.13228579703028542, slope: -0.12249263224964865),
    Self(.geluTanh, -0.5, value: -0.15428599017485606, slope: 0.13263009646535764),
    Self(.geluTanh, -0.0078125, value: -0.0038819007445005977, slope: 0.4937666543149846),
    Self(.geluTanh, 0.0009765625, value: 0.0004886617109457754, slope: 0.5007791838924871),
    Self(.geluTanh, 0.25, value: 0.149675350701685, slope: 0.6953540951510604),
    Self(.geluTanh, 1.0, value: 0.8411919906082768, slope: 1.0829640838457826),
    Self(.geluTanh, 1.75, value: 1.6797953823412513, slope: 1.1115969813872029),
    Self(.geluTanh, 4.0, value: 3.9999297540518075, slope: 1.000335123197122),
    Self(.geluTanh, 20.0, value: 20.0, slope: 1.0),
  ]
}
