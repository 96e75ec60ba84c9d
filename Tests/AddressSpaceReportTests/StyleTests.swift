import Testing

@testable import AddressSpaceReport

@Suite("Style")
struct StyleTests {
  static let roles: [Style.Role] = [.heading, .good, .bad, .free, .pin, .detail]

  @Test("without colour, text is left alone", arguments: roles)
  func plain(role: Style.Role) {
    #expect(Style().paint("text", role) == "text")
  }

  @Test("with colour, text stands between a beginning and an end", arguments: roles)
  func painted(role: Style.Role) {
    let text = Style(hasColor: true).paint("text", role)
    #expect(text.hasPrefix("\u{1B}[") && text.hasSuffix("mtext\u{1B}[0m"))
  }

  @Test("good and bad do not look alike")
  func goodAndBad() {
    let style = Style(hasColor: true)
    #expect(style.paint("x", .good) != style.paint("x", .bad))
  }

  @Test("rows: the usual number, the number asked for, all")
  func rows() {
    let list = Array(1...20)
    #expect(Style().rows(list, usual: 5) == list[..<5])
    #expect(Style().rows(list, usual: 0) == list[...])
    #expect(Style(top: 3).rows(list, usual: 5) == list[..<3])
    #expect(Style(top: 0).rows(list, usual: 5) == list[...])
    #expect(Style(top: 100).rows(list, usual: 5) == list[...])
    #expect(Style(top: .max).rows([Int](), usual: 5).isEmpty)
  }

  @Test("no width is too small to compute with")
  func width() {
    for width in [Int.min, -1, 0, 1, 39] { #expect(Style(width: width).width == 40) }
    #expect(Style(width: 132).width == 132)
  }
}
