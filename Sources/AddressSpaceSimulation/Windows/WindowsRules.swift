public import AddressSpace

/// The numbers by which a version of Windows places things; sources in `docs/simulation-windows.md`.
///
/// What no source tells for certain stands here as well, with the value that is taken unless another
/// is asked for, and among the notes of the model.
public struct WindowsRules: Hashable, Sendable {
  /// How many bits move where `VirtualAlloc` begins to look, in steps of 64 KiB.
  public var bottomUpBits = 0
  /// How many bits move where it begins from the top.
  public var topDownBits = 0
  /// How many bits move the first image below the top of their area; nil: images lie at their
  /// preferred bases.
  public var imageBiasBits: Int?
  /// Where images lie for which their area has no room.
  public var overflow = ImageOverflow.nearPreferred
  /// Where a program that may be moved lies.
  public var program = ProgramPlace.preferred
  /// How many bits decide what is left out below a heap, in steps of 64 KiB.
  public var heapBits = 0
  /// How many bits decide what is left out below a stack, in steps of 64 KiB.
  public var stackBits = 0
  /// Where process and thread blocks lie.
  public var blocks = BlockPlace.pages(randomBits: 4)
  /// The 64-bit stack of each thread of a 32-bit program on a 64-bit system.
  public var wowStack = ByteCount.kibibytes(256)
  /// What Wine keeps behind each stack for its own code, and the least that a stack takes there.
  public var hostStack = ByteCount.zero
  /// Whether Linux randomises, under Wine.
  public var hostIsRandomized = true
  /// Whether the session manager loads the images that all share in random order.
  public var shufflesKnownImages = true
  /// How much of the area of images those of other programs have taken when the program starts.
  public var loadedElsewhere = ByteCount.mebibytes(48)...ByteCount.mebibytes(224)
  /// What a heap does.
  public var heap = NTHeapRules(.seven, .bits32)
  /// Whether programs are built with control flow guard, for whose bitmap addresses are reserved.
  public var hasControlFlowGuard = false

  /// Rules of a system without randomisation.
  public init() {}

  /// Where a program lies.
  public enum ProgramPlace: Hashable, Sendable {
    /// At the base that its header names.
    case preferred
    /// So many times 64 KiB above it.
    case above(ClosedRange<UInt64>)
    /// At so many times 64 KiB.
    case anywhere(ClosedRange<UInt64>)
  }

  /// Where an image lies for which the area of images has no room.
  public enum ImageOverflow: Hashable, Sendable {
    /// Up to 16 MiB below its preferred base.
    case nearPreferred
    /// Where `VirtualAlloc` would put it.
    case lowest
  }

  /// Where the process block and the threads' blocks lie.
  public enum BlockPlace: Hashable, Sendable {
    /// Pages below the end of user space; so many bits choose that of the process.
    case pages(randomBits: Int)
    /// A stretch of 2 MiB at a multiple of that, the lowest that is free.
    case stretches
    /// A stretch of 2 MiB for each 32 threads; the first is there before the program, with the
    /// process's block in place of one.
    case slots
  }
}

extension WindowsRules {
  /// What is known of a version, for programs of a word size.
  public init(_ version: WindowsVersion, _ wordSize: WordSize) {
    self.init()
    heap = NTHeapRules(version, wordSize)
    switch version {
    case .xp: break
    case .seven:
      imageBiasBits = 8
      program = .above(1...254)
      heapBits = 5
      stackBits = 5
    case .ten:
      bottomUpBits = 8
      topDownBits = 8
      imageBiasBits = 8
      program = .anywhere(1...255)
      heapBits = 8
      overflow = .lowest
      blocks = .stretches
    case .wine:
      blocks = .slots
      hostStack = .mebibytes(1)
    }
  }
}

extension WindowsRules {
  /// The same where the system does not randomise (`MoveImages`, a boot option): nothing is drawn, and
  /// no other program has loaded images before.
  var withoutRandomization: WindowsRules {
    var rules = self
    rules.bottomUpBits = 0
    rules.topDownBits = 0
    rules.imageBiasBits = imageBiasBits.map { _ in 0 }
    rules.program = .preferred
    rules.heapBits = 0
    rules.stackBits = 0
    if case .pages = blocks { rules.blocks = .pages(randomBits: 0) }
    rules.hostIsRandomized = false
    rules.shufflesKnownImages = false
    rules.loadedElsewhere = .zero ... .zero
    return rules
  }
}
