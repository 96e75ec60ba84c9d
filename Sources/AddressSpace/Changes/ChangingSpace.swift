/// An address space while changes are applied to it.
struct ChangingSpace: Sendable {
  var map: AddressMap
  var facts: LayoutFacts
  var layout: Layout
  /// What randomisation gives a process that is started anew, nil for what this one got.
  var draw: RandomDraw?

  private(set) var needsRestart = false
  private(set) var isModelled = false
  var isFromBelow = false
  var mayBeOffByOne = false
  private(set) var notes: [String] = []
  /// Whether a restart draws new random addresses.
  private(set) var isRedrawn = false

  init(map: AddressMap, facts: LayoutFacts, layout: Layout) {
    self.map = map
    self.facts = facts
    self.layout = layout
  }

  /// Applies all wishes.
  mutating func apply(_ wishes: ChangeWishes) throws(ChangeError) {
    for change in wishes.changes {
      switch change {
      case .without(let pattern): try leaveOut(pattern, change)
      case .largeAddressAware: try makeLargeAddressAware(change)
      case .threeGigabytes: try bootWith3GB(change)
      case .layout(let name) where layout.system != .linux:
        try changeLayout(to: name, change)
      default: break
      }
    }
    let restarting = wishes.restarting.filter { change in
      if case .layout = change { layout.system == .linux } else { true }
    }
    if !restarting.isEmpty { try restart(restarting) }
    for change in wishes.changes {
      switch change {
      case .threads(let count): try addThreads(count, change)
      case .mapLimit(let count): try setMapLimit(count, change)
      case .resourceLimit(let resource, let size) where resource != .stack:
        try setLimit(resource, size, change)
      default: break
      }
    }
  }

  /// Puts a map, facts and a layout in the place of what was.
  mutating func become(_ outcome: LinuxRestart.Outcome) {
    map = outcome.map
    facts = outcome.facts
    layout = outcome.layout
  }

  /// A restart would be needed.
  mutating func restarts(drawing isRedrawn: Bool = false) {
    needsRestart = true
    if isRedrawn { self.isRedrawn = true }
  }

  /// Something of it is not proved.
  mutating func models(_ why: String) {
    isModelled = true
    note(why)
  }

  /// Something to know.
  mutating func note(_ sentence: String) {
    if !notes.contains(sentence) { notes.append(sentence) }
  }
}
