import FileFormats
import ScalingLaws
import Testing

/// A table read from text.
func readTable(
  _ text: String,
  _ options: RunTableOptions = RunTableOptions()
) throws -> RunTable {
  try RunTable(CSVTable(parsing: [UInt8](text.utf8), name: "runs.csv"), options)
}

/// The words of the error that reading a table throws.
func tableFailure(_ text: String, _ options: RunTableOptions = RunTableOptions()) -> String? {
  #expect(throws: RunTableError.self) { _ = try readTable(text, options) }.map { "\($0)" }
}

/// A law's runs at all pairs of some sizes and amounts of data.
func lawRows(
  _ sizes: [Double] = [1e7, 3e7, 1e8, 3e8, 1e9],
  _ data: [Double] = [1e9, 3e9, 1e10, 3e10, 1e11]
) -> [Run] {
  let law = ScalingLaw(form: Chinchilla(), coefficients: [1.7, 480, 2000, 0.35, 0.37])
  return sizes.flatMap { size in
    data.map {
      Run(parameters: size, tokens: $0, loss: law.loss(parameters: size, tokens: $0))
    }
  }
}

/// Runs as comma-separated text.
func tableText(_ runs: [Run], header: String = "N,D,loss") -> String {
  runs.reduce(header + "\n") { $0 + "\($1.parameters),\($1.tokens),\($1.loss)\n" }
}
