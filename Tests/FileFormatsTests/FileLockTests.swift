import FileFormats
import Foundation
import Testing

@Suite("Locks")
struct FileLockTests {
  private let path = FileManager.default.temporaryDirectory.path + "/isoloss-\(UUID().uuidString)"

  @Test("one holder has a lock at a time, and its file goes with it")
  func oneHolder() throws {
    var first = try FileLock(path: path)
    #expect(first != nil)
    #expect(try FileLock(path: path) == nil)
    #expect(FileManager.default.fileExists(atPath: path))
    first = nil
    #expect(!FileManager.default.fileExists(atPath: path))
    let next = try FileLock(path: path)
    #expect(next != nil)
    withExtendedLifetime(next) {}
  }

  @Test("a file without a holder keeps nobody out")
  func leftFile() throws {
    try Data().write(to: URL(filePath: path))
    #expect(try FileLock(path: path) != nil)
  }

  @Test("a folder that is not there is an error")
  func noFolder() {
    let error = #expect(throws: FileError.self) { _ = try FileLock(path: path + "/lock") }
    #expect(error == FileError(path + "/lock", .notFound))
  }

  /// Threads take the lock and let go of it as fast as they can: no two ever have it together.
  @Test("nobody gets in while another leaves")
  func contention() {
    let (inside, taken) = (Counter(), Counter())
    DispatchQueue.concurrentPerform(iterations: 4) { _ in
      for _ in 0..<200 {
        let lock: FileLock?
        do {
          lock = try FileLock(path: path)
        } catch {
          Issue.record(error)
          continue
        }
        guard let lock else { continue }
        _ = taken.add(1)
        #expect(inside.add(1) == 1)
        _ = inside.add(-1)
        withExtendedLifetime(lock) {}
      }
    }
    #expect(taken.add(0) > 0)
  }
}

/// A number that threads share.
private final class Counter: @unchecked Sendable {
  // SAFETY: the lock is held around each access.
  private let lock = NSLock()
  private var value = 0

  func add(_ change: Int) -> Int {
    lock.withLock {
      value += change
      return value
    }
  }
}
