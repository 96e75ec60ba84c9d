/// How much of a room one owner, name or module takes.
public struct Usage: Hashable, Sendable {
  /// What it is called: an owner, a name as in the map, or a module's path; empty where nothing is
  /// known but the kind.
  public let name: String
  /// Which kind of region, nil where the parts are of several.
  public let kind: Region.Kind?
  /// How sure the owner is, nil where it is no origin.
  public let certainty: Origin.Certainty?
  /// How many regions, or parts of one.
  public fileprivate(set) var regions: Int
  /// How many bytes.
  public fileprivate(set) var bytes: ByteCount
  /// The bytes of the largest.
  public fileprivate(set) var largest: ByteCount

  /// What regions are added up by.
  public enum Grouping: String, CaseIterable, Sendable {
    /// By who uses them.
    case origin
    /// By their names in the map.
    case name
    /// By program or library, each with its bss; the rest by kind.
    case module
  }
}

extension Room {
  /// All regions added up, most bytes first, then by name.
  public func usage(by grouping: Usage.Grouping) -> [Usage] {
    var tally = UsageTally()
    switch grouping {
    case .origin: addOrigins(to: &tally)
    case .name:
      for region in regions { tally.add(region, name: region.name) }
    case .module: addModules(to: &tally)
    }
    return tally.ordered()
  }

  /// A region that holds pieces of several owners counts for each with what is its.
  private func addOrigins(to tally: inout UsageTally) {
    let rules = OriginRules(self)
    for index in regions.indices {
      let region = regions[index]
      let pieces = rules.pieces(at: index)
      guard !pieces.isEmpty else {
        tally.add(region, origin: rules.origin(at: index), bytes: region.size)
        continue
      }
      var rest = region.size
      for piece in pieces {
        rest = rest.lowered(by: piece.range.size)
        tally.add(region, origin: piece.origin, bytes: piece.range.size)
      }
      if rest > .zero { tally.add(region, origin: nil, bytes: rest) }
    }
  }

  private func addModules(to tally: inout UsageTally) {
    for group in groups() {
      let first = regions[group.indices.lowerBound]
      for index in group.indices {
        tally.add(regions[index], name: first.kind == .image ? first.name : "")
      }
    }
  }
}

/// Adds up regions that share a name, a kind and a certainty.
private struct UsageTally {
  private struct Key: Hashable {
    let name: String
    let kind: Region.Kind
    let certainty: Origin.Certainty?
  }

  private var places: [Key: Int] = [:]
  private var rows: [Usage] = []

  mutating func add(_ region: Region, name: String) {
    add(Key(name: name, kind: region.kind, certainty: nil), kind: region.kind, region.size)
  }

  /// Under an owner's name regions of all kinds count together.
  mutating func add(_ region: Region, origin: Origin?, bytes: ByteCount) {
    guard let origin else {
      add(Key(name: "", kind: region.kind, certainty: nil), kind: region.kind, bytes)
      return
    }
    let key = Key(name: origin.name, kind: .anonymous, certainty: origin.certainty)
    add(key, kind: nil, bytes)
  }

  private mutating func add(_ key: Key, kind: Region.Kind?, _ bytes: ByteCount) {
    let place = places[key] ?? rows.count
    if place == rows.count {
      places[key] = place
      rows.append(
        Usage(
          name: key.name, kind: kind, certainty: key.certainty, regions: 0, bytes: .zero,
          largest: .zero))
    }
    rows[place].regions += 1
    rows[place].bytes += bytes
    rows[place].largest = max(rows[place].largest, bytes)
  }

  func ordered() -> [Usage] {
    rows.sorted { left, right in
      if left.bytes != right.bytes { return left.bytes > right.bytes }
      if left.name != right.name { return left.name < right.name }
      if left.kind != right.kind {
        return (left.kind?.rawValue ?? "") < (right.kind?.rawValue ?? "")
      }
      return (left.certainty ?? .possible) > (right.certainty ?? .possible)
    }
  }
}
