import Foundation
import IsoLoss
import Testing

@Suite("Learning rates and orders")
struct ScheduleTests {
  @Test(
    "rates rise to the peak and fall to their share",
    arguments: LearningRateSchedule.Shape.allCases
  )
  func ends(_ shape: LearningRateSchedule.Shape) {
    let schedule = LearningRateSchedule(peak: 2, warmupSteps: 4, shape: shape, finalShare: 0.25)
    let rates = (0..<100).map { schedule.rate(at: $0, of: 100) }
    #expect(rates[0..<4] == [0.5, 1, 1.5, 2])
    #expect(abs(rates[99] - (shape == .constant ? 2 : 0.5)) < 1e-12)
    #expect(zip(rates[3...], rates[4...]).allSatisfy { $0 >= $1 })
  }

  /// Half way between the end of the warmup and the last step.
  @Test("the middle of a cosine is the mean of its ends, as is a line's")
  func middle() {
    for shape in [LearningRateSchedule.Shape.cosine, .linear] {
      let schedule = LearningRateSchedule(peak: 1, warmupSteps: 1, shape: shape, finalShare: 0)
      #expect(abs(schedule.rate(at: 6, of: 12) - 0.5) < 1e-12)
    }
    let stable = LearningRateSchedule(peak: 1, warmupSteps: 0, shape: .warmupStableDecay)
    #expect(stable.rate(at: 80, of: 100) == 1)
    #expect(stable.rate(at: 81, of: 100) < 1)
  }

  @Test("each window comes once an epoch", arguments: [18, 33, 100, 1000, 4097])
  func permutation(_ tokenCount: Int) {
    let order = WindowOrder(tokenCount: tokenCount, length: 16, seed: 3)
    for epoch in 0..<3 {
      let starts = (0..<order.windowCount).map { order.start(of: epoch * order.windowCount + $0) }
      let offset = (starts.min() ?? 0) % 16
      #expect(Set(starts).count == order.windowCount)
      #expect(starts.allSatisfy { $0 % 16 == offset && $0 >= 0 && $0 + 17 <= tokenCount })
    }
  }

  @Test("epochs and seeds have orders of their own")
  func orders() {
    func starts(_ seed: UInt64, epoch: Int) -> [Int] {
      let order = WindowOrder(tokenCount: 10_000, length: 16, seed: seed)
      return (0..<order.windowCount).map { order.start(of: epoch * order.windowCount + $0) }
    }
    #expect(starts(1, epoch: 0) != starts(1, epoch: 1))
    #expect(starts(1, epoch: 0) != starts(2, epoch: 0))
    #expect(starts(1, epoch: 5) == starts(1, epoch: 5))
  }
}
