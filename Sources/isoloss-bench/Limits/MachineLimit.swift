/// What no kernel can be faster than.
enum MachineLimit: Hashable, CustomStringConvertible {
  /// Multiply-adds in registers, two flops each.
  case multiplyAdd

  /// Bytes moved, by the pattern that comes nearest to the kernel's and from where its data lies.
  case bandwidth(MemoryTraffic, in: MemoryLevel)

  var description: String {
    switch self {
    case .multiplyAdd: "multiply-add"
    case .bandwidth(let traffic, in: let level): "\(traffic.rawValue) in \(level.rawValue)"
    }
  }
}

/// A pattern of reading and writing.
enum MemoryTraffic: String, CaseIterable {
  /// Reads everything, and adds it up.
  case readSum = "read-sum"

  /// Reads two arrays and writes a third.
  case triad

  /// Reads two arrays and writes one of them: the processor fetches nothing that it does not need.
  case update

  /// The same, written past the caches.
  case streamingTriad = "streaming triad"
}

/// Where the data of a kernel lies.
enum MemoryLevel: String, CaseIterable {
  case firstCache = "L1"
  case secondCache = "L2"
  case thirdCache = "L3"
  case memory

  /// The level that holds so many bytes on current processors.
  ///
  /// First caches have 32 KiB or more, second ones 1 MiB, third ones 32 MiB; benchmarks keep away
  /// from the borders of the latter two, which lie elsewhere on each processor.
  init(holding byteCount: Int) {
    switch byteCount {
    case ...(1 << 15): self = .firstCache
    case ...(1 << 19): self = .secondCache
    case ...(3 << 23): self = .thirdCache
    default: self = .memory
    }
  }

  /// Whether each core has its own, so that work that fits into it is not worth sharing.
  var isPrivate: Bool { self == .firstCache || self == .secondCache }

  /// The floats of each of a triad's three arrays, for one of `threadCount` threads.
  ///
  /// Three arrays are 24 KiB, 384 KiB and 3 MiB a thread, which the first, second and third caches
  /// of current processors hold, and 384 MiB together, more than most third ones.
  func arrayCount(threadCount: Int) -> Int {
    switch self {
    case .firstCache: 1 << 11
    case .secondCache: 1 << 15
    case .thirdCache: 1 << 18
    // A multiple of what the kernels take at a time.
    case .memory: (1 << 25) / threadCount / 1024 * 1024
    }
  }
}
