extension WorkerPool {
  /// How many cores this process may use.
  ///
  /// The cores that run, less those that the process is kept from (`taskset`, a scheduler's cpuset),
  /// and on Linux no more than a control group's limit of processor time, rounded up: a container
  /// limited to two processors' time still sees every core of its host, but is stopped for the rest
  /// of a period when its threads together have used it up.
  public static var coreCount: Int {
    CoreLimits.coreCount(
      online: onlineCoreCount(),
      allowed: textOfFile("/proc/self/status").flatMap(CoreLimits.allowedCores),
      quota: CoreLimits.quota
    )
  }
}

/// What Linux says about the cores a process may use, read from its files under `/proc` and `/sys`.
package enum CoreLimits {
  /// The least of what runs, what is allowed and what is paid for.
  ///
  /// A process that nobody confined is allowed every core the machine could ever have, of which some
  /// may not run.
  package static func coreCount(online: Int, allowed: Int?, quota: Int?) -> Int {
    min(online, allowed ?? online, quota ?? online)
  }

  /// The limit of the control groups (version 2) this process is in, in cores; `nil` for none.
  static var quota: Int? {
    guard let path = textOfFile("/proc/self/cgroup").flatMap(groupPath) else { return nil }
    return folders(upFrom: path).compactMap { folder in
      textOfFile("/sys/fs/cgroup\(folder)/cpu.max").flatMap(cores)
    }.min()
  }

  /// The cores in a process's mask: the bits of the line `Cpus_allowed:` of `/proc/self/status`.
  ///
  /// - Returns: `nil` where there is no such line.
  package static func allowedCores(inStatus status: String) -> Int? {
    let title = "Cpus_allowed:"
    guard let line = status.split(separator: "\n").first(where: { $0.hasPrefix(title) }) else {
      return nil
    }
    // Words of 32 bits in hexadecimal with commas between them.
    let count = line.dropFirst(title.count).compactMap(\.hexDigitValue)
      .reduce(0) { $0 + $1.nonzeroBitCount }
    return count > 0 ? count : nil
  }

  /// The path of a process's group: the line `0::/path` of `/proc/self/cgroup`.
  package static func groupPath(inGroups groups: String) -> String? {
    groups.split(separator: "\n").first { $0.hasPrefix("0::/") }.map { String($0.dropFirst(3)) }
  }

  /// A folder and those it lies in, `/a/b`, `/a` and the root, which is empty: each may set a limit.
  package static func folders(upFrom path: String) -> [String] {
    let names = path.split(separator: "/")
    return (0...names.count).reversed().map { count in
      names.prefix(count).map { "/\($0)" }.joined()
    }
  }

  /// Reads `cpu.max`, `max 100000` or `150000 100000`: microseconds of processor time in a period.
  ///
  /// - Returns: The cores it amounts to, rounded up; `nil` for no limit.
  package static func cores(inLimit text: String) -> Int? {
    let numbers = text.split(whereSeparator: \.isWhitespace).compactMap { Int($0) }
    guard numbers.count == 2, numbers[0] > 0, numbers[1] > 0 else { return nil }
    let (whole, rest) = numbers[0].quotientAndRemainder(dividingBy: numbers[1])
    return rest > 0 ? whole + 1 : whole
  }
}
