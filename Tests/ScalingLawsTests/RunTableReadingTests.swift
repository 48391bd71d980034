import FileFormats
import ScalingLaws
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

@Suite("Run tables: numbers as people write them")
struct RunTableNumberTests {
  @Test(
    "one meaning is read",
    arguments: [
      ("1000000", 1e6), ("1,000,000", 1e6), ("1_000_000", 1e6), ("1 000 000", 1e6), ("1_000", 1e3),
      ("1 000", 1e3), ("12,345,678.5", 12_345_678.5), ("1,234.5", 1234.5), ("+1,000,000", 1e6),
      ("1\u{202F}000\u{A0}000", 1e6), ("\u{A0}7e9 ", 7e9), ("70B", 70e9), ("1.4T", 1.4e12),
      ("500M", 5e8), ("7 B", 7e9), ("0.07B", 7e7), ("124k", 124e3), ("2G", 2e9), ("5E", 5e18),
      ("1e9", 1e9), (".5M", 5e5),
    ]
  )
  func oneMeaning(field: String, value: Double) throws {
    #expect(try readTable("N,D,loss\n\"\(field)\",1e9,3\n").runs[0].parameters == value)
  }

  @Test(
    "two meanings are named",
    arguments: [
      ("1,5", "`1.5` or `15`"), ("1,000", "`1.000` or `1000`"), ("-1,5", "`-1.5` or `-15`"),
      ("70m", "`70M` or `70e-3`"),
    ]
  )
  func twoMeanings(field: String, readings: String) {
    #expect(
      tableFailure("N,D,loss\n1e8,1e9,3\n\"\(field)\",1e9,3\n")
        == "runs.csv:3: expected a positive number for `N`, found `\(field)`, which may be \(readings):"
        + " write the one you mean"
    )
  }

  @Test(
    "no meaning is an error",
    arguments: [
      "1,00,000", "1,000,00", "0,001,000", ",000,000", "1,000_000", "1__000", "1.000.000", "1,000,",
      "1e3M", "1 2M", "7BB", "M", "1,000,000e3", "~7e9", "12 34", "1,000,000M",
    ]
  )
  func noMeaning(field: String) {
    #expect(
      tableFailure("N,D,loss\n\"\(field)\",1e9,3\n")
        == "runs.csv:2: expected a positive number for `N`, found `\(field)`"
    )
  }

  @Test("a small letter is asked about, and a loss has no suffix")
  func suffixes() {
    #expect(
      tableFailure("N,D,loss\n70b,1e9,3\n")
        == "runs.csv:2: expected a positive number for `N`, found `70b`; did you mean `70B`?"
    )
    #expect(
      tableFailure("N,D,loss\n70B,1e9,3k\n")
        == "runs.csv:2: expected a positive number for `loss`, found `3k`"
    )
  }

  @Test("conditions compare what cells mean")
  func conditions() throws {
    let text = "N,D,loss\n70M,1e9,3\n\"1,000,000,000\",1e9,3\n7e9,1e9,3\n"
    for (condition, lines) in [("N<=1e9", [2, 3]), ("N=70000000", [2]), ("N>70M", [3, 4])] {
      let options = RunTableOptions(selections: [try RunSelection(parsing: condition)])
      #expect(try readTable(text, options).lines == lines, "\(condition)")
    }
  }
}

@Suite("Run tables: what is declared")
struct RunTableDeclarationTests {
  @Test("bits per token become nats, bits per byte stay")
  func lossUnits() throws {
    let text = "N,D,loss\n1e9,2e10,4\n"
    let plain = try readTable(text)
    #expect(plain.runs[0].loss == 4)
    #expect((plain.lossUnit, plain.declaredLossUnit) == (.natsPerToken, nil))
    let bits = try readTable(text, RunTableOptions(lossUnit: .bitsPerToken))
    #expect(bits.runs[0].loss == 4 * log(2))
    #expect((bits.lossUnit, bits.declaredLossUnit) == (.natsPerToken, .bitsPerToken))
    let bytes = try readTable(text, RunTableOptions(lossUnit: .bitsPerByte))
    #expect(bytes.runs[0].loss == 4)
    #expect((bytes.lossUnit, bytes.declaredLossUnit) == (.bitsPerByte, .bitsPerByte))
  }

  @Test("coefficients name the unit of their runs")
  func coefficientUnits() {
    let units = Chinchilla().coefficients.map(LossUnit.bitsPerByte.unit)
    #expect(units == ["bits per byte", "bits per byte", "bits per byte", "", ""])
    #expect(Kaplan().coefficients.map(LossUnit.bitsPerByte.unit)[0] == "parameters")
  }

