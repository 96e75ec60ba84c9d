import AddressSpace
import Glibc
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
    return banner(of: library)
  }

  private func isLibc(_ name: String) -> Bool {
    let file = fileName(name)
    return file == "libc.so.6" || file.hasPrefix("libc-2.")
  }

  private func fileName(_ path: String) -> Substring {
    path.utf8.lastIndex(of: UInt8(ascii: "/")).map { path[path.index(after: $0)...] } ?? path[...]
  }

  /// The version that the library's file names in its banner.
  private func banner(of library: Region) -> LibcVersion? {
    guard let file = open(library) else { return nil }
    defer { try? file.close() }
    // Pieces that overlap by more than a banner, so that none is cut.
    let piece = 1 << 18
    let overlap = 1 << 8
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: piece, alignment: 16)
    defer { buffer.deallocate() }
    var offset: Int64 = 0
    while offset < Self.largestLibrary,
      let count = try? file.read(fromAbsoluteOffset: offset, into: buffer), count > overlap
    {
      if let version = Self.version(in: UnsafeRawBufferPointer(rebasing: buffer[..<count])) {
        return version
      }
      offset += Int64(count - overlap)
    }
    return nil
  }

  /// Opens the file behind a mapping: by the mapping itself where we may, else by its path as the
  /// process sees it, else as we see it. In a chroot the last two differ.
  private func open(_ region: Region) -> FileDescriptor? {
    let low = String(region.range.lower.value, radix: 16)
    let high = String(region.range.upper.value, radix: 16)
    let paths = [
      "/proc/\(pid)/map_files/\(low)-\(high)", "/proc/\(pid)/root\(region.name)", region.name,
    ]
    // Not a lazy compactMap: it would open each file twice, and trap where the second time fails.
    for path in paths {
      if let file = try? FileDescriptor.open(FilePath(path), .readOnly, options: .nonBlocking) {
        return file
      }
    }
    return nil
  }

  private static let largestLibrary: Int64 = 1 << 26

  /// The number in `GNU C Library (...) stable release version 2.36.`
  private static func version(in bytes: UnsafeRawBufferPointer) -> LibcVersion? {
    let banner = Array("GNU C Library".utf8)
    let mark = Array("release version ".utf8)
    var rest = bytes[...]
    while let base = bytes.baseAddress, !rest.isEmpty,
      let found = memchr(base + rest.startIndex, Int32(banner[0]), rest.count)
    {
      let start = found - UnsafeMutableRawPointer(mutating: base)
      rest = bytes[(start + 1)...]
      guard bytes[start...].starts(with: banner) else { continue }
      let line = bytes[start...].prefix { $0 != 0x0A }
      guard let place = line.indices.first(where: { line[$0...].starts(with: mark) }) else {
        continue
      }
      let number = line[(place + mark.count)...].prefix { $0 == 0x2E || (0x30...0x39).contains($0) }
      let text = String(decoding: number, as: UTF8.self)
      return LibcVersion(text: text.hasSuffix(".") ? text.dropLast() : text[...])
    }
    return nil
  }
}
