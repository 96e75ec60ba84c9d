import AddressSpace
import AddressSpaceRecorder
import CAddressSpaceRecorder
import SystemPackage
import TestSupport
import Testing

@Suite("Windows images")
struct PEImageTests {
  static let sample: SmallImage = {
    var image = SmallImage()
    image.exports = [
      ("load", 0x1000), ("forwarded", SmallImage.exportsAt + 50), (nil, 0x1080), ("data", 0x2004),
      ("load_alias", 0x1000),
    ]
    image.firstNumber = 7
    image.symbols = [
      ("_load@4", 0, true), ("_static", 0x40, false),
      ("__ZN4Exif4loadEi", 0x60, true), ("_far_too_long_for_eight", 0x100, true),
    ]
    image.others = [(".debug_something", [1, 2, 3])]
    return image
  }()

  @Test("what it says of itself", arguments: [false, true])
  func header(isWide: Bool) throws {
    var small = Self.sample
    small.isWide = isWide
    if isWide { small.base = 0x1_8000_0000 }
    let image = try #require(PEImage(small.bytes))
    #expect(image.wordSize == (isWide ? .bits64 : .bits32))
    #expect(image.base == small.base)
    #expect(image.size == 0x10000)
    #expect(image.sections.map(\.name) == [".text", ".edata", ".debug_something"])
    #expect(image.sections.map(\.offset) == [0x1000, 0x2000, 0x3000])
    #expect(image.sections.map(\.isCode) == [true, false, false])
    #expect(image.sections[2].contents.count == 3)
  }

