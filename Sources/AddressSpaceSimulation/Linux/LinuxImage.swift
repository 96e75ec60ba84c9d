public import AddressSpace

/// A program or library as its program headers describe it (System V ABI, chapter 5).
public struct LinuxImage: Hashable, Sendable {
  /// Its path, as a map shows it.
  public var path: String
  /// What of it is mapped, lowest first.
  public var segments: [Segment]
  /// What can only be read once it was relocated (`PT_GNU_RELRO`), in bytes from zero.
  public var readOnlyAfterStart: Range<UInt64>?
  /// Whether it may be mapped anywhere.
  public var isRelocatable: Bool

  /// A part of the file (`PT_LOAD`), in bytes.
  public struct Segment: Hashable, Sendable {
    /// Where it begins in the file.
    public var offset: UInt64
    /// Where it is linked to.
    public var address: UInt64
    /// How much of it the file has.
    public var fileSize: UInt64
    /// How much it takes: the rest is zero.
    public var memorySize: UInt64
    /// What may be done with it.
    public var access: Region.Access

    /// A part of the file.
    public init(
      _ offset: UInt64, at address: UInt64, fileSize: UInt64, memorySize: UInt64? = nil,
      _ access: Region.Access
    ) {
      self.offset = offset
      self.address = address
      self.fileSize = fileSize
      self.memorySize = memorySize ?? fileSize
      self.access = access
    }
  }

  /// An image of at least one segment.
  public init(
    _ path: String, _ segments: [Segment], readOnlyAfterStart: Range<UInt64>? = nil,
    isRelocatable: Bool = true
  ) {
    self.path = path
    self.segments = segments
    self.readOnlyAfterStart = readOnlyAfterStart
    self.isRelocatable = isRelocatable
  }

  /// From its first page to the end of its last, as it is linked.
  var pages: (lower: UInt64, upper: UInt64) {
    let ends = segments.map { $0.address + $0.memorySize }
    return (Self.down(segments.first?.address ?? 0), Self.up(ends.max() ?? 0))
  }

  static func down(_ address: UInt64) -> UInt64 { address & ~4095 }
  static func up(_ address: UInt64) -> UInt64 { (address + 4095) & ~4095 }
}

extension ModelledSpace {
  /// Maps an image with its first page at `base`: its segments, and memory for what the file does not
  /// have. What is relocated or initialised is written to.
  ///
  /// - Returns: whether there was room.
  mutating func load(_ image: LinuxImage, at base: UInt64) -> Bool {
    let bias = base &- image.pages.lower
    for segment in image.segments {
      let lower = LinuxImage.down(segment.address) &+ bias
      let middle = LinuxImage.up(segment.address + segment.fileSize) &+ bias
      let upper = LinuxImage.up(segment.address + segment.memorySize) &+ bias
      let file = MappedFile(
        image.path, inode: Self.number(of: image.path), offset: LinuxImage.down(segment.offset))
      guard map(lower, middle, Mapping(access: segment.access, file: file)),
        map(middle, upper, Mapping(access: segment.access))
      else { return false }
      if segment.access.contains(.write) { touch(lower, middle) }
    }
    if let readOnly = image.readOnlyAfterStart,
      let range = AddressRange(
        Address(LinuxImage.down(readOnly.lowerBound) &+ bias),
        Address(LinuxImage.down(readOnly.upperBound) &+ bias))
    {
      protect(range, .read)
    }
    return true
  }

  /// Maps an image where the system finds room for all of it.
  mutating func load(_ image: LinuxImage) -> AddressRange? {
    let (lower, upper) = image.pages
    guard let range = map(ByteCount(upper - lower), Mapping(access: .read)) else { return nil }
    unmap(range)
    return load(image, at: range.lower.value) ? range : nil
  }

  private mutating func map(_ lower: UInt64, _ upper: UInt64, _ mapping: Mapping) -> Bool {
    AddressRange(Address(lower), Address(upper)).map { map(at: $0, mapping) } ?? true
  }

  private mutating func touch(_ lower: UInt64, _ upper: UInt64) {
    if let range = AddressRange(Address(lower), Address(upper)) { touch(range) }
  }

  /// A file's number, which a model makes up: the same for the same path.
  static func number(of path: String) -> UInt64 {
    path.utf8.reduce(1) { ($0 &* 31 &+ UInt64($1)) % 9_999_991 } + 1
  }
}
