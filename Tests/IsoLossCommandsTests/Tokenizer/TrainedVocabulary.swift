import IsoLoss
import IsoLossCommands
import TestSupport
import Testing

/// A folder with a text and a small vocabulary that the command trained on it.
enum TrainedVocabulary {
  /// The words that train it.
  static let words =
    "tokenizer train lighthouse.txt --vocabulary 600 --special <|endoftext|> -o tok"
    .split(separator: " ").map(String.init)

  /// A folder of its own with `lighthouse.txt` and the vocabulary in `tok`.
  static func folder() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    try folder.write("lighthouse.txt", text)
    let run = CommandRun(words, in: folder.path)
    try #require(run.code == .done, "\(run.diagnostics)")
    return folder
  }

  /// The text that it is trained on.
  static var text: [UInt8] {
    get throws {
      var source = try FileSource(path: TestFiles.package("corpora/lighthouse.txt"))
      return try source.readAll(limit: 1 << 20)
    }
  }
}

/// A text with what `tokenizers` makes of it, trained and asked by `Golden/tokenizer.py`.
struct TokenizedText: Sendable, CustomTestStringConvertible {
  var text: String
  var ids: [Int]

  /// Where each token begins and ends, in characters.
  var offsets: [[Int]]

  var testDescription: String { text }

  /// How many tokens `corpora/lighthouse.txt` has.
  static let trainingTokenCount = 12512

  static let all = [
    Self(
      text: "The keeper's lamp burns all night.",
      ids: [
        438, 358, 69, 403, 268, 348, 279, 368, 80, 269, 396, 83, 259, 288, 286, 326, 14,
      ],
      offsets: [
        [0, 3], [3, 5], [5, 6], [6, 8], [8, 10], [10, 12], [12, 14], [14, 16], [16, 17], [17, 19],
        [19, 22], [22, 23], [23, 25], [25, 27], [27, 29], [29, 33], [33, 34],
      ]
    ),
    Self(
      text: "  two spaces,\n\n\tand a tab 12345!",
      ids: [
        221, 481, 452, 342, 314, 12, 199, 199, 198, 373, 259, 502, 66, 221, 17, 18, 19, 20, 21, 1,
      ],
      offsets: [
        [0, 1], [1, 5], [5, 8], [8, 10], [10, 12], [12, 13], [13, 14], [14, 15], [15, 16],
        [16, 19],
        [19, 21], [21, 24], [24, 25], [25, 26], [26, 27], [27, 28], [28, 29], [29, 30], [30, 31],
        [31, 32],
      ]
    ),
    Self(
      text: "naïve — 灯台 🗼",
      ids: [
        78, 65, 128, 108, 343, 221, 271, 243, 221, 164, 224, 108, 162, 238, 109, 221, 173, 254, 246,
        121,
      ],
      offsets: [
        [0, 1], [1, 2], [2, 3], [2, 3], [3, 5], [5, 6], [6, 7], [6, 7], [7, 8], [8, 9], [8, 9],
        [8, 9], [9, 10], [9, 10], [9, 10], [10, 11], [11, 12], [11, 12], [11, 12], [11, 12],
      ]
    ),
    Self(text: "", ids: [], offsets: []),
    Self(
      text: "<|endoftext|> is text",
      ids: [28, 92, 69, 265, 79, 70, 84, 69, 88, 84, 92, 30, 431, 258, 69, 88, 84],
      offsets: [
        [0, 1], [1, 2], [2, 3], [3, 5], [5, 6], [6, 7], [7, 8], [8, 9], [9, 10], [10, 11],
        [11, 12],
        [12, 13], [13, 16], [16, 18], [18, 19], [19, 20], [20, 21],
      ]
    ),
  ]

  /// The line of JSON that holds the text.
  var line: String {
    JSONValue.object(["text": .string(text)]).serialized(.compact) + "\n"
  }

  /// The line that answers it.
  var answer: String {
    "{\"ids\":[" + ids.map(String.init).joined(separator: ",") + "]}\n"
  }
}
