import AddressSpace

/// The lines of a capture that tell of threads.
extension CaptureHeader {
  /// `COUNT DEFAULT|- VECTOR|- LOW-HIGH,...|none|- [ENVIRONMENTS]`.
  func threads(_ text: String) -> ThreadFacts? {
    let words = text.split(separator: " ").map(String.init)
    guard (4...5).contains(words.count), let count = UInt64(digits: words[0]) else { return nil }
    // The limits stand in lines of their own, which may come first.
    var threads = ThreadFacts(count: count, limits: facts.threads?.limits ?? [])
    if words[1] != Self.unknown {
      guard let size = size(words[1], upTo: 1 << 46) else { return nil }
      threads.defaultStack = size
    }
    if words[2] != Self.unknown {
      guard let size = size(words[2], upTo: 1 << 24) else { return nil }
      threads.vectorBytes = size
    }
    if words[3] != Self.unknown {
      guard let stacks = stacks(words[3]) else { return nil }
      threads.idleStacks = stacks
    }
    if words.count == 5 {
      guard let environments = UInt64(digits: words[4]) else { return nil }
      threads.environments = environments
    }
    return threads
  }

  private func size(_ text: String, upTo most: UInt64) -> ByteCount? {
    bytes(text).flatMap { (1...most).contains($0.value) ? $0 : nil }
  }

  private func stacks(_ text: String) -> [AddressRange]? {
    if text == Self.none { return [] }
    let ranges = text.split(separator: ",").map { AddressRange(text: $0) }
    let stacks = ranges.compactMap { $0 }
    return stacks.count == ranges.count ? stacks : nil
  }

  /// `NAME LIMIT USED`.
  mutating func addTaskLimit(_ text: String) -> Bool {
    let words = text.split(separator: " ")
    guard words.count == 3,
      let kind = TaskLimit.Kind.allCases.first(where: { $0.wall.rawValue == words[0] }),
      let limit = UInt64(digits: words[1]), let used = UInt64(digits: words[2])
    else { return false }
    var threads = facts.threads ?? ThreadFacts(count: 1)
    threads.limits.append(TaskLimit(kind, limit: limit, used: used))
    facts.threads = threads
    return true
  }

  /// Whether the stacks that the capture says are left over can be in this map: in its regions, and
  /// none in another.
  func idleStacksFit(in map: AddressMap) -> Bool {
    let stacks = (facts.threads?.idleStacks ?? []).sorted { $0.lower < $1.lower }
    let overlap = zip(stacks, stacks.dropFirst()).contains { $0.overlaps($1) }
    return !overlap
      && stacks.allSatisfy { stack in
        map.region(at: stack.lower) != nil && map.region(at: stack.upper - 1) != nil
      }
  }

  /// Stands where something was not read.
  static let unknown = "-"
  /// Stands where no stack is left over.
  static let none = "none"
}

extension CaptureText {
  /// What a capture keeps of a process's threads.
  static func threads(_ threads: ThreadFacts) -> String {
    let sizes = [threads.defaultStack, threads.vectorBytes].map { size in
      size.map { "\($0.value)" } ?? CaptureHeader.unknown
    }
    let idle = threads.idleStacks.map { stacks in
      stacks.isEmpty ? CaptureHeader.none : stacks.map(\.description).joined(separator: ",")
    }
    let words = ["\(threads.count)"] + sizes + [idle ?? CaptureHeader.unknown]
    return (words + [threads.environments.map { "\($0)" }].compactMap { $0 })
      .joined(separator: " ")
  }

  /// What a capture keeps of a limit on tasks.
  static func taskLimit(_ limit: TaskLimit) -> String {
    "\(limit.kind.wall.rawValue) \(limit.limit) \(limit.used)"
  }
}
