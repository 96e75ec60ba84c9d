public import AddressSpace

/// A Windows program or library as its file describes it. Nothing in the file is trusted.
public struct PEImage: Sendable {
  /// Of the addresses in it.
  public let wordSize: WordSize
  /// The address that it was linked for.
  public let base: UInt64
  /// How many bytes it takes in memory.
  public let size: UInt64
  /// Its sections, as the file has them.
  public let sections: [Section]
  let bytes: PEBytes
  let header: Header

  /// A stretch of an image.
  public struct Section: Hashable, Sendable {
    /// Its name; one of more than eight letters from the string table.
    public let name: String
    /// Where it begins, counted from the image's base.
    public let offset: UInt64
    /// How many bytes it takes in memory.
    public let size: UInt64
    /// Whether it is code.
    public let isCode: Bool
    /// Where in the file its contents are: none where memory begins as zeros.
    public let contents: Range<Int>

    /// Whether it is MinGW's call frame information; a stripped file has no room for its last letter.
    var holdsFrames: Bool { name == ".eh_frame" || name == ".eh_fram" }
  }

  /// Where other things are in the file.
  struct Header {
    let exports: (offset: UInt64, size: UInt64)?
    let symbols: (place: Int, count: Int)?
    /// The string table, which follows the symbols.
    let strings: Range<Int>?
  }

  /// Nil where the file is no image for i386 or x86-64.
  public init?(_ file: [UInt8]) {
    bytes = PEBytes(file)
    guard let start = bytes.start, let machine = bytes.number(at: start + 4, size: 2),
      let magic = bytes.number(at: start + Self.optional, size: 2)
    else { return nil }
    switch (machine, magic) {
    case (0x14c, 0x10b): wordSize = .bits32
    case (0x8664, 0x20b): wordSize = .bits64
    default: return nil
    }
    let isWide = wordSize == .bits64
    guard
      let base = bytes.number(
        at: start + Self.optional + (isWide ? 24 : 28), size: isWide ? 8 : 4),
      let size = bytes.number(at: start + Self.optional + 56, size: 4), size > 0,
      base <= (isWide ? UInt64(1) << 48 : UInt64(1) << 32) - size
    else { return nil }
    self.base = base
    self.size = size
    header = Header(bytes, start: start, isWide: isWide)
    sections = Self.sections(bytes, start: start, strings: header.strings, imageSize: size)
  }

  private static func sections(
    _ bytes: PEBytes, start: Int, strings: Range<Int>?, imageSize: UInt64
  ) -> [Section] {
    let count = bytes.int(at: start + 6, size: 2) ?? 0
    let table = start + optional + (bytes.int(at: start + 20, size: 2) ?? 0)
    return (0..<min(count, mostSections)).compactMap { index in
      let entry = table + index * 40
      guard let offset = bytes.number(at: entry + 12, size: 4),
        let virtual = bytes.number(at: entry + 8, size: 4),
        let rawSize = bytes.int(at: entry + 16, size: 4),
        let raw = bytes.int(at: entry + 20, size: 4),
        let flags = bytes.number(at: entry + 36, size: 4),
        let name = name(bytes, at: entry, strings: strings), offset < imageSize
      else { return nil }
      let size = virtual == 0 ? UInt64(rawSize) : virtual
      let first = min(raw, bytes.count)
      // The file has whole blocks, of which the end means nothing.
      let length = raw == 0 ? 0 : min(rawSize, Int(size), bytes.count - first)
      return Section(
        name: name, offset: offset, size: min(size, imageSize - offset),
        isCode: flags & codeFlags != 0, contents: first..<first + length)
    }
  }

  /// `/123` stands for what lies there in the string table.
  private static func name(_ bytes: PEBytes, at place: Int, strings: Range<Int>?) -> String? {
    let short = bytes.text(in: place..<place + 8)
    guard let short, short.utf8.first == UInt8(ascii: "/"), let strings,
      let offset = Int(short.dropFirst()), offset >= 4, offset < strings.count
    else { return short }
    return bytes.text(in: strings.lowerBound + offset..<strings.upperBound)
  }

  /// Where the optional header begins, counted from the signature.
  private static var optional: Int { 24 }
  /// Contains code, may be executed.
  private static var codeFlags: UInt64 { 0x2000_0020 }
  /// Windows took no more than 96 for long; what files have is below that.
  private static var mostSections: Int { 256 }
}

extension PEImage.Header {
  fileprivate init(_ bytes: PEBytes, start: Int, isWide: Bool) {
    let directories = start + 24 + (isWide ? 112 : 96)
    let directoryCount = bytes.number(at: directories - 4, size: 4) ?? 0
    if directoryCount > 0, let offset = bytes.number(at: directories, size: 4), offset > 0,
      let size = bytes.number(at: directories + 4, size: 4)
    {
      exports = (offset, size)
    } else {
      exports = nil
    }
    let entry = PEImage.symbolSize
    guard let place = bytes.int(at: start + 12, size: 4), place > 0, place < bytes.count,
      let count = bytes.int(at: start + 16, size: 4), count <= (bytes.count - place) / entry
    else {
      (symbols, strings) = (nil, nil)
      return
    }
    symbols = (place, count)
    let table = place + count * entry
    strings = bytes.int(at: table, size: 4).map { table..<table + min($0, bytes.count - table) }
  }
}
