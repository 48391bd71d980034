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

  /// The same, written past the caches.
  case streamingTriad = "streaming triad"
}

/// Where the data of a kernel lies.
enum MemoryLevel: String, CaseIterable {
  case firstCache = "L1"
  case secondCache = "L2"
  case memory

  /// The floats of each of a triad's three arrays, for one of `threadCount` threads.
  ///
  /// Three arrays are 24 KiB and 384 KiB a thread, less than the first and second caches of any
  /// current processor, and 384 MiB together, more than most third ones.
  func arrayCount(threadCount: Int) -> Int {
    switch self {
    case .firstCache: 1 << 11
    case .secondCache: 1 << 15
    // A multiple of what the kernels take at a time.
    case .memory: (1 << 25) / threadCount / 1024 * 1024
    }
  }
}
