/// The memory of a process, as it is read for Python's frames.
struct PythonMemory {
  /// Reads that many bytes from an address on, nil where not all of them can be read.
  let read: (UInt64, Int) -> [UInt8]?
  /// 4 or 8.
  let wordBytes: Int

  /// The longest piece that is ever read.
  static var longest: Int { 1 << 20 }

  func bytes(at address: UInt64, count: Int) -> [UInt8]? {
    guard address != 0, (1...Self.longest).contains(count) else { return nil }
    let bytes = read(address, count)
    return bytes?.count == count ? bytes : nil
  }

  /// A little-endian number of 1, 4 or 8 bytes.
  func number(at address: UInt64, bytes count: Int) -> UInt64? {
    bytes(at: address, count: count).map { Self.number($0[...]) }
  }

  func word(at address: UInt64) -> UInt64? { number(at: address, bytes: wordBytes) }

  /// A pointer, nil where it cannot be read and where it is null.
  func pointer(at address: UInt64) -> UInt64? {
    word(at: address).flatMap { $0 == 0 ? nil : $0 }
  }

  static func number(_ bytes: ArraySlice<UInt8>) -> UInt64 {
    bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }
}

/// A part of the process that was read at once.
struct PythonBlock {
  let bytes: [UInt8]
  let wordBytes: Int

  /// A number, nil where it lies outside.
  func number(at offset: Int, bytes count: Int) -> UInt64? {
    guard offset >= 0, offset <= bytes.count - count else { return nil }
    return PythonMemory.number(bytes[offset..<offset + count])
  }

  func word(at offset: Int) -> UInt64? { number(at: offset, bytes: wordBytes) }

  func int32(at offset: Int) -> Int? {
    number(at: offset, bytes: 4).map { Int(Int32(truncatingIfNeeded: $0)) }
  }
}
