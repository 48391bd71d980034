public import FileFormats
import LossNumerics
import ModelShapes

/// A model with its weights, as a folder of the Hugging Face ecosystem holds it.
///
///     let checkpoint = try Checkpoint.read(folder: "tinyllama")
///     try checkpoint.write(folder: "copy")
///
/// GPT-2, Llama, Mistral, Qwen2 and GPT-NeoX are read and written; `transformers` loads what is written.
/// It cannot be copied by accident, as its weights cannot.
public struct Checkpoint: ~Copyable, Sendable {
  /// What `config.json` says.
  public var configuration: CheckpointConfiguration

  /// The weights.
  public var parameters: TransformerParameters

  /// Joins a configuration and its weights.
  ///
  /// - Precondition: The parameters are laid out for the configuration's shape.
  public init(
    _ configuration: CheckpointConfiguration,
    _ parameters: consuming TransformerParameters
  ) {
    precondition(
      parameters.layout.tensors == configuration.transformer.shape.tensors,
      "the parameters are those of another shape"
    )
    self.configuration = configuration
    self.parameters = parameters
  }
}

// MARK: - Reading

extension Checkpoint {
  /// Reads a folder.
  ///
  /// - Parameters:
  ///   - folder: The folder's path.
  ///   - name: What errors call it; by default the path.
  ///   - checkpoint: Called before each tensor; what it throws ends the work.
  /// - Returns: The model with its weights, in single precision.
  /// - Throws: What ``CheckpointFiles/init(folder:name:)`` throws, the first of its problems, and what
  ///   `checkpoint` throws.
  public static func read(
    folder: String,
    name: String? = nil,
    checkpoint: () throws -> Void = {}
  ) throws -> Checkpoint {
    try CheckpointFiles(folder: folder, name: name).read(checkpoint)
  }
}

extension CheckpointFiles {
  /// Reads the weights.
  ///
  /// - Parameter checkpoint: Called before each tensor; what it throws ends the work.
  /// - Returns: The model with its weights, in single precision.
  /// - Throws: The first problem, if there are any.
  public func read(_ checkpoint: () throws -> Void = {}) throws -> Checkpoint {
    // Memory is taken only once the files are known to fill it.
    if let problem = problems.first { throw problem }
    let shape = configuration.transformer.shape
    let layout = ParameterLayout(shape)
    var parameters = TransformerParameters(layout)
    for (index, tensor) in layout.tensors.enumerated() {
      try checkpoint()
      let start = layout.range(at: index).lowerBound
      for piece in configuration.architecture.pieces(of: tensor, in: shape) {
        guard let (file, found) = source(piece) else { continue }
        let target = start + piece.targetRow * tensor.columns
        var values = parameters.values.mutableSpan
        if piece.isTransposed {
          try Self.readTransposed(file, found, into: &values, at: target)
        } else {
          try file.read(found, rows: piece.sourceRows, into: &values, at: target)
        }
      }
    }
    return Checkpoint(configuration, parameters)
  }

  /// Reads a matrix of (inputs, outputs) as (outputs, inputs).
  private static func readTransposed(
    _ file: SafetensorsFile,
    _ tensor: SafetensorsFile.Tensor,
    into values: inout MutableSpan<Float>,
    at start: Int
  ) throws {
    let (inputs, outputs) = (tensor.rowCount, tensor.rowLength)
    // A square of 64 keeps both its rows and its columns in the first cache.
    let side = 64
    var rows = [Float](repeating: 0, count: side * outputs)
    for input in stride(from: 0, to: inputs, by: side) {
      let count = min(side, inputs - input)
      var span = rows.mutableSpan
      try file.read(tensor, rows: input..<input + count, into: &span)
      for output in stride(from: 0, to: outputs, by: side) {
        for column in output..<min(output + side, outputs) {
          let target = start + column * inputs + input
          for row in 0..<count { values[target + row] = span[row * outputs + column] }
        }
      }
    }
  }
}

// MARK: - Writing

extension Checkpoint {
  /// Writes `model.safetensors` and then `config.json` into a folder that exists.
  ///
  /// Each file appears whole or not at all. Names and layouts are those that `transformers` expects.
  ///
  /// - Parameters:
  ///   - folder: The folder's path.
  ///   - elementType: As what weights are written: F32, F16 or BF16.
  ///   - checkpoint: Called before each tensor; what it throws ends the work.
  /// - Throws: ``/FileFormats/FileError``, and what `checkpoint` throws.
  /// - Precondition: The type is one of those three.
  public borrowing func write(
    folder: String,
    elementType: SafetensorsType = .f32,
    checkpoint: () throws -> Void = {}
  ) throws {
    let tensors = writtenTensors
    var writer = try SafetensorsWriter(
      path: "\(folder)/\(SafetensorsFolder.fileName)",
      tensors: tensors.map { .init($0.name, type: elementType, shape: $0.shape) }
    )
    for tensor in tensors {
      try checkpoint()
      try writer.write(values(tensor).span)
    }
    try writer.commit()
    var configuration = configuration
    configuration.elementType = elementType
    let file = try AtomicFile(path: "\(folder)/\(CheckpointFiles.configurationName)")
    try file.write(configuration.json.serialized() + "\n")
    try file.commit()
  }

  /// A tensor of the file, with what it is made of.
  private struct WrittenTensor {
    var name: String
    var shape: [Int]
    var columns: Int
    var pieces: [(piece: CheckpointPiece, start: Int)]
  }

  /// The tensors of the file, in the order in which data pass.
  private var writtenTensors: [WrittenTensor] {
    let architecture = configuration.architecture
    let layout = parameters.layout
    var written: [WrittenTensor] = []
    for (index, tensor) in layout.tensors.enumerated() {
      let start = layout.range(at: index).lowerBound
      for piece in architecture.pieces(of: tensor, in: configuration.transformer.shape) {
        let isHead = piece.name == architecture.headName
        let name = isHead ? piece.name : architecture.prefix + piece.name
        if written.last?.name != name {
          let columns = tensor.columns
          written.append(.init(name: name, shape: piece.shape, columns: columns, pieces: []))
        }
        written[written.count - 1].pieces.append((piece, start))
      }
    }
    return written
  }

  /// The values of a tensor of the file.
  private borrowing func values(_ tensor: WrittenTensor) -> [Float] {
    let columns = tensor.columns
    let source = parameters.values.span
    var values = [Float](repeating: 0, count: tensor.shape.reduce(1, *))
    for (piece, start) in tensor.pieces {
      for (offset, row) in piece.sourceRows.enumerated() {
        let from = start + (piece.targetRow + offset) * columns
        for column in 0..<columns {
          let place =
            piece.isTransposed ? column * piece.sourceRows.count + row : row * columns + column
          values[place] = source[from + column]
        }
      }
    }
    return values
  }
}
