import Testing

@testable import AddressSpace

@Suite("Changes as text")
struct ChangeTextTests {
  @Test(
    "every form is read and written as itself",
    arguments: [
      ("laa", Change.largeAddressAware), ("3gb", .threeGigabytes),
      ("layout=wine-4g", .layout("wine-4g")), ("no-aslr", .withoutRandomization),
      ("legacy=off", .topDown), ("stack=256KiB", .threadStack(.kibibytes(256))),
      ("threads=8", .threads(8)), ("without=lib*.so", .without("lib*.so")),
      ("without=a=b", .without("a=b")), ("tile=16MiB", .tile(.mebibytes(16))),
      ("map-limit=262144", .mapLimit(262_144)),
      ("ulimit=v:unlimited", .resourceLimit(.addressSpace, nil)),
      ("ulimit=d:1GiB", .resourceLimit(.data, .gibibytes(1))),
      ("ulimit=s:100", .resourceLimit(.stack, 100)),
    ])
  func roundTrip(text: String, change: Change) throws {
    #expect(try Change(text: text) == change)
    #expect(change.description == text)
  }

  @Test("sizes are read as everywhere")
  func sizes() throws {
    #expect(try Change(text: "stack=256K") == .threadStack(.kibibytes(256)))
    #expect(try Change(text: "tile=16MB") == .tile(16_000_000))
  }

  @Test(
    "what is wrong is said with what is right",
    arguments: [
      ("lla", "Did you mean laa?"), ("tyle=16M", "Did you mean tile=SIZE?"),
      ("ulimits=v:1G", "Did you mean ulimit=v:SIZE?"), ("", "Known are laa, 3gb, layout=NAME"),
      ("larger", "Known are laa, 3gb, layout=NAME"), ("laa=1", "Write it as laa."),
      ("stack", "Write it as stack=SIZE, as in stack=256K."),
      ("stack=", "Write it as stack=SIZE"), ("stack=0", "Write it as stack=SIZE"),
      ("stack=many", "Write it as stack=SIZE"), ("legacy=on", "Write it as legacy=off."),
      ("threads=0", "Write it as threads=N, as in threads=8."),
      ("threads=-1", "Write it as threads=N"), ("threads=99999999999", "Write it as threads=N"),
      ("map-limit=18446744073709551616", "Write it as map-limit=N"),
      ("layout=wine-5g", "Did you mean wine-2g?"),
      ("layout=mine", "'addrspace layouts' lists them."),
      ("ulimit=x:1G", "\"x\" in \"ulimit=x:1G\" is no limit."),
      ("ulimit=v", "Write it as ulimit=v:SIZE"), ("ulimit=v:", "Write it as ulimit=v:SIZE"),
      ("ulimit=v:lots", "Write it as ulimit=v:SIZE"),
    ])
  func mistakes(text: String, sentence: String) {
    let error = #expect(throws: ChangeError.self) { try Change(text: text) }
    #expect(error?.description.contains(sentence) == true, "\(error?.description ?? "")")
  }

  @Test("long text is not compared letter by letter")
  func long() {
    let error = #expect(throws: ChangeError.self) {
      try Change(text: String(repeating: "l", count: 100_000))
    }
    #expect(error?.description.contains("Known are") == true)
  }

  @Test(
    "patterns",
    arguments: [
      ("*", "", true), ("*", "abc", true), ("abc", "abc", true), ("abc", "abcd", false),
      ("a*c", "abbbc", true), ("a*c", "ac", true), ("a*c", "abcd", false), ("?bc", "abc", true),
      ("?", "", false), ("*.so*", "libm.so.6", true), ("lib*.so", "libm.so.6", false),
      ("*a*b*", "xxaxxbxx", true), ("*a*b", "aabb", true), ("", "", true), ("", "a", false),
      ("[heap]", "[heap]", true),
    ])
  func globs(pattern: String, name: String, fits: Bool) {
    #expect(Glob(pattern).matches(name) == fits)
  }

  @Test("a pattern of many stars takes no long time")
  func hostileGlob() {
    let stars = String(repeating: "*a", count: 200) + "b"
    #expect(!Glob(stars).matches(String(repeating: "a", count: 5000)))
  }
}
