import AddressSpace

/// Reads minidumps of Windows (`MiniDumpWriteDump`, Crashpad, Breakpad) and those that Breakpad makes
/// of Linux: headers and lists, never the memory that is saved, but for some words of it.
enum MinidumpReader: SavedReader {
  static func recognises(_ head: [UInt8]) -> Bool { head.starts(with: MinidumpStreams.magic) }

  static func read(
    _ file: some FileBytes, options: SavedFile.Options
  ) throws(FormatError) -> Snapshot {
    let streams = MinidumpStreams(file)
    let system = MinidumpSystem(streams)
    switch system?.platform ?? (streams.has(.linuxMaps) ? .linux : .windows) {
    case .windows: return try MinidumpWindows(streams, system).snapshot(path: options.path)
    case .linux: return try MinidumpLinux.snapshot(streams, system, path: options.path)
    case .other(let name):
      throw .foreign(
        "a minidump of \(name), which does not hold the map of its memory",
        remedy: "Give the text of vmmap as a list of mappings.")
    }
  }
}

/// A minidump of Linux: its map is the text of `/proc/PID/maps`.
enum MinidumpLinux {
  static func snapshot(
    _ streams: MinidumpStreams, _ system: MinidumpSystem?, path: String?
  ) throws(FormatError) -> Snapshot {
    guard var text = streams.cursor(.linuxMaps), let bytes = text.slice(text.left) else {
      throw .foreign(
        "a minidump of Linux without the map of its memory",
        remedy: "Give the process's /proc/PID/maps, or a core.")
    }
    var facts = LayoutFacts()
    facts.wordSize = system?.processor?.wordSize
    facts.machine = system?.processor?.machine
    var snapshot = try MapsParser.parse(Array(bytes), path: path, facts: facts)
    let status = status(streams)
    snapshot.source.kind = .minidump
    snapshot.source.pid =
      MinidumpCounters(streams).pid ?? status["Pid"].flatMap { Int32(digits: $0) }
    snapshot.source.name = status["Name"]
    for diagnostic in streams.diagnostics { snapshot.diagnostics.append(diagnostic) }
    return snapshot
  }

  /// The lines of `/proc/PID/status` that were saved.
  private static func status(_ streams: MinidumpStreams) -> [String: String] {
    guard var cursor = streams.cursor(.linuxStatus),
      let bytes = cursor.slice(min(cursor.left, 1 << 14))
    else { return [:] }
    var fields: [String: String] = [:]
    for line in bytes.split(separator: 0x0A) {
      guard let colon = line.firstIndex(of: 0x3A) else { continue }
      let value = line[(colon + 1)...].drop { $0 == 0x20 || $0 == 0x09 }
      let key = RegionName.decoded(line[..<colon])
      if fields[key] == nil { fields[key] = RegionName.decoded(value) }
    }
    return fields
  }
}
