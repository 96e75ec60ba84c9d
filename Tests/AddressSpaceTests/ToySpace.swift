import TestSupport

@testable import AddressSpace

/// A space of a few hundred pages, described in page numbers: small enough to try everything.
struct ToySpace: CustomStringConvertible {
  static let page: UInt64 = 4096

  /// How mappings are placed.
  enum Style: String, CaseIterable, Sendable {
    case topDown
    /// Top-down, then bottom-up from a base that may lie inside the free space.
    case fallback
    case legacy
    case windows
    /// Bottom-up inside areas, then top-down with slack outside of them, as Wine does.
    case areas
  }

  /// A mapping.
  struct Piece: Equatable {
    var pages: Range<Int>
    var isFixed = false
    var growsDown = false
  }

  /// One pass of the system over the free pages.
  struct Pass {
    var pages: Range<Int>
    var isTopDown: Bool
    var alignment = 1
    var slack = 0
    var excluded: [Range<Int>] = []
  }

  var style: Style
  var pages: Range<Int>
  var pieces: [Piece]
  var passes: [Pass]
  var guardGap = 0
  var blocked: [Range<Int>] = []

  var description: String {
    let list = pieces.map { piece in
      "\(piece.pages)" + (piece.isFixed ? "!" : "") + (piece.growsDown ? "v" : "")
    }
    return "\(style.rawValue) \(pages), passes \(passes), guard \(guardGap), blocked \(blocked), "
      + "taken \(list.joined(separator: " "))"
  }
}

extension ToySpace {
  static func range(_ pages: Range<Int>) -> AddressRange {
    let low = Address(UInt64(pages.lowerBound) * page)
    return AddressRange(low, Address(UInt64(pages.upperBound) * page)) ?? .everything(below: low)
  }

  static func bytes(_ pages: Int) -> ByteCount { ByteCount(UInt64(pages) * page) }

  var layout: Layout {
    Layout(
      name: "toy", space: Self.range(pages), wordSize: .bits32,
      system: style == .windows || style == .areas ? .windows : .linux,
      pageSize: ByteCount(Self.page),
      granularity: Self.bytes(passes.map(\.alignment).max() ?? 1),
      searches: passes.map { pass in
        Layout.Search(
          Self.range(pass.pages), pass.isTopDown ? .topDown : .bottomUp,
          alignment: Self.bytes(pass.alignment), slack: Self.bytes(pass.slack),
          excluding: pass.excluded.map(Self.range))
      },
      guardGap: Self.bytes(guardGap), blocked: blocked.map(Self.range),
      basis: "made by hand", isAssumed: false)
  }

  var map: AddressMap {
    AddressMap.assembling(
      pieces.map { piece in
        Region(
          range: Self.range(piece.pages), access: [.read, .write],
          name: piece.isFixed ? "[vdso]" : "", traits: piece.growsDown ? .growsDown : [])
      }
    ).map
  }

  var room: Room { Room(map: map, layout: layout) }

  /// Who asks for exactly the pages that are wanted.
  var allocator: Allocator {
    Allocator(style == .windows || style == .areas ? .virtualalloc : .mmap)
  }

  func without(_ members: Range<Int>) -> ToySpace {
    var rest = self
    rest.pieces.removeSubrange(members)
    return rest
  }
}

extension ToySpace {
  /// A space at random: pieces of 1 to 12 pages, some touching, some fixed, some growing down.
  static func random(_ style: Style, _ random: inout SeededGenerator) -> ToySpace {
    let low = Int.random(in: 16...24, using: &random)
    let high = low + Int.random(in: 30...110, using: &random)
    var space = ToySpace(style: style, pages: low..<high, pieces: [], passes: [])
    let usual = Int.random(in: 2...24, using: &random)
    var next = low + Int.random(in: 0...usual, using: &random)
    while next < high {
      let end = min(high, next + Int.random(in: 1...12, using: &random))
      space.pieces.append(
        Piece(
          pages: next..<end, isFixed: Int.random(in: 0..<8, using: &random) == 0,
          growsDown: Int.random(in: 0..<6, using: &random) == 0))
      next = end + (Bool.random(using: &random) ? 0 : Int.random(in: 1...usual, using: &random))
    }
    space.guardGap = Int.random(in: 0...6, using: &random)
    space.setPasses(&random)
    return space
  }

  private mutating func setPasses(_ random: inout SeededGenerator) {
    let middle = Int.random(in: pages.lowerBound + 1..<pages.upperBound, using: &random)
    let other = Int.random(in: pages.lowerBound + 1..<pages.upperBound, using: &random)
    switch style {
    case .topDown:
      passes = [Pass(pages: pages, isTopDown: true)]
    case .fallback:
      passes = [
        Pass(pages: pages.lowerBound..<middle, isTopDown: true),
        Pass(pages: other..<pages.upperBound, isTopDown: false),
      ]
    case .legacy:
      passes = [Pass(pages: middle..<pages.upperBound, isTopDown: false)]
    case .windows:
      passes = [Pass(pages: pages, isTopDown: false, alignment: 16)]
      blocked = [middle..<min(middle + 5, pages.upperBound)]
    case .areas:
      let low = min(middle, other)
      let area = low..<max(middle, other) + 1
      passes = [
        Pass(pages: area, isTopDown: false, alignment: 4),
        Pass(pages: pages, isTopDown: true, alignment: 4, slack: 4, excluded: [area]),
      ]
    }
  }
}
