public import AddressSpaceTrace
import Glibc
import SystemPackage

/// Writes a recording into a new SQLite file, as it is made.
///
/// What `commit` has returned from is in the file whatever happens to this process, and moments later
/// whatever happens to the machine. After an error nothing more is taken: every later call throws it
/// again.
public final class RecordingWriter: TraceSink {
  /// Why something could not be written.
  public typealias Failure = RecordingError

  /// The file.
  public let path: String
  private let log: WriteAheadLog
  private var tables: RecordingTables?
  private var failure: RecordingError?
  private var isInTransaction = false

  /// Makes the file, in place of one that is there where `force` says so.
  public init(path: String, force: Bool = false) throws(RecordingError) {
    self.path = path
    log = WriteAheadLog(of: path)
    try Self.create(path, force: force)
    do {
      let database = try Database(uri: Database.uri(of: path), .readWrite)
      try Self.prepare(database)
      tables = try RecordingTables(database)
    } catch {
      unlink(path)
      throw RecordingError(error, writing: path)
    }
  }

  /// Makes an empty file that nobody else has just made.
  private static func create(_ path: String, force: Bool) throws(RecordingError) {
    if force { try removeOld(path) }
    do {
      try FileDescriptor.open(
        FilePath(path), .readWrite, options: [.create, .exclusiveCreate],
        permissions: [.ownerReadWrite, .groupRead, .otherRead]
      ).close()
    } catch {
      let errno = (error as? Errno) ?? .ioError
      throw errno == .fileExists
        ? .exists(path: path) : .cannotOpen(path: path, errno: errno.rawValue)
    }
  }

  private static func removeOld(_ path: String) throws(RecordingError) {
    var status = stat()
    guard lstat(path, &status) == 0 else { return }
    // A device or a link would be gone as well, and that is not what was meant.
    guard status.st_mode & S_IFMT == S_IFREG else { throw .notReplaceable(path: path) }
    // The logs first: beside another file they would be its own.
    for name in [path + "-wal", path + "-shm", path + "-journal", path] {
      guard unlink(name) == 0 || errno == ENOENT else {
        throw .cannotOpen(path: name, errno: errno)
      }
    }
  }

  private static func prepare(_ database: Database) throws(Database.Failure) {
    try database.execute("PRAGMA page_size = 4096")
    try database.execute("PRAGMA cache_size = -8192")
    // Who records must not wait for the disk: the log is brought there behind its back.
    try database.execute("PRAGMA synchronous = NORMAL")
    try database.execute("BEGIN")
    try database.execute("PRAGMA application_id = \(Schema.applicationID)")
    try database.execute("PRAGMA user_version = \(Schema.version)")
    for table in Schema.tables { try database.execute(table.definition) }
    try database.execute("COMMIT")
    // Not before: a file whose log got lost is still known for what it is.
    try database.execute("PRAGMA journal_mode = WAL")
  }

  // MARK: TraceSink

  /// Writes what is known of the recording as a whole, and commits it.
  public func begin(_ header: TraceHeader) throws(RecordingError) {
    try write { tables throws(Database.Failure) in try tables.insert(header) }
    try commit()
  }

  /// Adds an address space.
  public func add(_ space: TraceSpace) throws(RecordingError) {
    try write { tables throws(Database.Failure) in try tables.insert(space) }
  }

  /// Adds a thread.
  public func add(_ thread: TraceThread) throws(RecordingError) {
    try write { tables throws(Database.Failure) in try tables.insert(thread) }
  }

  /// Adds a module.
  public func add(_ module: TraceModule) throws(RecordingError) {
    try write { tables throws(Database.Failure) in try tables.insert(module) }
  }

  /// Adds a frame.
  public func add(_ frame: Frame) throws(RecordingError) {
    try write { tables throws(Database.Failure) in try tables.insert(frame) }
  }

  /// Adds a node of the tree of stacks.
  public func add(_ node: StackTable.Node) throws(RecordingError) {
    try write { tables throws(Database.Failure) in try tables.insert(node) }
  }

  /// Adds a whole map.
  public func add(_ snapshot: TraceSnapshot) throws(RecordingError) {
    try write { tables throws(Database.Failure) in try tables.insert(snapshot) }
  }

  /// Adds an event.
  public func add(_ event: TraceEvent) throws(RecordingError) {
    try write { tables throws(Database.Failure) in try tables.events.insert(event) }
  }

  /// Adds what is known of a frame, in place of what was known before.
  public func add(_ symbols: [Symbol], ofFrame frame: Int) throws(RecordingError) {
    try write { tables throws(Database.Failure) in try tables.insert(symbols, ofFrame: frame) }
  }

  /// Makes what was added last.
  public func commit() throws(RecordingError) {
    guard isInTransaction || failure != nil else { return }
    try write { tables throws(Database.Failure) in try tables.database.execute("COMMIT") }
    isInTransaction = false
    log.bringToDisk()
  }

  /// Writes how it ended and leaves one file without a log beside it.
  ///
  /// Where somebody reads the recording just now the log stays; nothing is lost by that.
  public func finish(_ end: TraceEnd) throws(RecordingError) {
    try write { tables throws(Database.Failure) in try tables.insert(end) }
    try commit()
    defer { tables = nil }
    do {
      try tables?.database.checkpoint()
      try tables?.database.execute("PRAGMA journal_mode = DELETE")
    } catch {
      guard error.isBusy else { throw RecordingError(error, writing: path) }
    }
  }

  private func write(
    _ body: (RecordingTables) throws(Database.Failure) -> Void
  ) throws(RecordingError) {
    if let failure { throw failure }
    guard let tables else {
      throw .inputOutput(path: path, reason: "the recording has been finished already")
    }
    do {
      if !isInTransaction {
        try tables.database.execute("BEGIN")
        isInTransaction = true
      }
      try body(tables)
    } catch {
      let failure = RecordingError(error, writing: path)
      self.failure = failure
      // Closing takes back what was not committed and frees the log as far as the disk lets it.
      self.tables = nil
      throw failure
    }
  }
}
