// The two functions of the C library that charts need, imported in one place.

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The decimal logarithm.
func logarithm10(_ value: Double) -> Double { log10(value) }

/// Ten to a power.
func exponential10(_ value: Double) -> Double { pow(10, value) }

/// The angle of a direction, in radians.
func angle(dx: Double, dy: Double) -> Double { atan2(dy, dx) }

/// The cosine and sine of an angle in radians.
func direction(_ angle: Double) -> (cosine: Double, sine: Double) { (cos(angle), sin(angle)) }
