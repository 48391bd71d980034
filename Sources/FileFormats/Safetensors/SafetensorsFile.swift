/// Named tensors in a file: a mapped, read-only view of the safetensors format.
///
///     let file = try SafetensorsFile(path: "model.safetensors")
///     let tensor = try file.tensor("lm_head.weight")
///     var values = [Float](repeating: 0, count: tensor.count)
///     var span = values.mutableSpan
///     try file.read(tensor, into: &span)
///
/// The format is a length of 8 bytes, a header in JSON and the data. Opening reads the header and checks
/// that the tensors cover the data without overlap and without a hole; values are looked at when they are
/// read. What the header claims is never allocated.
public struct SafetensorsFile: Sendable {
  /// A tensor of the file.
  public struct Tensor: Sendable, Hashable {
    /// Its name.
    public let name: String

    /// What its elements are.
    public let type: SafetensorsType

    /// Its sizes, the outermost first; none for a single number.
    public let shape: [Int]

    /// Where its bytes stand in the file.
    public let byteRange: Range<Int>

    /// How many elements it has.
    public var count: Int { rowCount * rowLength }

    /// Its outermost size, one for a single number.
    public var rowCount: Int { shape.first ?? 1 }

    /// The elements of one step of the outermost size.
    public var rowLength: Int { shape.dropFirst().reduce(1, *) }
  }

  /// The longest header that the format allows, in bytes.
  public static let longestHeader = 100_000_000

  /// What errors call the file.
  public var name: String { mapping.name }

  /// How many bytes the file holds.
  public var byteCount: Int { mapping.byteCount }

  /// What the header says besides tensors, in its order.
  public let metadata: [(key: String, value: String)]

  /// The tensors in the order of their data.
  public let tensors: [Tensor]

  private let positions: [String: Int]
  let mapping: MappedFile

  /// Opens a file and checks its header.
  ///
  /// - Parameters:
  ///   - path: The file's path.
  ///   - name: What errors call it; by default the path.
  /// - Throws: ``SafetensorsError`` when the content is wrong, ``FileError`` when it cannot be read.
  public init(path: String, name: String? = nil) throws {
    let mapping = try MappedFile(path: path, name: name)
    let header: SafetensorsHeader
    do throws(SafetensorsError.Reason) {
      header = try SafetensorsHeader(mapping.bytes, name: mapping.name)
    } catch {
      throw SafetensorsError(mapping.name, error)
    }
    self.mapping = mapping
    (metadata, tensors) = (header.metadata, header.tensors)
    let named = tensors.enumerated().map { ($0.element.name, $0.offset) }
    // The header is an object, so that no name occurs twice.
    positions = Dictionary(named) { first, _ in first }
  }

  /// The tensor of a name; `nil` where there is none.
  public subscript(name: String) -> Tensor? { positions[name].map { tensors[$0] } }

  /// The tensor of a name.
  ///
  /// - Throws: ``SafetensorsError`` where there is none.
  public func tensor(_ name: String) throws(SafetensorsError) -> Tensor {
    guard let tensor = self[name] else { throw SafetensorsError(self.name, .missingTensor(name)) }
    return tensor
  }

  /// The SHA-256 of the whole file.
  public func contentHash() -> ContentHash { contentHash { _ in } }

  /// The SHA-256 of the whole file.
  ///
  /// - Parameter checkpoint: Called now and then with the bytes done; what it throws ends the work.
  /// - Returns: The hash.
  /// - Throws: What `checkpoint` throws.
  public func contentHash(
    _ checkpoint: (_ byteCount: Int) throws -> Void
  ) rethrows -> ContentHash {
    var hasher = ContentHasher()
    for start in stride(from: 0, to: byteCount, by: 1 << 22) {
      try checkpoint(start)
      hasher.update(mapping.bytes.extracting(start..<min(start + 1 << 22, byteCount)))
    }
    return hasher.finalized()
  }
}
