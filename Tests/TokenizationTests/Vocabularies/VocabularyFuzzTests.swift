import FileFormats
import Foundation
import TestSupport
import Testing
import Tokenization

@Suite("Vocabulary files that are damaged")
struct VocabularyFuzzTests {
  @Test("are read or refused, in time and memory for their size")
  func damaged() async throws {
    // Who names a seed looks for a failure, and wants to see where a crash is.
    guard !Fuzzing.hasOwnSeed else { return try VocabularyFuzz.run() }
    // In a process of its own a crash is a failure like others, and the peak of memory is that of
    // the readers.
    await #expect(processExitsWith: .success) {
      try VocabularyFuzz.run()
    }
  }

  @Test("samples are right before they are damaged")
  func samples() throws {
    for sample in try VocabularySample.all() {
      let problem = VocabularyFuzz.problem(of: try BytePairTokenizer(sample.read()))
      #expect(problem == nil, "\(sample.name)")
    }
  }
}

/// Damages vocabulary files, and looks at what comes of those that are read nevertheless.
enum VocabularyFuzz {
  /// No more than a second and 128 MiB, where a file has a few kilobytes: ids may have 131,072 gaps.
  private static let longest = Duration.seconds(1)
  private static let mostMemory = 128 << 20

  static func run() throws {
    let samples = try VocabularySample.all()
    let files = samples.map(\.file)
    let before = peakMemory
    Fuzzing.run(.vocabularies, rounds: 900, seed: 29) { generator in
      var sample = samples[generator.round % samples.count]
      let damagesMerges = sample.merges != nil && Bool.random(using: &generator)
      let whole = damagesMerges ? sample.merges ?? [] : sample.file
      let damaged = Fuzzing.damaged(whole, others: files, using: &generator)
      if damagesMerges { sample.merges = damaged } else { sample.file = damaged }
      let start = processorTime
      if let problem = problem(of: sample) {
        Issue.record("\(sample.name), \(generator): \(problem)")
      }
      #expect(processorTime - start < longest, "\(sample.name), \(generator)")
      #expect(peakMemory - before < mostMemory, "\(sample.name), \(generator)")
    }
  }

  /// What is wrong with how a file is read; `nil` if it is refused or works.
  private static func problem(of sample: VocabularySample) -> String? {
    let vocabulary: BytePairVocabulary
    let tokenizer: BytePairTokenizer
    do throws(VocabularyError) {
      vocabulary = try sample.read()
    } catch {
      return error.description.isEmpty ? "an error without words" : nil
    }
    do throws(VocabularyError.Reason) {
      tokenizer = try BytePairTokenizer(vocabulary)
    } catch {
      return error.description.isEmpty ? "an error without words" : nil
    }
    // Of many thousand tokens, most of them gaps, it would take longer than all else.
    guard vocabulary.tokenCount < 10_000 else { return problem(of: tokenizer) }
    do throws(VocabularyError) {
      let text = VocabularyFile(vocabulary).text
      let native = try BytePairVocabulary(native: Array(text.utf8), name: "native file")
      if native != vocabulary { return "the native file is another vocabulary" }
    } catch {
      return error.description
    }
    return problem(of: tokenizer)
  }

  /// What is wrong with how a text is encoded; `nil` if nothing is.
  static func problem(of tokenizer: BytePairTokenizer) -> String? {
    let text = Array("the hand and\n the é  and 12 th\u{301}e".utf8)
    let ids = tokenizer.encode(text)
    if tokenizer.count(text) != ids.count { return "counted otherwise than encoded" }
    if (try? tokenizer.spans(text))?.map(\.id) != ids { return "spans of other tokens" }
    var stream = tokenizer.makeStream()
    var streamed: [TokenID] = []
    for start in stride(from: 0, to: text.count, by: 7) {
      streamed += (try? stream.encode(Array(text[start..<min(start + 7, text.count)]))) ?? []
    }
    streamed += (try? stream.finish()) ?? []
    if streamed != ids { return "chunks become other tokens" }
    guard keepsText(tokenizer.vocabulary, ids) else { return nil }
    let end = (try? tokenizer.spans(text))?.last?.byteRange.upperBound
    if end != tokenizer.normalized(text).count { return "spans end elsewhere than the text" }
    let space: [UInt8] = tokenizer.vocabulary.addsPrefixSpace ? [0x20] : []
    let decoded = tokenizer.decode(ids)
    guard decoded == space + tokenizer.normalized(text) else {
      return "decoded as \(String(decoding: decoded, as: UTF8.self).debugDescription)"
    }
    return nil
  }

  /// Whether tokens have all of a text: none of its characters is unknown, and no token in the midst
  /// of it takes spaces in or has some put behind it.
  private static func keepsText(_ vocabulary: BytePairVocabulary, _ ids: [TokenID]) -> Bool {
    guard vocabulary.addedTokens.allSatisfy(\.isSpecial) else { return false }
    guard vocabulary.spacing != nil else { return true }
    // Where no token has U+2581, a space comes back as the bytes of that.
    let hasMarks = !ids.contains { vocabulary.bytes(of: $0) == Array("<0x96>".utf8) }
    guard hasMarks else { return false }
    return vocabulary.unknownToken.map { !ids.contains($0) } ?? false
  }

  /// How long this thread's processor worked.
  private static var processorTime: Duration {
    var time = timespec()
    // SAFETY: the system writes the one value it is given.
    guard unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time) == 0 else { return .zero }
    return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
  }

  /// The most memory that this process had, in bytes.
  private static var peakMemory: Int {
    var usage = rusage()
    #if canImport(Glibc)
    let own = __rusage_who_t(RUSAGE_SELF.rawValue)
    #else
    let own = RUSAGE_SELF
    #endif
    // SAFETY: the system writes the one value it is given.
    guard unsafe getrusage(own, &usage) == 0 else { return 0 }
    #if canImport(Darwin)
    return usage.ru_maxrss
    #else
    return usage.ru_maxrss << 10
    #endif
  }
}
