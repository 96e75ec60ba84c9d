import AddressSpaceReport
import Testing

@Suite("What doctor prints")
struct DoctorReportTests {
  static let report = DoctorReport([
    .init("kernel", isOK: true, detail: "6.1", remedy: "not shown"),
    .init("32-bit programs", isOK: false, detail: "refused", remedy: "Boot another kernel."),
    .init("unwinders", isOK: false, detail: "none"),
  ])

  @Test("a remedy stands below what is not as it should be, only there")
  func text() {
    #expect(
      Self.report.text(Style()) == """
          yes  kernel           6.1
          no   32-bit programs  refused
               Boot another kernel.
          no   unwinders        none

        """)
  }

  @Test("plain has four fields")
  func plain() {
    #expect(
      Self.report.plain() == """
        kernel\tyes\t6.1\tnot shown
        32-bit programs\tno\trefused\tBoot another kernel.
        unwinders\tno\tnone\t

        """)
  }

  @Test("nothing looked at is no crash")
  func empty() {
    #expect(DoctorReport([]).text(Style()) == "\n")
    #expect(DoctorReport([]).plain() == "")
    #expect(DoctorReport([]).json().contains("\"checks\": []"))
  }
}
