import Testing

/// A table with a fault, the options it is read with, and what is said of it.
struct FaultyTable: Sendable, CustomTestStringConvertible {
  var name: String
  var text: String
  var options: [String]
  var message: String
  var testDescription: String { name }

  init(_ name: String, _ text: String, _ options: [String], _ message: String) {
    (self.name, self.text, self.options, self.message) = (name, text, options, message)
  }

  init(_ name: String, _ text: String, _ message: String) {
    self.init(name, text, [], message)
  }
}

extension FaultyTable {
  /// Faults of the file as such.
  static let files = [
    Self("empty", "", "t.csv: expected a header line, found nothing"),
    Self("only comments", "# a\n\n# b\n", "t.csv: expected a header line, found nothing"),
    Self("no rows", "N,D,loss\n", "t.csv: expected runs below the header, found none"),
    Self(
      "a short row",
      "N,D,loss\n1,2,3\n\n1,2\n",
      "t.csv:4: expected 3 fields as in the header, found 2"
    ),
    Self(
      "a long row",
      "N,D,loss\r\n1,2,3\r\n1,2,3,\r\n",
      "t.csv:3: expected 3 fields as in the header, found 4"
    ),
    Self(
      "an open quote",
      "N,D,loss\n1,\"2,3\n1,2,3\n",
      "t.csv:2: the quote that begins here is never closed"
    ),
    Self(
      "text after a quote",
      "N,D,loss\n1,\"2\"x,3\n",
      "t.csv:2: expected a comma or the line's end after a closing quote, found `x`"
    ),
    Self(
      "semicolons",
      "N;D;loss\n1;2;3\n",
      "t.csv:1: expected columns separated by commas, found semicolons: export with commas"
        + " between columns and points in numbers"
    ),
    Self(
      "one name twice",
      "N,D,N\n1,2,3\n",
      "t.csv:1: columns 1 and 3 of the header have the same name `N`"
    ),
    Self(
      "a column without a name",
      "N,,loss\n1,2,3\n",
      "t.csv:1: column 2 of the header has no name"
    ),
    Self("a NUL", "N,D,loss\n1,\0,3\n", "t.csv:2: found a NUL byte, expected text"),
    Self("JSON", "{\"a\": 1}\n", "t.csv: looks like JSON: convert it to CSV with a header line"),
  ]

  /// Faults of a field.
  static let fields = [
    Self(
      "negative",
      "N,D,loss\n1,2,3\n1,-2,3\n",
      "t.csv:3: expected a positive number for `D`, found `-2`"
    ),
    Self("zero", "N,D,loss\n0,2,3\n", "t.csv:2: expected a positive number for `N`, found `0`"),
    Self(
      "nan",
      "N,D,loss\n1,2,nan\n",
      "t.csv:2: expected a positive number for `loss`, found `nan`;"
        + " leave such runs out with --where 'loss>0'"
    ),
    Self(
      "inf",
      "N,D,loss\n1,2,inf\n",
      "t.csv:2: expected a positive number for `loss`, found `inf`;"
        + " leave such runs out with --where 'loss>0'"
    ),
    Self(
      "too large",
      "N,D,loss\n1,1e999,3\n",
      "t.csv:2: expected a positive number for `D`, found `1e999`"
    ),
    Self(
      "too small",
      "N,D,loss\n1,1e-999,3\n",
      "t.csv:2: expected a positive number for `D`, found `1e-999`"
    ),
    Self(
      "missing",
      "N,D,loss\n1,,3\n",
      "t.csv:2: expected a positive number for `D`, found nothing"
    ),
    Self(
      "hexadecimal",
      "N,D,loss\n0x10,2,3\n",
      "t.csv:2: expected a positive number for `N`, found `0x10`"
    ),
    Self(
      "digits set apart",
      "N,D,loss\n\"1,000\",2,3\n",
      "t.csv:2: expected a positive number for `N`, found `1,000`, which may be `1.000` or `1000`:"
        + " write the one you mean"
    ),
    Self(
      "a small suffix",
      "N,D,loss\n70b,2,3\n",
      "t.csv:2: expected a positive number for `N`, found `70b`; did you mean `70B`?"
    ),
    Self(
      "a suffix with two readings",
      "N,D,loss\n70m,2,3\n",
      "t.csv:2: expected a positive number for `N`, found `70m`, which may be `70M` or `70e-3`:"
        + " write the one you mean"
    ),
    Self(
      "a decimal comma",
      "N,D,loss\n1e9,2e9,\"3,265\"\n",
      "t.csv:2: expected a positive number for `loss`, found `3,265`, which may be `3.265` or `3265`:"
        + " write the one you mean"
    ),
    Self(
      "no usable row",
      "N,D,loss\n1e9,2e9,nan\n1e9,-1,3\n",
      ["--skip-bad"],
      "t.csv: none of the 2 rows is a run; on line 2, expected a positive number for `loss`, found"
        + " `nan`; leave such runs out with --where 'loss>0'"
    ),
    Self(
      "a weight of zero",
      "N,D,loss,w\n1e9,2e9,3,0\n",
      ["--weight", "w", "--skip-bad"],
      "t.csv:2: expected a positive number for `w`, found `0`"
    ),
    Self(
      "epochs that are none",
      "N,D,loss,epochs\n1e9,2e9,3,many\n",
      "t.csv:2: expected a positive number for `epochs`, found `many`"
    ),
    Self(
      "compute that leaves no tokens",
      "N,C,loss\n1e300,1e-300,3\n",
      "t.csv:2: expected positive tokens from the other two columns, found 0.0"
    ),
    Self(
      "negative compute that is needed",
      "N,C,loss\n1,-5,3\n",
      "t.csv:2: expected a positive number for `C`, found `-5`"
    ),
  ]

