import FileFormats
import ScalingLaws
import Testing

private func table(
  _ text: String,
  _ options: RunTableOptions = RunTableOptions()
) throws -> RunTable {
  try RunTable(CSVTable(parsing: [UInt8](text.utf8), name: "runs.csv"), options)
}

private func table(_ text: String, where conditions: String...) throws -> RunTable {
  let selections = try conditions.map { try RunSelection(parsing: $0) }
  return try table(text, RunTableOptions(selections: selections))
}

/// The words of the error that reading a table throws.
private func failure(_ text: String, _ options: RunTableOptions = RunTableOptions()) -> String? {
  #expect(throws: RunTableError.self) { _ = try table(text, options) }.map { "\($0)" }
}

private func failure(_ text: String, where condition: String) -> String? {
  #expect(throws: RunTableError.self) { _ = try table(text, where: condition) }.map { "\($0)" }
}

@Suite("Run tables")
struct RunTableTests {
  @Test("columns by any accepted spelling, in any order")
  func spellings() throws {
    for header in ["loss,N,D", "val_loss,params,tokens", "L,parameters,D", "Loss,n,TOKENS"] {
      let run = try #require(try table("\(header)\n2.5,1e9,2e10\n").runs.first)
      #expect(run == Run(line: 2, parameters: 1e9, tokens: 2e10, loss: 2.5), "\(header)")
    }
  }

  @Test("two of parameters, tokens and compute give the third")
  func third() throws {
    #expect(try table("N,C,loss\n1e9,1.2e20,2\n").runs[0].tokens == 2e10)
    #expect(try table("D,flops,loss\n2e10,1.2e20,2\n").runs[0].parameters == 1e9)
    #expect(try table("N,D,loss\n1e9,2e10,2\n").runs[0].compute == 1.2e20)
    let options = RunTableOptions(flopsPerTokenParameter: 8)
    #expect(try table("N,C,loss\n1e9,1.6e20,2\n", options).runs[0].tokens == 2e10)
  }

  @Test("parameters and tokens win over compute, and a mismatch is told")
  func mismatch() throws {
    let read = try table("N,D,C,loss\n1e9,2e10,1.5e20,2\n1e9,4e10,3e20,2\n1e9,8e10,4.8e20,2\n")
    #expect(read.runs.map(\.tokens) == [2e10, 4e10, 8e10])
    #expect(read.runs.map(\.compute) == [1.5e20, 3e20, 4.8e20])
    #expect(
      read.warnings.map(\.message) == [
        "`C` is 1.25 times 6 · N · D (median); parameters and tokens are used as given"
      ]
    )
    #expect(read.warnings.map(\.id) == ["compute-mismatch"])
    #expect(try table("N,D,C,loss\n1e9,2e10,1.21e20,2\n").warnings.isEmpty)
  }

  @Test("a mismatch to both sides is not called a factor of one")
  func scatteredMismatch() throws {
    let read = try table(
      "N,D,C,loss\n1e9,2e10,1e20,2\n1e9,4e10,2.4e20,2\n1e9,8e10,6e20,2\n"
    )
    #expect(
      read.warnings.map(\.message) == [
        "`C` is off 6 · N · D by 16.6667 % (median), above it in some runs and below in others;"
          + " parameters and tokens are used as given"
      ]
    )
  }

  @Test("compute that overflowed 64 bits is no reason to refuse a table")
  func overflow() throws {
    let read = try table("N,D,C,loss\n1e9,2e10,-9223372036854775808,2\n1e9,4e10,2.4e20,2\n")
    #expect(read.runs.map(\.compute) == [1.2e20, 2.4e20])
    #expect(
      read.warnings.map(\.message) == [
        "1 of 2 values of `C` are no positive numbers, the first on line 2;"
          + " parameters and tokens are given, so compute is taken from them"
      ]
    )
    #expect(read.warnings.map(\.id) == ["compute-ignored"])
  }

  @Test("further columns are kept, and name a run")
  func extraColumns() throws {
    let run = try table("run,N,D,loss,dataset\nx7,1e9,2e10,2.5,c4\n").runs[0]
    #expect(run.name == "x7")
    #expect(run.columns == ["dataset": "c4"])
  }

  @Test("a named column")
  func namedColumn() throws {
    let options = RunTableOptions(columns: [.loss: "C4 Eval Loss"])
    let read = try table("N,D,C4 Eval Loss,train loss\n1e9,2e10,2.5,2.4\n", options)
    #expect(read.runs[0].loss == 2.5)
    #expect(read.columns[.loss] == "C4 Eval Loss")
  }

  @Test(
    "selections",
    arguments: [
      ("set=c4", [2, 4]), ("set!=c4", [3]), ("epochs<=1", [2, 3]), ("epochs<1.5", [2, 3]),
      ("epochs>1", [4]), ("epochs>=2", [4]), ("epochs=1.0", [2, 3]), (" set = rpj ", [3]),
      ("Set=c4", [2, 4]), ("set==c4", [2, 4]), ("epochs == 1", [2, 3]),
    ]
  )
  func selections(condition: String, lines: [Int]) throws {
    let text = "N,D,loss,set,epochs\n1e9,2e10,2,c4,1\n1e9,3e10,2,rpj,1\n1e9,4e10,2,c4,2\n"
    #expect(try table(text, where: condition).runs.map(\.line) == lines)
  }

  @Test("several selections are all met, the first one shielding the second from text")
  func severalSelections() throws {
    let text = "N,D,loss,set,epochs\n1e9,2e10,2,c4,1\n1e9,3e10,2,rpj,many\n1e9,4e10,2,c4,2\n"
    #expect(try table(text, where: "set=c4", "epochs>1").runs.map(\.line) == [4])
  }
}

