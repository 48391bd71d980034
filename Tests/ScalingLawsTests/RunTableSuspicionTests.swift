import FileFormats
import Foundation
import LossNumerics
import ScalingLaws
import TestSupport
import Testing

@Suite("Run tables: what looks wrong")
struct RunTableSuspicionTests {
  private func warnings(
    _ text: String,
    _ options: RunTableOptions = RunTableOptions()
  ) throws -> [String] {
    try readTable(text, options).warnings.map { "\($0.id): \($0.message)" }
  }

  @Test("a table without fault")
  func clean() throws {
    #expect(try warnings(tableText(lawRows())) == [])
  }

  @Test("losses above a uniform guess, whatever is known of the vocabulary")
  func aboveUniform() throws {
    let text = "N,D,loss\n1e9,2e10,3\n1e9,3e10,11\n1e9,4e10,2.9\n1e9,5e10,12.6\n1e9,6e10,3\n"
    #expect(
      try warnings(text) == [
        "loss-above-uniform: 1 loss is above 12.4529 nats per token, a guess among 256000 tokens, the"
          + " highest 12.6: line 5"
      ]
    )
    #expect(
      try warnings(text, RunTableOptions(vocabularySize: 50257)) == [
        "loss-above-uniform: 2 losses are above 10.8249 nats per token, a guess among 50257 tokens,"
          + " the highest 12.6: lines 3 and 5"
      ]
    )
    #expect(try warnings(text, RunTableOptions(lossUnit: .bitsPerToken)) == [])
    #expect(
      try warnings(text, RunTableOptions(lossUnit: .bitsPerByte)) == [
        "loss-above-uniform: 2 losses are above 8 bits per byte, a guess among 256 bytes, the highest"
          + " 12.6: lines 3 and 5"
      ]
    )
  }

  @Test("perplexities")
  func perplexity() throws {
    let runs = lawRows().map {
      Run(parameters: $0.parameters, tokens: $0.tokens, loss: exp($0.loss))
    }
    #expect(
      try warnings(tableText(runs)) == [
        "loss-looks-like-perplexity: more than half of the losses are above 12.4529 nats per token, a"
          + " guess among 256000 tokens: `loss` looks like a perplexity, whose logarithm is the loss"
      ]
    )
  }

  @Test("accuracies rise with compute, small losses fall")
  func accuracy() throws {
    let runs = lawRows().map {
      Run(parameters: $0.parameters, tokens: $0.tokens, loss: 1 / $0.loss)
    }
    #expect(
      try warnings(tableText(runs, header: "N,D,val_loss")) == [
        "loss-looks-like-accuracy: `val_loss` lies between 0 and 1 and rises with compute (rank"
          + " correlation 0.934): it looks like an accuracy"
      ]
    )
    let small = lawRows().map {
      Run(parameters: $0.parameters, tokens: $0.tokens, loss: $0.loss / 10)
    }
    #expect(try warnings(tableText(small)) == [])
  }

  @Test("bits among nats")
  func mixedUnits() throws {
    var runs = lawRows()
    for index in [3, 7, 8, 19] { runs[index].loss /= 0.6931471805599453 }
    #expect(
      try warnings(tableText(runs)) == [
        "loss-units-look-mixed: 4 losses are 1.44 times what the others suggest, as bits among nats"
          + " would be: lines 5, 9, 10 and 21"
      ]
    )
  }

  @Test("parameters and tokens exchanged")
  func swapped() throws {
    #expect(
      try warnings(tableText(lawRows(), header: "D,N,loss")) == [
        "columns-look-swapped: half of the runs have fewer than 0.01 tokens per parameter: `N` and `D`"
          + " look exchanged; --column 'parameters=D' --column 'tokens=N' would read them so"
      ]
    )
    // One amount of data may be small for every size.
    #expect(try warnings(tableText(lawRows([1e9, 3e9, 1e10, 3e10], [1e8]))) == [])
  }

  @Test("millions and billions")
  func scaled() throws {
    let runs = lawRows().map {
      Run(parameters: $0.parameters / 1e6, tokens: $0.tokens / 1e9, loss: $0.loss)
    }
    #expect(
      try warnings(tableText(runs)) == [
        "numbers-look-scaled: no value of `N` is above 1000: they look like millions or billions of"
          + " parameters, and C = k N D and every plan would be off by that",
        "numbers-look-scaled: no value of `D` is above 100: they look like millions or billions of"
          + " tokens, and C = k N D and every plan would be off by that",
      ]
    )
  }
}

