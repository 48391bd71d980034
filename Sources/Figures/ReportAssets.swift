import FileFormats

/// The style sheet and the script of every report.
///
/// Neither holds `<` or `&`, so the page is
/// well-formed XML without escapes that HTML would not undo there.
enum ReportAssets {
  /// What the page may load and run: this style and this script, nothing else.
  static let policy =
    "default-src 'none'; style-src '\(hash(style))'; script-src '\(hash(script))'; "
    + "base-uri 'none'; form-action 'none'"

  private static func hash(_ content: String) -> String {
    "sha256-" + base64(ContentHash(of: Array(content.utf8)).bytes)
  }

  /// Bytes in base64 (RFC 4648).
  static func base64(_ bytes: [UInt8]) -> String {
    let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
    return stride(from: 0, to: bytes.count, by: 3).map { start in
      let group = bytes[start..<min(start + 3, bytes.count)]
      let word = group.reduce(UInt32(0)) { $0 << 8 | UInt32($1) } << (8 * (3 - group.count))
      let digits = (0..<4).map { letters[Int(word >> (18 - 6 * $0) & 63)] }
      return String(digits.prefix(group.count + 1)) + String(repeating: "=", count: 3 - group.count)
    }.joined()
  }

  /// The style sheet.
  ///
  /// On a dark page the charts' own white, ink and grays are exchanged; colors of data stay.
  static let style = #"""