  @Test("exports before symbols, numbers for what has no name, neither data nor other images'")
  func functions() throws {
    let functions = try #require(PEImage(Self.sample.bytes)).functions()
    #expect(
      functions.map(\.name) == [
        "load", "static", "_ZN4Exif4loadEi", "#9", "far_too_long_for_eight",
      ])
    #expect(functions.map(\.offset) == [0x1000, 0x1040, 0x1060, 0x1080, 0x1100])
    #expect(functions.map(\.size) == [0x40, 0x20, 0x20, 0x80, 0x200])
  }

  @Test(
    "no function goes on where another one without a name begins",
    arguments: [".eh_frame", ".eh_fram"])
  func starts(section: String) throws {
    var small = SmallImage()
    small.exports = [("load", 0x1000)]
    // An entry that says how pointers are written, and two functions: relative to where it says it.
    let common: [UInt8] = [
      16, 0, 0, 0, 0, 0, 0, 0, 1, 0x7a, 0x52, 0, 1, 0x7c, 8, 1, 0x1b, 0, 0, 0,
    ]
    let entry = { (place: Int, start: Int) -> [UInt8] in
      let distance = UInt32(bitPattern: Int32(start - (0x3000 + place + 8)))
      let number = { (value: UInt32) in (0..<4).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
      }
      return number(12) + number(UInt32(place + 4)) + number(distance) + number(16)
    }
    small.others = [(section, common + entry(20, 0x1000) + entry(36, 0x1050) + [0, 0, 0, 0])]
    let functions = try #require(PEImage(small.bytes)).functions()
    #expect(functions.map(\.name) == ["load"])
    #expect(functions.map(\.size) == [0x50])
  }

  @Test("a part of a function is no function, in the table of 64-bit Windows")
  func table() throws {
    var small = SmallImage()
    small.isWide = true
    small.exports = [("load", 0x1000)]
    let number = { (value: UInt32) in (0..<4).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) } }
    // Where each begins, where it ends, and what is said of it at 0x4000: the second is a part.
    let entries: [UInt32] = [
      0x1000, 0x1050, 0x4000, 0x1050, 0x1080, 0x4004, 0x1080, 0x1100, 0x4000,
    ]
    small.others = [(".pdata", entries.flatMap(number)), (".xdata", [1, 0, 0, 0, 0x21, 0, 0, 0])]
    let functions = try #require(PEImage(small.bytes)).functions()
    #expect(functions.map(\.size) == [0x80])
  }

  @Test("the ELF file that stands for it has its functions", arguments: [false, true])
  func elf(isWide: Bool) throws {
    var small = Self.sample
    small.isWide = isWide
    // Other than on i386 nothing stands before names.
    if isWide { small.symbols = small.symbols.map { (String($0.name.dropFirst()), $0.1, $0.2) } }
    let elf = try #require(PEImage(small.bytes)).elf()
    let fd = asp_make_file(elf, elf.count)
    defer { asp_close(fd) }
    var opened: OpaquePointer?
    try #require(asp_symbols_open(fd, "/image", &opened) == 0)
    let symbols = try #require(opened)
    defer { asp_symbols_close(symbols) }
    let name = { (offset: UInt64) -> String? in
      var symbol = asp_symbol()
      guard asp_symbols_lookup(symbols, small.base + offset, &symbol, 1) == 1 else { return nil }
      return symbol.function.map { String(cString: $0) }
    }
    #expect(name(0x1000) == "load")
    #expect(name(0x103f) == "load")
    #expect(name(0x1040) == "static")
    #expect(name(0x107f) == "Exif::load(int)")
    #expect(name(0x1080) == "#9")
    #expect(name(0x12ff) == "far_too_long_for_eight")
    #expect(name(0x1300) == nil)
    #expect(name(0xfff) == nil)
  }

  @Test("a file that is cut off anywhere is read as far as it goes")
  func cut() {
    let whole = Self.sample.bytes
    for length in whole.indices {
      guard let image = PEImage(Array(whole[..<length])) else { continue }
      let functions = image.functions()
      #expect(functions.count <= 5)
      #expect(image.sections.allSatisfy { $0.contents.upperBound <= length })
    }
    #expect(PEImage([]) == nil)
    #expect(PEImage(Array("MZ".utf8)) == nil)
  }

  @Test("changed bytes neither stop it nor make it grow", arguments: 0..<40)
  func changed(seed: Int) throws {
    var random = SeededGenerator(seed: UInt64(seed))
    var small = Self.sample
    small.isWide = seed % 2 == 1
    small.others.append((".eh_frame", [UInt8](repeating: 4, count: 200)))
    let whole = small.bytes
    for _ in 0..<200 {
      var bytes = whole
      for _ in 0..<Int.random(in: 1...12, using: &random) {
        let extremes: [UInt8] = [0, 1, 0x7f, 0x80, 0xff]
        let value = Bool.random(using: &random) ? extremes.randomElement(using: &random) : nil
        // What counts stands at the beginning, and in the tables of names.
        let places = Bool.random(using: &random) ? 0..<min(600, bytes.count) : bytes.indices
        bytes[Int.random(in: places, using: &random)] =
          value ?? UInt8.random(in: 0...255, using: &random)
      }
      guard let image = PEImage(bytes) else { continue }
      #expect(image.elf().count < 6 * bytes.count + 20_000, "seed \(seed)")
    }
  }

  @Test("many exports with one long name do not take more memory than their file")
  func oneNameForAll() throws {
    var small = SmallImage()
    small.text = [UInt8](repeating: 0x90, count: 0x1000)
    let long = String(repeating: "x", count: 4000)
    small.symbols = (0..<4000).map { (long, UInt64($0), true) }
    var bytes = small.bytes
    // All the same place in the string table, whose rest goes.
    let table = bytes.count - 4 - 4000 * 4001
    for index in 0..<4000 {
      bytes.replaceSubrange(
        table - 18 * (4000 - index) + 4..<table - 18 * (4000 - index) + 8, with: [4, 0, 0, 0])
    }
    bytes.removeLast(3999 * 4001)
    let image = try #require(PEImage(bytes))
    let names = image.functions().map(\.name.utf8.count).reduce(0, +)
    #expect(names >= 4000)
    #expect(names <= 2 * bytes.count + 4096)
  }

  @Test(
    "names are those that MinGW's nm says", .needsVictim("leaky-O2.dll"),
    .needs("/usr/bin/i686-w64-mingw32-nm"),
    arguments: ["leaky-O0.dll", "leaky-O2.dll", "valloc.exe"])
  func names(file: String) async throws {
    let path = try #require(Machine.victim(file))
    let image = try #require(PEImage(try Fixtures.bytes(path)))
    let result = try await run("/usr/bin/i686-w64-mingw32-nm", [path.string])
    var expected: [UInt64: Set<String>] = [:]
    for line in result.output.split(separator: "\n") {
      let columns = line.split(separator: " ")
      guard columns.count == 3, "tT".contains(columns[1]),
        let address = UInt64(columns[0], radix: 16)
      else { continue }
      expected[address, default: []].insert(String(columns[2]))
    }
    let functions = image.functions()
    #expect(functions.count > 50)
    for function in functions {
      let names = try #require(expected[image.base + function.offset], "\(function)")
      #expect(names.contains("_" + function.name), "\(function): \(names)")
    }
  }
}
