import FileFormats
import TestSupport
import Testing

@Suite("CSV reader")
struct CSVTableTests {
  private func table(_ text: String) throws(CSVError) -> CSVTable {
    try CSVTable(parsing: Array(text.utf8), name: "runs.csv")
  }

  @Test("reads what CPython's csv module reads", arguments: FileFormatsGolden.tables)
  func matchesReference(_ golden: (text: String, rows: [[String]])) throws {
    let table = try table(golden.text)
    #expect([table.header] + table.rows.map(\.fields) == golden.rows)
  }

  @Test("passes over marks, comments and blank lines, and counts every line")
  func lines() throws {
    let table = try table(
      "\u{FEFF}# from a run\r\n\r\n N , \"D\" ,loss\r\n  # and\n1,2,3\n \t\n\"a\r\nb\",# no comment,\r4,5,6"
    )
    #expect(table.header == ["N", "D", "loss"])
    #expect(
      table.rows == [
        .init(line: 5, fields: ["1", "2", "3"]),
        .init(line: 7, fields: ["a\r\nb", "# no comment", ""]),
        .init(line: 9, fields: ["4", "5", "6"]),
      ]
    )
    #expect(table.column(named: "loss") == 2)
    #expect(table.column(named: "Loss") == nil)
  }

  @Test("a quoted # begins a field, not a comment")
  func quotedHash() throws {
    #expect(try table("a\n\"#1\"\n#2\n").rows.map(\.fields) == [["#1"]])
  }

  @Test("tabs separate where the header has them and no comma")
  func tabs() throws {
    let read = try table("# x\nN\t D \t\"a\tb\"\n1\t\t\"2\t\"\"\"\n\n1,5\t \"x\" \t\r\n")
    #expect(read.header == ["N", "D", "a\tb"])
    #expect(read.rows.map(\.fields) == [["1", "", "2\t\""], ["1,5", "x", ""]])
    #expect(try table(read.serialized()).rows.map(\.fields) == read.rows.map(\.fields))
    #expect(try table("a,b\tc\n1,2\n").header == ["a", "b\tc"])
  }

  @Test("a header alone is a table without rows")
  func headerOnly() throws {
    #expect(try table("a,b").rows.isEmpty)
  }

  @Test(
    "errors say where, what was expected and what was found",
    arguments: [
      ("", "runs.csv: expected a header line, found nothing"),
      ("\u{FEFF}\n# only this\n", "runs.csv: expected a header line, found nothing"),
      ("a,b\n1,2\n\n1,2,3\n", "runs.csv:4: expected 2 fields as in the header, found 3"),
      ("a\n1,2", "runs.csv:2: expected 1 field as in the header, found 2"),
      ("a,b\n\"1\n2\",\"3\n4\n", "runs.csv:3: the quote that begins here is never closed"),
      (
        "a,b\n\"1\" x ,2",
        "runs.csv:2: expected a comma or the line's end after a closing quote, found `x `"
      ),
      ("\na, ,c,\n", "runs.csv:2: columns 2 and 4 of the header have no name"),
      (",a\n", "runs.csv:1: column 1 of the header has no name"),
      ("a,b, a,\"a\"\n", "runs.csv:1: columns 1, 3 and 4 of the header have the same name `a`"),
      ("N\tD\n1\n", "runs.csv:2: expected 2 fields as in the header, found 1"),
      (
        "# x\nN;D;loss\n",
        "runs.csv:2: expected columns separated by commas, found semicolons: export with commas"
          + " between columns and points in numbers"
      ),
      ("a\n1\r\n\u{0}", "runs.csv:3: found a NUL byte, expected text"),
      (
        "PK\u{3}\u{4}",
        "runs.csv: looks like a zip archive or an Excel workbook: unpack it, or save the sheet as CSV"
      ),
      (
        " \n<!DOCTYPE HTML><html>", "runs.csv: looks like a web page: download the raw file instead"
      ),
      ("\u{FEFF}[{\"N\": 1}]", "runs.csv: looks like JSON: convert it to CSV with a header line"),
    ]
  )
  func failures(text: String, message: String) {
    let error = #expect(throws: CSVError.self) { try table(text) }
    #expect(error?.description == message)
  }

  @Test("bytes that are no text are named")
  func otherThanText() {
    let cases: [([UInt8], String)] = [
      ([0x1F, 0x8B, 0x08, 0x00], "x: looks like a gzip file: pipe it through zcat"),
      (
        [0xFF, 0xFE, 0x61, 0x00],
        "x: looks like UTF-16 text: convert it with iconv -f UTF-16 -t UTF-8"
      ),
      (
        Array("a,b\n1,".utf8) + [0xE9, 0x0A],
        "x:2: byte 6 is not UTF-8: convert the file with iconv"
      ),
    ]
    for (bytes, message) in cases {
      let error = #expect(throws: CSVError.self) { try CSVTable(parsing: bytes, name: "x") }
      #expect(error?.description == message)
    }
  }

  @Test("written tables read back as themselves")
  func roundTrip() throws {
    let pieces = ["", "a", ",", "\"", "\n", "\r", "\r\n", " ", "\t", "#", "é", "1.5", "\u{301}"]
    Fuzzing.run(.tableValues, rounds: 2000, seed: 11) { generator in
      let width = Int.random(in: 1...4, using: &generator)
      let rows = (0..<Int.random(in: 0...4, using: &generator)).map { _ in
        (0..<width).map { _ in
          (0..<3).map { _ in pieces.randomElement(using: &generator) ?? "" }.joined()
        }
      }
      let header = (0..<width).map { "column \($0)" }
      let table = CSVTable(name: "x", header: header, rows: rows)
      let text = table.serialized()
      let again = try? CSVTable(parsing: Array(text.utf8), name: "x")
      #expect(again == table, "\(generator): \(text)")
    }
  }

  @Test("mutated tables never crash, and rows are as long as the header")
  func mutations() {
    let sample = Array(
      "\u{FEFF}# c\nN,D,\"lo\"\"ss\"\r\n1e9,2e10,3.1\n\"a\nb\", \"c\" ,\r,,\n".utf8
    )
    Fuzzing.run(.tables, rounds: 20_000, seed: 13) { generator in
      let bytes = Fuzzing.mutated(sample, meaningful: Array(",\"\n\r #\t;".utf8), using: &generator)
      guard let table = try? CSVTable(parsing: bytes, name: "x") else { return }
      let lengths = Set(table.rows.map(\.fields.count))
      #expect(lengths.isSubset(of: [table.header.count]), "\(generator)")
      let again = try? CSVTable(parsing: Array(table.serialized().utf8), name: "x")
      #expect(again?.rows.map(\.fields) == table.rows.map(\.fields), "\(generator): \(bytes)")
    }
  }

  @Test(
    "ten million bytes of anything are read or refused at once",
    arguments: ["\"", ",", "\n", "#", " ", "a"]
  )
  func tenMillion(_ piece: String) {
    let bytes = Array("a\n".utf8) + Array(String(repeating: piece, count: 10_000_000).utf8)
    let clock = ContinuousClock()
    let time = clock.measure { _ = try? CSVTable(parsing: bytes, name: "x") }
    #expect(time < .seconds(20))
  }
}

