import Foundation
import IsoLoss

/// A notebook: Markdown whose `console` blocks hold commands and what they print.
struct Notebook {
  /// One command of a block with its expected output.
  struct Cell {
    /// The line after `$ `.
    var line: String

    /// The lines of the command's output, in the lines of the notebook.
    var outputLines: Range<Int>
  }

  var lines: [String]
  private(set) var cells: [Cell] = []

  /// Parses a notebook.
  init(_ text: String) {
    lines = text.components(separatedBy: "\n")
    var isInBlock = false
    for (index, line) in lines.enumerated() {
      if line.hasPrefix("```") {
        isInBlock = line == "```console"
      } else if isInBlock, line.hasPrefix("$ ") {
        let start = index + 1
        cells.append(Cell(line: String(line.dropFirst(2)), outputLines: start..<start))
      } else if isInBlock, let last = cells.indices.last {
        cells[last].outputLines = cells[last].outputLines.lowerBound..<(index + 1)
      }
    }
  }

  /// The output the notebook shows for a cell.
  func output(of cell: Cell) -> String {
    lines[cell.outputLines].map { $0 + "\n" }.joined()
  }

  /// The notebook with other outputs.
  func replacing(outputs: [String]) -> String {
    var lines = lines
    for (cell, output) in zip(cells, outputs).reversed() {
      var new = output.components(separatedBy: "\n")
      if new.last == "" { new.removeLast() }
      lines.replaceSubrange(cell.outputLines, with: new)
    }
    return lines.joined(separator: "\n")
  }

  /// The pictures the notebook shows, by file name.
  var pictures: [String] {
    lines.compactMap { line in
      line.firstMatch(of: /!\[.*\]\(([^)]+\.svg)\)/).map { String($0.1) }
    }
  }
}

/// Splits a line into words as a shell does for plain words and quotes.
func shellWords(_ line: String) -> [String] {
  var words = [String]()
  var word: String?
  var quote: Character?
  for character in line {
    switch character {
    case quote: quote = nil
    case "'" where quote == nil, "\"" where quote == nil:
      quote = character
      word = word ?? ""
    case " " where quote == nil:
      if let word { words.append(word) }
      word = nil
    default: word = (word ?? "") + String(character)
    }
  }
  return words + (word.map { [$0] } ?? [])
}

/// Whether two JSON values are the same but for the last digits of numbers and the environment.
func isSame(_ found: JSONValue, _ expected: JSONValue) -> Bool {
  if let found = found.double, let expected = expected.double {
    return abs(found - expected) <= 1e-6 * max(abs(found), abs(expected))
  }
  if let found = found.array, let expected = expected.array {
    return found.count == expected.count && zip(found, expected).allSatisfy(isSame)
  }
  if let found = found.object, let expected = expected.object {
    let keys = found.members.map(\.key)
    return keys == expected.members.map(\.key)
      && keys.allSatisfy { key in
        key == "environment" || isSame(found[key] ?? .null, expected[key] ?? .null)
      }
  }
  return found == expected
}
