/// What the rules of origins may look at: the regions of a room, what is known of the process, and
/// which programs and libraries are in it.
public struct OriginScene: Sendable {
  /// What takes room, lowest first.
  public let regions: [Region]
  /// What is known besides.
  public let facts: LayoutFacts
  /// How wide an address is.
  public let wordSize: WordSize
  /// Whose rules the space follows.
  public let system: Layout.System
  /// The file names of all images, without their folders.
  public let modules: Set<String>

  /// The scene of a room; the names of all images are read once.
  public init(_ room: Room) {
    regions = room.regions
    facts = room.facts
    wordSize = room.layout.wordSize
    system = room.layout.system
    modules = regions.moduleNames()
  }

  /// Whether an image's file name begins with one of these.
  public func hasModule(_ prefixes: String...) -> Bool {
    modules.contains { name in prefixes.contains(where: name.hasPrefix) }
  }

  /// The region that begins where this one ends, nil where nothing touches it there.
  public func above(_ index: Int) -> Region? {
    guard index + 1 < regions.count,
      regions[index + 1].range.lower == regions[index].range.upper
    else { return nil }
    return regions[index + 1]
  }

  /// The region that ends where this one begins, nil where nothing touches it there.
  public func below(_ index: Int) -> Region? {
    guard index > 0, regions[index - 1].range.upper == regions[index].range.lower else {
      return nil
    }
    return regions[index - 1]
  }
}

extension Sequence<Region> {
  /// The file names of all images among them, without their folders.
  public func moduleNames() -> Set<String> {
    var names: Set<String> = []
    var last = ""
    for region in self where region.kind == .image && !region.name.isEmpty {
      // The parts of an image stand together.
      if region.name == last { continue }
      last = region.name
      names.insert(String(last.lastPathComponent))
    }
    return names
  }
}

extension Region {
  /// Whether it is private memory without a file or a name that can be written.
  @inlinable
  public var isPlainMemory: Bool {
    isUnnamed && access.isSuperset(of: [.read, .write])
      && access.isDisjoint(with: [.shared, .execute])
  }

  /// Whether it is private addresses without access, file or name.
  @inlinable
  public var isPlainReserve: Bool {
    isUnnamed && access.isNone && !access.contains(.shared)
  }
}
