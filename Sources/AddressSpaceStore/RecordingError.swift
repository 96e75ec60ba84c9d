/// Why a recording cannot be written or read. Each prints as a sentence with the remedy.
public enum RecordingError: Error, Hashable, Sendable {
  /// There is such a file already, and it was not to be replaced.
  case exists(path: String)
  /// What stands there is no file that could be replaced.
  case notReplaceable(path: String)
  /// The file cannot be made or opened.
  case cannotOpen(path: String, errno: Int32)
  /// The disk is full. What was committed before is kept.
  case full(path: String)
  /// Reading or writing failed. What was committed before is kept.
  case inputOutput(path: String, reason: String)
  /// It is no SQLite database, or one of another program.
  case notRecording(path: String)
  /// A later version of this program wrote it.
  case newer(path: String, version: Int64)
  /// It contradicts itself: what was found where.
  case damaged(path: String, what: String)
  /// Nothing was recorded in it: the recorder ended before it began.
  case empty(path: String)
}

extension RecordingError: CustomStringConvertible {
  /// The sentence to print.
  public var description: String {
    switch self {
    case .exists(let path):
      "\(path) exists already. Name another file, or replace it with --force."
    case .notReplaceable(let path):
      "\(path) is no regular file and is not replaced. Name another file."
    case .cannotOpen(let path, let errno):
      "\(path) cannot be opened: \(Self.text(of: errno))."
    case .full(let path):
      "the disk of \(path) is full. What was recorded until then is kept in it."
    case .inputOutput(let path, let reason):
      "\(path): \(reason). What was committed before is kept in it."
    case .notRecording(let path):
      "\(path) is no recording. Give a file that 'addrspace record' has written."
    case .newer(let path, let version):
      "\(path) is a recording of version \(version); this program reads version "
        + "\(Schema.version). Use a newer addrspace."
    case .damaged(let path, let what):
      "\(path) is damaged: \(what). Copy it anew, with the -wal file beside it if there is one."
    case .empty(let path):
      "\(path): nothing is recorded in it. Copy it with the -wal file beside it if there is one."
    }
  }
}
