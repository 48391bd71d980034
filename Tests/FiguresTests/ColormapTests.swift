import Figures
import Foundation
import Testing

@Suite("Colors")
struct ColormapTests {
  /// CIE lightness, from the sRGB standard's transfer function (IEC 61966-2-1).
  private func lightness(_ color: ChartColor) -> Double {
    let linear = [color.red, color.green, color.blue].map { part in
      let value = Double(part) / 255
      return value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4)
    }
    let luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return luminance > 0.008856 ? 116 * cbrt(luminance) - 16 : 903.3 * luminance
  }

  @Test("viridis rises evenly in lightness")
  func evenLightness() {
    let values = (0...10).map { lightness(Colormap.viridis.color(at: Double($0) / 10)) }
    let steps = zip(values, values.dropFirst()).map { $1 - $0 }
    // From L* 15 to 91 in ten steps of about 7.6; the published map is even to a tenth of that,
    // and eight-bit colors add some.
    #expect(steps.allSatisfy { $0 > 6 && $0 < 9.2 }, "\(steps)")
  }

  @Test("the ends and the anchors are met, and what lies outside is clamped")
  func anchors() {
    let map = Colormap.viridis
    #expect(map.color(at: 0).svg == "#440154")
    #expect(map.color(at: 0.5).svg == "#21908c")
    #expect(map.color(at: 1).svg == "#fde725")
    #expect(map.color(at: -3) == map.color(at: 0))
    #expect(map.color(at: .infinity) == map.color(at: 1))
    #expect(map.color(at: .nan) == map.color(at: 0))
    #expect(Colormap(anchors: [ChartColor(0)]).color(at: 0.7).svg == "#000000")
  }

  @Test("text stands out from the panel", arguments: [ChartColor.ink, .muted, .accent])
  func contrast(_ color: ChartColor) {
    // WCAG 2.1 asks 4.5 of text: (1 + 0.05)/(Y + 0.05), here with L* 50 as the border of Y 0.18.
    #expect(lightness(color) < 49)
  }
}
