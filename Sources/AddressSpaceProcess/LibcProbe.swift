import AddressSpace
import SystemPackage

/// Finds the version of the GNU C library in a process, in the library's own banner.
struct LibcProbe {
  let pid: Int32

  func version(in map: AddressMap) -> LibcVersion? {
    guard let library = map.first(named: { isLibc($0) }) else { return nil }
    let file = fileName(library.name)
    if file.hasPrefix("libc-"), file.hasSuffix(".so") {
      return LibcVersion(text: file.dropFirst(5).dropLast(3))
    }
    return banner(of: library.name)
  }

  private func isLibc(_ name: String) -> Bool {
    let file = fileName(name)
    return file == "libc.so.6" || file.hasPrefix("libc-2.")
  }

  private func fileName(_ path: String) -> Substring {
    path.utf8.lastIndex(of: UInt8(ascii: "/")).map { path[path.index(after: $0)...] } ?? path[...]
  }

  /// The number behind "GNU C Library ... release version " in the file as the process sees it.
  private func banner(of path: String) -> LibcVersion? {
    guard let file = try? FileDescriptor.open(FilePath("/proc/\(pid)/root\(path)"), .readOnly)
    else { return nil }
    defer { try? file.close() }
    guard let bytes = try? ProcFile.contents(of: file) else { return nil }
    let mark = Array("release version ".utf8)
    var start = 0
    while let found = bytes[start...].firstIndex(of: mark[0]) {
      let rest = bytes[found...]
      if rest.starts(with: mark) {
        let number = rest.dropFirst(mark.count).prefix { $0 == 0x2E || (0x30...0x39).contains($0) }
        let text = String(decoding: number, as: UTF8.self)
        return LibcVersion(text: text.hasSuffix(".") ? text.dropLast() : text[...])
      }
      start = found + 1
    }
    return nil
  }
}
