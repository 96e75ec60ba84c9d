import AddressSpace

/// Puts an ELF file together.
struct ELFWriter {
  private let isWide: Bool
  private var sections: [Section] = [Section()]
  private var names: [UInt8] = [0]
  private var contents: [UInt8]

  /// What a symbol is made of.
  struct Function {
    let name: String
    let address: UInt64
    let size: UInt64
    /// As `addCode` gave it.
    let section: Int
  }

  private struct Section {
    var name = 0
    var type: UInt64 = 0
    var flags: UInt64 = 0
    var address: UInt64 = 0
    var offset = 0
    var size: UInt64 = 0
    var link = 0
    var info = 0
    var alignment: UInt64 = 1
    var entrySize = 0
  }

  /// For addresses of that size.
  init(_ wordSize: WordSize) {
    isWide = wordSize == .bits64
    contents = [UInt8](repeating: 0, count: isWide ? 64 + 56 : 52 + 32)
  }

  /// Adds code without its contents and returns the section's number.
  mutating func addCode(_ name: String, at address: UInt64, size: UInt64) -> Int {
    append(
      Section(
        type: Self.noBits, flags: Self.allocated | Self.executable, address: address, size: size,
        alignment: 16), name)
  }

  /// Adds what is in memory as well.
  mutating func addLoaded(_ name: String, at address: UInt64, _ bytes: ArraySlice<UInt8>) {
    add(
      name, bytes, Section(type: Self.bits, flags: Self.allocated, address: address, alignment: 4))
  }

  /// Adds what is only in the file.
  mutating func add(_ name: String, _ bytes: ArraySlice<UInt8>) {
    add(name, bytes, Section(type: Self.bits))
  }

  /// Adds the symbol table.
  mutating func add(_ functions: [Function]) {
    let entrySize = isWide ? 24 : 16
    var table = Bytes(isWide: isWide)
    var texts: [UInt8] = [0]
    table.bytes += [UInt8](repeating: 0, count: entrySize)
    for function in functions {
      table.append(function, name: texts.count)
      texts += Array(function.name.utf8) + [0]
    }
    add(".strtab", texts[...], Section(type: Self.strings))
    // Only the first symbol, which is none, is local.
    let section = Section(
      type: Self.symbols, link: sections.count - 1, info: 1, alignment: isWide ? 8 : 4,
      entrySize: entrySize)
    add(".symtab", table.bytes[...], section)
  }

  private mutating func add(_ name: String, _ bytes: ArraySlice<UInt8>, _ section: Section) {
    var section = section
    align(Int(section.alignment))
    section.offset = contents.count
    section.size = UInt64(bytes.count)
    contents += bytes
    _ = append(section, name)
  }

  private mutating func append(_ section: Section, _ name: String) -> Int {
    var section = section
    section.name = names.count
    names += Array(name.utf8) + [0]
    sections.append(section)
    return sections.count - 1
  }

  private mutating func align(_ alignment: Int) {
    contents += [UInt8](repeating: 0, count: -contents.count & (alignment - 1))
  }

  /// The file: an image that is loaded from `base` on.
  consuming func finish(from base: UInt64, size: UInt64) -> [UInt8] {
    // The table of names has its own name in it, as the last one.
    let all = names + Array(".shstrtab".utf8) + [0]
    add(".shstrtab", all[...], Section(type: Self.strings))
    align(8)
    let table = contents.count
    var end = Bytes(isWide: isWide)
    for section in sections { end.append(section) }
    contents += end.bytes
    let header = header(table: table) + segment(from: base, size: size)
    contents.replaceSubrange(0..<header.count, with: header)
    return contents
  }

  private func header(table: Int) -> [UInt8] {
    var header = Bytes(isWide: isWide)
    let identity: [UInt8] = [0x7f, 0x45, 0x4c, 0x46, isWide ? 2 : 1, 1, 1]
    header.bytes = identity + [UInt8](repeating: 0, count: 9)
    header.append(Self.shared, size: 2)
    header.append(isWide ? 62 : 3, size: 2)
    header.append(1, size: 4)
    header.appendWord(0)
    header.appendWord(isWide ? 64 : 52)
    header.appendWord(UInt64(table))
    header.append(0, size: 4)
    let sizes: [UInt64] = isWide ? [64, 56, 1, 64] : [52, 32, 1, 40]
    for number in sizes + [UInt64(sections.count), UInt64(sections.count - 1)] {
      header.append(number, size: 2)
    }
    return header.bytes
  }

  private func segment(from base: UInt64, size: UInt64) -> [UInt8] {
    var segment = Bytes(isWide: isWide)
    let flags: UInt64 = 5
    segment.append(1, size: 4)
    if isWide { segment.append(flags, size: 4) }
    for number in [0, base, base, 0, size] { segment.appendWord(number) }
    if !isWide { segment.append(flags, size: 4) }
    segment.appendWord(0x1000)
    return segment.bytes
  }

  /// Types of sections, flags of sections, a type of files.
  private static var bits: UInt64 { 1 }
  private static var symbols: UInt64 { 2 }
  private static var strings: UInt64 { 3 }
  private static var noBits: UInt64 { 8 }
  private static var allocated: UInt64 { 2 }
  private static var executable: UInt64 { 4 }
  private static var shared: UInt64 { 3 }
}

extension ELFWriter {
  private struct Bytes {
    let isWide: Bool
    var bytes: [UInt8] = []

    init(isWide: Bool) { self.isWide = isWide }

    mutating func append(_ number: UInt64, size: Int) {
      for byte in 0..<size { bytes.append(UInt8(truncatingIfNeeded: number >> (8 * UInt64(byte)))) }
    }

    mutating func appendWord(_ number: UInt64) { append(number, size: isWide ? 8 : 4) }

    mutating func append(_ section: Section) {
      append(UInt64(section.name), size: 4)
      append(section.type, size: 4)
      for number in [section.flags, section.address, UInt64(section.offset), section.size] {
        appendWord(number)
      }
      append(UInt64(section.link), size: 4)
      append(UInt64(section.info), size: 4)
      appendWord(section.alignment)
      appendWord(UInt64(section.entrySize))
    }

    /// A global function.
    mutating func append(_ function: Function, name: Int) {
      append(UInt64(name), size: 4)
      if !isWide {
        appendWord(function.address)
        appendWord(function.size)
      }
      append(0x12, size: 1)
      append(0, size: 1)
      append(UInt64(function.section), size: 2)
      if isWide {
        appendWord(function.address)
        appendWord(function.size)
      }
    }
  }
}
