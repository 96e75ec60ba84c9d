/// A stretch of an address space that one event made, in 32 bytes without references.
struct Piece: Equatable, Stretched {
  var lower: UInt64
  var upper: UInt64
  /// Where in its file it begins; zero where it has none.
  var offset: UInt64
  /// What else its columns say, by its place in a `ColumnTable`.
  var columns: UInt32
  var maker: UInt32

  /// The part of it between two addresses, which lie inside.
  func cut(_ lower: UInt64, _ upper: UInt64, hasOffset: Bool) -> Piece {
    var part = self
    part.lower = lower
    part.upper = upper
    if hasOffset { part.offset = offset &+ (lower - self.lower) }
    return part
  }
}

/// The columns of regions besides range and offset, each different set once.
struct ColumnTable {
  /// What a map says of a region besides where it lies.
  struct Columns: Hashable {
    var access: Region.Access
    var traits: Region.Traits
    var inode: UInt64
    var name: String

    /// Whether its offset says which part of a file it shows. Without a file it says nothing.
    var hasOffset: Bool { inode != 0 || name.utf8.first == UInt8(ascii: "/") }

    /// Whether it and another are shown alike but for their access. A file may be renamed or removed
    /// after it was mapped, and the kernel calls memory a heap that only touches it.
    func isLike(_ other: Columns) -> Bool {
      guard inode == other.inode else { return false }
      return inode != 0 || name == other.name
        || ["", "[heap]"].contains(name) && ["", "[heap]"].contains(other.name)
    }
  }

  private(set) var all: [Columns] = []
  /// Which of `all` have an offset.
  private(set) var haveOffset: [Bool] = []
  /// Which of `all` grow down, so that the kernel keeps a guard gap below them.
  private(set) var growDown: [Bool] = []
  /// Which of `all` the kernel calls the brk heap.
  private(set) var areHeap: [Bool] = []
  private var places: [Columns: UInt32] = [:]
  /// The places of those without name and inode, by access and traits: most of all.
  private var plain = [UInt32](repeating: .max, count: 1 << 6)

  subscript(place: UInt32) -> Columns { all[Int(place)] }

  /// The place of a region's columns, which are added if they are new.
  mutating func place(of region: Region) -> UInt32 {
    let (access, traits) = (Int(region.access.rawValue), Int(region.traits.rawValue))
    let isPlain = region.inode == 0 && access < 16 && traits < 4 && region.name.isEmpty
    if isPlain, plain[access << 2 | traits] != .max { return plain[access << 2 | traits] }
    let place = place(
      of: Columns(
        access: region.access, traits: region.traits, inode: region.inode, name: region.name))
    if isPlain { plain[access << 2 | traits] = place }
    return place
  }

  /// The place of columns, which are added if they are new.
  mutating func place(of columns: Columns) -> UInt32 {
    if let place = places[columns] { return place }
    // No recording has as many events as would be needed to fill it.
    let place = UInt32(clamping: all.count)
    places[columns] = place
    all.append(columns)
    haveOffset.append(columns.hasOffset)
    growDown.append(columns.name == "[stack]" || columns.traits.contains(.growsDown))
    areHeap.append(columns.name == "[heap]")
    return place
  }

  /// A piece as a region.
  func region(_ piece: Piece) -> Region? {
    guard let range = AddressRange(Address(piece.lower), Address(piece.upper)) else { return nil }
    let columns = self[piece.columns]
    return Region(
      range: range, access: columns.access, offset: piece.offset, inode: columns.inode,
      name: columns.name, traits: columns.traits)
  }
}
