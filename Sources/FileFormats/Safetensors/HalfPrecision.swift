/// Numbers of two bytes, as files of weights hold them.
///
/// All in integers and single precision, without branches where it matters, so that loops over many become
/// vector instructions on every processor.
package enum HalfPrecision {
  /// The number of a bfloat16: the upper half of a Float.
  @inline(__always)
  package static func float(bfloat16 bits: UInt16) -> Float {
    Float(bitPattern: UInt32(bits) << 16)
  }

  /// The number of an IEEE binary16, exactly; a NaN keeps its payload.
  @inline(__always)
  package static func float(float16 bits: UInt16) -> Float {
    let magnitude = UInt32(bits & 0x7FFF) << 13
    // The exponents differ by 112 in bias; the product is exact for subnormal numbers too.
    let scaled = (Float(bitPattern: magnitude) * 0x1p112).bitPattern
    let special: UInt32 = magnitude >= 0x0F80_0000 ? 0x7F80_0000 | magnitude : 0
    return Float(bitPattern: scaled | special | UInt32(bits & 0x8000) << 16)
  }

  /// The bfloat16 nearest to a number, ties to even; a NaN stays one.
  @inline(__always)
  package static func bfloat16(_ value: Float) -> UInt16 {
    let bits = value.bitPattern
    guard !value.isNaN else { return UInt16(bits >> 16) | 0x40 }
    return UInt16((bits + 0x7FFF + (bits >> 16 & 1)) >> 16)
  }

  /// The binary16 nearest to a number, ties to even; 65520 and more become infinite, a NaN stays one.
  package static func float16(_ value: Float) -> UInt16 {
    let sign = UInt16(value.bitPattern >> 16 & 0x8000)
    let magnitude = value.bitPattern & 0x7FFF_FFFF
    switch magnitude {
    case 0x7F80_0001...: return sign | 0x7E00 | UInt16(magnitude >> 13 & 0x3FF)
    case 0x477F_F000...: return sign | 0x7C00
    case ..<0x3880_0000:
      // Below 2^-14 steps are of 2^-24, those of a Float near a half.
      return sign | UInt16((Float(bitPattern: magnitude) + 0.5).bitPattern - 0x3F00_0000)
    default:
      let rounded = magnitude + 0xFFF + (magnitude >> 13 & 1)
      return sign | UInt16((rounded - 0x3800_0000) >> 13)
    }
  }
}
