import AddressSpace
import Testing

@testable import AddressSpaceFormats

/// The one reader of binary numbers: both orders of bytes, never past the end.
@Suite struct BinaryCursorTests {
  private static let bytes: [UInt8] = [0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x88]

  @Test func readsBothOrders() {
    var little = BinaryCursor(Self.bytes)
    #expect(little.uint8() == 0x01)
    #expect(little.uint16() == 0x0302)
    #expect(little.uint32() == 0x0706_0504)
    #expect(little.left == 1)
    var big = BinaryCursor(Self.bytes, isBigEndian: true)
    #expect(big.uint64() == 0x0102_0304_0506_0788)
    #expect(big.left == 0)
  }

  @Test func wordsAreAsWideAsAddresses() {
    var cursor = BinaryCursor(Self.bytes)
    #expect(cursor.word(.bits32) == 0x0403_0201)
    cursor.seek(to: 0)
    #expect(cursor.word(.bits64) == 0x8807_0605_0403_0201)
  }

  @Test func whatIsPastTheEndLeavesThePlace() {
    var cursor = BinaryCursor(Self.bytes)
    #expect(cursor.skip(5))
    #expect(cursor.uint32() == nil)
    #expect(cursor.slice(4) == nil)
    #expect(!cursor.skip(-1))
    #expect(!cursor.skip(.max))
    #expect(!cursor.seek(to: 9))
    #expect(cursor.position == 5)
    #expect(cursor.slice(3).map(Array.init) == [0x06, 0x07, 0x88])
    #expect(cursor.uint8() == nil)
  }

  @Test func textEndsAtZeroOrAtTheEnd() {
    var cursor = BinaryCursor(Array("one\0two".utf8))
    #expect(cursor.text().elementsEqual("one".utf8))
    #expect(cursor.text().elementsEqual("two".utf8))
    #expect(cursor.text().isEmpty)
  }

  @Test func aPartOfAFileIsAllThereOrNone() {
    #expect(BinaryCursor(Self.bytes, at: 4, count: 4) != nil)
    #expect(BinaryCursor(Self.bytes, at: 5, count: 4) == nil)
    #expect(BinaryCursor(Self.bytes, at: .max, count: 4) == nil)
    #expect(BinaryCursor(Self.bytes, at: 0, count: .max) == nil)
    #expect(BinaryCursor(Self.bytes, at: 0, count: -1) == nil)
    #expect(BinaryCursor(Self.bytes, at: 8, count: 0) != nil)
  }
}
