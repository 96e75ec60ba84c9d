import AddressSpace

/// A place in some bytes of a binary file, moving on; never past their end.
///
/// What reads past the end gives nil and leaves the place where it was.
struct BinaryCursor {
  private let bytes: [UInt8]
  /// The next byte that is read, from the beginning of these bytes.
  private(set) var position: Int
  private let end: Int
  private let isBigEndian: Bool

  /// From the beginning of `bytes` on.
  init(_ bytes: [UInt8], isBigEndian: Bool = false) {
    self.bytes = bytes
    position = 0
    end = bytes.count
    self.isBigEndian = isBigEndian
  }

  /// From the beginning of `count` bytes of a file at `offset` on; nil where the file has not all of
  /// them. Whoever asks bounds `count`: so many bytes are kept.
  init?(_ file: any FileBytes, at offset: UInt64, count: Int, isBigEndian: Bool = false) {
    guard count >= 0, UInt64(count) <= file.size, offset <= file.size - UInt64(count) else {
      return nil
    }
    let bytes = file.bytes(at: offset, count: count)
    guard bytes.count == count else { return nil }
    self.init(bytes, isBigEndian: isBigEndian)
  }

  /// How many bytes are left.
  var left: Int { end - position }

  /// The next byte.
  mutating func uint8() -> UInt8? { number(UInt8.self) }
  /// The next number of 16 bits.
  mutating func uint16() -> UInt16? { number(UInt16.self) }
  /// The next number of 32 bits.
  mutating func uint32() -> UInt32? { number(UInt32.self) }
  /// The next number of 64 bits.
  mutating func uint64() -> UInt64? { number(UInt64.self) }

  /// The next number as wide as an address.
  mutating func word(_ size: WordSize) -> UInt64? {
    size == .bits64 ? uint64() : uint32().map(UInt64.init)
  }

  /// Passes `count` bytes.
  @discardableResult
  mutating func skip(_ count: Int) -> Bool {
    guard count >= 0, count <= left else { return false }
    position += count
    return true
  }

  /// Goes to a place, counted from the beginning of these bytes.
  @discardableResult
  mutating func seek(to place: Int) -> Bool {
    guard place >= 0, place <= end else { return false }
    position = place
    return true
  }

  /// The next `count` bytes.
  mutating func slice(_ count: Int) -> ArraySlice<UInt8>? {
    guard count >= 0, count <= left else { return nil }
    defer { position += count }
    return bytes[position..<position + count]
  }

  /// What stands before the next zero byte, which is passed too; all that is left where there is none.
  mutating func text() -> ArraySlice<UInt8> {
    let rest = bytes[position..<end]
    let zero = rest.firstIndex(of: 0)
    position = zero.map { $0 + 1 } ?? end
    return rest[..<(zero ?? end)]
  }

  private mutating func number<Number: FixedWidthInteger & UnsignedInteger>(
    _: Number.Type
  ) -> Number? {
    let width = Number.bitWidth / 8
    guard width <= left else { return nil }
    var value: UInt64 = 0
    if isBigEndian {
      for index in position..<position + width { value = value << 8 | UInt64(bytes[index]) }
    } else {
      for index in (position..<position + width).reversed() {
        value = value << 8 | UInt64(bytes[index])
      }
    }
    position += width
    return Number(truncatingIfNeeded: value)
  }
}
