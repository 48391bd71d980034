import Execution
import Synchronization
import Testing

@Suite("Progress")
struct ProgressSinkTests {
  @Test("reports arrive as they were made, in order")
  func reportsArrive() {
    let received = Received()
    let sink = ProgressSink { report in received.reports.withLock { $0.append(report) } }
    sink.report(completed: 1, total: nil, unit: "bytes")
    sink.report(completed: 2, total: 2, unit: "bytes")
    #expect(
      received.reports.withLock { $0 } == [
        .init(completed: 1, total: nil, unit: "bytes"),
        .init(completed: 2, total: 2, unit: "bytes"),
      ]
    )
  }

  @Test("the silent sink takes everything")
  func silent() {
    ProgressSink.silent.report(completed: 1, total: 2, unit: "tokens")
  }

  private final class Received: Sendable {
    let reports = Mutex<[ProgressSink.Report]>([])
  }
}
