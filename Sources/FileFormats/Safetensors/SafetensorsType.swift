/// What the elements of a tensor in a safetensors file are.
public enum SafetensorsType: String, Sendable, Hashable, CaseIterable {
  /// A truth value in a byte.
  case bool = "BOOL"
  /// Four bits.
  case f4 = "F4"
  /// Six bits, two of them for the fraction's exponent.
  case f6E2M3 = "F6_E2M3"
  /// Six bits, three of them for the exponent.
  case f6E3M2 = "F6_E3M2"
  /// A whole number of 8 bits.
  case u8 = "U8"
  /// A whole number of 8 bits with a sign.
  case i8 = "I8"
  /// Eight bits, five of them for the exponent.
  case f8E5M2 = "F8_E5M2"
  /// Eight bits, four of them for the exponent.
  case f8E4M3 = "F8_E4M3"
  /// Eight bits, all of them for the exponent.
  case f8E8M0 = "F8_E8M0"
  /// A whole number of 16 bits with a sign.
  case i16 = "I16"
  /// A whole number of 16 bits.
  case u16 = "U16"
  /// IEEE binary16.
  case f16 = "F16"
  /// The upper half of a binary32.
  case bf16 = "BF16"
  /// A whole number of 32 bits with a sign.
  case i32 = "I32"
  /// A whole number of 32 bits.
  case u32 = "U32"
  /// IEEE binary32.
  case f32 = "F32"
  /// Two of binary32.
  case c64 = "C64"
  /// IEEE binary64.
  case f64 = "F64"
  /// A whole number of 64 bits with a sign.
  case i64 = "I64"
  /// A whole number of 64 bits.
  case u64 = "U64"

  /// The bits of an element.
  public var bitCount: Int {
    switch self {
    case .f4: 4
    case .f6E2M3, .f6E3M2: 6
    case .bool, .u8, .i8, .f8E5M2, .f8E4M3, .f8E8M0: 8
    case .i16, .u16, .f16, .bf16: 16
    case .i32, .u32, .f32: 32
    case .c64, .f64, .i64, .u64: 64
    }
  }

  /// Whether values are read as Float: F64, F32, F16 and BF16.
  public var isReadable: Bool { [.f64, .f32, .f16, .bf16].contains(self) }

  /// Whether values are written: F32, F16 and BF16.
  public var isWritable: Bool { [.f32, .f16, .bf16].contains(self) }
}
