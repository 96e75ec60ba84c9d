import SystemPackage

extension RecordingError {
  /// What a failure of SQLite means while a recording is written.
  init(_ failure: Database.Failure, writing path: String) {
    self =
      failure.isFull
      ? .full(path: path) : .inputOutput(path: path, reason: Self.reason(of: failure))
  }

  /// What a failure of SQLite means while a recording is read.
  init(_ failure: Database.Failure, reading path: String) {
    self =
      failure.isDamage
      ? .damaged(path: path, what: failure.message)
      : .inputOutput(path: path, reason: Self.reason(of: failure))
  }

  private static func reason(of failure: Database.Failure) -> String {
    guard failure.systemError != 0 else { return failure.message }
    return "\(failure.message) (\(text(of: failure.systemError)))"
  }

  static func text(of errno: Int32) -> String { Errno(rawValue: errno).description }
}

extension Database {
  /// A file's path as a URI, for a path alone has names that SQLite takes otherwise.
  static func uri(of path: String, _ parameters: String = "") -> String {
    var uri = path.hasPrefix("/") ? "file:" : "file:./"
    for byte in path.utf8 {
      switch byte {
      case UInt8(ascii: "/"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "a")...UInt8(ascii: "z"):
        uri.unicodeScalars.append(Unicode.Scalar(byte))
      default:
        let digits = String(byte, radix: 16)
        uri += "%" + (digits.utf8.count == 1 ? "0" : "") + digits
      }
    }
    return parameters.isEmpty ? uri : uri + "?" + parameters
  }
}
