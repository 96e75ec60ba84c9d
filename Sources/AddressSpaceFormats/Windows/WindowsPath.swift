/// Paths as Windows writes them.
enum WindowsPath {
  /// What follows the last backslash or slash.
  static func file(of path: String) -> String {
    path.utf8.lastIndex { $0 == UInt8(ascii: "\\") || $0 == UInt8(ascii: "/") }
      .map { String(path[path.utf8.index(after: $0)...]) } ?? path
  }
}
