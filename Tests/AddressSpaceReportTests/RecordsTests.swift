import AddressSpace
import Testing

@testable import AddressSpaceReport

@Suite("Records of --plain")
struct RecordsTests {
  @Test("a record a line, tabs between fields, sizes in bytes")
  func fields() {
    var records = Records()
    records.add("span", Address(0x1_0000), ByteCount.mebibytes(2), 7, "name")
    records.add("empty", "", "")
    #expect(records.text == "span\t0x00010000\t2097152\t7\tname\nempty\t\t\n")
  }

  @Test("a tab or newline inside a field cannot make another")
  func escaping() {
    var records = Records()
    records.add("name", "a\tb\nc\r\u{2028}\u{1B}")
    #expect(records.text == "name\ta\\x09b\\x0Ac\\x0D\\u{2028}\\x1B\n")
  }
}
