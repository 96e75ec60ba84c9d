import AddressSpace

/// What the stretches of a space come to, in bytes.
struct SpaceTotals: Sendable {
  var mapped: UInt64 = 0
  var committed: UInt64 = 0
  var resident: UInt64 = 0
  /// What is private, can be written to and does not grow down (`data_vm`).
  var data: UInt64 = 0

  mutating func add(_ stretch: Stretch, _ table: StretchTable) {
    mapped += stretch.size
    if stretch.state.contains(.committed) { committed += stretch.size }
    if stretch.state.contains(.resident) { resident += stretch.size }
    if table.areData[Int(stretch.columns)] { data += stretch.size }
  }

  mutating func remove(_ stretch: Stretch, _ table: StretchTable) {
    mapped -= stretch.size
    if stretch.state.contains(.committed) { committed -= stretch.size }
    if stretch.state.contains(.resident) { resident -= stretch.size }
    if table.areData[Int(stretch.columns)] { data -= stretch.size }
  }
}

/// What the system refuses besides what has no room; sources in `docs/limits.md`.
struct SpaceLimits: Sendable {
  /// RLIMIT_AS, in bytes.
  var mapped = UInt64.max
  /// RLIMIT_DATA, in bytes.
  var data = UInt64.max
  /// What Windows promises, in bytes.
  var committed = UInt64.max
  /// `vm.max_map_count`.
  var regions = Int.max

  /// No limits.
  init() {}

  /// Those that are known of a process that has `committed` bytes of its own.
  init(_ facts: LimitFacts, committed own: UInt64) {
    mapped = facts.addressSpace?.soft?.value ?? .max
    if !facts.ignoresData, let limit = facts.data {
      // The kernel takes the hard limit where the soft one is zero, for Valgrind.
      data = (limit.soft == .zero ? limit.hard : limit.soft)?.value ?? .max
    }
    if let commit = facts.commit {
      committed = commit.limit.lowered(by: commit.used).adding(ByteCount(own))?.value ?? .max
    }
    regions = facts.mostMappings.map { Int(clamping: $0) } ?? .max
  }
}
