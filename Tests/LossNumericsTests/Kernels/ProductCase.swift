import LossNumerics
import Testing

/// A shape of a matrix product with random operands and the answers by definition.
struct ProductCase: Sendable, CustomTestStringConvertible {
  var shape: MatrixProduct

  init(
    _ rows: Int,
    _ depth: Int,
    _ columns: Int,
    _ left: MatrixProduct.Storage,
    _ right: MatrixProduct.Storage
  ) {
    shape = MatrixProduct(rows: rows, columns: columns, depth: depth, left: left, right: right)
  }

  var testDescription: String {
    "\(shape.rows) × \(shape.depth) × \(shape.columns), \(shape.left) and \(shape.right)"
  }

  /// Sizes around the widths of vectors, tiles, panels and chains, in all four transpositions.
  static let all: [ProductCase] = {
    let sizes = [
      (1, 1, 1), (1, 300, 17), (2, 15, 16), (5, 16, 15), (14, 33, 32), (15, 31, 33), (29, 257, 48),
      (65, 100, 65), (70, 513, 200), (3, 1100, 40), (130, 64, 260), (64, 64, 64), (7, 0, 9),
      (33, 40, 34), (40, 530, 129), (20, 1600, 225), (18, 70, 65),
      // Left rows so far apart that they are packed, and packed for a part of the depth only.
      (20, 1024, 225), (29, 1050, 225),
    ]
    let storages = [MatrixProduct.Storage.plain, .transposed]
    return sizes.flatMap { rows, depth, columns in
      storages.flatMap { left in
        storages.map { right in ProductCase(rows, depth, columns, left, right) }
      }
    }
  }()
}

// MARK: - Operands

/// The operands of a product as they lie in memory.
struct ProductOperands {
  var left: [Float]
  var right: [Float]

  /// The operands one element further on, their rows followed by elements that are no numbers.
  func spread(by gap: Int, of shape: MatrixProduct) -> ProductOperands {
    func spread(_ elements: [Float], _ columns: Int) -> [Float] {
      var spread: [Float] = [.nan]
      for start in stride(from: 0, to: elements.count, by: columns) {
        spread += elements[start..<start + columns] + [Float](repeating: .nan, count: gap)
      }
      return spread
    }
    return ProductOperands(
      left: spread(left, shape.storedColumns(.left)),
      right: spread(right, shape.storedColumns(.right))
    )
  }
}

extension MatrixProduct {
  enum Side { case left, right }

  /// The length of an operand's rows as they lie in memory.
  func storedColumns(_ side: Side) -> Int {
    switch side {
    case .left: left == .plain ? depth : rows
    case .right: right == .plain ? columns : depth
    }
  }
}

extension ProductCase {
  func operands(seed: UInt64 = 11) -> ProductOperands {
    var generator = SeededGenerator(seed: seed)
    func numbers(_ count: Int) -> [Float] {
      (0..<count).map { _ in Float(generator.nextNormal()) }
    }
    return ProductOperands(
      left: numbers(shape.rows * shape.depth),
      right: numbers(shape.depth * shape.columns)
    )
  }

  /// Calls a closure with the terms of each element of the result, row by row.
  private func map<T>(_ operands: ProductOperands, _ body: ([(Float, Float)]) -> T) -> [T] {
    let (rows, columns, depth) = (shape.rows, shape.columns, shape.depth)
    return (0..<rows * columns).map { element in
      let (row, column) = element.quotientAndRemainder(dividingBy: columns)
      return body(
        (0..<depth).map { k in
          (
            operands.left[shape.left == .plain ? row * depth + k : k * rows + row],
            operands.right[shape.right == .plain ? k * columns + column : column * depth + k]
          )
        }
      )
    }
  }

  /// The result by the promise: what is added to, chains of 256 terms in order, the bias.
  func chain(
    _ operands: ProductOperands,
    fuses: Bool,
    onto start: [Float]? = nil,
    bias: [Float]? = nil
  ) -> [Float] {
    let sums = chain(operands, fuses, start)
    guard let bias else { return sums }
    return sums.indices.map { sums[$0] + bias[$0 % shape.columns] }
  }

  private func chain(_ operands: ProductOperands, _ fuses: Bool, _ start: [Float]?) -> [Float] {
    var element = 0
    return map(operands) { terms in
      defer { element += 1 }
      var sum = start?[element]
      for start in stride(from: 0, to: terms.count, by: 256) {
        var chain: Float = 0
        for (a, b) in terms[start..<min(start + 256, terms.count)] {
          chain = fuses ? chain.addingProduct(a, b) : chain + a * b
        }
        sum = sum.map { $0 + chain } ?? chain
      }
      return sum ?? 0
    }
  }

  /// The result in double precision, with the sum of the terms' magnitudes.
  func exact(_ operands: ProductOperands) -> [(sum: Double, magnitude: Double)] {
    map(operands) { terms in
      terms.reduce(into: (sum: 0.0, magnitude: 0.0)) { result, term in
        let product = Double(term.0) * Double(term.1)
        result.sum += product
        result.magnitude += abs(product)
      }
    }
  }

  func multiplied(_ operands: ProductOperands, _ kernels: KernelContext) -> [Float] {
    var result = [Float](repeating: .nan, count: shape.rows * shape.columns)
    var span = result.mutableSpan
    kernels.multiply(shape, operands.left.span, operands.right.span, into: &span)
    return result
  }

  func multipliedPacked(_ operands: ProductOperands, _ kernels: KernelContext) -> [Float] {
    let packed = kernels.pack(operands.right.span, for: shape)
    var result = [Float](repeating: .nan, count: shape.rows * shape.columns)
    var span = result.mutableSpan
    kernels.multiply(shape, operands.left.span, packed, into: &span)
    return result
  }
}