/// A published table with its columns and a column that divides it.
struct PublishedTable: Sendable, CustomTestStringConvertible {
  var file: String
  var columns: [RunColumn: String]
  var testDescription: String { file + " " + (columns[.loss] ?? "") }

  static let all: [PublishedTable] =
    [
      "epoch_chinchilla.csv", "kyotakano_chinchilla_subset.csv", "datablations.csv",
      "openathena_isoflops.csv", "porian_isoflop.csv",
    ].map { Self(file: $0, columns: [:]) }
    + [
      "loss_openlm_shard_00000000.tar", "loss_c4_val_shard-{0000000..0000010}.tar",
      "loss_paloma_ptb_00000001.tar", "loss_de-en_val_de-en_100.tar",
      "loss_paloma_dolma_100_programing_languages_00000001.tar",
    ].map { Self(file: "gadre_overtraining.csv", columns: [.loss: $0]) }

  func csv() throws -> CSVTable {
    let path = TestFiles.shared("data/scaling/\(file)")
    return try CSVTable(parsing: [UInt8](Data(contentsOf: URL(filePath: path))), name: file)
  }
}

@Suite("Published run tables", .enabled(if: TestFiles.hasShared("data/scaling")))
struct PublishedTableTests {
  private static let suspicions: Set<FitWarning.Kind> = [
    .lossAboveUniform, .lossLooksLikePerplexity, .lossLooksLikeAccuracy, .lossUnitsLookMixed,
    .columnsLookSwapped, .numbersLookScaled, .duplicateRows, .rowsSkipped,
  ]

  /// The whole table, and its rows for each value of each column.
  private func subsets(_ csv: CSVTable) -> [[RunSelection]] {
    var subsets: [[RunSelection]] = [[]]
    for (position, heading) in csv.header.enumerated() {
      let values = Set(csv.rows.map { $0.fields[position] })
      guard values.count <= 60 else { continue }
      subsets += values.map { [RunSelection(column: heading, .equal, value: $0)] }
    }
    return subsets
  }

  @Test("none of them nor a part of one is suspected", arguments: PublishedTable.all)
  func noFalseAlarm(_ published: PublishedTable) throws {
    let csv = try published.csv()
    for selections in subsets(csv) {
      var options = RunTableOptions(columns: published.columns, selections: selections)
      options.parameterConvention = .total
      let found = try RunTable(csv, options).warnings.filter {
        Self.suspicions.contains($0.kind)
      }
      #expect(found == [], "\(selections)")
    }
  }

  @Test("each is with N and D exchanged", arguments: PublishedTable.all)
  func swapped(_ published: PublishedTable) throws {
    let csv = try published.csv()
    var options = RunTableOptions(columns: published.columns)
    let plain = try RunTable(csv, options)
    options.columns[.parameters] = plain.columns[.tokens]
    options.columns[.tokens] = plain.columns[.parameters]
    #expect(try RunTable(csv, options).warnings.map(\.kind).contains(.columnsLookSwapped))
  }

  @Test("the over-training runs are read by either count")
  func conventions() throws {
    let csv = try PublishedTable.all[5].csv()
    let options = RunTableOptions(columns: PublishedTable.all[5].columns)
    let table = try RunTable(csv, options)
    #expect(table.parameterConvention == .undeclared)
    let alternative = try #require(table.alternative)
    #expect(alternative.columns[.parameters] == "N_no_embed")
    #expect(table.runs[0].parameters == 411_616_256)
    #expect(alternative.runs[0].parameters == 359_973_888)
  }

  @Test("the data-constrained runs know their unique tokens")
  func epochs() throws {
    let table = try RunTable(PublishedTable.all[2].csv())
    #expect(table.runs.allSatisfy { $0.uniqueTokens != nil })
    #expect(table.repeatedRunCount == 255)
  }
}
