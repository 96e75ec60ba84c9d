/// Finds for what a baseline has its like in a room.
struct PartMatch {
  /// The baseline's parts, in address order.
  private(set) var old: [ComparedPart]
  /// The room's parts, in address order.
  private(set) var new: [ComparedPart]
  /// How many stretches of memory of the baseline are matched by nothing as large.
  private(set) var unmatched = 0
  private let room: Room

  init(_ old: [ComparedPart], _ new: [ComparedPart], in room: Room) {
    self.old = old
    self.new = new
    self.room = room
  }

  /// What begins or ends where its sort did is the same as far as they share addresses; what is left of
  /// both is compared further.
  mutating func byAddress() {
    let (before, after) = (old, new)
    old = before.without(after)
    new = after.without(before)
  }

  /// The kernel puts the first stack pointer up to 8 KiB lower, by chance (`arch_align_stack`).
  mutating func allowForStack(in layout: Layout) {
    guard layout.system != .windows else { return }
    let stacks = new.indices.filter { new[$0].sort == .stack }
    let before = old.lazy.filter { $0.sort == .stack }.map(\.left).total()
    let after = stacks.map { new[$0].left }.total()
    guard before > .zero, after > before, after - before <= .kibibytes(8) else { return }
    for index in stacks { new[index].left = .zero }
    for index in old.indices where old[index].sort == .stack { old[index].left = .zero }
  }

  /// What is alike and as large is the same, that which is alike in most before the rest; then what is
  /// left of an owner, as far as its bytes go.
  mutating func byLikeness() {
    let order = orderByPins()
    for isStrict in [true, false] {
      match(in: order) { Likeness($0, isStrict, access: true, bytes: true) }
      match(in: order) { Likeness($0, isStrict, bytes: true) }
      if isStrict { unmatched = old.count { $0.sort == .memory && $0.left > .zero } }
      absorb { Likeness($0, isStrict, access: true) }
      absorb { Likeness($0, isStrict) }
      // Files have other names at each start that are made up or numbered.
      match(in: order) { Likeness(unnamed: $0, isStrict) }
      // Who uses memory is not always seen.
      for isSeen in [true, false] {
        let known = { (part: ComparedPart, isOld: Bool) in
          part.sort == .memory && (isOld == isSeen || part.owner.isEmpty)
        }
        unmatched -= match(
          in: order, only: known, by: { Likeness($0, isStrict, owner: false, bytes: true) })
        absorb(only: known) { Likeness($0, isStrict, owner: false) }
      }
    }
  }

  /// What parts have in common.
  private struct Likeness: Hashable {
    private var isOutside: Bool?
    private var sort: ComparedPart.Sort?
    private var kind: Region.Kind?
    private var owner: String?
    private var access: Region.Access?
    private var offset: UInt64?
    private var bytes: ByteCount?

    /// - Parameter isStrict: only what lies inside the space is like what lies inside.
    init(
      _ part: ComparedPart, _ isStrict: Bool, owner: Bool = true, access: Bool = false,
      bytes: Bool = false
    ) {
      isOutside = isStrict ? part.region == nil : nil
      sort = part.sort
      self.owner = owner ? part.owner : nil
      self.access = access ? part.access : nil
      offset = access && bytes ? part.offset : nil
      self.bytes = bytes ? part.left : nil
    }

    /// A file by its size alone; nil where it is none.
    init?(unnamed part: ComparedPart, _ isStrict: Bool) {
      guard case .named = part.sort, part.kind == .file || part.kind == .shared else { return nil }
      isOutside = isStrict ? part.region == nil : nil
      kind = part.kind
      access = part.access
      bytes = part.left
    }
  }

  /// The room's parts, those that pin least first: of several alike these are the old ones.
  private func orderByPins() -> [Int] {
    let joined = new.map { part in
      part.region.map { room.gap(without: $0..<$0 + 1).range.size } ?? .zero
    }
    return new.indices.sorted { (joined[$0], $0) < (joined[$1], $1) }
  }

  /// Finds for each part one that is as large; says for how many.
  @discardableResult
  private mutating func match(
    in order: [Int], only counts: (ComparedPart, _ isOld: Bool) -> Bool = { _, _ in true },
    by likeness: (ComparedPart) -> Likeness?
  ) -> Int {
    var waiting: [Likeness: [Int]] = [:]
    for index in old.indices.reversed() where old[index].left > .zero && counts(old[index], true) {
      if let key = likeness(old[index]) { waiting[key, default: []].append(index) }
    }
    var count = 0
    for index in order where new[index].left > .zero && counts(new[index], false) {
      guard let key = likeness(new[index]), let found = waiting[key]?.popLast() else { continue }
      old[found].left = .zero
      new[index].left = .zero
      new[index].isFound = true
      count += 1
    }
    return count
  }

  private mutating func absorb(
    only counts: (ComparedPart, _ isOld: Bool) -> Bool = { _, _ in true },
    by likeness: (ComparedPart) -> Likeness
  ) {
    var budgets: [Likeness: ByteCount] = [:]
    for part in old where part.left > .zero && counts(part, true) {
      budgets[likeness(part), default: .zero] += part.left
    }
    var groups: [Likeness: [Int]] = [:]
    for index in new.indices where new[index].left > .zero && counts(new[index], false) {
      let key = likeness(new[index])
      if budgets[key] != nil { groups[key, default: []].append(index) }
    }
    for (key, members) in groups {
      let all = members.map { new[$0].left }.total()
      keepNew(of: members, all.lowered(by: budgets[key] ?? .zero))
      budgets[key] = budgets[key]?.lowered(by: all)
    }
    // What the baseline had more of stays for the next round.
    for index in old.indices where old[index].left > .zero && counts(old[index], true) {
      let key = likeness(old[index])
      let left = min(old[index].left, budgets[key] ?? .zero)
      old[index].left = left
      budgets[key] = budgets[key]?.lowered(by: left)
    }
  }

  /// Leaves so many bytes of some parts new: the smallest part that can hold them all, whole or by its
  /// growth; where none can, the largest is new and the rest is looked for among the others.
  private mutating func keepNew(of members: [Int], _ bytes: ByteCount) {
    var candidates = members.sorted { (new[$0].left, $0) < (new[$1].left, $1) }
    var rest = bytes
    while rest > .zero, let largest = candidates.last {
      let fitting = candidates.partitioningIndex { new[$0].left >= rest }
      if fitting < candidates.count {
        new[candidates[fitting]].left = rest
        candidates.remove(at: fitting)
        rest = .zero
      } else {
        rest = rest.lowered(by: new[largest].left)
        candidates.removeLast()
      }
    }
    for index in candidates { new[index].left = .zero }
  }
}

extension [ComparedPart] {
  /// What of these parts lies where no part of the same sort of `others` lies.
  fileprivate func without(_ others: [ComparedPart]) -> [ComparedPart] {
    var result: [ComparedPart] = []
    var next = 0
    for part in self {
      while next < others.count, others[next].range.upper <= part.range.lower { next += 1 }
      var rest: AddressRange? = part.range
      var index = next
      while index < others.count, let left = rest, others[index].range.lower < left.upper {
        if others[index].sort == part.sort, others[index].range.sharesEnd(with: part.range) {
          let (below, above) = left.subtracting(others[index].range)
          if let below { result.append(part.cut(to: below)) }
          rest = above
        }
        index += 1
      }
      if let rest { result.append(part.cut(to: rest)) }
    }
    return result
  }
}

extension AddressRange {
  fileprivate func sharesEnd(with other: AddressRange) -> Bool {
    lower == other.lower || upper == other.upper
  }
}
