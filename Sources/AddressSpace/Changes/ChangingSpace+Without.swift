extension ChangingSpace {
  /// Leaves out all regions whose name, last part of it, or origin fits, as if they were unmapped
  /// now. An image goes whole.
  mutating func leaveOut(_ pattern: String, _ change: Change) throws(ChangeError) {
    let room = Room(map: map, layout: layout, facts: facts)
    let glob = Glob(pattern)
    let origins = OriginRules(room)
    var known: [String: Bool] = [:]
    func fits(_ name: String) -> Bool {
      if let answer = known[name] { return answer }
      let answer = glob.matches(name) || glob.matches(String(name.lastPathComponent))
      known[name] = answer
      return answer
    }
    var gone: Set<Address> = []
    var kept = 0
    for group in room.groups() {
      let members = group.indices.filter { index in
        let region = room.regions[index]
        guard region.name.isEmpty else { return fits(region.name) }
        return origins.origin(at: index).map { fits($0.name) } ?? false
      }
      guard !members.isEmpty else { continue }
      if !group.isMovable {
        kept += group.indices.count
        continue
      }
      for index in group.indices { gone.insert(room.regions[index].range.lower) }
    }
    guard !gone.isEmpty else {
      throw .doesNotApply(
        change,
        kept > 0 ? "what bears that name cannot go." : "nothing that is mapped bears that name.")
    }
    if kept > 0 { note("\(kept) regions of that name cannot go and stay") }
    let rest = map.regions.filter { region in
      !gone.contains(max(region.range.lower, layout.space.lower))
    }
    map = AddressMap.assembling(rest).map
  }
}
