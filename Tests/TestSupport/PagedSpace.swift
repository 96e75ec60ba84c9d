public import AddressSpace

/// A space of a few hundred pages, described in page numbers: small enough to try everything.
public protocol PagedSpace {
  /// How mappings are placed.
  var style: PagedStyle { get }
  /// All that can be handed out.
  var pages: Range<Int> { get }
  /// Where the system looks for room, in the order it looks.
  var passes: [PagedPass] { get set }
  /// What stays free below what grows down.
  var guardGap: Int { get }
  /// What is never handed out.
  var blocked: [Range<Int>] { get set }
}

/// How mappings are placed in a space of pages.
public enum PagedStyle: String, CaseIterable, Sendable {
  case topDown
  /// Top-down, then bottom-up from a base that may lie inside the free space.
  case fallback
  case legacy
  case windows
  /// Bottom-up inside areas, then top-down with slack outside of them, as Wine does.
  case areas

  /// Whether the rules are those of Windows.
  public var isWindows: Bool { self == .windows || self == .areas }
}

/// One pass of the system over the free pages.
public struct PagedPass: Sendable {
  /// Where it looks.
  public var pages: Range<Int>
  /// Whether it takes the highest that is free.
  public var isTopDown: Bool
  /// What bases are multiples of.
  public var alignment: Int
  /// What is asked on top to be able to align.
  public var slack: Int
  /// Where it never looks.
  public var excluded: [Range<Int>]

  /// A pass over `pages`.
  public init(
    pages: Range<Int>, isTopDown: Bool, alignment: Int = 1, slack: Int = 0,
    excluded: [Range<Int>] = []
  ) {
    self.pages = pages
    self.isTopDown = isTopDown
    self.alignment = alignment
    self.slack = slack
    self.excluded = excluded
  }
}

extension PagedSpace {
  /// A page, in bytes.
  public static var page: UInt64 { 4096 }

  /// Pages as addresses.
  public static func range(_ pages: Range<Int>) -> AddressRange {
    let low = Address(UInt64(pages.lowerBound) * page)
    return AddressRange(low, Address(UInt64(pages.upperBound) * page)) ?? .everything(below: low)
  }

  /// So many pages in bytes.
  public static func bytes(_ pages: Int) -> ByteCount { ByteCount(UInt64(pages) * page) }

  /// What mappings begin at multiples of.
  public var granularity: ByteCount { Self.bytes(passes.map(\.alignment).max() ?? 1) }

  /// The passes as a layout has them.
  public var searches: [Layout.Search] {
    passes.map { pass in
      Layout.Search(
        Self.range(pass.pages), pass.isTopDown ? .topDown : .bottomUp,
        alignment: Self.bytes(pass.alignment), slack: Self.bytes(pass.slack),
        excluding: pass.excluded.map(Self.range))
    }
  }

  /// The rules in words, for what a test says where it fails.
  public var rules: String {
    "\(style) \(pages), passes \(passes), guard \(guardGap), blocked \(blocked)"
  }

  /// Passes at random, as the style has them.
  public mutating func drawPasses(_ random: inout SeededGenerator) {
    let middle = Int.random(in: pages.lowerBound + 1..<pages.upperBound, using: &random)
    let other = Int.random(in: pages.lowerBound + 1..<pages.upperBound, using: &random)
    switch style {
    case .topDown:
      passes = [PagedPass(pages: pages, isTopDown: true)]
    case .fallback:
      passes = [
        PagedPass(pages: pages.lowerBound..<middle, isTopDown: true),
        PagedPass(pages: other..<pages.upperBound, isTopDown: false),
      ]
    case .legacy:
      passes = [PagedPass(pages: middle..<pages.upperBound, isTopDown: false)]
    case .windows:
      passes = [PagedPass(pages: pages, isTopDown: false, alignment: 16)]
      blocked = [middle..<min(middle + 5, pages.upperBound)]
    case .areas:
      let area = min(middle, other)..<max(middle, other) + 1
      passes = [
        PagedPass(pages: area, isTopDown: false, alignment: 4),
        PagedPass(pages: pages, isTopDown: true, alignment: 4, slack: 4, excluded: [area]),
      ]
    }
  }
}
