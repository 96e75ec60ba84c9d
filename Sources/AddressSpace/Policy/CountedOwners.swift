/// Which regions count for a rule, by the names of those who own them.
///
/// A name fits a pattern by its whole or by its last part; in a Windows layout letters may be small
/// or capital.
struct CountedOwners {
  private let room: Room
  private let origins: OriginRules
  /// The path of the program or library that a region belongs to, empty where it belongs to none.
  private let modules: [String]
  private let excused: [Glob]
  private let ignoresCase: Bool

  init(_ room: Room, groups: [RegionGroup], excused: [String]) {
    self.room = room
    ignoresCase = room.layout.system != .linux
    origins = OriginRules(room)
    var modules = [String](repeating: "", count: room.regions.count)
    for group in groups where room.regions[group.indices.lowerBound].kind == .image {
      let name = room.regions[group.indices.lowerBound].name
      for index in group.indices { modules[index] = name }
    }
    self.modules = modules
    self.excused = excused.map { [ignoresCase] in Glob(ignoresCase ? $0.lowercased() : $0) }
  }

  /// Whether a region counts: it is known to be there and nobody excuses its name, module or user.
  func counts(_ index: Int) -> Bool {
    counts(index, origin: origins.origin(at: index)?.name)
  }

  private func counts(_ index: Int, origin: String?) -> Bool {
    guard !room.regions[index].isNotListed else { return false }
    guard !excused.isEmpty else { return true }
    let names = [room.regions[index].name, modules[index], origin ?? ""]
    return !names.contains { name in excused.contains { fits($0, name) } }
  }

  /// The bytes of each region that a pattern's owners have.
  func bytes(of owner: PolicyRule.OwnerPattern) -> [(index: Int, bytes: ByteCount)] {
    let glob = Glob(ignoresCase ? owner.pattern.lowercased() : owner.pattern)
    var known: [String: Bool] = [:]
    func isFitting(_ name: String) -> Bool {
      if let answer = known[name] { return answer }
      let answer = fits(glob, name)
      known[name] = answer
      return answer
    }
    return room.regions.indices.compactMap { index in
      let size = room.regions[index].size
      switch owner.grouping {
      case .name: return isFitting(room.regions[index].name) && counts(index) ? (index, size) : nil
      case .module: return isFitting(modules[index]) && counts(index) ? (index, size) : nil
      case .origin:
        let pieces = origins.pieces(at: index)
        guard !pieces.isEmpty else {
          let name = origins.origin(at: index)?.name ?? ""
          return isFitting(name) && counts(index, origin: name) ? (index, size) : nil
        }
        let bytes = pieces.filter { piece in
          isFitting(piece.origin.name) && counts(index, origin: piece.origin.name)
        }.map(\.range.size).total()
        return bytes > .zero ? (index, bytes) : nil
      }
    }
  }

  private func fits(_ glob: Glob, _ name: String) -> Bool {
    guard !name.isEmpty else { return false }
    let name = ignoresCase ? name.lowercased() : name
    return glob.matches(name) || glob.matches(String(name.lastPathComponent))
  }
}
