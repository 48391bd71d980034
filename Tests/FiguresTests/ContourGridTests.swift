import Figures
import Foundation
import Testing

@Suite("Contours")
struct ContourGridTests {
  private let square = Axis(label: "", range: -2...2)

  @Test("a circle closes and keeps its radius")
  func circle() throws {
    let grid = ContourGrid(horizontal: square, vertical: square, columns: 81, rows: 81) { x, y in
      x * x + y * y
    }
    let line = try #require(grid.contours(at: 1).first)
    #expect(grid.contours(at: 1).count == 1)
    #expect(line.isClosed)
    // Along an edge of length h the function is quadratic with second derivative 2; linear
    // interpolation errs by at most h²/4 in the value, so by h²/8 in a radius of 1.
    let step = 4.0 / 80
    for point in line.points {
      let radius = (point.x * point.x + point.y * point.y).squareRoot()
      #expect(abs(radius - 1) <= step * step / 8 * 1.01)
    }
    // The inscribed polygon's area falls short of π by a few step².
    #expect(abs(abs(area(of: line.points)) - .pi) < 4 * step * step)
  }

  private func area(of points: [ChartPoint]) -> Double {
    zip(points, points.dropFirst()).reduce(0) { $0 + ($1.0.x * $1.1.y - $1.1.x * $1.0.y) / 2 }
  }

  @Test("a power law is a straight line on logarithmic axes, exact at every vertex")
  func powerLaw() throws {
    let axis = Axis(label: "", scale: .logarithmic, range: 1...1e6)
    let grid = ContourGrid(horizontal: axis, vertical: axis, columns: 31, rows: 31) { x, y in
      log(x) + 2 * log(y)
    }
    let level = log(1e7)
    let line = try #require(grid.contours(at: level).first)
    #expect(grid.contours(at: level).count == 1)
    for point in line.points {
      #expect(abs(log(point.x) + 2 * log(point.y) - level) < 1e-12 * level)
    }
  }

  @Test("every vertex has the level's value to interpolation error")
  func chinchilla() {
    let n = Axis(label: "", scale: .logarithmic, range: 1e7...1e11)
    let d = Axis(label: "", scale: .logarithmic, range: 1e9...1e13)
    let loss = { (n: Double, d: Double) in
      1.8172 + 482.01 / pow(n, 0.3478) + 2085.43 / pow(d, 0.3658)
    }
    let grid = ContourGrid(horizontal: n, vertical: d, function: loss)
    for level in [1.95, 2.1, 2.5, 3.0] {
      for line in grid.contours(at: level) {
        for point in line.points {
          // Terms fall as e^(−alpha u) with u = ln N in steps of h = ln(1e4)/160: the error is at
          // most h²/8 · alpha² · (L − E).
          let step = log(1e4) / 160
          let bound = step * step / 8 * 0.3658 * 0.3658 * (level - 1.8172)
          #expect(abs(loss(point.x, point.y) - level) <= bound * 1.01)
        }
      }
    }
  }

  @Test("a saddle keeps two lines apart on the side its middle says", arguments: [-0.02, 0.02])
  func saddle(_ level: Double) {
    // Two samples a side: one cell with corners 1, −1, 1, −1 and a middle of 0.
    let axis = Axis(label: "", range: -1...1)
    let grid = ContourGrid(horizontal: axis, vertical: axis, columns: 2, rows: 2) { x, y in x * y }
    let lines = grid.contours(at: level)
    #expect(lines.count == 2)
    for line in lines {
      // x y = c lies in the quadrants where x y has the sign of c.
      let middle = line.points.reduce((0.0, 0.0)) { ($0.0 + $1.x, $0.1 + $1.y) }
      #expect((middle.0 * middle.1 > 0) == (level > 0))
    }
  }

  @Test("the bilinear saddle value decides, not the mean of the corners")
  func asymptoticDecider() {
    // Corners 10, 0, 2, 0: mean 3, saddle value 20/12. At level 2.5 the mean would join the
    // high corners, the interpolant does not.
    let axis = Axis(label: "", range: 0...1)
    let grid = ContourGrid(horizontal: axis, vertical: axis, columns: 2, rows: 2) { x, y in
      10 * (1 - x) * (1 - y) + 4 * x * y
    }
    let lines = grid.contours(at: 3)
    #expect(lines.count == 2)
    #expect(lines.contains { $0.points.allSatisfy { $0.x <= 0.7 && $0.y <= 0.7 } })
  }

  @Test("no contour passes where the function is not finite")
  func holes() {
    let grid = ContourGrid(horizontal: square, vertical: square, columns: 41, rows: 41) { x, y in
      x < 0 ? .nan : x * x + y * y
    }
    let lines = grid.contours(at: 1)
    #expect(lines.count == 1)
    #expect(lines.allSatisfy { !$0.isClosed && $0.points.allSatisfy { $0.x >= 0 } })
    #expect(grid.contours(at: .nan).isEmpty)
    #expect(grid.contours(at: 99).isEmpty)
  }

  @Test("a level that samples meet exactly still gives one line")
  func exactSamples() {
    let axis = Axis(label: "", range: 0...4)
    let grid = ContourGrid(horizontal: axis, vertical: axis, columns: 5, rows: 5) { x, _ in x }
    let lines = grid.contours(at: 2)
    #expect(lines.count == 1)
    #expect(lines.first?.points.allSatisfy { $0.x == 2 } == true)
  }
}
