/// What a source knows of the process besides its map; every layout decision rests on these.
///
/// A live process gives nearly all of them, a capture keeps them, a bare map has none.
public struct LayoutFacts: Hashable, Sendable {
  /// How wide its addresses are, from the ELF class of the program.
  public var wordSize: WordSize?
  /// What the program was built for.
  public var machine: Machine?
  /// What the kernel was built for: it decides how much room a 32-bit program gets.
  public var kernelMachine: Machine?
  /// The kernel's page, in bytes.
  public var pageSize: ByteCount?
  /// The process's `personality(2)` bits.
  public var personality: Personality?
  /// The soft limit of its stack; `unlimitedStack` where there is none.
  public var stackLimit: ByteCount?
  /// The lowest address that `mmap` may hand out (`vm.mmap_min_addr`).
  public var lowestMapping: Address?
  /// Whether `vm.legacy_va_layout` asks for the bottom-up layout everywhere.
  public var legacySysctl: Bool?
  /// Where the brk heap begins (field 47 of `/proc/PID/stat`), grown or not.
  public var startOfBreak: Address?
  /// What glibc's malloc holds, nil where it was not read.
  public var heap: HeapFacts?
  /// What anonymous memory was seen to hold, nil where it was not read.
  public var contents: ContentFacts?
  /// What decides how many more threads it can start, nil where it was not read.
  public var threads: ThreadFacts?
  /// What the kernel mapped first, flush at the base of all mappings: the dynamic loader or a
  /// static position-independent program, to the size that its program headers give.
  public var firstMapping: AddressRange?
  /// Whether the kernel randomised the process's addresses.
  public var isRandomized: Bool?
  /// The version of the C library in the process, such as `2.36`.
  public var libcVersion: LibcVersion?
  /// What is known of Wine, nil where the process is no Wine process.
  public var wine: WineFacts?
  /// What is known of Windows, nil where the process is no Windows process.
  public var windows: WindowsFacts?
  /// The totals of a source that lists hardly any of its memory, nil where it lists it.
  public var summary: SummaryFacts?
  /// What bounds the process besides its addresses, nil where it was not read.
  public var limits: LimitFacts?
  /// What memory it holds, nil where it was not read.
  public var held: HeldMemory?
  /// Whether the traits of every region were read (from smaps): only then is a region without
  /// `noReserve` known to have been reserved in earnest.
  public var knowsTraits = false
  /// Whether the source may lack mappings that the process had: then what it does not show need not
  /// be free, and every count of what fits is an upper bound.
  public var lacksMappings = false
  /// Whether the facts were read from the process, now or when it was captured.
  public var isRead = false

  /// Whether glibc's stacks, arenas and large chunks would have been seen wherever they are: then a
  /// region that only looks like one is none.
  var showsAllOfGlibc: Bool {
    guard let contents, contents.isComplete, machine == .i386 || machine == .x86_64 else {
      return false
    }
    // A program that holds its C library in itself shows it by what was found.
    return libcVersion != nil || contents.pieces.contains { $0.origin.owner == .firstThread }
  }

  /// Whether what decides a layout was read and not left to be inferred.
  var areKnown: Bool { isRead && wordSize != nil }

  /// Nothing known.
  public init() {}

  /// What of it holds at other moments of the process too: not what its memory held.
  public var lasting: LayoutFacts {
    var facts = self
    facts.heap = nil
    facts.contents = nil
    facts.held = nil
    facts.threads = threads?.lasting
    return facts
  }

  /// A stack limit that says there is none.
  public static let unlimitedStack = ByteCount(.max)
}

/// The bits of `personality(2)` that shape an address space (`linux/personality.h`).
public struct Personality: OptionSet, Hashable, Sendable {
  /// The bits.
  public let rawValue: UInt32
  /// The set of these bits.
  public init(rawValue: UInt32) { self.rawValue = rawValue }

  /// `setarch -R`: nothing is randomised.
  public static let noRandomization = Personality(rawValue: 0x0004_0000)
  /// `setarch -L`: the old bottom-up layout.
  public static let legacyLayout = Personality(rawValue: 0x0020_0000)
  /// `setarch -X`: what can be read can be executed.
  public static let readImpliesExecute = Personality(rawValue: 0x0040_0000)
  /// `setarch -3`: 3 GiB of user space.
  public static let limit3GiB = Personality(rawValue: 0x0800_0000)
}

/// What is known of a process that runs a Windows program under Wine.
public struct WineFacts: Hashable, Sendable {
  /// Whether the program may use addresses above 2 GiB, nil where nothing told.
  public var isLargeAddressAware: Bool?
  /// What told it, for the layout's basis.
  public var evidence: String?

  /// Wine, with what decides its limit.
  public init(isLargeAddressAware: Bool? = nil, evidence: String? = nil) {
    self.isLargeAddressAware = isLargeAddressAware
    self.evidence = evidence
  }
}

/// A version of the GNU C library.
public struct LibcVersion: Hashable, Comparable, Sendable {
  /// 2 for every version in use.
  public let major: Int
  /// 36 in `2.36`.
  public let minor: Int

  /// The version with these numbers.
  public init(_ major: Int, _ minor: Int) {
    self.major = major
    self.minor = minor
  }

  /// Reads `2.36`; nil where the text is no version.
  public init?(text: some StringProtocol) {
    let numbers = text.split(separator: ".", omittingEmptySubsequences: false).map {
      Int(digits: $0)
    }
    guard numbers.count >= 2, let major = numbers[0], let minor = numbers[1], minor >= 0 else {
      return nil
    }
    self.init(major, minor)
  }

  /// Whether `left` comes before `right`.
  public static func < (left: LibcVersion, right: LibcVersion) -> Bool {
    (left.major, left.minor) < (right.major, right.minor)
  }
}

extension LibcVersion: CustomStringConvertible {
  /// `2.36`.
  public var description: String { "\(major).\(minor)" }
}