@Suite("Run tables that cannot be read")
struct RunTableFailureTests {
  @Test(
    "a value that is no positive number",
    arguments: [
      ("-3", "`-3`"), ("0", "`0`"), ("0x10", "`0x10`"), ("1e999", "`1e999`"),
    ]
  )
  func notPositive(field: String, found: String) {
    #expect(
      failure("N,D,loss\n1e9,2e10,2\n1e9,2e10,\(field)\n")
        == "runs.csv:3: expected a positive number for `loss`, found \(found)"
    )
  }

  @Test(
    "a run without a loss, with the way to leave it out",
    arguments: [
      ("nan", "`nan`"), ("inf", "`inf`"), ("-Inf", "`-Inf`"), ("", "nothing"), ("n/a", "`n/a`"),
    ]
  )
  func missingLoss(field: String, found: String) throws {
    let text = "N,D,loss\n1e9,2e10,2\n1e9,2e10,\(field)\n"
    #expect(
      failure(text)
        == "runs.csv:3: expected a positive number for `loss`, found \(found);"
        + " leave such runs out with --where 'loss>0'"
    )
    #expect(try table(text, where: "loss>0").runs.map(\.line) == [2])
  }

  @Test("one column for two quantities")
  func sharedColumn() {
    let options = RunTableOptions(columns: [.parameters: "N", .tokens: "N"])
    #expect(
      failure("N,D,loss\n1,2,3\n", options)
        == "runs.csv: the column `N` is named for both parameters and tokens"
    )
  }

  @Test(
    "a comparison the wrong way round",
    arguments: [("N=<3", "=<", "<="), ("N=>3", "=>", ">=")]
  )
  func reversedSign(text: String, found: String, meant: String) {
    let error = #expect(throws: RunTableError.Reason.self) { try RunSelection(parsing: text) }
    #expect(error.map { "\($0)" } == "expected `\(meant)` where `\(text)` has `\(found)`")
  }

  @Test("a quantity's name in any case, with spaces")
  func spelled() {
    #expect(RunColumn(spelled: " LOSS ") == .loss)
    #expect(RunColumn(spelled: "Params") == .parameters)
    #expect(RunColumn(spelled: "d") == .tokens)
    #expect(RunColumn(spelled: "lossy") == nil)
  }

  @Test("compute that is needed must be a number")
  func neededCompute() {
    #expect(
      failure("N,C,loss\n1e9,-7,2\n")
        == "runs.csv:2: expected a positive number for `C`, found `-7`"
    )
    #expect(
      failure("N,C,loss\n1e-300,1e300,2\n")
        == "runs.csv:2: expected positive tokens from the other two columns, found inf"
    )
  }

  @Test("columns that are missing")
  func missingColumns() {
    #expect(
      failure("N,loss\n1e9,2\n")
        == "runs.csv: expected columns for two of parameters, tokens and compute, found `N`, `loss`"
    )
    #expect(failure("N,D,x\n1,2,3\n") == "runs.csv: expected a column `loss`, found `N`, `D`, `x`")
    #expect(
      failure("N,D,C4 Eval Loss\n1,2,3\n")
        == "runs.csv: expected a column `loss`, found `N`, `D`, `C4 Eval Loss`;"
        + " name it with --column 'loss=C4 Eval Loss'"
    )
  }

  @Test("columns of which several could be meant")
  func ambiguousColumns() {
    #expect(
      failure("N,D,train_loss,val_loss\n1,2,3,4\n")
        == "runs.csv: several columns could be the loss: `train_loss`, `val_loss`;"
        + " name one with --column 'loss=…'"
    )
    #expect(
      failure("N,params,D,loss\n1,2,3,4\n")
        == "runs.csv: several columns could be the parameters: `N`, `params`;"
        + " name one with --column 'parameters=…'"
    )
  }

  @Test("a column that does not exist")
  func unknownColumn() {
    let options = RunTableOptions(columns: [.loss: "eval"])
    #expect(
      failure("N,D,loss\n1,2,3\n", options)
        == "runs.csv: no column is called `eval`; there are `N`, `D`, `loss`"
    )
    #expect(
      failure("N,D,loss\n1,2,3\n", where: "set=c4")
        == "runs.csv: no column is called `set`; there are `N`, `D`, `loss`"
    )
  }

  @Test("selections that select nothing or compare text as numbers")
  func selections() {
    let text = "N,D,loss,set\n1,2,3,c4\n1,3,3,rpj\n"
    #expect(
      failure(text, where: "set=C4")
        == "runs.csv: `set=C4` selects no run; `set` holds `c4`, `rpj`;"
        + " did you mean `c4`?"
    )
    #expect(
      failure(text, where: "set<3")
        == "runs.csv:2: expected a number for `set` to compare in `set<3`, found `c4`"
    )
  }

  @Test("selections that are none", arguments: ["epochs", "=c4", "epochs<many", "epochs!1", ""])
  func malformed(text: String) {
    let error = #expect(throws: RunTableError.Reason.self) { try RunSelection(parsing: text) }
    #expect(
      error.map { "\($0)" }
        == "expected a comparison such as `dataset=c4` or `epochs<=1`, found `\(text)`"
    )
  }

  @Test("a header and nothing else")
  func noRows() {
    #expect(failure("N,D,loss\n") == "runs.csv: expected runs below the header, found none")
  }
}
