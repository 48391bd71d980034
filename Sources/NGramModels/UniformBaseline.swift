/// The loss of a text when each byte is any of 256, equally likely.
public enum UniformBaseline {
  /// log₂ 256.
  public static let bitsPerByte = 8.0
}
