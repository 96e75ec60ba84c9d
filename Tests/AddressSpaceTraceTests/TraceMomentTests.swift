import AddressSpaceTrace
import Testing

@Suite("Moments as they are written")
struct TraceMomentTests {
  @Test(
    "read and written again",
    arguments: [
      ("end", .end, "end"), ("lowest", .lowest, "lowest"), ("#8123", .event(8123), "#8123"),
      ("#0", .event(0), "#0"), ("12.5", .time(nanoseconds: 12_500_000_000), "12.5"),
      ("0", .time(nanoseconds: 0), "0"), ("0.000000001", .time(nanoseconds: 1), "0.000000001"),
      ("3.250", .time(nanoseconds: 3_250_000_000), "3.25"),
      ("18446744073", .time(nanoseconds: 18_446_744_073_000_000_000), "18446744073"),
    ] as [(String, TraceMoment, String)])
  func read(text: String, moment: TraceMoment, written: String) throws {
    let read = try TraceMoment(text: text)
    #expect(read == moment)
    #expect(read.description == written)
    #expect(try TraceMoment(text: written) == moment)
  }

  @Test(
    "refused with a sentence",
    arguments: [
      "", "End", "#", "#-1", "#1.5", "12.", "-1", "1e3", ".", "1.2.3", "0.0000000001", "inf",
      "99999999999999999999", "18446744074", "18446744073.8", "#99999999999999999999", "١٢",
    ])
  func refused(text: String) {
    let error = #expect(throws: TraceMomentError.self) { try TraceMoment(text: text) }
    #expect(error?.description.contains("\"\(text)\"") == true)
  }

  @Test("half a second without digits before the point is no moment, nor digits after none")
  func points() {
    #expect(throws: TraceMomentError.unknown(".5")) { try TraceMoment(text: ".5") }
    #expect(throws: TraceMomentError.unknown("5.")) { try TraceMoment(text: "5.") }
  }
}
