import CSQLite

/// What is done to a recording behind the back of its writer.
struct SQL {
  let path: String

  struct Failure: Error {
    let message: String
  }

  /// Runs statements, as whoever made a hostile file could.
  func callAsFunction(_ statements: String) throws {
    var handle: OpaquePointer?
    defer { sqlite3_close(handle) }
    guard sqlite3_open(path, &handle) == SQLITE_OK,
      sqlite3_exec(handle, statements, nil, nil, nil) == SQLITE_OK
    else { throw Failure(message: String(cString: sqlite3_errmsg(handle))) }
  }
}
