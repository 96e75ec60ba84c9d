import CSQLite

/// A connection to a SQLite file; with `Statement` all there is of SQLite's C interface.
final class Database {
  /// What SQLite says of a call that failed.
  struct Failure: Error {
    /// The extended result code.
    let code: Int32
    /// The system's `errno` behind it, zero where there is none.
    let systemError: Int32
    /// SQLite's own words.
    let message: String

    /// The result code without its details.
    var primaryCode: Int32 { code & 0xFF }
  }

  enum Mode {
    case readOnly
    case readWrite
  }

  let handle: OpaquePointer
  private let steps = Steps()

  /// Opens a file that exists. `uri` is a URI as SQLite takes it.
  init(uri: String, _ mode: Mode) throws(Failure) {
    let flags = mode == .readOnly ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE
    var handle: OpaquePointer?
    let code = sqlite3_open_v2(
      uri, &handle, flags | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nil)
    guard code == SQLITE_OK, let handle else {
      let failure = Failure(code, of: handle)
      sqlite3_close_v2(handle)
      throw failure
    }
    self.handle = handle
    // A program that is being recorded is not to wait for one who reads.
    sqlite3_busy_timeout(handle, mode == .readOnly ? 2000 : 200)
    // What a file holds besides data is not to be run.
    sqlite3_limit(handle, SQLITE_LIMIT_ATTACHED, 0)
    sqlite3_limit(handle, SQLITE_LIMIT_TRIGGER_DEPTH, 0)
  }

  deinit {
    sqlite3_close_v2(handle)
  }

  /// Ends a statement that takes more steps than a file of so many bytes can be good for.
  ///
  /// The pages of a hostile file can refer to each other so that a table has no end.
  func limitSteps(inBytes bytes: Int) {
    steps.most = 1024 + 8 * (bytes / Steps.unit)
    sqlite3_progress_handler(
      handle, Int32(Steps.unit),
      { context in
        guard let context else { return 0 }
        let steps = Unmanaged<Steps>.fromOpaque(context).takeUnretainedValue()
        steps.taken += 1
        return steps.taken > steps.most ? 1 : 0
      }, Unmanaged.passUnretained(steps).toOpaque())
  }

  private final class Steps {
    var taken = 0
    var most = 0
    /// A row is a few steps and as many bytes.
    static let unit = 1 << 12
  }

  /// Runs statements whose answers nobody needs.
  func execute(_ sql: String) throws(Failure) {
    let code = sqlite3_exec(handle, sql, nil, nil, nil)
    guard code == SQLITE_OK else { throw Failure(code, of: handle) }
  }

  /// Prepares a statement.
  func statement(_ sql: String) throws(Failure) -> Statement {
    steps.taken = 0
    return try Statement(sql, in: self)
  }

  /// The first value of the first row of an answer, nil where there is none.
  func integer(_ sql: String) throws(Failure) -> Int64? {
    let statement = try statement(sql)
    guard try statement.step(), statement.type(of: 0) == .integer else { return nil }
    return statement.integer(0)
  }

  /// Moves what the log beside the file holds into the file as far as nobody reads the log.
  func checkpoint() throws(Failure) {
    let code = sqlite3_wal_checkpoint_v2(handle, nil, SQLITE_CHECKPOINT_TRUNCATE, nil, nil)
    guard code == SQLITE_OK || code == SQLITE_BUSY else { throw Failure(code, of: handle) }
  }
}

extension Database.Failure {
  init(_ code: Int32, of handle: OpaquePointer?) {
    self.code = handle.map { sqlite3_extended_errcode($0) } ?? code
    systemError = handle.map { sqlite3_system_errno($0) } ?? 0
    message = String(cString: handle.map { sqlite3_errmsg($0) } ?? sqlite3_errstr(code))
  }

  /// Whether there is no more room on the disk.
  var isFull: Bool { primaryCode == SQLITE_FULL || systemError == 28 /* ENOSPC */ }

  /// Whether the bytes of the file are no sound database.
  var isDamage: Bool {
    [
      SQLITE_CORRUPT, SQLITE_NOTADB, SQLITE_FORMAT, SQLITE_ERROR, SQLITE_MISMATCH, SQLITE_TOOBIG,
      SQLITE_INTERRUPT,
    ].contains(primaryCode)
  }

  /// Whether others hold the file.
  var isBusy: Bool { primaryCode == SQLITE_BUSY || primaryCode == SQLITE_LOCKED }

  /// Whether memory has run out.
  var isOutOfMemory: Bool { primaryCode == SQLITE_NOMEM }

  /// Whether the log beside the file cannot be used, as in a folder that may not be written to.
  var cannotUseLog: Bool { primaryCode == SQLITE_CANTOPEN || primaryCode == SQLITE_READONLY }
}
