import AddressSpace

/// What recognisers may look at: a process's map, its memory, and what is known of it.
struct ContentScene: ~Copyable {
  /// The memory, read only; it may change while it is looked at.
  let memory: ProcessMemory
  /// The process.
  let pid: Int32
  /// All mappings.
  let map: AddressMap
  /// What is known besides.
  let facts: LayoutFacts
  /// How wide an address is.
  let wordSize: WordSize
  /// The file names of all images, without their folders.
  let modules: Set<String>
  /// What glibc keeps of each thread.
  let threads: [GlibcDescriptor]

  /// A pointer's bytes.
  var width: UInt64 { wordSize.pointerBytes }

  /// Whether an image's file name begins with one of these.
  func hasModule(_ prefixes: String...) -> Bool {
    modules.contains { name in prefixes.contains(where: name.hasPrefix) }
  }

  /// Whether an address lies in memory that can be read.
  func isReadable(_ address: UInt64) -> Bool {
    map.region(at: Address(address))?.access.contains(.read) == true
  }

  /// Whether all of a range is private memory that can be written; neighbours that are alike are
  /// not always one region.
  func isPlainMemory(_ range: AddressRange) -> Bool {
    var end = range.lower
    while end < range.upper {
      guard let region = map.region(at: end), region.isPlainMemory else { return false }
      end = region.range.upper
    }
    return true
  }
}

/// Recognises what one owner keeps in memory. It reads a few words only, and trusts none of them.
protocol ContentRecognizer: Sendable {
  /// The recogniser for a process, nil where it cannot have such memory.
  init?(_ scene: borrowing ContentScene)

  /// What is found wherever it lies, by following what leads to it; it counts before all that is
  /// recognised by where it begins.
  func survey(_ scene: borrowing ContentScene) -> [ContentFacts.Piece]

  /// What begins at `start`, the first address of a page that nobody else claimed; nil where it is
  /// not this owner's. The piece lies in `run`, private memory that can be written, without a gap.
  func piece(
    at start: Address, in run: AddressRange, _ scene: borrowing ContentScene
  ) -> ContentFacts.Piece?
}

extension ContentRecognizer {
  func survey(_ scene: borrowing ContentScene) -> [ContentFacts.Piece] { [] }

  func piece(
    at start: Address, in run: AddressRange, _ scene: borrowing ContentScene
  ) -> ContentFacts.Piece? { nil }
}
