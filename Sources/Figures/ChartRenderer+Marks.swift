// The marks of a chart: bands, lines, contours and points.

extension ChartRenderer {
  /// Draws a mark other than points.
  func draw(_ mark: ChartMark, _ svg: inout SVGWriter) {
    switch mark {
    case .points: break
    case .band(let mark): draw(mark, &svg)
    case .line(let mark):
      for piece in layout.pieces(of: mark.points) { draw(piece, mark.stroke, &svg) }
    case .contours(let mark):
      for line in mark.lines {
        for piece in layout.pieces(of: line.points) { draw(piece, mark.stroke, &svg) }
      }
    }
  }

  /// Draws the points that were left by thinning.
  func draw(_ mark: PointMark, _ thinned: ThinnedPoints, _ svg: inout SVGWriter) {
    // A thin dark rim keeps the light end of the color scale visible on white. Points of one or
    // two pixels would be all rim.
    let rim: [SVGWriter.Attribute] =
      mark.radius < 2.2
      ? []
      : [
        ("stroke", ChartColor.ink.svg), ("stroke-width", "0.6"), ("stroke-opacity", "0.7"),
      ]
    svg.element("g", mark.shape.isOpen ? [("stroke-width", "1.6")] : rim) { svg in
      for (index, pixel) in thinned.drawn {
        let scaled =
          mark.values.isEmpty ? nil : chart.colorScale?.color(of: mark.values[index])
        let (name, form) = mark.shape.element(at: pixel, radius: mark.radius)
        let paint = mark.shape.paint(color: scaled ?? mark.color)
        if mark.details.isEmpty {
          svg.element(name, form + paint)
        } else {
          svg.element(name, form + paint, title: mark.details[index])
        }
      }
    }
  }

  private func draw(_ piece: Polyline, _ stroke: Stroke, _ svg: inout SVGWriter) {
    svg.element(
      "polyline",
      [("points", coordinates(piece.points)), ("fill", "none")] + stroke.attributes
    )
  }

  private func draw(_ band: BandMark, _ svg: inout SVGWriter) {
    let edges = [band.lower, band.upper.reversed()].flatMap { edge in
      // A border below a logarithmic axis is far away, not nowhere.
      Thinning.line(edge.map(layout.pixel).filter { !$0.x.isNaN && !$0.y.isNaN }.map(\.nearby))
    }
    let corners = layout.plot.clippedArea(edges)
    guard corners.count > 2 else { return }
    svg.element(
      "polygon",
      [
        ("points", coordinates(corners)), ("fill", band.color.svg),
        ("fill-opacity", number(band.opacity)), ("stroke", "none"),
      ]
    )
  }

  private func coordinates(_ points: [ChartPoint]) -> String {
    points.map { "\(number($0.x)),\(number($0.y))" }.joined(separator: " ")
  }
}

extension ChartPoint {
  /// The pixel, moved to a finite place outside any screen where it is infinitely far away.
  fileprivate var nearby: ChartPoint {
    ChartPoint(x: min(max(x, -1e5), 1e5), y: min(max(y, -1e5), 1e5))
  }
}

extension Stroke {
  /// The stroke as SVG attributes.
  var attributes: [SVGWriter.Attribute] {
    let base: [SVGWriter.Attribute] = [
      ("stroke", color.svg), ("stroke-width", DecimalText.coordinate(width)),
      ("stroke-linejoin", "round"), ("stroke-linecap", "round"),
    ]
    return switch pattern {
    case .solid: base
    case .dashed: base + [("stroke-dasharray", "6 5")]
    case .dotted: base + [("stroke-dasharray", "0.1 4")]
    }
  }
}

extension PointShape {
  /// Whether the form is strokes without a filling.
  var isOpen: Bool { self == .cross || self == .ring }

  /// The element that draws the form around a pixel.
  func element(
    at center: ChartPoint,
    radius: Double
  ) -> (name: String, attributes: [SVGWriter.Attribute]) {
    let number = DecimalText.coordinate
    let (x, y) = (number(center.x), number(center.y))
    switch self {
    case .circle, .ring: return ("circle", [("cx", x), ("cy", y), ("r", number(radius))])
    case .diamond:
      let r = number(radius * 1.3)
      return ("path", [("d", "M\(x) \(y)m0-\(r)l\(r) \(r)-\(r) \(r)-\(r)-\(r)z")])
    case .triangle:
      let (r, w) = (number(radius * 1.2), number(radius * 1.25))
      let (base, back) = (number(radius * 2.1), number(radius * 2.5))
      return ("path", [("d", "M\(x) \(y)m0-\(r)l\(w) \(base)h-\(back)z")])
    case .cross:
      let (r, w) = (number(radius), number(2 * radius))
      return ("path", [("d", "M\(x) \(y)m-\(r)-\(r)l\(w) \(w)m-\(w) 0l\(w)-\(w)")])
    }
  }

  /// How the form is painted inside a group that sets the rim of filled forms.
  func paint(color: ChartColor) -> [SVGWriter.Attribute] {
    isOpen ? [("fill", "none"), ("stroke", color.svg)] : [("fill", color.svg)]
  }

  /// How the form is painted on its own.
  func attributes(color: ChartColor) -> [SVGWriter.Attribute] {
    isOpen ? paint(color: color) : paint(color: color) + [("stroke", ChartColor.ink.svg)]
  }
}
