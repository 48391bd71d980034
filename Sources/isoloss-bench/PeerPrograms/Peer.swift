/// A program that does the same as a benchmark and prints its seconds and figure as JSON.
struct Peer {
  /// The script's file name under `Peers`.
  var script: String

  /// Its arguments.
  var arguments: [String]
}
