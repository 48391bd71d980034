import FileFormats
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

@Suite("Atomic files")
struct AtomicFileTests {
  @Test("a committed file appears whole, and nothing beside it")
  func commits() throws {
    let folder = try TemporaryFolder()
    let path = try folder.file("x.json")
    let file = try AtomicFile(path: path)
    let text = String(repeating: "0123456789", count: 20_000)
    try file.write(text)
    #expect(!folder.contents.contains("x.json"))
    try file.commit()
    #expect(contents(of: path) == text)
    #expect(folder.contents == ["x.json"])
  }

  @Test("without a commit the old file stays, and nothing beside it")
  func withoutCommit() throws {
    let folder = try TemporaryFolder()
    let path = try folder.file("x.json", containing: "old")
    do {
      let file = try AtomicFile(path: path)
      try file.write("new")
      try file.flush()
      #expect(folder.contents.count == 2)
      #expect(contents(of: path) == "old")
    }
    #expect(contents(of: path) == "old")
    #expect(folder.contents == ["x.json"])
  }

  @Test("a write that fails leaves the old file, and nothing beside it")
  func failedWrite() async {
    await #expect(processExitsWith: .exitCode(0)) {
      guard let folder = try? TemporaryFolder(),
        let path = try? folder.file("x.json", containing: "old")
      else { exit(1) }
      // A file may grow to 1,000 bytes; then the system signals, and writes fail.
      signal(SIGXFSZ, SIG_IGN)
      var limit = rlimit(rlim_cur: 1000, rlim_max: 1000)
      guard unsafe setrlimit(fileSizeLimit, &limit) == 0 else { exit(2) }
      do throws(FileError) {
        let file = try AtomicFile(path: path)
        do throws(FileError) {
          try file.write(bytes: [UInt8](repeating: 0x61, count: 100_000))
          exit(3)
        } catch {
          guard error == FileError(path, .other(EFBIG)) else { exit(4) }
        }
        guard folder.contents == ["x.json"], contents(of: path) == "old" else { exit(5) }
        try file.commit()
        exit(6)
      } catch {
        guard error.description == "`\(path)`: file too large" else { exit(7) }
      }
      exit(folder.contents == ["x.json"] && contents(of: path) == "old" ? 0 : 8)
    }
  }

  @Test("a new file's permissions follow umask, an old one's are kept")
  func permissions() throws {
    let folder = try TemporaryFolder()
    let new = try folder.file("new")
    let old = try folder.file("old", containing: "old")
    try #require(unsafe chmod(old, 0o640) == 0)
    for path in [new, old] {
      let file = try AtomicFile(path: path)
      try file.commit()
    }
    // Reading umask means setting it, which other tests would see: an ordinary file tells it.
    let plain = try folder.file("plain")
    close(unsafe open(plain, O_WRONLY | O_CREAT, 0o666))
    #expect(try permissions(of: new) == permissions(of: plain))
    #expect(try permissions(of: old) == 0o640)
  }

  private func permissions(of path: String) throws -> mode_t {
    var status = stat()
    try #require(unsafe stat(path, &status) == 0)
    return status.st_mode & 0o7777
  }

  @Test("a link stays a link, and what it points to is replaced", arguments: [true, false])
  func links(targetExists: Bool) throws {
    let folder = try TemporaryFolder()
    let target = try folder.file("target", containing: targetExists ? "old" : nil)
    try #require(unsafe symlink("target", folder.path + "/relative") == 0)
    try #require(unsafe symlink(folder.path + "/relative", folder.path + "/link") == 0)
    let file = try AtomicFile(path: folder.path + "/link")
    try file.write("new")
    try file.commit()
    #expect(contents(of: target) == "new")
    var status = stat()
    try #require(unsafe lstat(folder.path + "/link", &status) == 0)
    #expect(status.st_mode & S_IFMT == S_IFLNK)
    #expect(folder.contents == ["link", "relative", "target"])
  }

  @Test("a link to itself is an error")
  func linkLoop() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/loop"
    try #require(unsafe symlink("loop", path) == 0)
    let error = #expect(throws: FileError.self) { try AtomicFile(path: path) }
    #expect(error == FileError(path, .other(ELOOP)))
  }

  @Test("a fifo is written to directly")
  func fifo() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/fifo"
    try #require(unsafe mkfifo(path, 0o600) == 0)
    let reader = unsafe open(path, O_RDONLY | O_NONBLOCK)
    defer { close(reader) }
    let file = try AtomicFile(path: path)
    try file.write("through")
    try file.commit()
    var buffer = [UInt8](repeating: 0, count: 100)
    let count = unsafe read(reader, &buffer, 100)
    #expect(buffer.prefix(max(0, count)).elementsEqual("through".utf8))
    #expect(folder.contents == ["fifo"])
  }

  @Test("/dev/stdout goes on where standard output is")
  func standardOutput() async throws {
    await #expect(processExitsWith: .exitCode(0)) {
      guard let folder = try? TemporaryFolder(), let path = try? folder.file("out") else { exit(1) }
      let number = unsafe open(path, O_WRONLY | O_CREAT, 0o600)
      guard dup2(number, 1) == 1, unsafe write(1, "before ", 7) == 7 else { exit(2) }
      for name in ["/dev/stdout", "/dev/fd/1"] {
        guard let file = try? AtomicFile(path: name) else { exit(3) }
        guard (try? file.write("middle ")) != nil, (try? file.commit()) != nil else { exit(4) }
      }
      guard unsafe write(1, "after", 5) == 5 else { exit(5) }
      exit(contents(of: path) == "before middle middle after" ? 0 : 6)
    }
  }

  @Test("what cannot be written says why")
  func failures() throws {
    let folder = try TemporaryFolder()
    let file = try folder.file("x", containing: "x")
    let absent = folder.path + "/absent"
    let cases: [(String, String)] = [
      (folder.path, "`\(folder.path)`: is a folder, expected a file"),
      (absent + "/", "`\(absent)/`: is a folder, expected a file"),
      ("\(absent)/x", "`\(absent)/x`: the folder `\(absent)` does not exist"),
      ("\(file)/y", "`\(file)/y`: a part of the path is a file, expected a folder"),
      ("", "``: no such file"),
      ("a\0b", "`a\\0b`: the path holds a NUL character"),
    ]
    for (path, message) in cases {
      let error = #expect(throws: FileError.self) { try AtomicFile(path: path) }
      #expect(error?.description == message)
    }
    #expect(folder.contents == ["x"])
  }

  @Test("a write-protected file is not replaced", .enabled(if: geteuid() != 0))
  func writeProtected() throws {
    let folder = try TemporaryFolder()
    let path = try folder.file("x", containing: "old")
    try #require(unsafe chmod(path, 0o444) == 0)
    let error = #expect(throws: FileError.self) { try AtomicFile(path: path) }
    #expect(error?.description == "`\(path)`: permission denied")
  }

  @Test("the longest name a folder takes is taken")
  func longName() throws {
    let folder = try TemporaryFolder()
    let name = String(repeating: "n", count: 255)
    let file = try AtomicFile(path: folder.path + "/" + name)
    try file.commit()
    #expect(folder.contents == [name])
  }

  @Test("writing after the commit traps")
  func writeAfterCommitTraps() async {
    await #expect(processExitsWith: .failure) {
      guard let folder = try? TemporaryFolder(),
        let file = try? AtomicFile(path: folder.path + "/x"), (try? file.commit()) != nil
      else { exit(0) }
      try? file.write("x")
      exit(0)
    }
  }
}

// glibc declares the resource as an enumeration of its own.
#if canImport(Glibc)
private let fileSizeLimit = __rlimit_resource_t(RLIMIT_FSIZE.rawValue)
#else
private let fileSizeLimit = RLIMIT_FSIZE
#endif
