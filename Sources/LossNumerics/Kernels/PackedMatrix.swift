internal import CLossKernels

/// A right operand in the order in which products read it.
///
/// Made once by ``KernelContext/pack(_:for:)`` from weights that do not change, for the evaluation of
/// many texts: it spares each product the packing, which for few rows costs more than the sums.
public struct PackedMatrix: ~Copyable, Sendable {
  /// The rows of the matrix.
  public let depth: Int

  /// The columns of the matrix.
  public let columns: Int

  /// The instruction set it is packed for: tiles are of different widths.
  public let variant: KernelVariant

  let memory: AlignedMemory<Float>

  init(depth: Int, columns: Int, variant: KernelVariant) {
    self.depth = depth
    self.columns = columns
    self.variant = variant
    memory = AlignedMemory(zeros: closs_gemm_packed_count(variant.code, columns, depth))
  }
}
