/// The stated dense peaks of common accelerators.
///
/// Makers' pages often print twice as much, a figure for sparse matrices that training does not
/// reach; these are without sparsity, looked up in November 2026.
public enum AcceleratorCatalog {
  /// Every accelerator whose peak is certain.
  public static let all: [Accelerator] = entries.map(\.accelerator)

  /// The accelerator of a name as people and drivers write it.
  ///
  /// Case, separators, the maker's name, memory sizes and form factors do not matter: `h100`,
  /// `H100-SXM` and `NVIDIA H100 80GB HBM3` are one. A name with any other word in it is refused
  /// rather than guessed, so `GB300` is never read as `B300`.
  ///
  /// - Throws: ``AcceleratorError``.
  public static func accelerator(named name: String) throws(AcceleratorError) -> Accelerator {
    let key = NameKey(name)
    if let dispute = disputes.first(where: { NameKey($0.name) == key }) {
      throw .disputed(dispute.name, low: dispute.low, high: dispute.high)
    }
    guard let accelerator = byKey[key] else { throw .unknown(name) }
    return accelerator
  }

  // MARK: Figures

  private struct Entry {
    var accelerator: Accelerator
    /// Every way to name it.
    var names: [String]

    init(_ name: String, _ teraflops: Double, _ precision: String = "bf16", also: [String] = []) {
      accelerator = Accelerator(name: name, peak: teraflops * 1e12, precision: precision)
      names = [name] + also
    }
  }

  /// Dense peaks in TFLOP/s.
  private static let entries: [Entry] = [
    Entry("V100 SXM", 125, "fp16", also: ["V100"]),
    Entry("A10", 125), Entry("A30", 165), Entry("A40", 149.7),
    Entry("A100", 312, also: ["A100 SXM", "A100 PCIe"]),
    Entry("L4", 121), Entry("L40S", 362),
    Entry("H100 SXM", 989.4, also: ["H100"]),
    Entry("H100 PCIe", 756), Entry("H100 NVL", 835),
    Entry("H800", 989),
    Entry("H200 SXM", 989, also: ["H200"]), Entry("H200 NVL", 836),
    Entry("B200", 2250, also: ["B200 SXM"]), Entry("GB200", 2500),
    Entry("RTX 3090", 71, also: ["3090"]), Entry("RTX 4090", 165.2, also: ["4090"]),
    Entry("RTX 5090", 209.5, also: ["5090"]),
    Entry("MI250X", 383), Entry("MI300A", 980.6), Entry("MI300X", 1307.4),
    Entry("MI325X", 1307.4), Entry("MI355X", 2500),
    Entry("TPU v4", 275), Entry("TPU v5e", 197, also: ["v5e"]),
    Entry("TPU v5p", 459, also: ["v5p"]), Entry("TPU v6e", 918, also: ["v6e"]),
    Entry("TPU7x", 2307, also: ["TPU v7x", "v7x"]),
    Entry("Ascend 910B1", 373.9, also: ["910B1"]), Entry("Ascend 910B2", 353.9, also: ["910B2"]),
    Entry("Ascend 910B3", 294.9, also: ["910B3"]),
  ]

  private static let byKey: [NameKey: Accelerator] = {
    var table: [NameKey: Accelerator] = [:]
    for entry in entries {
      for name in entry.names { table[NameKey(name)] = entry.accelerator }
    }
    return table
  }()

  /// Accelerators whose sources disagree, with the range in TFLOP/s.
  private static let disputes = [
    (name: "B300", low: 2250.0, high: 3500.0),
    (name: "B100", low: 1750.0, high: 1800.0),
    (name: "TPU v3", low: 123.0, high: 140.0),
  ]
}

/// What is left of an accelerator's name without what tells nothing about its speed.
private struct NameKey: Hashable {
  private let text: String

  init(_ name: String) {
    text = name.lowercased().split { !$0.isLetter && !$0.isNumber }.map(String.init)
      .filter { !Self.isDecoration($0) }
      .map { $0.wholeMatch(of: /sxm\d?/) != nil ? "sxm" : $0 }
      .joined()
  }

  private static let decoration: Set<String> = [
    "nvidia", "amd", "google", "huawei", "geforce", "tesla", "instinct", "cloud", "gpu",
    "hbm2", "hbm2e", "hbm3", "hbm3e", "oam", "hgx", "dgx",
  ]

  /// Whether a word is a maker, a product line, or a memory size.
  private static func isDecoration(_ word: String) -> Bool {
    decoration.contains(word) || word.wholeMatch(of: /\d+gb/) != nil
  }
}
