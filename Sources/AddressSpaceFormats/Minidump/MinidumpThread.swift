import AddressSpace

/// A thread as a minidump lists it (`MINIDUMP_THREAD`).
struct MinidumpThread {
  let id: UInt32
  /// Where its environment block is, zero where that is not told.
  let environment: UInt64
  /// The lowest address of its stack that was in use.
  let stack: UInt64
  /// How much of it was saved, and where in the file.
  let savedSize: UInt32
  let savedPlace: UInt32
  /// Its name, empty where it has none.
  var name = ""

  /// How its stack is called: the id, and its name where it has one.
  var label: String { name.isEmpty ? "\(id)" : "\(id) \(name)" }

  /// All threads of a dump, with their names.
  static func all(_ streams: MinidumpStreams) -> [MinidumpThread] {
    guard case (var cursor, let count)? = streams.list(.threads, entry: 48) else { return [] }
    var threads: [MinidumpThread] = []
    let names = names(streams)
    for _ in 0..<min(count, most) {
      guard let id = cursor.uint32(), cursor.skip(12), let environment = cursor.uint64(),
        let stack = cursor.uint64(), let size = cursor.uint32(), let place = cursor.uint32(),
        cursor.skip(8)
      else { break }
      threads.append(
        MinidumpThread(
          id: id, environment: environment, stack: stack, savedSize: size, savedPlace: place,
          name: names[id] ?? ""))
    }
    return threads
  }

  /// Names of threads by their ids (`MINIDUMP_THREAD_NAME`).
  private static func names(_ streams: MinidumpStreams) -> [UInt32: String] {
    guard case (var cursor, let count)? = streams.list(.threadNames, entry: 12) else { return [:] }
    var names: [UInt32: String] = [:]
    for _ in 0..<min(count, most) {
      guard let id = cursor.uint32(), let place = cursor.uint64() else { break }
      guard let text = streams.text(at: place, most: 256), !text.isEmpty else { continue }
      names[id] = String(text.filter { $0 != "[" && $0 != "]" }.prefix(64))
    }
    return names
  }

  /// More than any process has.
  private static let most = 1 << 16
}
