import AddressSpace
import AddressSpaceTrace

/// Reads the tables of a recording but its events.
final class RecordingRows {
  let database: Database
  let path: String

  init(_ database: Database, path: String) {
    self.database = database
    self.path = path
  }

  /// Makes sure that it is a recording whose tables are what they have to be.
  func checkSchema() throws(RecordingError) {
    guard try integer("PRAGMA application_id") == Schema.applicationID else {
      throw .notRecording(path: path)
    }
    let version = try integer("PRAGMA user_version")
    guard version <= Schema.version else { throw .newer(path: path, version: version) }
    guard version == Schema.version else {
      throw .damaged(path: path, what: "its version is \(version)")
    }
    var definitions: [String: String] = [:]
    try forEach("SELECT name, sql FROM sqlite_schema WHERE type = 'table'", "sqlite_schema") {
      row throws(RecordingError) in
      definitions[try row.text(0)] = try row.optionalText(1) ?? ""
    }
    for table in Schema.tables where definitions[table.name] != table.definition {
      let what = definitions[table.name] == nil ? "is not there" : "is defined otherwise"
      throw .damaged(path: path, what: "the table \(table.name) \(what)")
    }
  }

  private func integer(_ sql: String) throws(RecordingError) -> Int64 {
    do {
      return try database.integer(sql) ?? 0
    } catch {
      throw RecordingError(error, reading: path)
    }
  }

  /// Hands out the rows of an answer; `table` is what a sentence calls them.
  func forEach(
    _ sql: String, _ table: String, _ body: (Row) throws(RecordingError) -> Void
  ) throws(RecordingError) {
    do {
      let statement = try database.statement(sql)
      var number = 0
      while try statement.step() {
        number += 1
        do {
          try body(Row(statement: statement, path: path, table: table, number: number))
        } catch {
          throw Stop.here(error)
        }
      }
    } catch let stop as Stop {
      switch stop {
      case .here(let error): throw error
      }
    } catch let failure as Database.Failure {
      throw RecordingError(failure, reading: path)
    } catch {
      throw .inputOutput(path: path, reason: "\(error)")
    }
  }

  private enum Stop: Error {
    case here(RecordingError)
  }

  /// The rows of a table that are numbered from 0 without a gap.
  func list<Element>(
    _ table: String, _ columns: String, key: String = "id",
    _ body: (Row) throws(RecordingError) -> Element
  ) throws(RecordingError) -> [Element] {
    var list: [Element] = []
    try forEach("SELECT \(key), \(columns) FROM \(table) ORDER BY \(key)", table) {
      row throws(RecordingError) in
      guard try row.integer(0) == Int64(list.count) else { throw row.damage("a row is missing") }
      list.append(try body(row))
    }
    return list
  }

  func header() throws(RecordingError) -> TraceHeader {
    let command = try list("argument", "value", key: "place") {
      row throws(RecordingError) in try row.text(1)
    }
    var header: TraceHeader?
    try forEach("SELECT began, attached, recorder FROM recording LIMIT 1", "recording") {
      row throws(RecordingError) in
      header = TraceHeader(
        command: command, began: try row.time(0), isAttached: try row.flag(1),
        recorder: try row.text(2))
    }
    guard let header else { throw .empty(path: path) }
    return header
  }

  func end() throws(RecordingError) -> TraceEnd? {
    var end: TraceEnd?
    try forEach("SELECT duration, status, signal FROM ending LIMIT 1", "ending") {
      row throws(RecordingError) in
      end = TraceEnd(
        duration: try row.time(0), status: try row.optionalInt32(1),
        signal: try row.optionalInt32(2))
    }
    return end
  }

  func spaces() throws(RecordingError) -> [TraceSpace] {
    try list("space", "pid, name, bits, main") { row throws(RecordingError) in
      guard let wordSize = WordSize(rawValue: Int(try row.integer(3))) else {
        throw row.damage("addresses have 32 or 64 bits")
      }
      return TraceSpace(
        pid: try row.int32(1), name: try row.text(2), wordSize: wordSize, isMain: try row.flag(4))
    }
  }

  func threads() throws(RecordingError) -> [TraceThread] {
    try list("thread", "tid, name") { row throws(RecordingError) in
      TraceThread(tid: try row.int32(1), name: try row.text(2))
    }
  }

  func modules() throws(RecordingError) -> [TraceModule] {
    try list("module", "path, build_id") { row throws(RecordingError) in
      TraceModule(path: try row.text(1), buildID: try row.optionalText(2))
    }
  }

  func frames(modules: Int) throws(RecordingError) -> [Frame] {
    try list("frame", "module, offset, origin") { row throws(RecordingError) in
      guard let origin = Frame.Origin(rawValue: try row.text(3)) else {
        throw row.damage("no frame is found that way")
      }
      return Frame(
        module: try row.optionalIndex(1, of: "module", count: modules),
        offset: UInt64(bitPattern: try row.integer(2)), origin: origin)
    }
  }

  func stacks(frames: Int) throws(RecordingError) -> StackTable {
    var table = StackTable()
    _ = try list("stack", "parent, frame") { row throws(RecordingError) in
      let node = StackTable.Node(
        // A parent stands before its children.
        parent: try row.optionalIndex(1, of: "parent", count: table.nodes.count),
        frame: try row.index(2, of: "frame", count: frames))
      guard table.place(of: node).isNew else { throw row.damage("it stands there twice") }
    }
    return table
  }

  func symbols(frames: Int) throws(RecordingError) -> [Int: [Symbol]] {
    var symbols: [Int: [Symbol]] = [:]
    var last = -1
    try forEach(
      "SELECT frame, place, function, file, line, inlined FROM symbol ORDER BY frame, place",
      "symbol"
    ) { row throws(RecordingError) in
      let frame = try row.index(0, of: "frame", count: frames)
      guard frame >= last, try row.integer(1) == Int64(symbols[frame, default: []].count) else {
        throw row.damage("a row is missing")
      }
      last = frame
      symbols[frame, default: []].append(
        Symbol(
          function: try row.optionalText(2), file: try row.optionalText(3),
          line: try row.optionalCount(4), isInlined: try row.flag(5)))
    }
    return symbols
  }

  func snapshots(spaces: Int) throws(RecordingError) -> [TraceSnapshot] {
    try list("snapshot", "space, time, events, occasion, capture") {
      row throws(RecordingError) in
      guard let occasion = TraceSnapshot.Occasion(rawValue: try row.text(4)) else {
        throw row.damage("no map is read on that occasion")
      }
      return TraceSnapshot(
        space: try row.index(1, of: "space", count: spaces), time: try row.time(2),
        events: try row.count(3), occasion: occasion, capture: try row.bytes(5))
    }
  }
}
