/// The version every report names.
public enum IsoLossVersion {
  /// Semantic version of the command and the libraries.
  public static let current = "0.1.0"
}