  /// Columns that are missing, or too many.
  static let columns = [
    Self(
      "one size",
      "N,loss\n1,2\n",
      "t.csv: expected columns for two of parameters, tokens and compute, found `N`, `loss`"
    ),
    Self("no loss", "N,D,x\n1,2,3\n", "t.csv: expected a column `loss`, found `N`, `D`, `x`"),
    Self(
      "a perplexity",
      "N,D,ppl\n1,2,3\n",
      "t.csv: expected a column `loss`, found `N`, `D`, `ppl`; the logarithm of `ppl` would be one"
    ),
    Self(
      "sizes by other names",
      "n_params,seen tokens,loss\n1,2,3\n",
      "t.csv: expected columns for two of parameters, tokens and compute, found `n_params`,"
        + " `seen tokens`, `loss`; name them with --column 'parameters=n_params'"
        + " --column 'tokens=seen tokens'"
    ),
    Self(
      "nothing by its name",
      "model_size,train_tokens,final_eval_loss\n1,2,3\n",
      "t.csv: expected a column `loss`, found `model_size`, `train_tokens`, `final_eval_loss`; name"
        + " them with --column 'loss=final_eval_loss' --column 'parameters=model_size'"
        + " --column 'tokens=train_tokens'"
    ),
    Self(
      "a slip",
      "paramters,D,loss\n1,2,3\n",
      "t.csv: expected columns for two of parameters, tokens and compute, found `paramters`, `D`,"
        + " `loss`; name it with --column 'parameters=paramters'"
    ),
    Self(
      "only parameters without embeddings",
      "N_no_embed,D,loss\n1,2,3\n",
      "t.csv: `N_no_embed` counts parameters without embeddings: say --parameters non-embedding to"
        + " use it"
    ),
    Self(
      "no header",
      "1e9,2e9,3.5\n1e9,3e9,3.1\n",
      "t.csv: expected a header that names the columns, found numbers: `1e9`, `2e9`, `3.5`"
    ),
    Self(
      "a misspelled column in a condition",
      "N,D,loss,epochs\n1,2,3,1\n",
      ["--where", "epoch<=1"],
      "t.csv: no column is called `epoch`; there are `N`, `D`, `loss`, `epochs`; did you mean"
        + " `epochs`?"
    ),
    Self(
      "a weight that is not there",
      "N,D,loss\n1,2,3\n",
      ["--weight", "w"],
      "t.csv: no column is called `w`; there are `N`, `D`, `loss`"
    ),
    Self(
      "a loss by another name",
      "N,D,C4 Eval Loss\n1,2,3\n",
      "t.csv: expected a column `loss`, found `N`, `D`, `C4 Eval Loss`; name it with"
        + " --column 'loss=C4 Eval Loss'"
    ),
    Self(
      "two losses",
      "N,D,train_loss,val_loss\n1,2,3,4\n",
      "t.csv: several columns could be the loss: `train_loss`, `val_loss`; name one with"
        + " --column 'loss=…'"
    ),
    Self(
      "two parameters",
      "N,params,D,loss\n1,2,3,4\n",
      "t.csv: several columns could be the parameters: `N`, `params`; name one with"
        + " --column 'parameters=…'"
    ),
    Self(
      "a named column that is not there",
      "N,D,loss\n1,2,3\n",
      ["--column", "loss=Loss 2"],
      "t.csv: no column is called `Loss 2`; there are `N`, `D`, `loss`"
    ),
  ]

  /// Selections that cannot be made.
  static let selections = [
    Self(
      "no such column",
      "N,D,loss\n1,2,3\n",
      ["--where", "set=c4"],
      "t.csv: no column is called `set`; there are `N`, `D`, `loss`"
    ),
    Self(
      "no such value",
      "N,D,loss,set\n1,2,3,c4\n1,2,3,rw\n",
      ["--where", "set=pile"],
      "t.csv: `set=pile` selects no run; `set` holds `c4`, `rw`"
    ),
    Self(
      "a comparison of text",
      "N,D,loss,set\n1,2,3,c4\n",
      ["--where", "set<3"],
      "t.csv:2: expected a number for `set` to compare in `set<3`, found `c4`"
    ),
  ]

  private static let grid = [1e7, 1e8, 1e9].flatMap { n in [1e9, 2e9].map { "\(n),\($0),3\n" } }

  /// Runs that do not determine a law.
  static let runs = [
    Self(
      "fewer runs than coefficients",
      "N,D,loss\n" + grid.prefix(5).joined(),
      "the law chinchilla has 5 coefficients and needs more runs than that, found 5"
    ),
    Self(
      "fewer runs than Kaplan's coefficients",
      "N,D,loss\n" + grid.prefix(4).joined(),
      ["--law", "kaplan"],
      "the law kaplan has 4 coefficients and needs more runs than that, found 4"
    ),
    Self(
      "one N",
      "N,D,loss\n" + (1...6).map { "1e7,\($0)e9,3\n" }.joined(),
      "all runs have the same parameters, 1e+07; a law of both needs runs that differ in each"
    ),
    Self(
      "one D",
      "N,D,loss\n" + (1...6).map { "\($0)e7,1e9,3\n" }.joined(),
      "all runs have the same tokens, 1e+09; a law of both needs runs that differ in each"
    ),
  ]
}
