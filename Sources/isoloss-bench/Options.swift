import IsoLoss

/// What the words after `isoloss-bench` ask for.
struct BenchmarkOptions {
  static let usage = """
    usage: isoloss-bench [--quick] [--peers] [--peer-path FOLDER] [OPTION…] [FILTER…]
           isoloss-bench --products [OPTION…] [FILTER…]
           isoloss-bench --limits [OPTION…]
           isoloss-bench --coverage [--quick] [OPTION…] [FILTER…]

      --threads N       threads to share the work (default: all cores)
      --kernels NAME    portable, neon, avx2 or avx512 (default: the fastest)
      --python PATH     the Python that the peers are installed for (default: python3)
    """

  enum Mode {
    /// All selected benchmarks, each in a process of its own.
    case all

    /// One, in this process.
    case one(String)

    /// The grid of matrix products.
    case products

    /// The machine's limits.
    case limits

    /// How often intervals of fits hold the truth.
    case coverage
  }

  var mode = Mode.all
  var isQuick = false
  var withPeers = false
  var peerFolder: String?
  var python: String?
  var threadCount: Int?
  var variant: KernelVariant?

  /// Parts of names; a name that has any of them is selected, and every name where there are none.
  var filters: [String] = []

  /// Parses the words.
  ///
  /// - Throws: ``BenchmarkError`` or ``KernelVariantError`` at the first word that makes no sense.
  init(parsing words: [String]) throws {
    var rest = words[...]
    while let word = rest.popFirst() {
      switch word {
      case "--quick": isQuick = true
      case "--peers": withPeers = true
      case "--products": mode = .products
      case "--limits": mode = .limits
      case "--coverage": mode = .coverage
      case "--one": mode = .one(try Self.value(of: word, in: &rest))
      case "--peer-path": peerFolder = try Self.value(of: word, in: &rest)
      case "--python": python = try Self.value(of: word, in: &rest)
      case "--threads": threadCount = try Self.threads(Self.value(of: word, in: &rest))
      case "--kernels": variant = try KernelVariant(named: Self.value(of: word, in: &rest))
      case _ where word.hasPrefix("--"):
        throw BenchmarkError(description: "unknown option `\(word)`\n\(Self.usage)")
      default: filters.append(word)
      }
    }
  }

  private static func value(of option: String, in rest: inout ArraySlice<String>) throws -> String {
    guard let value = rest.popFirst(), !value.hasPrefix("--") else {
      throw BenchmarkError(description: "`\(option)` needs a value\n\(usage)")
    }
    return value
  }

  private static func threads(_ text: String) throws -> Int {
    guard let count = Int(text), (1...1024).contains(count) else {
      let expected = "expected a whole number from 1 to 1024"
      throw BenchmarkError(description: "\(expected) for `--threads`, found `\(text)`")
    }
    return count
  }
}

extension BenchmarkOptions {
  /// The instruction set and the threads.
  func makeKernels() -> KernelContext {
    let pool = WorkerPool(threadCount: threadCount ?? WorkerPool.coreCount)
    return KernelContext(variant: variant ?? .fastest, pool: pool)
  }

  /// The programs of others, given as many threads.
  var peerPrograms: PeerPrograms {
    PeerPrograms(python: python, threadCount: threadCount ?? WorkerPool.coreCount)
  }

  /// How a benchmark is measured.
  var plan: MeasurementPlan { isQuick ? .quick : withPeers ? .besidePeer : .alone }

  /// Whether a name is selected.
  func selects(_ name: String) -> Bool {
    filters.isEmpty || filters.contains { name.contains($0) }
  }

  /// The words that make a process of its own measure one benchmark the same way.
  func words(forOne name: String) -> [String] {
    var words = ["--one", name]
    if isQuick { words.append("--quick") }
    if withPeers { words.append("--peers") }
    if let python { words += ["--python", python] }
    if let threadCount { words += ["--threads", "\(threadCount)"] }
    if let variant { words += ["--kernels", variant.rawValue] }
    return words
  }
}