  private static let both = "N,N_no_embed,D,loss\n1e9,9e8,2e10,3\n2e9,1.8e9,2e10,2.9\n"

  @Test("a table with both counts is read by either")
  func conventions() throws {
    for (convention, sizes, other) in [
      (ParameterConvention.undeclared, [1e9, 2e9], [9e8, 1.8e9]),
      (.total, [1e9, 2e9], [9e8, 1.8e9]), (.nonEmbedding, [9e8, 1.8e9], [1e9, 2e9]),
    ] {
      let table = try readTable(Self.both, RunTableOptions(parameterConvention: convention))
      #expect(table.parameterConvention == convention)
      #expect(table.runs.map(\.parameters) == sizes)
      let alternative = try #require(table.alternative)
      #expect(alternative.runs.map(\.parameters) == other)
      #expect(
        alternative.parameterConvention == (convention == .nonEmbedding ? .total : .nonEmbedding)
      )
      #expect(alternative.lines == table.lines)
      #expect(alternative.alternative == nil)
    }
  }

  @Test("one count has no alternative, and a heading may declare itself")
  func oneConvention() throws {
    let text = "N,D,loss\n1e9,2e10,3\n"
    let declared = try readTable(text, RunTableOptions(parameterConvention: .nonEmbedding))
    #expect(declared.parameterConvention == .nonEmbedding)
    #expect(declared.alternative == nil)
    let options = RunTableOptions(columns: [.parameters: "N_no_embed"])
    #expect(try readTable(Self.both, options).parameterConvention == .nonEmbedding)
    for heading in ParameterConvention.nonEmbeddingSpellings {
      let options = RunTableOptions(parameterConvention: .nonEmbedding)
      let table = try readTable("\(heading),D,loss\n1e9,2e10,3\n", options)
      #expect(table.columns[.parameters] == heading)
    }
  }

  @Test("epochs and unique tokens, whichever is given")
  func epochs() throws {
    let text = """
      N,D,loss,U,epochs
      1e9,4e9,3,1e9,4
      1e9,4e9,3.1,,2
      1e9,4e9,3.2,n/a,
      1e9,4e9,3.3,8e9,1

      """
    let table = try readTable(text)
    #expect(table.runs.map(\.uniqueTokens) == [1e9, 2e9, nil, 4e9])
    #expect(table.runs.map(\.epochs) == [4, 2, 1, 1])
    #expect(table.repeatedRunCount == 2)
    #expect(table.firstRepeated()?.line == 2)
    #expect(table.runs[0].columns == ["U": "1e9", "epochs": "4"])
    let error = #expect(throws: RunTableError.self) { try table.requireUnrepeated() }
    #expect(
      error.map { "\($0)" }
        == "runs.csv:2: 2 of 4 runs read their data more than once, this one 4 times; a law of N and D"
        + " knows no repeats: fit a data-constrained law, or leave such runs out with"
        + " --where 'epochs<=1'"
    )
    let once = RunTableOptions(selections: [try RunSelection(parsing: "epochs<=1")])
    try readTable(text, once).requireUnrepeated()
  }

  @Test("less than an epoch repeats nothing")
  func partOfEpoch() throws {
    let table = try readTable("N,D,loss,epochs\n1e9,4e9,3,0.25\n")
    #expect(table.runs[0].uniqueTokens == 4e9)
    #expect(table.firstRepeated() == nil)
  }

  @Test("weights come from a named column alone")
  func weights() throws {
    let text = "N,D,loss,weight\n1e9,4e9,3,0.5\n1e9,5e9,3,2\n"
    #expect(try readTable(text).runs.map(\.weight) == [1, 1])
    let options = RunTableOptions(columns: [.weight: "weight"])
    #expect(try readTable(text, options).runs.map(\.weight) == [0.5, 2])
    for field in ["0", "-1", "nan", ""] {
      let found = field.isEmpty ? "nothing" : "`\(field)`"
      #expect(
        tableFailure("N,D,loss,weight\n1e9,4e9,3,\(field)\n", options)
          == "runs.csv:2: expected a positive number for `weight`, found \(found)"
      )
    }
  }
}

