/// The tables of a recording, as `docs/recording.md` has them.
enum Schema {
  /// What tells a recording from other SQLite files: `ADSP`.
  static let applicationID: Int64 = 0x4144_5350
  /// The version that this program writes, and the latest it reads.
  static let version: Int64 = 1

  /// The unit of addresses and sizes in `event`.
  static let unit: UInt64 = 4096

  /// The tables by their names, each as SQLite keeps its definition.
  ///
  /// A file whose tables are defined otherwise is not read: a view in the place of a table could
  /// have rows without end.
  static let tables: [(name: String, definition: String)] = [
    ("recording", "CREATE TABLE recording(began INTEGER, attached INTEGER, recorder TEXT)"),
    ("argument", "CREATE TABLE argument(place INTEGER PRIMARY KEY, value TEXT)"),
    ("ending", "CREATE TABLE ending(duration INTEGER, status INTEGER, signal INTEGER)"),
    (
      "space",
      "CREATE TABLE space(id INTEGER PRIMARY KEY, pid INTEGER, name TEXT, bits INTEGER, "
        + "main INTEGER)"
    ),
    ("thread", "CREATE TABLE thread(id INTEGER PRIMARY KEY, tid INTEGER, name TEXT)"),
    ("module", "CREATE TABLE module(id INTEGER PRIMARY KEY, path TEXT, build_id TEXT)"),
    (
      "frame",
      "CREATE TABLE frame(id INTEGER PRIMARY KEY, module INTEGER, offset INTEGER, origin TEXT)"
    ),
    (
      "symbol",
      "CREATE TABLE symbol(frame INTEGER, place INTEGER, function TEXT, file TEXT, line INTEGER, "
        + "inlined INTEGER, PRIMARY KEY(frame, place)) WITHOUT ROWID"
    ),
    ("stack", "CREATE TABLE stack(id INTEGER PRIMARY KEY, parent INTEGER, frame INTEGER)"),
    (
      "snapshot",
      "CREATE TABLE snapshot(id INTEGER PRIMARY KEY, space INTEGER, time INTEGER, "
        + "events INTEGER, occasion TEXT, capture BLOB)"
    ),
    ("action", "CREATE TABLE action(id INTEGER PRIMARY KEY, call TEXT, change TEXT)"),
    ("file", "CREATE TABLE file(id INTEGER PRIMARY KEY, name TEXT, inode INTEGER)"),
    (
      "attribute",
      "CREATE TABLE attribute(id INTEGER PRIMARY KEY, access TEXT, traits INTEGER, kind TEXT, "
        + "file INTEGER)"
    ),
    (
      "event",
      "CREATE TABLE event(number INTEGER PRIMARY KEY, elapsed INTEGER, space INTEGER, "
        + "thread INTEGER, action INTEGER, low, size, attribute INTEGER, other, other_size, "
        + "stack INTEGER)"
    ),
  ]
}

/// What an event's action did: with the call the row of `action` that the event names.
///
/// The raw values stand in recordings: none may ever change its meaning.
enum ChangeName: String, CaseIterable {
  case map
  case unmap
  case protect
  case move
  /// Moved, and the source stays mapped.
  case copy
  case failed
}
