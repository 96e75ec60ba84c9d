import SystemPackage

/// Small files that the kernel shows of the machine.
enum SystemFile {
  /// The whole text, nil where it cannot be read.
  static func text(_ path: FilePath) -> String? {
    guard let file = try? FileDescriptor.open(path, .readOnly) else { return nil }
    defer { try? file.close() }
    guard let bytes = try? ProcFile.contents(of: file) else { return nil }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// The number in the first line, nil where there is none.
  static func number(_ path: FilePath) -> UInt64? {
    text(path).flatMap { UInt64($0.prefix { $0 != "\n" }) }
  }
}
