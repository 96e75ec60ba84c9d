/// One mapping of an address space, as its source reports it.
public struct Region: Hashable, Sendable {
  /// Where it lies.
  public let range: AddressRange
  /// What may be done with its memory.
  public let access: Access
  /// Where in its file it begins, in bytes. Kernels before 2.6.3x print noise for anonymous memory.
  public let offset: UInt64
  /// The number of its file, zero where it has none.
  public let inode: UInt64
  /// Its path or label, empty where it has none. Bytes that are not UTF-8 stand as `\xNN`.
  public let name: String
  /// What the source knows beyond the map's columns.
  public let traits: Traits
  /// What it is used for.
  public internal(set) var kind: Kind

  /// A mapping; `kind` is what its columns alone tell, the map knows more (`AddressMap`).
  public init(
    range: AddressRange, access: Access = [], offset: UInt64 = 0, inode: UInt64 = 0,
    name: String = "", traits: Traits = [], kind: Kind? = nil
  ) {
    self.range = range
    self.access = access
    self.offset = offset
    self.inode = inode
    self.name = name
    self.traits = traits
    self.kind = kind ?? Kind(name: name, access: access, inode: inode)
  }

  /// The same mapping with other traits.
  public func with(_ traits: Traits) -> Region {
    Region(
      range: range, access: access, offset: offset, inode: inode, name: name, traits: traits,
      kind: kind)
  }

  /// The same mapping, known to be of another kind.
  public func with(_ kind: Kind) -> Region {
    Region(
      range: range, access: access, offset: offset, inode: inode, name: name, traits: traits,
      kind: kind)
  }

  /// How many bytes of addresses it takes.
  public var size: ByteCount { range.size }

  /// Whether it has no name and no file.
  @inlinable
  public var isUnnamed: Bool { name.isEmpty && inode == 0 }
}

extension Region {
  /// The permission letters of a mapping.
  public struct Access: OptionSet, Hashable, Sendable {
    /// The bits.
    public let rawValue: UInt8
    /// The set of these bits.
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// `r`
    public static let read = Access(rawValue: 1)
    /// `w`
    public static let write = Access(rawValue: 2)
    /// `x`
    public static let execute = Access(rawValue: 4)
    /// `s` in place of `p`: changes reach everybody who maps the same.
    public static let shared = Access(rawValue: 8)

    /// Whether no access is allowed at all: addresses without memory.
    public var isNone: Bool { isDisjoint(with: [.read, .write, .execute]) }

    /// The four letters of `/proc/PID/maps`.
    public var letters: String {
      (contains(.read) ? "r" : "-") + (contains(.write) ? "w" : "-")
        + (contains(.execute) ? "x" : "-") + (contains(.shared) ? "s" : "p")
    }
  }

  /// What `VmFlags` of smaps, or a capture, adds to the columns of a map.
  public struct Traits: OptionSet, Hashable, Sendable {
    /// The bits.
    public let rawValue: UInt8
    /// The set of these bits.
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// `nr`: mapped with MAP_NORESERVE.
    public static let noReserve = Traits(rawValue: 1)
    /// `gd`: grows down, so that the guard gap below it stays empty.
    public static let growsDown = Traits(rawValue: 2)
    /// Private writable memory without a file that has flags which new memory has not, or lacks one:
    /// the two do not merge.
    public static let distinct = Traits(rawValue: 4)
  }
}
