/// Some accelerators of one kind and the share of their peak that a training run reaches.
///
///     let hardware = Hardware(h100, count: 1024)
///     hardware.seconds(for: 1e24) / 86_400     // days at 40 % of peak
public struct Hardware: Sendable, Hashable {
  /// The accelerator.
  public var accelerator: Accelerator
  /// How many there are.
  public var count: Int
  /// The share of the peak that the whole run reaches (model FLOPs utilization), above 0 to 1.
  public var utilization: Double

  /// The utilization assumed where none is given.
  ///
  /// Whole runs report 0.30 to 0.55: Megatron 41.5 % (22B) to 56 % (1T) on A100, up to 47 % on
  /// H100, Llama 3 405B about 40 %.
  public static let defaultUtilization = 0.40

  /// The utilization above which a plan warns.
  public static let highUtilization = 0.60

  /// Creates hardware.
  ///
  /// - Precondition: `count` is above 0, `utilization` above 0 and at most 1.
  public init(
    _ accelerator: Accelerator,
    count: Int = 1,
    utilization: Double = defaultUtilization
  ) {
    precondition(count > 0, "a plan needs at least one accelerator, found \(count)")
    precondition(
      utilization > 0 && utilization <= 1,
      "utilization is above 0 to 1, found \(utilization)"
    )
    self.accelerator = accelerator
    self.count = count
    self.utilization = utilization
  }
}

extension Hardware {
  /// The speed of all accelerators together, in FLOP/s: count · peak · utilization.
  public var throughput: Double { Double(count) * accelerator.peak * utilization }

  /// The time some compute takes.
  ///
  /// - Parameter compute: Training compute in FLOPs.
  /// - Returns: Seconds.
  public func seconds(for compute: Double) -> Double { compute / throughput }

  /// The compute that fits into some time.
  ///
  /// - Parameter seconds: The duration.
  /// - Returns: FLOPs.
  public func compute(seconds: Double) -> Double { throughput * seconds }

  /// What to be wary of.
  var warnings: [PlanWarning] {
    utilization > Self.highUtilization ? [.highUtilization(utilization)] : []
  }
}

/// Hardware for a while: a compute budget as people have it, such as `8xH100:3d12h`.
public struct HardwareBudget: Sendable, Hashable {
  /// The accelerators.
  public var hardware: Hardware
  /// How long they run, in seconds.
  public var seconds: Double

  /// Creates a budget.
  ///
  /// - Precondition: `seconds` is finite and above 0.
  public init(hardware: Hardware, seconds: Double) {
    precondition(seconds.isFinite && seconds > 0, "a duration is positive, found \(seconds)")
    self.hardware = hardware
    self.seconds = seconds
  }

  /// The budget in FLOPs: count · peak · utilization · seconds.
  public var compute: Double { hardware.compute(seconds: seconds) }
}
