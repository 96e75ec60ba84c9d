public import AddressSpace

/// What a program and its allocators ask of the system that gives them addresses and memory.
///
/// Models of allocators are written against this, so that one model runs in a modelled space and
/// beside the answers that a real process got.
public protocol MemorySystem {
  /// The rules of the space.
  var layout: Layout { get }

  /// Maps a stretch where the system's rules put it: `mmap(NULL)`, `VirtualAlloc(NULL)`.
  ///
  /// - Parameter size: rounded up to whole pages.
  /// - Returns: where it lies, nil where no free span has room for it (`ENOMEM`).
  mutating func map(_ size: ByteCount, _ mapping: Mapping) -> AddressRange?

  /// Maps just this stretch; false where something lies in it, or it is none of the space's.
  mutating func map(at range: AddressRange, _ mapping: Mapping) -> Bool

  /// Gives addresses up; what of them is free already stays free.
  mutating func unmap(_ range: AddressRange)

  /// Makes a mapping longer or shorter, elsewhere where it has no room: `mremap`.
  ///
  /// - Returns: where it lies then, nil where there is no room and nothing has changed.
  mutating func remap(
    _ range: AddressRange, to size: ByteCount, mayMove: Bool
  ) -> AddressRange?

  /// Commits what was reserved, or lets it be used (`mprotect`).
  mutating func commit(_ range: AddressRange)

  /// Takes the memory of addresses that are kept: `MEM_DECOMMIT`, or `MADV_DONTNEED`, after which it
  /// is still committed where the system says so.
  mutating func discard(_ range: AddressRange)

  /// Writes to memory, so that it is resident.
  mutating func touch(_ range: AddressRange)

  /// Where the brk heap ends.
  var programBreak: Address { get }

  /// Moves the end of the brk heap; false, and nothing has changed, where something is in its way.
  mutating func moveBreak(to end: Address) -> Bool
}

/// What a mapping is for.
public struct Mapping: Hashable, Sendable {
  /// What it is called where the space is shown, such as `Python arena`; empty for memory that
  /// nobody names.
  public var owner: String
  /// What may be done with it.
  public var access: Region.Access
  /// Whether it holds addresses only until they are committed.
  public var isReserved: Bool
  /// Whether it asks for the highest place (`MEM_TOP_DOWN`); the system's own rule otherwise.
  public var isTopDown: Bool
  /// The file that it shows a part of, nil for memory.
  public var file: MappedFile?
  /// What a map does not show of it, such as `MAP_NORESERVE`.
  public var traits: Region.Traits = []
  /// What it is shown to be used for, where its columns do not tell: on Windows they tell nothing.
  public var kind: Region.Kind?

  /// A mapping of memory to read and write.
  public init(
    _ owner: String = "", access: Region.Access = [.read, .write], isReserved: Bool = false,
    isTopDown: Bool = false, file: MappedFile? = nil
  ) {
    self.owner = owner
    self.access = access
    self.isReserved = isReserved
    self.isTopDown = isTopDown
    self.file = file
  }
}

/// A part of a file, as a map shows it.
public struct MappedFile: Hashable, Sendable {
  /// Its path, or what the system calls memory of its own, such as `[vdso]`.
  public var path: String
  /// Its number; zero where it has none.
  public var inode: UInt64
  /// Where in it the mapping begins, in bytes.
  public var offset: UInt64

  /// A part of a file.
  public init(_ path: String, inode: UInt64 = 0, offset: UInt64 = 0) {
    self.path = path
    self.inode = inode
    self.offset = offset
  }
}