@Suite("Run tables: rows")
struct RunTableRowTests {
  @Test("rows without a usable value are left out where asked, and counted")
  func skipped() throws {
    let text = "N,D,loss\n1e9,2e10,3\n1e9,3e10,nan\n0,2e10,3\n1e9,,3\n1e9,2e11,inf\n1e9,4e10,2.9\n"
    let table = try readTable(text, RunTableOptions(skipsBadRows: true))
    #expect(table.lines == [2, 7])
    #expect(table.skippedLines == [3, 4, 5, 6])
    #expect(table.warnings.map(\.id) == ["rows-skipped"])
    #expect(
      table.warnings.map(\.message) == [
        "4 rows without a positive loss, N and D are left out: lines 3, 4, 5 and 6"
      ]
    )
  }

  @Test("many lines are cut short")
  func manySkipped() throws {
    let bad = String(repeating: "1e9,2e10,nan\n", count: 9)
    let table = try readTable(
      "N,D,loss\n1e9,2e10,3\n\(bad)",
      RunTableOptions(skipsBadRows: true)
    )
    #expect(
      table.warnings.map(\.message) == [
        "9 rows without a positive loss, N and D are left out: lines 3, 4, 5, 6, 7 and 4 more"
      ]
    )
  }

  @Test("what cannot be read is an error all the same", arguments: ["1,5", "70b"])
  func notSkipped(field: String) throws {
    let text = "N,D,loss\n1e9,2e10,3\n\"\(field)\",2e10,3\n"
    #expect(
      tableFailure(text, RunTableOptions(skipsBadRows: true))?.hasPrefix("runs.csv:3:") == true
    )
  }

  private static let repeated = """
    N,D,loss,set
    1e9,2e10,3,a
    1e9,2e10,3.1,b
    1e9,2e10,3,c
    2e9,2e10,3,a
    1000000000,2e10,3.0,d

    """

  @Test("rows said twice are told, replicates are groups")
  func duplicates() throws {
    let table = try readTable(Self.repeated)
    #expect(table.warnings.map(\.id) == ["duplicate-rows"])
    #expect(
      table.warnings.map(\.message) == [
        "2 rows are in the table before with the same N, D and loss (line 4 repeats line 2, line 6"
          + " repeats line 2): each counts again in a fit"
      ]
    )
    #expect(table.duplicates.map(\.index) == [2, 4])
    #expect(table.replicates == [[0, 1]])
  }

  @Test("groups by any column")
  func groups() throws {
    let table = try readTable(Self.repeated)
    #expect(try table.groupIndices(by: "set") == [0, 1, 2, 0, 3])
    #expect(try table.groupIndices(by: "SET") == [0, 1, 2, 0, 3])
    #expect(try table.groupIndices(by: "N") == [0, 0, 0, 1, 0])
    #expect(try table.groupIndices(by: "loss") == [0, 1, 0, 0, 0])
    #expect(table.groupIndicesByModelSize == [0, 0, 0, 1, 0])
    let named = try readTable("run,N,D,loss\nx,1e9,2e10,3\ny,1e9,2e10,2\nx,1e9,2e11,2\n")
    #expect(try named.groupIndices(by: "run") == [0, 1, 0])
    let error = #expect(throws: RunTableError.self) { try table.groupIndices(by: "seed") }
    #expect(
      error.map { "\($0)" }
        == "runs.csv: no column is called `seed`; there are `N`, `D`, `loss`, `set`"
    )
    let empty = try readTable("N,D,loss,set\n1e9,2e10,3,a\n1e9,2e10,2, \n")
    let missing = #expect(throws: RunTableError.self) { try empty.groupIndices(by: "set") }
    #expect(missing.map { "\($0)" } == "runs.csv:3: expected a group in `set`, found nothing")
  }

  @Test("which lines were used")
  func lines() throws {
    let options = RunTableOptions(selections: [try RunSelection(parsing: "set!=b")])
    let table = try readTable(Self.repeated, options)
    #expect(table.lines == [2, 4, 5, 6])
    #expect(table.lineRanges == [2...2, 4...6])
  }

  @Test("a report's words on its table")
  func json() throws {
    let options = RunTableOptions(lossUnit: .bitsPerToken, parameterConvention: .total)
    let json = JSONValue.object(JSONObject(try readTable(Self.repeated, options).jsonMembers))
    #expect(
      json.serialized(.compact)
        == #"{"lossUnit":"nats","tableLossUnit":"bits","parameterConvention":"total","#
        + #""parameterColumn":"N","weightColumn":null,"skippedRowCount":0,"duplicateRowCount":2,"#
        + #""repeatedRunCount":0,"lines":[[2,6]]}"#
    )
  }
}
