/// A row of an answer whose values may be anything.
struct Row {
  let statement: Statement
  let path: String
  let table: String
  /// Its place in the answer, from 1.
  let number: Int

  /// The error that says what is wrong with this row.
  func damage(_ what: String) -> RecordingError {
    .damaged(path: path, what: "row \(number) of table \(table): \(what)")
  }

  func integer(_ column: Int32) throws(RecordingError) -> Int64 {
    guard statement.type(of: column) == .integer else { throw damage("no number in \(column)") }
    return statement.integer(column)
  }

  func optionalInteger(_ column: Int32) throws(RecordingError) -> Int64? {
    statement.type(of: column) == .null ? nil : try integer(column)
  }

  func int32(_ column: Int32) throws(RecordingError) -> Int32 {
    let value = try integer(column)
    guard let small = Int32(exactly: value) else { throw damage("\(value) is too large") }
    return small
  }

  func optionalInt32(_ column: Int32) throws(RecordingError) -> Int32? {
    statement.type(of: column) == .null ? nil : try int32(column)
  }

  func flag(_ column: Int32) throws(RecordingError) -> Bool {
    try integer(column) != 0
  }

  /// A number of things, of which there are not more than anybody could have recorded.
  func count(_ column: Int32) throws(RecordingError) -> Int {
    let value = try integer(column)
    guard let count = Int(exactly: value), count >= 0, count <= Int(Int32.max) else {
      throw damage("\(value) is no count")
    }
    return count
  }

  func optionalCount(_ column: Int32) throws(RecordingError) -> Int? {
    statement.type(of: column) == .null ? nil : try count(column)
  }

  /// Nanoseconds or seconds.
  func time(_ column: Int32) throws(RecordingError) -> UInt64 {
    let value = try integer(column)
    guard let time = UInt64(exactly: value) else { throw damage("\(value) is no time") }
    return time
  }

  func index(
    _ column: Int32, of table: @autoclosure () -> String, count: Int
  ) throws(RecordingError) -> Int {
    let value = try integer(column)
    guard value >= 0, value < Int64(count) else {
      throw damage("\(table()) \(value) is not there")
    }
    return Int(value)
  }

  func optionalIndex(
    _ column: Int32, of table: @autoclosure () -> String, count: Int
  ) throws(RecordingError) -> Int? {
    statement.type(of: column) == .null ? nil : try index(column, of: table(), count: count)
  }

  func text(_ column: Int32) throws(RecordingError) -> String {
    guard statement.type(of: column) == .text else { throw damage("no text in \(column)") }
    return statement.text(column)
  }

  func optionalText(_ column: Int32) throws(RecordingError) -> String? {
    statement.type(of: column) == .null ? nil : try text(column)
  }

  func bytes(_ column: Int32) throws(RecordingError) -> [UInt8] {
    guard statement.type(of: column) == .blob else { throw damage("no bytes in \(column)") }
    return statement.bytes(column)
  }

  /// A number of bytes that stands in pages, or as text where it is no multiple of a page.
  func units(_ column: Int32) throws(RecordingError) -> UInt64 {
    if statement.type(of: column) == .text {
      let text = statement.text(column)
      guard text.hasPrefix("0x"), let value = UInt64(text.dropFirst(2), radix: 16) else {
        throw damage("no address or size in \(column)")
      }
      return value
    }
    let value = try integer(column)
    guard value >= 0, UInt64(value) <= UInt64.max / Schema.unit else {
      throw damage("\(value) pages are too many")
    }
    return UInt64(value) * Schema.unit
  }

  func optionalUnits(_ column: Int32) throws(RecordingError) -> UInt64? {
    statement.type(of: column) == .null ? nil : try units(column)
  }
}