    :root { --page: #ffffff; --ink: #22262b; --muted: #5f6770; --rule: #d9dce0; --link: #0060a0;
      --odd: #d3e8f6; --even: #f6e3c2; }
    * { box-sizing: border-box; }
    body { margin: 0; background: var(--page); color: var(--ink); line-height: 1.5;
      font-family: system-ui, -apple-system, "Segoe UI", "Helvetica Neue", Arial, sans-serif; }
    main { max-width: 72rem; margin: 0 auto; padding: 1.5rem; }
    h1 { line-height: 1.2; margin: 0 0 0.3rem; overflow-wrap: anywhere; }
    h2 { margin: 2.5rem 0 0.6rem; padding-top: 0.6rem; border-top: 1px solid var(--rule); }
    p, li { max-width: 44rem; }
    a { color: var(--link); }
    .subtitle, figcaption, caption { color: var(--muted); }
    pre, .scroll { overflow-x: auto; }
    pre { padding: 0.8rem; border: 1px solid var(--rule); font-size: 0.85rem; }
    .pieces { white-space: pre-wrap; overflow-wrap: anywhere; font-size: 0.95rem; line-height: 1.9; }
    .pieces span { padding: 0.15rem 0; border-radius: 2px; background: var(--even);
      unicode-bidi: isolate; }
    .pieces span:nth-child(odd) { background: var(--odd); }
    .pieces span:hover { outline: 2px solid var(--link); }
    table { border-collapse: collapse; font-size: 0.92rem; }
    caption { text-align: left; padding-bottom: 0.4rem; }
    th, td { padding: 0.2rem 1rem 0.2rem 0; text-align: left; border-bottom: 1px solid var(--rule); }
    td { white-space: pre-wrap; }
    .number { text-align: right; font-variant-numeric: tabular-nums; }
    figure { margin: 1.2rem 0; }
    figure svg { max-width: 100%; height: auto; display: block; }
    figure input { margin-left: 0.6rem; }
    figure label { font-size: 0.88rem; color: var(--muted); margin-right: 0.6rem; }
    input[value=linear]:checked ~ .log, input[value=log]:checked ~ .linear { display: none; }
    svg:focus-visible, pre:focus-visible, .scroll:focus-visible { outline: 2px solid var(--link); }
    [data-detail] { cursor: crosshair; }
    .active { stroke: #c8283c; stroke-width: 3; stroke-opacity: 1; }
    #detail { position: fixed; z-index: 1; padding: 0.35rem 0.6rem; white-space: pre-line;
      background: var(--ink); color: var(--page); font-size: 0.85rem; border-radius: 4px;
      pointer-events: none; max-width: 24rem; }
    @media screen and (prefers-color-scheme: dark) {
      :root { --page: #16191d; --ink: #e4e7ea; --muted: #a3abb3; --rule: #3a4048; --link: #7db8e8;
        --odd: #1f4258; --even: #574420; }
      svg [fill="#ffffff"] { fill: #16191d; }
      svg[fill="#22262b"], svg [fill="#22262b"] { fill: #e4e7ea; }
      svg [fill="#5f6770"] { fill: #a3abb3; }
      svg [stroke="#22262b"] { stroke: #e4e7ea; }
      svg [stroke="#5f6770"] { stroke: #a3abb3; }
      svg [stroke="#e6e8eb"] { stroke: #2a2f35; }
      svg [stroke="#c8283c"] { stroke: #f2596b; }
      svg [fill="#c8283c"] { fill: #f2596b; }
      svg [fill="#0072b2"] { fill: #4fa8dc; }
      svg [stroke="#0072b2"] { stroke: #4fa8dc; }
    }
    @media print {
      main { max-width: none; padding: 0; }
      figure input, figure label, nav, #detail { display: none; }
      figure, tr { break-inside: avoid; }
      h2 { break-after: avoid; }
    }

    """#

  /// The script, which shows the details of points under the pointer or the arrow keys.
  ///
  /// It obeys addresses that end in `#linear`, `#log` or `#point-1-3` (the third point of the first
  /// chart), joined by commas. Without it the titles in the drawings serve the pointer.
  static let script = #"""

    (function () {
      "use strict";
      var box = document.createElement("div");
      var active = null;
      box.id = "detail";
      box.hidden = true;
      box.setAttribute("role", "status");
      document.body.appendChild(box);

      function hide() {
        if (active) active.classList.remove("active");
        active = null;
        box.hidden = true;
      }

      function show(shape) {
        hide();
        active = shape;
        shape.classList.add("active");
        box.textContent = shape.dataset.detail;
        box.hidden = false;
        place();
      }

      function place() {
        if (!active) return;
        var edge = active.getBoundingClientRect();
        var right = window.innerWidth - box.offsetWidth - 8;
        var above = edge.top - box.offsetHeight - 8;
        box.style.left = Math.max(8, Math.min(right, edge.right + 8)) + "px";
        box.style.top = (above > 8 ? above : edge.bottom + 8) + "px";
      }

      var figures = Array.from(document.querySelectorAll("figure.chart"));
      var points = new Map();

      document.querySelectorAll("figure.chart svg").forEach(function (svg) {
        var shapes = Array.from(svg.querySelectorAll("g > * > title"), function (title) {
          var shape = title.parentNode;
          shape.dataset.detail = title.textContent;
          title.remove();
          return shape;
        });
        points.set(svg, shapes);
        if (!shapes.length) return;
        svg.setAttribute("tabindex", "0");
        svg.addEventListener("pointerover", function (event) {
          if (event.target.dataset.detail) show(event.target);
        });
        svg.addEventListener("pointerout", hide);
        svg.addEventListener("blur", hide);
        svg.addEventListener("keydown", function (event) {
          var last = shapes.length - 1;
          var here = shapes.indexOf(active);
          var next = {
            ArrowRight: here === last ? 0 : here + 1, ArrowDown: here === last ? 0 : here + 1,
            ArrowLeft: here > 0 ? here - 1 : last, ArrowUp: here > 0 ? here - 1 : last,
            Home: 0, End: last
          }[event.key];
          if (event.key === "Escape") hide();
          if (next === undefined) return;
          event.preventDefault();
          show(shapes[next]);
        });
      });

      function pointOf(chart, number) {
        var figure = figures[chart - 1];
        var svg = figure ? Array.from(figure.querySelectorAll("svg")).find(function (svg) {
          return svg.getClientRects().length;
        }) : null;
        return svg ? points.get(svg)[number - 1] : null;
      }

      function obey() {
        location.hash.slice(1).split(",").forEach(function (word) {
          document.querySelectorAll("input[type=radio]").forEach(function (button) {
            if (button.value === word) button.checked = true;
          });
          var point = /^point-(\d+)-(\d+)$/.exec(word);
          var shape = point ? pointOf(point[1], point[2]) : null;
          if (!shape) return;
          shape.scrollIntoView({ block: "center" });
          show(shape);
        });
      }

      window.addEventListener("hashchange", obey);
      window.addEventListener("scroll", place, true);
      window.addEventListener("resize", place);
      obey();
    })();

    """#
}
