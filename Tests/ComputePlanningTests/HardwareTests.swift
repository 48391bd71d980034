import ComputePlanning
import Foundation
import ScalingLaws
import Testing

@Suite("Hardware")
struct HardwareTests {
  // MARK: Names

  @Test(
    "a name finds its accelerator, however it is written",
    arguments: [
      ("H100", "H100 SXM", 989.4), ("h100-sxm5", "H100 SXM", 989.4),
      ("NVIDIA H100 80GB HBM3", "H100 SXM", 989.4), ("H100 PCIe", "H100 PCIe", 756),
      ("h100nvl", "H100 NVL", 835), ("H200", "H200 SXM", 989), ("H200 NVL", "H200 NVL", 836),
      ("NVIDIA A100-SXM4-80GB", "A100", 312), ("A10", "A10", 125),
      ("Tesla V100-SXM2-32GB", "V100 SXM", 125), ("GB200", "GB200", 2500), ("B200", "B200", 2250),
      ("NVIDIA GeForce RTX 4090", "RTX 4090", 165.2), ("TPUv5p", "TPU v5p", 459),
      ("tpu-v5e", "TPU v5e", 197), ("AMD Instinct MI300X", "MI300X", 1307.4), ("L40S", "L40S", 362),
    ]
  )
  func names(written: String, name: String, teraflops: Double) throws {
    let accelerator = try AcceleratorCatalog.accelerator(named: written)
    #expect(accelerator.name == name)
    #expect(accelerator.peak == teraflops * 1e12)
  }

  @Test("every accelerator is found by its own name")
  func ownNames() throws {
    #expect(AcceleratorCatalog.all.count == 31)
    for accelerator in AcceleratorCatalog.all {
      #expect(try AcceleratorCatalog.accelerator(named: accelerator.name) == accelerator)
    }
  }

  @Test(
    "what is not known is refused, never guessed from a part of the name",
    arguments: [
      "GB300", "A10G", "L40", "RTX 4090 D", "V100 PCIe", "H1000", "", "sxm", "80GB", "100", "ＨＩ",
    ]
  )
  func unknown(name: String) {
    let error = #expect(throws: AcceleratorError.self) {
      try AcceleratorCatalog.accelerator(named: name)
    }
    #expect(error == .unknown(name))
  }

  @Test("refusals list what is known, and the way out")
  func messages() {
    #expect(
      AcceleratorError.unknown("GB300").description.hasPrefix(
        "unknown accelerator `GB300`; known: V100 SXM, A10, A30, A40, A100, L4, L40S, H100 SXM, "
      )
    )
    #expect(
      AcceleratorError.unknown("GB300").description.hasSuffix(
        "Ascend 910B3; for another, give its dense peak with `--peak`"
      )
    )
    let error = #expect(throws: AcceleratorError.self) {
      try AcceleratorCatalog.accelerator(named: "NVIDIA B300")
    }
    #expect(
      error?.description
        == "sources disagree on the dense bf16 peak of B300 (2250 to 3500 TFLOP/s); give it with "
        + "`--peak`"
    )
    #expect(
      throws: AcceleratorError.disputed("TPU v3", low: 123, high: 140)
    ) { try AcceleratorCatalog.accelerator(named: "tpu-v3") }
  }

  // MARK: Time

  @Test("published runs take the time they are said to")
  func workedExamples() throws {
    let pods = Hardware(try AcceleratorCatalog.accelerator(named: "TPU v5p"), count: 8960)
    #expect((pods.seconds(for: 6.3e24) / 86_400).rounded() == 44)
    let one = Hardware(try AcceleratorCatalog.accelerator(named: "H100 SXM"))
    #expect((one.seconds(for: 5.88e23) / 3600).rounded() == 412_708)
    // GPT-3: 175e9 parameters, 300e9 tokens, said to be 3,640 PF-days.
    #expect((6 * 175e9 * 300e9 / ComputeFrontier.petaflopDay / 10).rounded() == 365)
    #expect(3640 * ComputeFrontier.petaflopDay == 3.14496e23)
  }

  @Test("a plan says hours and device hours")
  func planTime() throws {
    let hardware = Hardware(try AcceleratorCatalog.accelerator(named: "H100"), count: 1000)
    let answer = try ComputePlan(.compute(5.88e23), hardware: hardware)
      .answer(from: .published(.epoch))
    let time = try #require(answer.time)
    #expect(time.deviceHours.rounded() == 412_708)
    #expect(abs(time.hours * 1000 / time.deviceHours - 1) < 1e-15)
  }

  @Test("time and compute undo each other")
  func budget() throws {
    // 8 · 989.4e12 · 0.4 · 84 h.
    let hardware = Hardware(try AcceleratorCatalog.accelerator(named: "H100"), count: 8)
    let budget = HardwareBudget(hardware: hardware, seconds: 84 * 3600)
    #expect(abs(budget.compute / 9.5742e20 - 1) < 1e-4)
    #expect(abs(hardware.seconds(for: budget.compute) / budget.seconds - 1) < 1e-15)
    let answer = try ComputePlan(budget).answer(from: .published(.epoch))
    #expect(answer.compute == budget.compute)
    #expect(abs(try #require(answer.time).hours - 84) < 1e-12)
  }

  @Test("a utilization above what runs report is a warning")
  func highUtilization() throws {
    var hardware = Hardware(Accelerator(name: "mine", peak: 1e15), utilization: 0.6)
    let plan = { ComputePlan(.compute(1e21), hardware: $0) }
    #expect(try plan(hardware).answer(from: .published(.epoch)).warnings.isEmpty)
    hardware.utilization = 0.61
    let warnings = try plan(hardware).answer(from: .published(.epoch)).warnings
    #expect(warnings.map(\.id) == ["high-utilization"])
    #expect(
      warnings.map(\.message)
        == ["a utilization of 0.61 is above what whole training runs report (0.3 to 0.55)"]
    )
  }

  @Test("impossible hardware traps")
  func traps() async {
    await #expect(processExitsWith: .failure) {
      _ = Hardware(Accelerator(name: "mine", peak: 1e15), count: 0)
    }
    await #expect(processExitsWith: .failure) {
      _ = Hardware(Accelerator(name: "mine", peak: 1e15), utilization: 1.5)
    }
  }
}
