import LossNumerics
import ModelShapes
import Testing
import TransformerModels

@Suite("Settings of rotary positions")
struct RotarySettingsTests {
  /// What `Golden/rotary.py` prints, by the index of the frequency.
  private static let llama3: [(index: Int, frequency: Double)] = [
    (0, 1.0),
    (1, 0.8146172165870667),
    (20, 0.016560440883040428),
    (28, 0.0032114461064338684),
    (29, 0.0021665706299245358),
    (30, 0.0013718936825171113),
    (32, 0.0005248460220173001),
    (33, 0.0003126936499029398),
    (34, 0.0001785077911335975),
    (35, 9.556212171446532e-05),
    (36, 7.784655463183299e-05),
    (40, 3.428102354519069e-05),
    (63, 3.068925877869333e-07),
  ]

  @Test("scaled as in Llama 3.1 give the frequencies of transformers")
  func llama() {
    let settings = RotarySettings(
      base: 500_000,
      scaling: .llama3(factor: 8, low: 1, high: 4, originalContext: 8192)
    )
    let frequencies = settings.positions(headWidth: 128).frequencies
    #expect(frequencies.count == 64)
    // The reference works in single precision throughout: its powers are off by up to 20 ulps.
    for (index, frequency) in Self.llama3 {
      #expect(abs(frequencies[index] - frequency) <= 2e-6 * frequency)
    }
  }

  @Test("scaled linearly are divided by the factor")
  func linear() {
    let plain = RotarySettings().positions(headWidth: 128).frequencies
    let scaled = RotarySettings(scaling: .linear(factor: 4)).positions(headWidth: 128).frequencies
    #expect(scaled == plain.map { $0 / 4 })
    // As `Golden/rotary.py` prints it.
    #expect(abs(scaled[63] - 2.8869548259535804e-05) <= 2e-6 * scaled[63])
  }

  @Test("are recognized by the frequencies", arguments: [10_000, 500_000, 1_000_000, 5000, 2])
  func recognized(_ base: Double) {
    for (share, headWidth) in [(1.0, 64), (0.25, 64), (0.5, 8), (0.25, 80), (1, 128)] {
      let settings = RotarySettings(base: base, share: share)
      let positions = settings.positions(headWidth: headWidth)
      #expect(RotarySettings(recognizing: positions, headWidth: headWidth) == settings)
    }
    let scaled = RotarySettings(base: base, scaling: .linear(factor: 3))
    let positions = scaled.positions(headWidth: 16)
    #expect(RotarySettings(recognizing: positions, headWidth: 16) == nil)
  }

  @Test("of one pair have no base, so that any will do")
  func onePair() {
    let positions = RotaryPositions(dimension: 2, base: 77)
    let settings = RotarySettings(recognizing: positions, headWidth: 2)
    #expect(settings?.positions(headWidth: 2) == positions)
    let other = RotaryPositions(frequencies: [1], pairing: .interleaved)
    #expect(RotarySettings(recognizing: other, headWidth: 2) == nil)
  }
}
