import Foundation
import IsoLoss
import IsoLossCommands
import TestSupport
import Testing

/// Models of characters and words, from their vocabulary to their loss.
@Suite("Transformers of characters and words")
struct TrainUnitsTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    try folder.write("text.txt", Array(TrainedVocabulary.text.prefix(12_000)))
    try folder.write("held.txt", Array(TrainedVocabulary.text.suffix(1500)))
  }

  private func run(_ line: String) -> CommandRun {
    CommandRun(line.split(separator: " ").map(String.init), in: folder.path)
  }

  private func train(_ line: String) -> CommandRun {
    run(
      "train transformer text.txt --layers 1 --width 16 --heads 2 --context 16 --batch 4"
        + " --steps 12 --learning-rate 0.01 --json \(line)"
    )
  }

  @Test("characters are trained on, and scored to the same bits per byte")
  func characters() throws {
    #expect(run("tokenizer train text.txt --unit character -o letters").code == .done)
    let trained = train("--vocabulary letters -o model")
    #expect(trained.code == .done && trained.diagnostics == "")
    #expect(try JSONSchemaTests.problems(trained) == [])
    #expect(try trained.json().number("validation.bitsPerByte") > 0)
    // The model's folder is enough for everything.
    let ids = run("tokenizer encode --vocabulary model text.txt")
    #expect(ids.output == run("tokenizer encode --vocabulary letters text.txt").output)
    let scored = run("eval text.txt --model model --json")
    #expect(scored.code == .done)
    #expect(try JSONSchemaTests.problems(scored) == [])
    let json = try scored.json()
    #expect(try json.text("model.tokenUnit") == "character")
    #expect(try json.value("total.isLossless") == .bool(true))
    #expect(try json.number("total.bitsPerByte.value") > 0)
  }

  @Test("unknown characters and dropped white space leave no bits per byte")
  func lossy() throws {
    #expect(run("tokenizer train text.txt --unit character --vocabulary 30 -o few").code == .done)
    #expect(run("tokenizer train text.txt --unit word --vocabulary 300 -o words").code == .done)
    for (vocabulary, unit) in [("few", "character"), ("words", "word")] {
      let trained = train("--vocabulary \(vocabulary) --validation held.txt -o \(unit)")
      #expect(trained.code == .done && trained.diagnostics.hasSuffix("[unknown-tokens]\n"))
      #expect(try JSONSchemaTests.problems(trained) == [])
      #expect(try trained.json().value("validation.bitsPerByte").isNull)
      for file in ["text", "held"] {
        let line = "tokenizer encode --vocabulary \(vocabulary) --format u16 \(file).txt"
        #expect(run("\(line) -o \(file).u16").code == .done)
      }
      let ids = run(
        "train transformer --ids text.u16 --validation-ids held.u16 --ids-format u16 --layers 1 --width 16"
          + " --heads 2 --context 16 --batch 4 --steps 12 --learning-rate 0.01"
          + " --vocabulary \(vocabulary) -o \(unit)-ids"
      )
      #expect(ids.diagnostics.hasSuffix("[unknown-tokens]\n"))
      #expect(
        try folder.readBytes("\(unit)-ids/model.safetensors")
          == folder.readBytes("\(unit)/model.safetensors")
      )
      let scored = run("eval held.txt --model \(unit) --json")
      #expect(try JSONSchemaTests.problems(scored) == [])
      let total = try scored.json().value("total")
      #expect(try total.value("bitsPerByte.value").isNull && total.number("unknownCount") > 0)
      #expect(try total.text("lossyReason").contains("unknown token"))
      #expect(try total.number("perplexityExcludingUnknown.value") > 1)
      #expect(try scored.json().text("model.tokenUnit") == unit)
    }
  }

  @Test("words with white space of one form have bits per byte, those without have not")
  func words() throws {
    let lines = (0..<400).map { "the lamp \($0 % 7) turns\n" }.joined()
    try folder.write("text.txt", lines)
    #expect(run("tokenizer train text.txt --unit word -o words").code == .done)
    #expect(train("--vocabulary words -o model").code == .done)
    try folder.write("regular.txt", "the lamp 3 turns\nthe lamp 4 turns\n")
    try folder.write("irregular.txt", "the  lamp 3 turns\nthe lamp 4 turns \n")
    let regular = try run("eval regular.txt --model model --json").json()
    #expect(try regular.value("total.isLossless") == .bool(true))
    let irregular = try run("eval irregular.txt --model model --json").json()
    #expect(try irregular.value("total.isLossless") == .bool(false))
    #expect(
      try irregular.text("total.lossyReason")
        == "white space is not the same throughout, which words leave out"
    )
    #expect(try irregular.number("total.unmodelledByteCount") == 2)
    // The same ids, given as ids, stand for the regular text.
    try folder.write("ids.txt", run("tokenizer encode --vocabulary words regular.txt").output)
    let ids = try run("eval --ids ids.txt --model model --json").json()
    let nats = try regular.number("total.totalNats")
    #expect(try abs(ids.number("total.totalNats") - nats) < 1e-9)
    #expect(try ids.number("total.byteCount") == regular.number("total.byteCount"))
  }

  @Test("a vocabulary that other programs cannot read is kept in this one's format")
  func notPortable() throws {
    let bytes = Array(repeating: Array("lamp\n".utf8) + [0xFF, 0xFE], count: 300).flatMap(\.self)
    try folder.write("text.txt", bytes)
    #expect(run("tokenizer train text.txt --unit character -o raw").code == .done)
    let trained = train("--vocabulary raw -o model")
    #expect(trained.code == .done)
    #expect(trained.diagnostics.contains("only this program reads"))
    #expect(trained.diagnostics.hasSuffix("[tokenizer-not-portable]\n"))
    let scored = run("eval text.txt --model model --json")
    #expect(try scored.json().value("total.isLossless") == .bool(true))
  }
}
