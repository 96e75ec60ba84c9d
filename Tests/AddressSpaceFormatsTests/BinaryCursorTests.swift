import AddressSpace
import Testing

@testable import AddressSpaceFormats

/// The one reader of binary numbers: both orders of bytes, never past the end.
@Suite("Binary cursor")
struct BinaryCursorTests {
  private static let bytes: [UInt8] = [0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x88]

  /// What `read` gives of a cursor, and where it is then.
  private static func after<Value>(
    _ cursor: BinaryCursor = BinaryCursor(bytes), at place: Int = 0,
    _ read: (inout BinaryCursor) -> Value
  ) -> (value: Value, position: Int) {
    var cursor = cursor
    _ = cursor.seek(to: place)
    let value = read(&cursor)
    return (value, cursor.position)
  }

  @Test("both orders of bytes")
  func orders() {
    #expect(Self.after { $0.uint8() } == (0x01, 1))
    #expect(Self.after(at: 1) { $0.uint16() } == (0x0302, 3))
    #expect(Self.after(at: 3) { $0.uint32() } == (0x0706_0504, 7))
    #expect(Self.after { $0.uint64() } == (0x8807_0605_0403_0201, 8))
    let big = BinaryCursor(Self.bytes, isBigEndian: true)
    #expect(Self.after(big) { $0.uint16() } == (0x0102, 2))
    #expect(Self.after(big) { $0.uint64() } == (0x0102_0304_0506_0788, 8))
  }

  @Test("words are as wide as addresses")
  func words() {
    #expect(Self.after { $0.word(.bits32) } == (0x0403_0201, 4))
    #expect(Self.after { $0.word(.bits64) } == (0x8807_0605_0403_0201, 8))
  }

  @Test("what is past the end leaves the place")
  func end() {
    #expect(Self.after(at: 5) { $0.uint32() } == (nil, 5))
    #expect(Self.after(at: 5) { $0.slice(4).map(Array.init) } == (nil, 5))
    #expect(Self.after(at: 5) { $0.skip(-1) } == (false, 5))
    #expect(Self.after(at: 5) { $0.skip(.max) } == (false, 5))
    #expect(Self.after(at: 5) { $0.seek(to: 9) } == (false, 5))
    #expect(Self.after(at: 5) { $0.slice(3).map(Array.init) } == ([0x06, 0x07, 0x88], 8))
    #expect(Self.after(at: 8) { $0.uint8() } == (nil, 8))
  }

  @Test("text ends at a zero, or at the end")
  func text() {
    let cursor = BinaryCursor(Array("one\0two".utf8))
    #expect(Self.after(cursor) { Array($0.text()) } == (Array("one".utf8), 4))
    #expect(Self.after(cursor, at: 4) { Array($0.text()) } == (Array("two".utf8), 7))
    #expect(Self.after(cursor, at: 7) { Array($0.text()) } == ([], 7))
  }

  @Test(
    "a part of a file is there as a whole or not at all",
    arguments: [
      (4, 4, true), (5, 4, false), (.max, 4, false), (0, .max, false), (0, -1, false),
      (8, 0, true), (9, 0, false),
    ] as [(UInt64, Int, Bool)])
  func parts(offset: UInt64, count: Int, isThere: Bool) {
    #expect((BinaryCursor(Self.bytes, at: offset, count: count) != nil) == isThere)
  }
}
