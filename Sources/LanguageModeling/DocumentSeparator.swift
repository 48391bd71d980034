/// What ends one document and begins the next within a file.
public enum DocumentSeparator: String, Sendable, Hashable, CaseIterable {
  /// Nothing: a file is a document.
  case file

  /// An empty line, or several: the next line that is not empty begins a document.
  case blankLine = "blank-line"

  /// A heading of the first level as WikiText marks it, `= Title =`: it begins a document.
  case title
}

extension DocumentSeparator {
  /// The longest line that can separate, in bytes; so much of an unfinished line is held back.
  static let longestSeparator = 4096

  fileprivate func isSeparator(_ line: ArraySlice<UInt8>) -> Bool {
    let words = line.trimmingSpace()
    switch self {
    case .file: return false
    case .blankLine: return words.isEmpty
    case .title:
      let isHeading =
        words.count >= 5 && words.starts(with: [0x3D, 0x20])
        && words.suffix(2).elementsEqual([0x20, 0x3D])
      // Deeper levels have more signs, spaced out as in `= = Section = =`.
      return isHeading && words[words.startIndex + 2] != 0x3D
    }
  }
}

/// Finds where documents begin, chunk by chunk; how the text is cut never changes the places.
struct DocumentSplitter {
  private let separator: DocumentSeparator
  private var held: [UInt8] = []
  private var heldOffset = 0
  private var isInsideLine = false
  private var isAfterBlankLine = false

  init(_ separator: DocumentSeparator) {
    self.separator = separator
  }

  /// Takes bytes; returns those whose place is settled, and the offsets at which documents begin.
  mutating func split(_ chunk: [UInt8], isEnd: Bool = false) -> (bytes: [UInt8], starts: [Int]) {
    guard separator != .file else { return (chunk, []) }
    held += chunk
    var starts = [Int]()
    var position = held.startIndex
    while position < held.endIndex {
      let newline = held[position...].firstIndex(of: 0x0A)
      let end = newline.map { $0 + 1 } ?? held.endIndex
      if !isInsideLine {
        let isLong = end - position > DocumentSeparator.longestSeparator
        guard newline != nil || isLong || isEnd else { break }
        note(held[position..<end], isLong: isLong, at: heldOffset + position, &starts)
      }
      isInsideLine = newline == nil
      position = end
    }
    defer {
      heldOffset += position
      held.removeFirst(position)
    }
    return (Array(held[..<position]), starts)
  }

  private mutating func note(
    _ line: ArraySlice<UInt8>,
    isLong: Bool,
    at offset: Int,
    _ starts: inout [Int]
  ) {
    let separates = !isLong && separator.isSeparator(line)
    switch separator {
    case .file: break
    case .title: if separates { starts.append(offset) }
    case .blankLine:
      if isAfterBlankLine, !separates { starts.append(offset) }
      isAfterBlankLine = separates
    }
  }
}

extension ArraySlice<UInt8> {
  fileprivate func trimmingSpace() -> ArraySlice<UInt8> {
    let isSpace: (UInt8) -> Bool = { $0 == 0x20 || (0x09...0x0D).contains($0) }
    guard let first = firstIndex(where: { !isSpace($0) }),
      let last = lastIndex(where: { !isSpace($0) })
    else { return [] }
    return self[first...last]
  }
}
