import CLossKernels

/// The natural logarithm of a double of at least 0, the same bits on every processor.
///
/// System libraries choose among variants by the processor, and these differ in the last place.
/// Within one unit in the last place; −∞ at 0.
@inline(__always)
package func naturalLogarithm(_ x: Double) -> Double { closs_natural_log(x) }
