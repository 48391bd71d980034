import FileFormats
import Foundation
import Synchronization
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

@Suite("Text sinks")
struct TextSinkTests {
  @Test("memory keeps what is written")
  func memory() throws {
    let sink: any TextSink = MemorySink()
    try sink.write("é\n")
    try sink.write(bytes: [0x61])
    try sink.flush()
    #expect((sink as? MemorySink)?.text == "é\na")
  }

  @Test("a descriptor gets everything in order, however little it takes at a time")
  func descriptor() throws {
    let folder = try TemporaryFolder()
    let path = try folder.file("out.txt")
    let number = unsafe open(path, O_WRONLY | O_CREAT, 0o600)
    defer { close(number) }
    let sink = DescriptorSink(descriptor: number, name: "out")
    let lines = (0..<50_000).map { "line \($0)\n" }
    for line in lines { try sink.write(line) }
    try sink.flush()
    #expect(contents(of: path) == lines.joined())
  }

  @Test("a non-blocking pipe that is full is waited for")
  func nonBlockingPipe() throws {
    var ends: [Int32] = [0, 0]
    try #require(unsafe pipe(&ends) == 0)
    try #require(fcntl(ends[1], F_SETFL, O_NONBLOCK) == 0)
    let reader = PipeReader(descriptor: ends[0])
    let sink = DescriptorSink(descriptor: ends[1], name: "pipe")
    try sink.write(bytes: [UInt8](repeating: 1, count: 1 << 20))
    try sink.flush()
    close(ends[1])
    #expect(reader.byteCount() == 1 << 20)
  }

  @Test("a closed pipe is an error, and stays one")
  func brokenPipe() async {
    await #expect(processExitsWith: .exitCode(0)) {
      signal(SIGPIPE, SIG_IGN)
      var ends: [Int32] = [0, 0]
      guard unsafe pipe(&ends) == 0 else { exit(1) }
      close(ends[0])
      let sink = DescriptorSink(descriptor: ends[1], name: "standard output")
      try? sink.write("x")
      for attempt: Int32 in 0..<3 {
        do throws(FileError) {
          try attempt == 1 ? sink.write("y") : sink.flush()
          exit(2 + attempt)
        } catch {
          guard error.description == "`standard output`: the reader closed the pipe" else {
            exit(9)
          }
        }
      }
      exit(0)
    }
  }

  @Test("a full device is an error", .enabled(if: unsafe access("/dev/full", W_OK) == 0))
  func fullDevice() throws {
    let number = unsafe open("/dev/full", O_WRONLY)
    defer { close(number) }
    let sink = DescriptorSink(descriptor: number, name: "out")
    try sink.write("x")
    let error = #expect(throws: FileError.self) { try sink.flush() }
    #expect(error?.description == "`out`: no space left on the device")
  }
}

/// Reads a pipe to its end on a thread of its own.
private final class PipeReader: Sendable {
  private let result = Mutex<Int?>(nil)

  init(descriptor: Int32) {
    Thread.detachNewThread { [self] in
      var total = 0
      var buffer = [UInt8](repeating: 0, count: 1000)
      while case let count = unsafe read(descriptor, &buffer, buffer.count), count > 0 {
        total += count
      }
      close(descriptor)
      let count = total
      result.withLock { $0 = count }
    }
  }

  /// How many bytes there were, once the pipe has ended.
  func byteCount() -> Int {
    while true {
      if let count = result.withLock({ $0 }) { return count }
      usleep(1000)
    }
  }
}
