import AddressSpace
import AddressSpaceSimulation
import AddressSpaceYAML
import Testing

@Suite("Catalogues of images")
struct ImageCatalogueTests {
  @Test("what is built in is whole")
  func builtIn() throws {
    let catalogue = try ImageCatalogueDocument.builtIn()
    let ntdll = try #require(catalogue.image("ntdll.dll", in: .seven))
    #expect(ntdll.size == 0x18_0000 && ntdll.isRandomized && ntdll.source == "win7-list")
    #expect(catalogue.image("ntdll.dll", in: .xp)?.preferredBase == 0x7C90_0000)
    #expect(catalogue.group("known", in: .xp).first?.name == "ntdll.dll")
    for version in WindowsVersion.allCases {
      let images = try #require(catalogue.images[version])
      #expect(images.count > 100)
      // Who has no base has to be movable, else nobody would know where it goes.
      #expect(images.allSatisfy { $0.preferredBase != nil || $0.isRandomized && version != .xp })
      #expect(images.allSatisfy { catalogue.sources[$0.source] != nil })
    }
    // What is estimated says so.
    let python = try #require(catalogue.image("python27.dll", in: .ten))
    #expect(catalogue.sources[python.source]?.contains("estimate") == true)
    // Each image is in a group: what nobody loads is not needed.
    let grouped = Set(catalogue.groups.values.joined())
    let alone = Set(catalogue.images.values.joined().map(\.name)).subtracting(grouped)
    #expect(alone == ["xul.dll", "jvm.dll"])
  }

  static let start = "sources:\n- {name: s, about: x}\n"
  static let image = "images:\n- name: a.dll\n  any: {size: 64KiB, source: s}\n"
  static let rest =
    "groups:\n- {name: g, images: [a.dll]}\nprograms:\n"
    + "- {name: p, about: x, image: {name: p.exe, size: 0x1000, source: s}, groups: [g]}\n"

  static func sentence(_ text: String) -> String? {
    do {
      _ = try ImageCatalogueDocument.read(Array(text.utf8))
      return nil
    } catch {
      return error.description
    }
  }

  @Test("a small one is read")
  func small() throws {
    #expect(Self.sentence(Self.start + Self.image + Self.rest) == nil)
    let catalogue = try ImageCatalogueDocument.read(
      Array((Self.start + Self.image + Self.rest).utf8))
    let program = try #require(catalogue.program("p"))
    #expect(program.groups == ["g"] && program.hasWindows && program.threads == 0)
  }

  @Test(
    "what is not known, twice or out of bounds is refused, with its place",
    arguments: [
      ("any: {size: 64KiB, source: s}", "any: {size: 0x0, source: s}", "5:15: "),
      ("any: {size: 64KiB, source: s}", "any: {size: 4GiB, source: s}", "5:15: "),
      ("any: {size: 64KiB, source: s}", "any: {size: 0x100000000, source: s}", "5:15: "),
      (
        "any: {size: 64KiB, source: s}", "any: {size: 64KiB, source: t}",
        "5:30: \"t\" is no source"
      ),
      ("any: {size: 64KiB, source: s}", "any: {size: 64KiB}", "5:8: "),
      ("any: {size: 64KiB, source: s}", "any: {size: 1K, source: s, base: 0x1234}", "5:"),
      ("any: {size: 64KiB, source: s}", "any: {size: 1K, source: s, moves: maybe}", "5:"),
      ("any: {size: 64KiB, source: s}", "vista: {size: 1K, source: s}", "5:3: "),
      ("  any: {size: 64KiB, source: s}\n", "", "4:3: "),
      (
        "any: {size: 64KiB, source: s}", "any: {size: 1K, source: s}\n  xp: {size: 1K, source: s}",
        "5:3: "
      ),
      ("images: [a.dll]", "images: [b.dll]", "7:22: \"b.dll\" is no image"),
      ("groups: [g]", "groups: [h]", "9:"),
      ("groups: [g]", "threads: 100000", "9:"),
      ("{name: s, about: x}", "{name: s, about: x}\n- {name: s, about: y}", "3:10: "),
    ])
  func refused(part: String, instead: String, beginning: String) throws {
    let text = Self.start + Self.image + Self.rest
    #expect(text.contains(part))
    let sentence = try #require(Self.sentence(text.replacing(part, with: instead)))
    #expect(sentence.hasPrefix(beginning), "\(sentence)")
  }
}
