import AddressSpace
import Testing

@testable import AddressSpaceReport

@Suite("Wording")
struct WordingTests {
  static let small = """
    08048000-08049000 r-xp 00000000 08:01 11 /bin/small
    bffdf000-c0000000 rw-p 00000000 00:00 0 [stack]

    """

  private func why(_ size: String, in maps: String) throws -> String {
    let room = try room(maps)
    let forecast = try Forecaster(room).forecast(
      BufferRequest(text: size), allocator: Allocator(.mmap), placements: 1000)
    return Wording(room: room).why(forecast)
  }

  @Test("why: some fit, the next does not")
  func fits() throws {
    #expect(
      try why("1GiB", in: Self.small)
        == "Another buffer needs 1 GiB in one piece; 1023.9 MiB would be free, but the largest "
        + "piece that can be handed out would be 894.9 MiB, between small."
        || why("1GiB", in: Self.small)
          == "Another buffer needs 1 GiB; only 1023.8 MiB would be free."
    )
  }

  @Test("why: enough is free, but in pieces")
  func fragmented() throws {
    let maps =
      Self.small + "40000000-40001000 rw-p 00000000 00:00 0\n80000000-80001000 rw-p 0 0:0 0\n"
    let sentence = try why("1536MiB", in: maps)
    #expect(sentence.hasPrefix("A buffer needs 1.50 GiB in one piece; 3 GiB would be free, but "))
    #expect(sentence.contains("the largest piece that can be handed out would be 1 GiB, between"))
    #expect(sentence.hasSuffix("."))
  }

  @Test("why: too little is free")
  func exhausted() throws {
    #expect(
      try why("4GiB", in: Self.small) == "A buffer needs 4 GiB; only 3 GiB would be free.")
  }

  @Test("why: nothing is free at all")
  func nothing() throws {
    let sentence = try why("4KiB", in: "00000000-c0000000 rw-p 00000000 00:00 0\n")
    #expect(sentence == "A buffer needs 4 KiB in one piece; nothing would be left in reach.")
  }

  @Test("a region is called by its file, its label, or its kind and size")
  func names() throws {
    let wording = Wording(room: try room(Self.small))
    func name(_ name: String, _ width: Int = 40) -> String {
      wording.name(of: region(0x1000, 0x3000, name: name), width: width)
    }
    #expect(name("/usr/lib/libc.so.6") == "libc.so.6")
    #expect(name("C:\\windows\\system32\\shell32.dll") == "shell32.dll")
    #expect(name("[heap]") == "[heap]" && name("") == "anon 8 KiB")
    #expect(name("/usr/lib/libunistring.so.2.2.0", 11) == "...so.2.2.0")
    #expect(name("/tmp/\u{1B}[31m") == "\\x1B[31m")
    #expect(wording.name(of: nil, width: 40) == "-")
  }

  @Test("a backslash in a Linux path does not part it")
  func backslash() {
    #expect(Wording.short("/srv/latin\\xE9.dat") == "latin\\xE9.dat")
    #expect(Wording.short("/srv/new\\012line (deleted)") == "new\\012line (deleted)")
  }

  @Test("a path that ends in a slash, or is nothing else, still has a name")
  func oddPaths() {
    for name in ["/", "//", "\\", "/a/", "a/"] { #expect(!Wording.short(name).isEmpty) }
  }

  @Test("every action is another deed")
  func deeds() {
    let actions: [Pin.Action] = [.free, .unmap, .unload, .rebase, .shrink, .smallerStack, .fixed]
    #expect(Set(actions.map(Wording.deed)).count == actions.count)
  }
}
