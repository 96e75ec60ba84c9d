import AddressSpace

/// A program or library as a minidump lists it (`MINIDUMP_MODULE`).
struct MinidumpModule {
  let range: AddressRange
  let path: String
  /// Its version, such as `10.0.17763.1`; nil where it has none.
  let version: String?

  /// The file's name in lower case: Windows does not tell cases apart.
  var fileName: String {
    path.split(whereSeparator: { $0 == "\\" || $0 == "/" }).last.map { $0.lowercased() } ?? ""
  }

  /// All of a dump, in its order: the program comes first.
  static func all(_ streams: MinidumpStreams) -> [MinidumpModule] {
    guard case (var cursor, let count)? = streams.list(.modules, entry: 108) else { return [] }
    var modules: [MinidumpModule] = []
    for _ in 0..<min(count, mostModules) {
      guard let base = cursor.uint64(), let size = cursor.uint32(), cursor.skip(8),
        let name = cursor.uint32(), let mark = cursor.uint32(), cursor.skip(4),
        let high = cursor.uint32(), let low = cursor.uint32(), cursor.skip(68)
      else { break }
      let (end, overflow) = base.addingReportingOverflow(UInt64(size))
      guard !overflow, let range = AddressRange(Address(base), Address(end)) else { continue }
      let version =
        mark == 0xFEEF_04BD
        ? [high >> 16, high & 0xFFFF, low >> 16, low & 0xFFFF].map { "\($0)" }
          .joined(separator: ".") : nil
      modules.append(
        MinidumpModule(
          range: range, path: streams.text(at: UInt64(name)) ?? "", version: version))
    }
    return modules
  }

  /// More than any process has loaded.
  private static let mostModules = 1 << 14
}
