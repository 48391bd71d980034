/// Figures of the same thing, taken one after the other.
struct Samples {
  var values: [Double]

  init(_ values: [Double] = []) { self.values = values }

  /// The middle one; of an even number the larger of the two; not a number of none.
  var median: Double { values.isEmpty ? .nan : values.sorted()[values.count / 2] }

  /// (largest − smallest) / median.
  var spread: Double {
    guard let least = values.min(), let most = values.max() else { return 0 }
    return (most - least) / median
  }
}
