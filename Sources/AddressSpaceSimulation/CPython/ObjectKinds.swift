/// The kinds of objects, or of what belongs to them, of which CPython keeps dead ones for reuse.
enum ObjectKind: Hashable, Sendable {
  /// Tuples of so many items.
  case tuple(Int)
  case list
  case dictionary
  /// Tables of 8 places, whose keys are strings.
  case table
  case set
  case float
  /// `unicode` objects, and their buffers of so many characters.
  case text
  case characters(Int)

  /// How many dead ones a build keeps; 0 where none.
  func limit(in build: PythonBuild) -> Int {
    switch self {
    case .tuple: 2000
    case .list: build.isSince(2, 4) ? 80 : 0
    case .dictionary: build.isSince(2, 4) ? 80 : 0
    case .table: build.isSince(3, 8) ? 80 : 0
    case .set: build.isSince(2, 5) && !build.isSince(3, 4) ? 80 : 0
    case .float: build.isSince(3, 3) ? 100 : 0
    case .text, .characters: build.isSince(3, 3) ? 0 : 1024
    }
  }

  /// Whether a full `gc.collect()` frees the dead ones.
  func isCleared(in build: PythonBuild) -> Bool {
    switch self {
    case .tuple, .text, .characters: build.isSince(2, 6)
    case .list, .dictionary, .table, .set: build.isSince(3, 3)
    case .float: true
    }
  }
}

/// The numbers that Python 2, and floats to 3.2, keep in blocks of about 1000 bytes, which come from
/// the C library.
enum BlockKind: Hashable, Sendable {
  case int
  case float

  /// The bytes of one number.
  func numberBytes(in build: PythonBuild) -> UInt64 {
    switch self {
    case .int: 2 * build.word + build.longBytes
    case .float: 2 * build.word + 8
    }
  }

  /// How many numbers a block holds, and its bytes (`BLOCK_SIZE` 1000, of these 8 for a pointer).
  func block(in build: PythonBuild) -> (count: Int, bytes: UInt64) {
    let unit: UInt64 =
      self == .int || !build.alignsLongNumbers ? build.word : 8
    let number = PythonSizes.roundedUp(numberBytes(in: build), to: unit)
    let count = (1000 - 8) / number
    let bytes = PythonSizes.roundedUp(build.word, to: unit) + count * number
    return (Int(count), bytes)
  }
}

extension ObjectKind {
  /// The place among those that a full collection clears.
  var order: Int {
    switch self {
    case .tuple(let count): count
    case .text: 100
    case .characters(let count): 100 + count
    case .float: 200
    case .list: 201
    case .dictionary: 202
    case .table: 203
    case .set: 204
    }
  }
}
