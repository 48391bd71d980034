import Execution
import Testing

@Suite("Cores")
struct CoreCountTests {
  @Test("there is one at least")
  func atLeastOne() {
    #expect(WorkerPool.coreCount >= 1)
    #expect(WorkerPool().threadCount == WorkerPool.coreCount)
  }

  /// The line as proc_pid_status(5) describes it: hexadecimal words of 32 bits.
  @Test(
    "bits of a mask",
    arguments: [
      ("Name:\tisoloss\nCpus_allowed:\t3\nCpus_allowed_list:\t0-1\n", 2),
      ("Cpus_allowed:\tff,00000000,0000f000\n", 12),
      ("Cpus_allowed:\t0\n", nil),
      ("Cpus_allowed_list:\t0-1\n", nil),
      ("", nil),
    ]
  )
  func mask(_ status: String, _ count: Int?) {
    #expect(CoreLimits.allowedCores(inStatus: status) == count)
  }

  /// The file as the kernel's documentation of control groups, version 2, describes it.
  @Test(
    "limits of processor time",
    arguments: [
      ("max 100000\n", nil), ("200000 100000\n", 2), ("150000 100000\n", 2), ("1000 100000\n", 1),
      ("0 100000\n", nil), ("100000 0\n", nil), ("100000", nil), ("", nil),
      ("9223372036854775807 1\n", .max),
    ]
  )
  func limit(_ text: String, _ count: Int?) {
    #expect(CoreLimits.cores(inLimit: text) == count)
  }

  @Test("the least of what runs, what is allowed and what is paid for")
  func least() {
    #expect(CoreLimits.coreCount(online: 4, allowed: 128, quota: nil) == 4)
    #expect(CoreLimits.coreCount(online: 4, allowed: nil, quota: nil) == 4)
    #expect(CoreLimits.coreCount(online: 4, allowed: 3, quota: 2) == 2)
  }

  @Test("groups and the folders they lie in")
  func groups() {
    let lines = "12:cpu,cpuacct:/old\n0::/user.slice/a.service\n"
    #expect(CoreLimits.groupPath(inGroups: lines) == "/user.slice/a.service")
    #expect(CoreLimits.groupPath(inGroups: "9:name=systemd:/\n") == nil)
    #expect(CoreLimits.folders(upFrom: "/a/b") == ["/a/b", "/a", ""])
    #expect(CoreLimits.folders(upFrom: "/") == [""])
  }
}
