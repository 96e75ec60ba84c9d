/// Who asks the system for a buffer's address space.
public struct Allocator: Hashable, Sendable {
  /// The allocator's rules.
  public let family: Family
  /// Its version where that matters: the C library's, for `malloc`, `numpy` and `pillow`.
  public let version: LibcVersion?

  /// The allocators that are known.
  public enum Family: String, CaseIterable, Sendable {
    /// `mmap` itself.
    case mmap
    /// glibc's malloc.
    case malloc
    /// `VirtualAlloc` itself.
    case virtualalloc
    /// The NT heap.
    case heapalloc
    /// A numpy array: the C library's allocator.
    case numpy
    /// A Pillow image: blocks of 16 MiB from the C library's allocator.
    case pillow
  }

  /// An allocator, of a version where that matters.
  public init(_ family: Family, version: LibcVersion? = nil) {
    self.family = family
    self.version = version
  }

  /// Reads `malloc` or `malloc@2.25`.
  public init(text: String) throws(AllocatorError) {
    let parts = text.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
    guard let family = Family(rawValue: String(parts[0])) else { throw .unknown(String(parts[0])) }
    guard parts.count == 2 else {
      self.init(family)
      return
    }
    guard [.malloc, .numpy, .pillow].contains(family) else { throw .hasNoVersions(family) }
    guard let version = LibcVersion(text: parts[1]) else {
      throw .version(String(parts[1]), family)
    }
    self.init(family, version: version)
  }

  /// What programs use where nothing else is said: `malloc` on Linux, `VirtualAlloc` on Windows.
  public static func usual(in layout: Layout) -> Allocator {
    Allocator(layout.system == .linux ? .malloc : .virtualalloc)
  }
}

extension Allocator: CustomStringConvertible {
  /// `malloc`, `malloc@2.25`.
  public var description: String {
    family.rawValue + (version.map { "@\($0)" } ?? "")
  }
}

/// Why an allocator cannot be used.
public enum AllocatorError: Error, Equatable, Sendable {
  /// No such name.
  case unknown(String)
  /// A version where none matters.
  case hasNoVersions(Allocator.Family)
  /// Text that is no version.
  case version(String, Allocator.Family)
  /// An allocator of another system than the layout's.
  case foreign(Allocator.Family, layout: String)
  /// A picture is needed to tell the blocks.
  case needsPicture(String)
  /// Pillow has no such pixel.
  case noPillowMode(String)
  /// The allocator has no way to align.
  case cannotAlign(Allocator.Family, String)
  /// More than the address space's width can count.
  case tooLarge(String)
}

extension AllocatorError: CustomStringConvertible {
  /// The sentence to print.
  public var description: String {
    switch self {
    case .unknown(let name):
      "unknown allocator \"\(name)\". Known are "
        + Allocator.Family.allCases.map(\.rawValue).joined(separator: ", ") + "."
    case .hasNoVersions(let family):
      "\(family.rawValue) has no versions that matter. Leave out the part after @."
    case .version(let text, let family):
      "\"\(text)\" is no version of \(family.rawValue)'s C library. Write one as in malloc@2.36."
    case .foreign(let family, let layout):
      "\(family.rawValue) does not exist in the layout \(layout). Choose another --allocator."
    case .needsPicture(let text):
      "pillow needs width and height, not \"\(text)\". Write WIDTHxHEIGHTxCHANNELSxBYTES."
    case .noPillowMode(let text):
      "Pillow has no pixels like those of \"\(text)\". It has 1 channel of 1, 2 or 4 bytes and "
        + "2 to 4 channels of 1 byte."
    case .cannotAlign(let family, let text):
      "\(family.rawValue) cannot align \"\(text)\". Leave out the part after @."
    case .tooLarge(let text):
      "\"\(text)\" is larger than any address space."
    }
  }
}
