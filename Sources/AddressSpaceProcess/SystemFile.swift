import Glibc
import SystemPackage

/// Small files that the kernel shows of the machine.
enum SystemFile {
  /// The whole text, nil where it cannot be read.
  static func text(_ path: String) -> String? {
    guard let file = try? FileDescriptor.open(FilePath(path), .readOnly) else { return nil }
    defer { try? file.close() }
    guard let bytes = try? ProcFile.contents(of: file) else { return nil }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// The number in the first line, nil where there is none.
  static func number(_ path: String) -> UInt64? {
    text(path).flatMap { UInt64($0.prefix { $0 != "\n" }) }
  }

  /// The entries of a folder that begin with a digit: processes, or threads of one.
  static func numbers(in path: String) -> [String] {
    guard let directory = opendir(path) else { return [] }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name.first?.isNumber == true { names.append(name) }
    }
    return names
  }
}
