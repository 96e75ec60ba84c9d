import CSQLite

/// A prepared statement of a `Database`.
final class Statement {
  /// What a value of a row is.
  enum ValueType {
    case null
    case integer
    case real
    case text
    case blob
  }

  private let handle: OpaquePointer
  // Keeps the connection open for as long as this is there.
  private let database: Database
  private var bindCode = SQLITE_OK

  init(_ sql: String, in database: Database) throws(Database.Failure) {
    var handle: OpaquePointer?
    let code = sqlite3_prepare_v3(
      database.handle, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &handle, nil)
    guard code == SQLITE_OK, let handle else {
      throw Database.Failure(code, of: database.handle)
    }
    self.handle = handle
    self.database = database
  }

  deinit {
    sqlite3_finalize(handle)
  }

  /// The next row, or false where there is none.
  func step() throws(Database.Failure) -> Bool {
    guard bindCode == SQLITE_OK else {
      throw Database.Failure(bindCode, of: database.handle)
    }
    let code = sqlite3_step(handle)
    if code == SQLITE_ROW { return true }
    guard code == SQLITE_DONE else {
      let failure = Database.Failure(code, of: database.handle)
      sqlite3_reset(handle)
      throw failure
    }
    return false
  }

  /// Runs it to its end and makes it ready for the next time.
  func run() throws(Database.Failure) {
    _ = try step()
    sqlite3_reset(handle)
  }

  // Values to fill in, by their place from 1.

  func bind(_ value: Int64, at place: Int32) {
    note(sqlite3_bind_int64(handle, place, value))
  }

  func bind(_ value: Int64?, at place: Int32) {
    note(value.map { sqlite3_bind_int64(handle, place, $0) } ?? sqlite3_bind_null(handle, place))
  }

  func bind(_ text: String?, at place: Int32) {
    guard var text else { return note(sqlite3_bind_null(handle, place)) }
    let code = text.withUTF8 { bytes in
      // A null pointer would be a NULL.
      guard let start = bytes.baseAddress else {
        return sqlite3_bind_text(handle, place, "", 0, Self.copy)
      }
      return start.withMemoryRebound(to: CChar.self, capacity: bytes.count) {
        sqlite3_bind_text(handle, place, $0, Int32(clamping: bytes.count), Self.copy)
      }
    }
    note(code)
  }

  func bind(_ bytes: [UInt8], at place: Int32) {
    guard !bytes.isEmpty else { return note(sqlite3_bind_zeroblob(handle, place, 0)) }
    let code = bytes.withUnsafeBytes {
      sqlite3_bind_blob64(handle, place, $0.baseAddress, UInt64($0.count), Self.copy)
    }
    note(code)
  }

  private func note(_ code: Int32) {
    if code != SQLITE_OK { bindCode = code }
  }

  /// SQLite is to copy what it gets (`SQLITE_TRANSIENT`).
  private static var copy: sqlite3_destructor_type {
    unsafeBitCast(-1, to: sqlite3_destructor_type.self)
  }

  // The values of the row, by their place from 0.

  func type(of column: Int32) -> ValueType {
    switch sqlite3_column_type(handle, column) {
    case SQLITE_INTEGER: .integer
    case SQLITE_FLOAT: .real
    case SQLITE_TEXT: .text
    case SQLITE_BLOB: .blob
    default: .null
    }
  }

  func integer(_ column: Int32) -> Int64 {
    sqlite3_column_int64(handle, column)
  }

  /// Bytes that are not UTF-8 are replaced.
  func text(_ column: Int32) -> String {
    guard let start = sqlite3_column_text(handle, column) else { return "" }
    let count = Int(sqlite3_column_bytes(handle, column))
    return String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
  }

  func bytes(_ column: Int32) -> [UInt8] {
    guard let start = sqlite3_column_blob(handle, column) else { return [] }
    let count = Int(sqlite3_column_bytes(handle, column))
    return [UInt8](UnsafeRawBufferPointer(start: start, count: count))
  }
}