@Suite("Numbers in tables")
struct CSVNumberTests {
  @Test("give the bits CPython gives", arguments: FileFormatsGolden.numerals)
  func numerals(_ golden: (head: String, zeros: Int, tail: String, bits: UInt64?)) {
    let text = golden.head + String(repeating: "0", count: golden.zeros) + golden.tail
    #expect(CSVNumber.parse(text)?.bitPattern == golden.bits)
  }

  @Test(
    "as people write them",
    arguments: [
      (" 1.5e9\t", 1.5e9), ("+3", 3), (".5", 0.5), ("5.", 5), ("-1E-3", -1e-3), ("007", 7),
      ("0e999999999999999999999", 0),
    ]
  )
  func accepted(text: String, value: Double) {
    #expect(CSVNumber.parse(text) == value)
  }

  @Test(
    "and nothing else",
    arguments: [
      "", " ", "nan", "inf", "Infinity", "0x10", "1e", "e5", ".", "+", "-.", "1,5", "1_000", "1 2",
      "--1", "1e5.5", "−1", "１", "1e400", "1e-400", "-1e309", "1\n", "1e99999999999999999999999",
    ]
  )
  func refused(_ text: String) {
    #expect(CSVNumber.parse(text) == nil)
  }

  @Test("every Double reads back from its description")
  func roundTrip() {
    Fuzzing.run(.numerals, rounds: 20_000, seed: 17) { generator in
      let value = Double(bitPattern: generator.next())
      guard value.isFinite else { return }
      #expect(CSVNumber.parse(value.description)?.bitPattern == value.bitPattern, "\(generator)")
    }
  }
}
