/// What a finished command tells the shell.
public enum ExitCode: Sendable, Hashable {
  /// The work is done.
  case done

  /// A check that was asked for says no.
  case checkFailed

  /// Nothing was judged: wrong use, unreadable input, a failed write.
  case unusable

  /// A signal ended the work.
  case signal(Int32)
}

extension ExitCode {
  /// The process's exit status.
  public var status: Int32 {
    switch self {
    case .done: 0
    case .checkFailed: 1
    case .unusable: 2
    case .signal(let number): 128 + number
    }
  }
}
