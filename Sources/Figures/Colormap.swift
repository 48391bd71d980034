/// An opaque color in sRGB.
public struct ChartColor: Sendable, Hashable {
  /// Red, 0 to 255.
  public var red: UInt8
  /// Green, 0 to 255.
  public var green: UInt8
  /// Blue, 0 to 255.
  public var blue: UInt8

  /// Creates a color from its three parts.
  public init(red: UInt8, green: UInt8, blue: UInt8) {
    self.red = red
    self.green = green
    self.blue = blue
  }

  /// Creates a color from a number like `0x2A788E`; higher bits are ignored.
  public init(_ hex: UInt32) {
    self.init(
      red: UInt8(truncatingIfNeeded: hex >> 16),
      green: UInt8(truncatingIfNeeded: hex >> 8),
      blue: UInt8(truncatingIfNeeded: hex)
    )
  }

  /// The color as SVG writes it, such as `#2a788e`.
  public var svg: String {
    let value = UInt32(red) << 16 | UInt32(green) << 8 | UInt32(blue)
    let digits = String(value, radix: 16)
    return "#" + String(repeating: "0", count: 6 - digits.count) + digits
  }
}

/// A path through color space that turns a number in 0...1 into a color.
public struct Colormap: Sendable, Hashable {
  /// Colors at equal distances, from 0 to 1; between them the parts are interpolated.
  public var anchors: [ChartColor]

  /// Creates a map through some colors.
  ///
  /// - Precondition: There is at least one.
  public init(anchors: [ChartColor]) {
    precondition(!anchors.isEmpty, "a colormap needs at least one color")
    self.anchors = anchors
  }

  /// From dark violet over green to yellow, evenly rising in lightness.
  ///
  /// Equal steps look equally large, also to color-blind readers and in print without color.
  /// Eleven samples of the map of that name by Nathaniel Smith and Stéfan van der Walt (2015),
  /// which its authors placed in the public domain (CC0).
  public static let viridis = Colormap(
    anchors: [
      0x440154, 0x482576, 0x414487, 0x35608D, 0x2A788E, 0x21908C, 0x22A884, 0x43BF71, 0x7AD151,
      0xBBDF27, 0xFDE725,
    ].map { ChartColor($0) }
  )

  /// The color at a fraction; outside 0...1 that of the nearer end, for NaN that of 0.
  public func color(at fraction: Double) -> ChartColor {
    let clamped = fraction.isNaN ? 0 : min(max(fraction, 0), 1)
    let place = clamped * Double(anchors.count - 1)
    let index = min(Int(place), anchors.count - 1)
    let (low, high) = (anchors[index], anchors[min(index + 1, anchors.count - 1)])
    let weight = place - Double(index)
    func mixed(_ low: UInt8, _ high: UInt8) -> UInt8 {
      UInt8((Double(low) + weight * (Double(high) - Double(low))).rounded())
    }
    return ChartColor(
      red: mixed(low.red, high.red),
      green: mixed(low.green, high.green),
      blue: mixed(low.blue, high.blue)
    )
  }
}

/// How values turn into colors, drawn as a bar beside the chart.
public struct ColorScale: Sendable, Hashable {
  /// The values at the ends of the bar, its scale, and its label.
  public var axis: Axis
  /// The colors from the lower end to the upper.
  public var colormap: Colormap

  /// Creates a color scale.
  public init(axis: Axis, colormap: Colormap = .viridis) {
    self.axis = axis
    self.colormap = colormap
  }

  /// The color of a value.
  public func color(of value: Double) -> ChartColor {
    colormap.color(at: axis.fraction(of: value))
  }
}
