import AddressSpace
import Testing

@Suite("Shares of runs")
struct RequiredShareTests {
  @Test(
    "each is written as it is read",
    arguments: [
      ("19/20", "19/20"), ("95%", "95%"), ("0.95", "95%"), ("99.5%", "99.5%"), ("1", "100%"),
      ("1.0", "100%"), ("0.5", "50%"), ("0.9999", "99.99%"), ("100%", "100%"), ("1/1", "1/1"),
      ("0.000001", "0.0001%"), ("33.3333%", "33.3333%"), ("50.0%", "50%"), ("05%", "5%"),
    ])
  func text(text: String, same: String) throws {
    let share = try #require(RequiredShare(text: text))
    #expect(share.description == same)
    let again = try #require(RequiredShare(text: same))
    for count in 1...1000 { #expect(again.least(of: count) == share.least(of: count)) }
  }

  @Test(
    "what is none",
    arguments: [
      "", "0", "0%", "0/5", "0.0", "6/5", "101%", "1.01", "5/0", "/", "1/", "/2", "1/2/3", "-1%",
      "%", ".5", "0.", "95 %", "1e-1", "0.0000001", "99.9999999%", "1000000001/1000000002", "½",
    ])
  func none(text: String) {
    #expect(RequiredShare(text: text) == nil)
  }

  @Test("the fewest that are enough, by counting")
  func least() throws {
    for whole in 1...40 {
      for part in 1...whole {
        let share = try #require(RequiredShare(text: "\(part)/\(whole)"))
        for count in [1, 2, 7, 20, 100] {
          let fewest = (0...count).first { $0 * whole >= part * count }
          #expect(share.least(of: count) == fewest, "\(share) of \(count)")
        }
      }
    }
    #expect(RequiredShare.all.least(of: 20) == 20)
  }
}
