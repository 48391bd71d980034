/// What a ``Heap`` can hold.
protocol HeapElement {
  /// Whether this is handed out before another.
  func precedes(_ other: Self) -> Bool
}

/// Hands out what it holds one after the other, the foremost first.
///
/// Four children a node: half the levels of a binary heap, and the children lie side by side.
struct Heap<Element: HeapElement> {
  private var elements: [Element] = []

  /// Creates an empty heap.
  init() {}

  /// Creates a heap of elements in any order, in linear time.
  init(_ elements: [Element]) {
    self.elements = elements
    guard elements.count > 1 else { return }
    for index in (0...(elements.count - 2) / 4).reversed() { sink(elements[index], from: index) }
  }

  /// How many elements there are.
  var count: Int { elements.count }

  /// The foremost element.
  var first: Element? { elements.first }

  /// Adds an element.
  @inline(__always)
  mutating func insert(_ element: Element) {
    elements.append(element)
    var index = elements.count - 1
    while index > 0 {
      let parent = (index - 1) / 4
      guard element.precedes(elements[parent]) else { break }
      elements[index] = elements[parent]
      index = parent
    }
    elements[index] = element
  }

  /// Takes the foremost element out.
  @inline(__always)
  mutating func popFirst() -> Element? {
    guard let last = elements.popLast() else { return nil }
    guard let first = elements.first else { return last }
    sink(last, from: 0)
    return first
  }

  /// Puts an element where a gap is, or as far below as it belongs.
  @inline(__always)
  private mutating func sink(_ element: Element, from start: Int) {
    var index = start
    while true {
      let firstChild = 4 * index + 1
      guard firstChild < elements.count else { break }
      var child = firstChild
      for other in firstChild + 1..<min(firstChild + 4, elements.count)
      where elements[other].precedes(elements[child]) {
        child = other
      }
      guard elements[child].precedes(element) else { break }
      elements[index] = elements[child]
      index = child
    }
    elements[index] = element
  }
}
