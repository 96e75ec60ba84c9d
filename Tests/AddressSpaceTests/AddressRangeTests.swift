import AddressSpace
import Testing

@Suite("Addresses and ranges")
struct AddressRangeTests {
  @Test("a range is never empty")
  func notEmpty() {
    #expect(AddressRange(5, 5) == nil)
    #expect(AddressRange(6, 5) == nil)
    #expect(AddressRange(5, 6)?.size == 1)
    #expect(AddressRange.everything(below: 0).size == 1)
  }

  @Test("clamping, overlapping and subtracting agree with sets of numbers")
  func asSets() {
    for numbers in 0..<(6 * 6 * 6 * 6) {
      let ends = [numbers % 6, numbers / 6 % 6, numbers / 36 % 6, numbers / 216]
        .map { Address(UInt64($0)) }
      guard let one = AddressRange(ends[0], ends[1]), let other = AddressRange(ends[2], ends[3])
      else { continue }
      let ones = Set(one.lower.value..<one.upper.value)
      let others = Set(other.lower.value..<other.upper.value)
      #expect(one.overlaps(other) == !ones.isDisjoint(with: others))
      let common = one.clamped(to: other).map { Set($0.lower.value..<$0.upper.value) } ?? []
      #expect(common == ones.intersection(others))
      let (below, above) = one.subtracting(other)
      let rest = [below, above].compactMap { $0 }.flatMap { $0.lower.value..<$0.upper.value }
      #expect(rest == ones.subtracting(others).sorted(), "\(one) without \(other)")
    }
  }

  @Test(
    "read as text",
    arguments: [
      ("0x10000-0xc0000000", 0x1_0000, 0xC000_0000), ("10000-C0000000", 0x1_0000, 0xC000_0000),
      ("0-1", 0, 1), ("0-ffffffffffffffff", 0, .max),
    ] as [(String, UInt64, UInt64)])
  func text(text: String, low: UInt64, high: UInt64) throws {
    let range = try #require(AddressRange(text: text))
    #expect(range.lower.value == low && range.upper.value == high)
    #expect(AddressRange(text: range.description) == range)
  }

  @Test(
    "text that is no range",
    arguments: [
      "", "-", "10000", "10000-", "-10000", "10000-10000", "20000-10000", "1-2-3", "x-y",
      "0x-0x1", "0-10000000000000000", "1 - 2", "0x1-+2", "+1-2", "0x+1-0x2",
    ])
  func noRange(text: String) {
    #expect(AddressRange(text: text) == nil)
  }

  @Test("rounding never leaves 64 bits")
  func rounding() {
    #expect(Address(0x1001).roundedUp(to: 0x1000) == 0x2000)
    #expect(Address(0x1000).roundedUp(to: 0x1000) == 0x1000)
    #expect(Address(0x1FFF).roundedDown(to: 0x1000) == 0x1000)
    #expect(Address(.max).roundedUp(to: 0x1000) == nil)
    #expect(ByteCount(.max).adding(1) == nil)
    #expect(ByteCount(.max).multiplied(by: 2) == nil)
    #expect(ByteCount(5).lowered(by: 9) == 0)
    #expect(Address(5).lowered(by: 9) == 0)
  }

  @Test("addresses have at least eight digits")
  func description() {
    #expect(Address(0).description == "0x00000000")
    #expect(Address(0x7FFF_FFFF_F000).description == "0x7ffffffff000")
  }
}
