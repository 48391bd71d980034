// Where kernels get their pointers: several spans at once, so that a kernel needs one closure for all
// it reads and one for all it writes. An empty span gives nil, which kernels take as absent.

/// The elements of a span, for a kernel to read.
typealias FloatInput = UnsafePointer<Float>?

/// The elements of a span, for a kernel to write.
typealias FloatOutput = UnsafeMutablePointer<Float>?

/// Gives a body the elements of a span.
func withInput(_ a: Span<Float>, _ body: (FloatInput) -> Void) {
  // SAFETY: the pointer is used inside the body alone, while the span holds the memory.
  unsafe a.withUnsafeBufferPointer { unsafe body($0.isEmpty ? nil : $0.baseAddress) }
}

/// Gives a body the elements of two spans.
func withInputs(_ a: Span<Float>, _ b: Span<Float>, _ body: (FloatInput, FloatInput) -> Void) {
  unsafe withInput(a) { a in unsafe withInput(b) { b in unsafe body(a, b) } }
}

/// Gives a body the elements of three spans.
func withInputs(
  _ a: Span<Float>,
  _ b: Span<Float>,
  _ c: Span<Float>,
  _ body: (FloatInput, FloatInput, FloatInput) -> Void
) {
  unsafe withInputs(a, b) { a, b in unsafe withInput(c) { c in unsafe body(a, b, c) } }
}

/// Gives a body the elements of four spans.
func withInputs(
  _ a: Span<Float>,
  _ b: Span<Float>,
  _ c: Span<Float>,
  _ d: Span<Float>,
  _ body: (FloatInput, FloatInput, FloatInput, FloatInput) -> Void
) {
  unsafe withInputs(a, b) { a, b in unsafe withInputs(c, d) { c, d in unsafe body(a, b, c, d) } }
}

/// Gives a body the indices of rows.
func withIndices(_ a: Span<Int32>, _ body: (UnsafePointer<Int32>?) -> Void) {
  // SAFETY: the pointer is used inside the body alone, while the span holds the memory.
  unsafe a.withUnsafeBufferPointer { unsafe body($0.isEmpty ? nil : $0.baseAddress) }
}

/// Gives a body the indices of rows of two tables.
func withIndices(
  _ a: Span<Int32>,
  _ b: Span<Int32>,
  _ body: (UnsafePointer<Int32>?, UnsafePointer<Int32>?) -> Void
) {
  unsafe withIndices(a) { a in unsafe withIndices(b) { b in unsafe body(a, b) } }
}

/// Gives a body the elements of a span to write.
func withOutput(_ a: inout MutableSpan<Float>, _ body: (FloatOutput) -> Void) {
  // SAFETY: the pointer is used inside the body alone, which has exclusive access to the memory.
  unsafe a.withUnsafeMutableBufferPointer { unsafe body($0.isEmpty ? nil : $0.baseAddress) }
}

/// Gives a body the elements of two spans to write.
func withOutputs(
  _ a: inout MutableSpan<Float>,
  _ b: inout MutableSpan<Float>,
  _ body: (FloatOutput, FloatOutput) -> Void
) {
  unsafe withOutput(&a) { a in unsafe withOutput(&b) { b in unsafe body(a, b) } }
}

/// Gives a body the elements of three spans to write.
func withOutputs(
  _ a: inout MutableSpan<Float>,
  _ b: inout MutableSpan<Float>,
  _ c: inout MutableSpan<Float>,
  _ body: (FloatOutput, FloatOutput, FloatOutput) -> Void
) {
  unsafe withOutputs(&a, &b) { a, b in unsafe withOutput(&c) { c in unsafe body(a, b, c) } }
}
