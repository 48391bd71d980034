import IsoLoss

/// The arrays that a kernel works on, named by what it does with them.
///
/// All are (rows, columns), begin at a cache line, and are filled with numbers between −2 and 2 that
/// follow from their index; those that the kernel does not take are empty.
final class Operands<Element: BinaryFloatingPoint & BitwiseCopyable & Sendable> {
  let rows: Int
  let columns: Int

  /// What is read.
  var a, b, c: Matrix<Element>

  /// What is written without being read.
  var y: Matrix<Element>
  var z: Matrix<Element>

  /// What is read and written.
  var u, v, w: Matrix<Element>

  init(rows: Int, columns: Int, traffic: ArrayTraffic) {
    self.rows = rows
    self.columns = columns
    func array(_ isTaken: Bool, seed: UInt64) -> Matrix<Element> {
      guard isTaken else { return Matrix(rows: 0, columns: 0) }
      var generator = SeededGenerator(seed: seed)
      var matrix = Matrix<Element>(rows: rows, columns: columns)
      matrix.fill { _ in Element(4 * generator.nextUniform() - 2) }
      return matrix
    }
    a = array(traffic.reads > 0, seed: 1)
    b = array(traffic.reads > 1, seed: 2)
    c = array(traffic.reads > 2, seed: 3)
    y = array(traffic.writes > 0, seed: 4)
    z = array(traffic.writes > 1, seed: 5)
    u = array(traffic.updates > 0, seed: 6)
    v = array(traffic.updates > 1, seed: 7)
    w = array(traffic.updates > 2, seed: 8)
  }

  /// The row of the element that an answer is checked by.
  var row: Int { rows / 3 }

  /// Its column.
  var column: Int { columns / 3 }
}

extension Matrix where Element: BinaryFloatingPoint {
  /// The numbers of a row, in double.
  func doubles(row: Int) -> [Double] { (0..<columns).map { Double(self[row, $0]) } }

  /// Replaces every element by what a function makes of its place in the whole.
  mutating func fill(_ element: (_ index: Int) -> Element) {
    var elements = mutableSpan
    for index in 0..<elements.count { elements[index] = element(index) }
  }
}

/// How many arrays a kernel reads, writes, or both: at most three, two and three.
struct ArrayTraffic {
  var reads = 0
  var writes = 0
  var updates = 0

  /// The arrays that take up memory.
  var arrayCount: Int { reads + writes + updates }

  /// How often an element is moved.
  var moveCount: Int { reads + writes + 2 * updates }

  /// The pattern of the machine's limits that comes nearest.
  ///
  /// An array that is written alone is fetched as well, by a triad as by a kernel.
  var pattern: MemoryTraffic { updates > 0 ? .update : writes > 0 ? .triad : .readSum }
}
