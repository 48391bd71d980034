import Execution
import FileFormats
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

@Suite("Byte sources")
struct ByteSourceTests {
  @Test("a file gives its bytes, its length and its name")
  func file() throws {
    let folder = try TemporaryFolder()
    let text = String(repeating: "0123456789", count: 50_000)
    let path = try folder.file("x.txt", containing: text)
    var source: any ByteSource = try FileSource(path: path)
    #expect(source.name == path)
    #expect(source.byteCountIfKnown == 500_000)
    var bytes: [UInt8] = []
    while case let chunk = try source.nextChunk(), !chunk.isEmpty {
      #expect(chunk.count <= 256 << 10)
      bytes += chunk
    }
    #expect(bytes == Array(text.utf8))
    #expect(try source.nextChunk().isEmpty)
  }

  @Test("a closed file frees its descriptor")
  func closes() throws {
    let folder = try TemporaryFolder()
    let path = try folder.file("x.txt", containing: "x")
    // Far more than the descriptors a process may have.
    for _ in 0..<100_000 { _ = try FileSource(path: path) }
  }

  @Test("what cannot be opened says why")
  func failures() throws {
    let folder = try TemporaryFolder()
    let file = try folder.file("x.txt", containing: "x")
    let absent = folder.path + "/absent.txt"
    let cases: [(String, String)] = [
      (absent, "`\(absent)`: no such file"), ("", "``: no such file"),
      (folder.path, "`\(folder.path)`: is a folder, expected a file"),
      ("\(file)/y", "`\(file)/y`: a part of the path is a file, expected a folder"),
      ("a\0b", "`a\\0b`: the path holds a NUL character"),
    ]
    for (path, message) in cases {
      let error = #expect(throws: FileError.self) { try FileSource(path: path) }
      #expect(error?.description == message)
    }
  }

  @Test("a device is no file of known length")
  func device() throws {
    let source = try FileSource(path: "/dev/null")
    #expect(source.byteCountIfKnown == nil)
    #expect(try source.nextChunk().isEmpty)
  }

  @Test("reading everything stops at the limit", arguments: [1, 7, 1 << 16])
  func limit(chunkByteCount: Int) throws {
    let bytes = Array("hello world".utf8)
    var exact = MemorySource(name: "m", bytes: bytes, chunkByteCount: chunkByteCount)
    #expect(try exact.readAll(limit: 11) == bytes)
    var long = MemorySource(name: "m", bytes: bytes, chunkByteCount: chunkByteCount)
    let error = #expect(throws: FileError.self) { try long.readAll(limit: 10) }
    #expect(error?.description == "`m`: is larger than the limit of 10 bytes")
    // An endless source of unknown length is refused all the same.
    let endless = #expect(throws: FileError.self) {
      var source = try FileSource(path: "/dev/zero")
      return try source.readAll(limit: 1_000_000)
    }
    #expect(endless?.reason == .tooLarge(limit: 1_000_000))
  }

  @Test("chunks of memory put together are the memory", arguments: [1, 3, 100])
  func memory(chunkByteCount: Int) throws {
    let bytes = (0..<100).map { UInt8($0) }
    var source = MemorySource(name: "m", bytes: bytes, chunkByteCount: chunkByteCount)
    #expect(source.byteCountIfKnown == 100)
    #expect(try source.readAll(limit: .max) == bytes)
  }

  @Test("standard input is read to its end")
  func standardInput() async {
    await #expect(processExitsWith: .exitCode(0)) {
      var ends: [Int32] = [0, 0]
      guard unsafe pipe(&ends) == 0, dup2(ends[0], 0) == 0 else { exit(1) }
      guard unsafe write(ends[1], "piped", 5) == 5 else { exit(2) }
      close(ends[1])
      var source = StandardInputSource()
      let text = (try? source.readAll(limit: 100)).map { String(decoding: $0, as: UTF8.self) }
      exit(text == "piped" && source.name == "standard input" ? 0 : 3)
    }
  }

  @Test("a raised flag ends the wait for input")
  func interruption() async {
    await #expect(processExitsWith: .exitCode(0)) {
      var ends: [Int32] = [0, 0]
      guard unsafe pipe(&ends) == 0, dup2(ends[0], 0) == 0 else { exit(1) }
      let flag = InterruptionFlag()
      SignalHandling.install(raising: flag)
      signal(SIGALRM) { _ in raise(SIGTERM) }
      alarm(1)
      do throws(FileError) {
        _ = try StandardInputSource(interruption: flag).nextChunk()
        exit(2)
      } catch {
        exit(error.description == "`standard input`: stopped by a signal" ? 0 : 3)
      }
    }
  }
}
