import FileFormats
import LossNumerics
import ScalingLaws
import Testing

@Suite("Run tables: hostile and large")
struct RunTableHostileTests {
  /// Pieces that bytes at random would not hit upon.
  private static let pieces = [
    "N", "D", "loss", "U", "epochs", "N_no_embed", "C", ",", ",", ",", "\n", "\n", "\r", "\"",
    "1e9",
    "2e10", "3", "nan", "-inf", "1,000,000", "1,5", "70B", "1e308", "1e-308", "0", "9e999", "\t",
    ";",
    " ", "#", "\u{A0}", "é", "_", ".", "--", "k",
  ]

  private static func options(_ generator: inout SeededGenerator) -> RunTableOptions {
    var options = RunTableOptions()
    options.skipsBadRows = generator.next(below: 2) == 0
    options.lossUnit = generator.next(below: 2) == 0 ? .bitsPerToken : nil
    options.parameterConvention = generator.next(below: 2) == 0 ? .nonEmbedding : .undeclared
    if generator.next(below: 4) == 0 { options.columns[.weight] = "C" }
    return options
  }

  @Test("bytes and pieces at random are read or refused", arguments: [1, 2, 3, 4] as [UInt64])
  func random(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    for round in 0..<1500 {
      var bytes: [UInt8] = round % 3 == 0 ? [] : Array("N,D,loss,U\n".utf8)
      for _ in 0..<generator.next(below: 60) {
        if round % 3 == 0, generator.next(below: 2) == 0 {
          bytes.append(UInt8(generator.next(below: 256)))
        } else {
          bytes += Array(Self.pieces[generator.next(below: Self.pieces.count)].utf8)
        }
      }
      guard let csv = try? CSVTable(parsing: bytes, name: "seed \(seed)") else { continue }
      do throws(RunTableError) {
        let table = try RunTable(csv, Self.options(&generator))
        let isUsable = table.runs.allSatisfy {
          $0.parameters > 0 && $0.tokens > 0 && $0.loss > 0 && $0.weight > 0
            && $0.uniqueTokens ?? 1 > 0
        }
        #expect(isUsable, "seed \(seed), round \(round)")
        _ = (table.replicates, table.lineRanges, table.firstRepeated(), table.jsonMembers)
      } catch {
        #expect("\(error)".utf8.count < 4000, "seed \(seed), round \(round)")
      }
    }
  }

  @Test("a field or a header of a megabyte is refused in few words")
  func longFields() {
    let digits = String(repeating: "1,000,", count: 200_000)
    let long = tableFailure("N,D,loss\n\"\(digits)\",1e9,3\n") ?? ""
    #expect(long.utf8.count < 300)
    let headings = (0..<100_000).map { "x\($0)" }.joined(separator: ",")
    let wide = tableFailure("\(headings)\n") ?? ""
    #expect(wide == "runs.csv: expected runs below the header, found none")
    let row = String(repeating: ",", count: 99_999)
    let words = tableFailure("\(headings)\n\(row)\n") ?? ""
    #expect(words.hasPrefix("runs.csv: expected a column `loss`, found `x0`, `x1`, "))
    #expect(words.hasSuffix("`x19` and 99980 more"))
  }

  /// Ten times the rows may take ten times as long, with room for noise, but not a hundred times.
  @Test("100,000 rows are read in time proportional to them")
  func large() throws {
    func text(_ count: Int) -> String {
      var text = "run,N,D,loss,epochs,set,seed\n"
      for row in 0..<count {
        text += "r\(row),\(1e7 + Double(row)),\(1e9 + Double(row % 1000) * 1e8),"
        text += "\(2 + 1 / Double(row + 1)),\(1 + row % 3),c4,\(row % 5)\n"
      }
      return text
    }
    func seconds(_ count: Int) throws -> Double {
      let csv = try CSVTable(parsing: Array(text(count).utf8), name: "runs.csv")
      let options = RunTableOptions(selections: [try RunSelection(parsing: "seed<=4")])
      let start = ContinuousClock.now
      let table = try RunTable(csv, options)
      #expect(table.runs.count == count)
      #expect(try table.groupIndices(by: "seed").max() == 4)
      #expect(table.replicates.isEmpty)
      let elapsed = start.duration(to: .now).components
      return Double(elapsed.seconds) + Double(elapsed.attoseconds) * 1e-18
    }
    let small = try seconds(10_000)
    let large = try seconds(100_000)
    #expect(large < 40 * small + 0.1, "\(small) s, then \(large) s")
  }
}
