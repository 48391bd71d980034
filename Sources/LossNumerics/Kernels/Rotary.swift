import CLossKernels
import Execution

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The cosines and sines by which rotary positions turn pairs of a head's elements.
///
/// Pair i at position t turns by the angle t · frequency i, worked in double. Su et al., RoFormer:
/// Enhanced transformer with rotary position embedding (2021).
///
///     let table = RotaryTable(rotaryDimension: 64, base: 10_000, positionCount: 2048)
public struct RotaryTable: Sendable {
  /// The angle of each pair at position 1, in radians.
  public let frequencies: [Double]

  /// The positions that the table reaches, from 0.
  public let positionCount: Int

  let cosines: [Float]
  let sines: [Float]

  /// The elements of a head that turn; those behind them stay.
  public var rotaryDimension: Int { 2 * frequencies.count }

  /// Creates the table of given frequencies, for scaled variants.
  ///
  /// - Precondition: `positionCount` is not negative.
  public init(frequencies: [Double], positionCount: Int) {
    precondition(positionCount >= 0, "a table of \(positionCount) positions")
    self.frequencies = frequencies
    self.positionCount = positionCount
    let angles = (0..<positionCount).lazy.flatMap { position in
      frequencies.lazy.map { Double(position) * $0 }
    }
    cosines = angles.map { Float(cos($0)) }
    sines = angles.map { Float(sin($0)) }
  }

  /// Creates the table of frequencies `base^(−2i / rotaryDimension)`.
  ///
  /// - Precondition: `rotaryDimension` is even and not negative, `base` positive.
  public init(rotaryDimension: Int, base: Double = 10_000, positionCount: Int) {
    precondition(
      rotaryDimension >= 0 && rotaryDimension.isMultiple(of: 2),
      "a rotary dimension of \(rotaryDimension) has no pairs"
    )
    precondition(base > 0, "a rotary base of \(base)")
    let frequencies = (0..<rotaryDimension / 2).map {
      pow(base, -2 * Double($0) / Double(rotaryDimension))
    }
    self.init(frequencies: frequencies, positionCount: positionCount)
  }
}

/// Which elements of a head rotary positions turn together.
public enum RotaryPairing: Sendable, Hashable {
  /// Neighbors (0, 1), (2, 3), …, as in RoFormer and GPT-J.
  case interleaved

  /// The two halves of the rotary dimension (0, d/2), (1, d/2 + 1), …, as in GPT-NeoX and Llama.
  case halves
}

/// Where the heads of each token lie in memory.
public struct HeadLayout: Sendable, Hashable {
  /// The heads of a token.
  public var heads: Int

  /// The elements of a head.
  public var headSize: Int

  /// The floats from the start of a token to the next.
  public var tokenStride: Int

  /// The floats from the start of a head to the next.
  public var headStride: Int

  /// Creates a layout; by default (T, heads, head size) without gaps.
  public init(heads: Int, headSize: Int, tokenStride: Int? = nil, headStride: Int? = nil) {
    self.heads = heads
    self.headSize = headSize
    self.headStride = headStride ?? headSize
    self.tokenStride = tokenStride ?? heads * headSize
  }
}

extension KernelContext {
  /// Turns the heads of tokens to their positions, in place.
  ///
  /// `positions` has one entry a token. A turn changes no lengths; heads wider than the table's
  /// rotary dimension keep the elements behind it.
  ///
  /// - Precondition: Positions lie in the table, and the heads in `x` without touching each other.
  public func rotate(
    _ x: inout MutableSpan<Float>,
    layout: HeadLayout,
    positions: Span<Int32>,
    table: RotaryTable,
    pairing: RotaryPairing
  ) {
    turn(&x, layout, positions, table, pairing, isInverse: false)
  }

  /// Turns gradients back, in place: the gradient of ``rotate(_:layout:positions:table:pairing:)``.
  ///
  /// A turn's transpose is its inverse, so the output's gradient becomes the input's; unlike other
  /// backward passes this one does not add.
  public func rotateBackward(
    _ gradient: inout MutableSpan<Float>,
    layout: HeadLayout,
    positions: Span<Int32>,
    table: RotaryTable,
    pairing: RotaryPairing
  ) {
    turn(&gradient, layout, positions, table, pairing, isInverse: true)
  }

  private func turn(
    _ x: inout MutableSpan<Float>,
    _ layout: HeadLayout,
    _ positions: Span<Int32>,
    _ table: RotaryTable,
    _ pairing: RotaryPairing,
    isInverse: Bool
  ) {
    layout.requireFits(
      tokens: positions.count,
      count: x.count,
      rotaryDimension: table.rotaryDimension
    )
    table.requireHolds(positions)
    let tokens = positions.count
    // SAFETY: the layout keeps every head inside `x` and apart from the others, and positions lie in
    // the table; the pointers are used inside the bodies alone.
    unsafe withInputs(table.cosines.span, table.sines.span) { cosines, sines in
      unsafe withIndices(positions) { positions in
        unsafe withOutput(&x) { x in
          guard let x = unsafe x, let positions = unsafe positions else { return }
          let rotary = unsafe closs_rotary(
            cosines: cosines,
            sines: sines,
            positions: positions,
            pairs: table.frequencies.count,
            heads: layout.heads,
            token_stride: layout.tokenStride,
            head_stride: layout.headStride,
            is_interleaved: pairing == .interleaved,
            is_inverse: isInverse
          )
          unsafe turn(x, tokens, rotary)
        }
      }
    }
  }

  /// Turns checked tokens, block by block.
  private func turn(_ x: UnsafeMutablePointer<Float>, _ tokens: Int, _ rotary: closs_rotary) {
    let code = variant.code
    let columns = unsafe rotary.heads * 2 * rotary.pairs
    // SAFETY: a block touches its own tokens, and the pool returns before the pointers end.
    nonisolated(unsafe) let (whole, output) = unsafe (rotary, x)
    forEachRowBlock(rows: tokens, columns: columns) { range in
      var part = unsafe whole
      unsafe part.positions += range.lowerBound
      let start = unsafe output + range.lowerBound * whole.token_stride
      unsafe closs_rotate(code, &part, range.count, start)
    }
  }
}

extension RotaryTable {
  /// Traps unless the table reaches all positions.
  fileprivate func requireHolds(_ positions: Span<Int32>) {
    for index in positions.indices {
      let position = Int(positions[index])
      precondition(
        position >= 0 && position < positionCount,
        "position \(position) is outside a table of \(positionCount)"
      )
    }
  }
}

extension HeadLayout {
  /// Traps unless tokens of this layout lie within `count` floats, heads apart from each other.
  fileprivate func requireFits(tokens: Int, count: Int, rotaryDimension: Int) {
    precondition(heads >= 0 && headSize >= 0, "\(heads) heads of \(headSize)")
    precondition(
      rotaryDimension <= headSize,
      "a rotary dimension of \(rotaryDimension) in heads of \(headSize)"
    )
    precondition(
      headStride >= headSize && tokenStride >= max(heads - 1, 0) * headStride + headSize,
      "heads overlap: strides \(tokenStride) and \(headStride) for \(heads) heads of \(headSize)"
    )
    guard tokens > 0, heads > 0 else { return }
    let needed = (tokens - 1) * tokenStride + (heads - 1) * headStride + headSize
    precondition(needed <= count, "\(tokens) tokens need \(needed) floats, there are \(count)")
  }
}
