import AddressSpace

/// The fields of one line of `/proc/PID/maps`:
///
///     b7d9b000-b7dbd000 r--p 00000000 00:02 12         /lib/libc.so.6
///     low      high     perm offset   dev   inode      name, to the end of the line
///
/// The kernel escapes a newline in a name as `\012` and nothing else. Editors and mail programs trim
/// the blank behind the inode of a nameless line; loggers put a prefix before the address.
struct MapsLine {
  var lower: UInt64
  var upper: UInt64
  var access: Region.Access
  var offset: UInt64 = 0
  var inode: UInt64 = 0
  /// Where its name stands in the text; empty where it has none.
  var name: Range<Int>
  /// Whether fields behind the permissions were missing.
  var isCutOff = false

  /// Why a line is no mapping.
  enum Failure: Error {
    /// Nothing in it looks like one.
    case noRange
    case emptyRange(UInt64, UInt64)
    case addressTooLong
    case permissions(Range<Int>)
  }
}

extension MapsLine {
  /// Reads the line at `line` of `bytes`, line end excluded.
  init(_ bytes: [UInt8], _ line: Range<Int>) throws(Failure) {
    var scanner = LineScanner(bytes, line)
    guard let range = try scanner.range() else { throw .noRange }
    (lower, upper) = range
    guard lower < upper else { throw .emptyRange(lower, upper) }
    scanner.skipBlanks()
    let letters = scanner.word()
    guard let access = Region.Access(bytes, letters) else { throw .permissions(letters) }
    self.access = access
    scanner.skipBlanks()
    if let offset = scanner.hexadecimal(), scanner.skipBlanks() > 0,
      scanner.skipDevice(), scanner.skipBlanks() > 0, let inode = scanner.decimal()
    {
      self.offset = offset
      self.inode = inode
      scanner.skipBlanks()
      name = scanner.rest
    } else {
      isCutOff = true
      name = line.upperBound..<line.upperBound
    }
  }
}

extension Region.Access {
  /// Reads four letters such as `r-xp`.
  init?(_ bytes: [UInt8], _ letters: Range<Int>) {
    guard letters.count == 4 else { return nil }
    let start = letters.lowerBound
    self = []
    switch bytes[start] {
    case UInt8(ascii: "r"): insert(.read)
    case UInt8(ascii: "-"): break
    default: return nil
    }
    switch bytes[start + 1] {
    case UInt8(ascii: "w"): insert(.write)
    case UInt8(ascii: "-"): break
    default: return nil
    }
    switch bytes[start + 2] {
    case UInt8(ascii: "x"): insert(.execute)
    case UInt8(ascii: "-"): break
    default: return nil
    }
    switch bytes[start + 3] {
    case UInt8(ascii: "s"), UInt8(ascii: "S"): insert(.shared)
    case UInt8(ascii: "p"), UInt8(ascii: "-"): break
    default: return nil
    }
  }
}
