import IsoLoss
import IsoLossCommands
import TestSupport
import Testing

@Suite("Threads and kernels of a command")
struct KernelWordsTests {
  private static let fit = "fit corpora/runs-known-truth.csv"

  @Test(
    "thread counts that make no sense",
    arguments: [
      ("0", "`0` is out of range: expected a whole number from 1 to 1024"),
      ("1025", "`1025` is out of range: expected a whole number from 1 to 1024"),
      ("-1", "expected a whole number from 1 to 1024, found `-1`"),
      ("2.5", "expected a whole number from 1 to 1024, found `2.5`"),
      ("all", "expected a whole number from 1 to 1024, found `all`"),
    ]
  )
  func threadCounts(_ text: String, _ message: String) {
    let run = CommandRun("\(Self.fit) --threads \(text)")
    #expect(run.code == .unusable)
    #expect(run.output.isEmpty)
    let hint = "`isoloss help fit` shows what it takes"
    #expect(run.diagnostics == "error: `--threads`: \(message)\n\(hint)\n")
  }

  @Test("kernels that no machine has are refused with the list of those there are")
  func unknownKernels() {
    let run = CommandRun(Self.fit.split(separator: " ").map(String.init)) {
      $0.environment["ISOLOSS_KERNELS"] = "sse9"
    }
    let names = KernelVariant.supported.map(\.rawValue).joined(separator: ", ")
    #expect(run.code == .unusable)
    #expect(run.output.isEmpty)
    #expect(
      run.diagnostics
        == "error: `ISOLOSS_KERNELS`: unknown kernels `sse9`; this machine can run \(names)\n"
    )
  }

  @Test("kernels of another machine are refused")
  func kernelsOfOthers() {
    for variant in KernelVariant.allCases where !variant.isSupported {
      let run = CommandRun(["fit", "corpora/runs-known-truth.csv"]) {
        $0.environment["ISOLOSS_KERNELS"] = variant.rawValue
      }
      #expect(run.code == .unusable)
      let start =
        "error: `ISOLOSS_KERNELS`: this machine cannot run kernels `\(variant.rawValue)`, only "
      #expect(run.diagnostics.hasPrefix(start))
    }
  }

  @Test(
    "what computes nothing does not mind wrong kernels",
    arguments: [
      ["--version"], ["--help"], ["help"], ["help", "eval"], ["fit", "--help"],
      ["completions", "bash"], ["completions", "zsh"], ["completions", "fish"],
    ]
  )
  func wrongKernelsUnused(_ words: [String]) {
    let run = CommandRun(words) { $0.environment["ISOLOSS_KERNELS"] = "sse9" }
    #expect(run.code == .done)
    #expect(run.output == CommandRun(words).output)
    #expect(run.diagnostics.isEmpty)
  }

  @Test("an empty variable is as good as none")
  func emptyVariable() {
    let run = CommandRun(["fit", "corpora/runs-known-truth.csv", "--verbose"]) {
      $0.environment["ISOLOSS_KERNELS"] = ""
    }
    #expect(run.code == .done)
    #expect(run.diagnostics.contains("kernels \(KernelVariant.fastest.rawValue), "))
  }

  @Test("the environment of a report says what was used", arguments: KernelVariant.supported)
  func environment(_ variant: KernelVariant) throws {
    let run = CommandRun(["fit", "corpora/runs-known-truth.csv", "--json", "--threads", "3"]) {
      $0.environment["ISOLOSS_KERNELS"] = variant.rawValue
    }
    let environment = try run.json()["environment"]
    #expect(environment?["threads"] == 3)
    #expect(environment?["kernels"]?.string == variant.rawValue)
    let cores = try CommandRun("\(Self.fit) --json").json()["environment"]?["threads"]
    #expect(cores == .integer(WorkerPool.coreCount))
  }

  @Test("--verbose says kernels and threads on standard error")
  func verbose() {
    let run = CommandRun(["fit", "corpora/runs-known-truth.csv", "-v", "--threads", "1"]) {
      $0.environment["ISOLOSS_KERNELS"] = "portable"
    }
    #expect(run.diagnostics.hasPrefix("kernels portable, 1 thread\n"))
    #expect(!run.output.contains("portable"))
  }

  @Test(
    "reports do not change with threads or kernels",
    arguments: [
      "\(fit)", "\(fit) --law kaplan", "eval corpora/lighthouse.txt", "plan --compute 1e21",
    ]
  )
  func sameReports(_ line: String) {
    let words = line.split(separator: " ").map(String.init)
    let plain = CommandRun(words)
    #expect(plain.code == .done)
    for threads in ["1", "2", "3"] {
      let run = CommandRun(words + ["--threads", threads]) {
        $0.environment["ISOLOSS_KERNELS"] = "portable"
      }
      #expect(run.output == plain.output)
    }
  }
}
