import AddressSpace

/// Says who holds what of a map, and what would be gained without each.
struct CallerRanking {
  private let grouping: TraceReport.CallerGrouping
  private let makers: MakerLog
  private(set) var unattributed = TraceReport.Unattributed()
  private var groups: [Key: Group] = [:]

  /// What callers are told apart by.
  private enum Key: Hashable {
    case stack(StackID)
    case function(String, module: String?)
    case place(module: String?, offset: UInt64?)
    case module(String?)
  }

  private struct Group {
    var stack: ReportStack
    var stacks: Set<StackID> = []
    var makers: Set<UInt32> = []
    var ranges: [AddressRange] = []
    var bytes = ByteCount.zero
    var largest = ByteCount.zero
  }

  init(
    _ map: EvolvingMap, grouping: TraceReport.CallerGrouping, makers: MakerLog,
    names: inout StackNames
  ) {
    self.grouping = grouping
    self.makers = makers
    for piece in map.pieces { add(piece, &names) }
  }

  private mutating func add(_ piece: EvolvingMap.MadeRegion, _ names: inout StackNames) {
    guard let entry = makers[piece.maker] else {
      unattributed.before.add(piece.region)
      return
    }
    guard entry.event.call != .found else {
      unattributed.found.add(piece.region)
      return
    }
    guard let stack = names.stack(entry.event.stack) else {
      unattributed.withoutStack.add(piece.region)
      return
    }
    let key = key(of: stack)
    var group = groups[key] ?? Group(stack: stack)
    groups[key] = nil
    if piece.region.size > group.largest {
      group.largest = piece.region.size
      group.stack = stack
    }
    group.stacks.insert(stack.id)
    group.makers.insert(piece.maker)
    group.ranges.append(piece.range)
    group.bytes += piece.region.size
    groups[key] = group
  }

  private func key(of stack: ReportStack) -> Key {
    guard grouping != .stack, let frame = stack.interestingFrame else { return .stack(stack.id) }
    if grouping == .module { return .module(frame.module) }
    guard let function = frame.function else {
      return .place(module: frame.module, offset: frame.offset)
    }
    return .function(function, module: frame.module)
  }

  /// How many callers get an exact gain where each has to be tried out.
  private static let mostTries = 16

  /// All callers, those first whose going would gain most.
  func ranked(by gains: ClearingGains) -> [TraceReport.Caller] {
    var callers = groups.values.map { group in
      let gain = gains.gain(of: group.ranges, exactly: false)
      return TraceReport.Caller(
        stack: group.stack, stacks: group.stacks.count, ranges: group.ranges, bytes: group.bytes,
        largestGain: gain.largest, bufferGain: gain.buffers, events: group.makers.count)
    }
    callers.sort(by: Self.isWorse)
    guard !gains.areQuick else { return callers }
    for index in callers.indices.prefix(Self.mostTries) {
      callers[index].bufferGain = gains.gain(of: callers[index].ranges).buffers
    }
    return callers.sorted(by: Self.isWorse)
  }

  /// Whoever keeps buffers from fitting comes first; that the largest span grew says less.
  private static func isWorse(_ left: TraceReport.Caller, _ right: TraceReport.Caller) -> Bool {
    if left.bufferGain != right.bufferGain {
      return right.bufferGain.lexicographicallyPrecedes(left.bufferGain)
    }
    if left.largestGain != right.largestGain { return left.largestGain > right.largestGain }
    if left.bytes != right.bytes { return left.bytes > right.bytes }
    // No two hold the same stretch.
    return (left.ranges.first?.lower ?? 0) < (right.ranges.first?.lower ?? 0)
  }
}

extension TraceReport.Unattributed.Tally {
  fileprivate mutating func add(_ region: Region) {
    regions += 1
    bytes = bytes.adding(region.size) ?? bytes
  }
}
