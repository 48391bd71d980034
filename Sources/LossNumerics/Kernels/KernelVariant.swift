package import CLossKernels

/// An instruction set that the numeric kernels are compiled for.
///
/// A value that is passed down from `main`, never a global: tests run every kernel in each variant
/// that the machine has. All variants but ``portable`` give the same bits (sixteen lanes, one order
/// of addition, one rounding for each multiply-add); ``portable`` rounds twice where they round once.
public enum KernelVariant: String, Sendable, Hashable, CaseIterable {
  /// Plain C, on any processor.
  case portable

  /// The 128-bit vectors of 64-bit Arm.
  case neon

  /// The 256-bit vectors and fused multiply-adds of x86-64.
  case avx2

  /// The 512-bit vectors of x86-64: F, BW, DQ and VL.
  case avx512
}

extension KernelVariant {
  /// Whether this build has the variant and this machine can run it.
  public var isSupported: Bool { closs_variant_is_supported(code) }

  /// The variants that this machine can run, slowest first.
  public static var supported: [KernelVariant] { allCases.filter(\.isSupported) }

  /// The fastest variant that this machine can run.
  public static var fastest: KernelVariant { supported.last ?? .portable }

  /// The variant as C names it.
  package var code: closs_variant {
    switch self {
    case .portable: CLOSS_PORTABLE
    case .neon: CLOSS_NEON
    case .avx2: CLOSS_AVX2
    case .avx512: CLOSS_AVX512
    }
  }
}

// MARK: - Naming one

extension KernelVariant {
  /// Finds the variant that a person names.
  ///
  /// - Throws: ``KernelVariantError`` if there is no such variant, or none that this machine can run.
  public init(named name: String) throws(KernelVariantError) {
    guard let variant = Self(rawValue: name), variant.isSupported else {
      throw KernelVariantError(name: name, supported: Self.supported)
    }
    self = variant
  }
}

/// The name of a kernel variant that cannot be had on this machine.
public struct KernelVariantError: Error, Sendable, Hashable, CustomStringConvertible {
  /// What was asked for.
  public var name: String

  /// What this machine can run.
  public var supported: [KernelVariant]

  /// The error in words.
  public var description: String {
    let list = supported.map(\.rawValue).joined(separator: ", ")
    let isKnown = KernelVariant(rawValue: name) != nil
    return isKnown
      ? "this machine cannot run kernels `\(name)`, only \(list)"
      : "unknown kernels `\(name)`; this machine can run \(list)"
  }
}
