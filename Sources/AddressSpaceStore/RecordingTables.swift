import AddressSpace
import AddressSpaceTrace

/// The statements that fill the tables of a recording.
final class RecordingTables {
  let database: Database
  let events: EventTable
  private let space: Statement
  private let thread: Statement
  private let module: Statement
  private let frame: Statement
  private let stack: Statement
  private let snapshot: Statement
  private let forget: Statement
  private let symbol: Statement
  private var counts = Counts()

  /// How many there are of each: what comes next gets this id.
  private struct Counts {
    var spaces: Int64 = 0
    var threads: Int64 = 0
    var modules: Int64 = 0
    var frames: Int64 = 0
    var nodes: Int64 = 0
    var snapshots: Int64 = 0
  }

  init(_ database: Database) throws(Database.Failure) {
    self.database = database
    events = try EventTable(database)
    space = try database.statement("INSERT INTO space VALUES(?, ?, ?, ?, ?)")
    thread = try database.statement("INSERT INTO thread VALUES(?, ?, ?)")
    module = try database.statement("INSERT INTO module VALUES(?, ?, ?)")
    frame = try database.statement("INSERT INTO frame VALUES(?, ?, ?, ?)")
    stack = try database.statement("INSERT INTO stack VALUES(?, ?, ?)")
    snapshot = try database.statement("INSERT INTO snapshot VALUES(?, ?, ?, ?, ?, ?)")
    forget = try database.statement("DELETE FROM symbol WHERE frame = ?")
    symbol = try database.statement("INSERT INTO symbol VALUES(?, ?, ?, ?, ?, ?)")
  }

  func insert(_ header: TraceHeader) throws(Database.Failure) {
    let recording = try database.statement("INSERT INTO recording VALUES(?, ?, ?)")
    recording.bind(Int64(clamping: header.began), at: 1)
    recording.bind(header.isAttached ? 1 : 0, at: 2)
    recording.bind(header.recorder, at: 3)
    try recording.run()
    let argument = try database.statement("INSERT INTO argument VALUES(?, ?)")
    for (place, value) in header.command.enumerated() {
      argument.bind(Int64(place), at: 1)
      argument.bind(value, at: 2)
      try argument.run()
    }
  }

  func insert(_ value: TraceSpace) throws(Database.Failure) {
    space.bind(counts.spaces, at: 1)
    space.bind(Int64(value.pid), at: 2)
    space.bind(value.name, at: 3)
    space.bind(Int64(value.wordSize.rawValue), at: 4)
    space.bind(value.isMain ? 1 : 0, at: 5)
    try space.run()
    counts.spaces += 1
  }

  func insert(_ value: TraceThread) throws(Database.Failure) {
    thread.bind(counts.threads, at: 1)
    thread.bind(Int64(value.tid), at: 2)
    thread.bind(value.name, at: 3)
    try thread.run()
    counts.threads += 1
  }

  func insert(_ value: TraceModule) throws(Database.Failure) {
    module.bind(counts.modules, at: 1)
    module.bind(value.path, at: 2)
    module.bind(value.buildID, at: 3)
    try module.run()
    counts.modules += 1
  }

  func insert(_ value: Frame) throws(Database.Failure) {
    frame.bind(counts.frames, at: 1)
    frame.bind(value.module.map(Int64.init), at: 2)
    frame.bind(Int64(bitPattern: value.offset), at: 3)
    frame.bind(value.origin.rawValue, at: 4)
    try frame.run()
    counts.frames += 1
  }

  func insert(_ value: StackTable.Node) throws(Database.Failure) {
    stack.bind(counts.nodes, at: 1)
    stack.bind(value.parent.map(Int64.init), at: 2)
    stack.bind(Int64(value.frame), at: 3)
    try stack.run()
    counts.nodes += 1
  }

  func insert(_ value: TraceSnapshot) throws(Database.Failure) {
    snapshot.bind(counts.snapshots, at: 1)
    snapshot.bind(Int64(value.space), at: 2)
    snapshot.bind(Int64(clamping: value.time), at: 3)
    snapshot.bind(Int64(value.events), at: 4)
    snapshot.bind(value.occasion.rawValue, at: 5)
    snapshot.bind(value.capture, at: 6)
    try snapshot.run()
    counts.snapshots += 1
  }

  func insert(_ symbols: [Symbol], ofFrame frame: Int) throws(Database.Failure) {
    forget.bind(Int64(frame), at: 1)
    try forget.run()
    for (place, value) in symbols.enumerated() {
      symbol.bind(Int64(frame), at: 1)
      symbol.bind(Int64(place), at: 2)
      symbol.bind(value.function, at: 3)
      symbol.bind(value.file, at: 4)
      symbol.bind(value.line.map(Int64.init), at: 5)
      symbol.bind(value.isInlined ? 1 : 0, at: 6)
      try symbol.run()
    }
  }

  func insert(_ end: TraceEnd) throws(Database.Failure) {
    let ending = try database.statement("INSERT INTO ending VALUES(?, ?, ?)")
    ending.bind(Int64(clamping: end.duration), at: 1)
    ending.bind(end.status.map(Int64.init), at: 2)
    ending.bind(end.signal.map(Int64.init), at: 3)
    try ending.run()
  }
}
