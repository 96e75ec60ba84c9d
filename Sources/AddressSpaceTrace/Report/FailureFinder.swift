import AddressSpace

/// Says why calls were refused.
struct FailureFinder {
  /// A refused call, whose names are not looked up yet.
  struct Found {
    var number: Int
    var event: TraceEvent
    var errno: Int32
    var asked: ByteCount
    var largestFree: ByteCount
    var freeBytes: ByteCount
    var wall: TraceReport.Wall
  }

  private(set) var found: [Found] = []
  /// How many stretches may still be looked at: a program may be refused a million times.
  private var budget = 20_000_000

  /// Takes notice of a refused call; `tracker` is the room that it met.
  mutating func note(_ number: Int, _ event: TraceEvent, _ tracker: RoomTracker) {
    guard case .failed(let errno, let asked, let address) = event.outcome else { return }
    found.append(
      Found(
        number: number, event: event, errno: errno, asked: asked,
        largestFree: tracker.largestFree, freeBytes: tracker.freeBytes,
        wall: wall(event.call, errno, asked, address, tracker)))
  }

  private mutating func wall(
    _ call: MapCall, _ errno: Int32, _ asked: ByteCount, _ address: Address?,
    _ tracker: RoomTracker
  ) -> TraceReport.Wall {
    switch Errno(rawValue: errno) {
    case .noMemory: return shortage(call, asked, address, tracker)
    case .again: return call == .ioSetup ? .otherLimit : .lockedMemory
    case .exists: return .addressTaken
    case .notPermitted, .noAccess: return .notPermitted
    case .overflow, .tooManyFiles, .noSpace: return .otherLimit
    case nil: return .request
    }
  }

  /// The errors that say more than that the call was wrong (`asm-generic/errno-base.h`).
  private enum Errno: Int32 {
    case notPermitted = 1
    case again = 11
    case noMemory = 12
    case noAccess = 13
    case exists = 17
    case tooManyFiles = 23
    case noSpace = 28
    case overflow = 75
  }

  /// What was short where the kernel says ENOMEM.
  private mutating func shortage(
    _ call: MapCall, _ asked: ByteCount, _ address: Address?, _ tracker: RoomTracker
  ) -> TraceReport.Wall {
    if let count = mappingCount(tracker) { return .mappingCount(count) }
    switch call {
    case .brk:
      return neighbor(above: tracker.endOfBreak, asked, tracker).map { .neighbor($0) }
        ?? .otherLimit
    case .munmap, .mprotect, .pkeyMprotect, .prctl, .shmdt, .ioDestroy, .remapFilePages:
      // They take no addresses; what lies there may not be what the caller believes.
      return isMapped(from: address, asked, tracker) ? .otherLimit : .request
    default:
      break
    }
    guard asked <= tracker.largestFree, canPlace(asked, tracker) else {
      return .addressSpace(asked <= tracker.freeBytes ? .fragmented : .exhausted)
    }
    if call == .mremap, let address, let old = tracker.map.region(at: address) {
      let end = old.range.upper
      let more = asked.lowered(by: end - address)
      if let neighbor = neighbor(above: end, more, tracker) { return .neighbor(neighbor) }
    }
    return .otherLimit
  }

  /// The kernel's own limit; some systems raise it, none is known to lower it.
  private static let usualMappingLimit = 65_530

  /// How many mappings there are, where that may be too many.
  private mutating func mappingCount(_ tracker: RoomTracker) -> Int? {
    // The kernel keeps a few in reserve for itself, and refuses what would split one.
    let least = Self.usualMappingLimit - 2
    guard tracker.map.pieceCount >= least, budget > 0 else { return nil }
    budget -= tracker.map.pieceCount
    let count = tracker.map.mappingCount
    return count >= least ? count : nil
  }

  private mutating func canPlace(_ asked: ByteCount, _ tracker: RoomTracker) -> Bool {
    guard budget > 0 else { return true }
    budget -= tracker.map.pieceCount
    return tracker.canPlace(asked)
  }

  /// What lies in the way of something that grows upwards from `start`.
  private func neighbor(
    above start: Address?, _ asked: ByteCount, _ tracker: RoomTracker
  ) -> Region? {
    guard let start, let length = asked.adding(tracker.layout.pageSize),
      !start.value.addingReportingOverflow(length.value).overflow,
      // The kernel keeps a page free above the heap.
      let range = AddressRange(start, start + length)
    else { return nil }
    return tracker.map.first(in: range)
  }

  private func isMapped(
    from start: Address?, _ asked: ByteCount, _ tracker: RoomTracker
  ) -> Bool {
    guard let start, !start.value.addingReportingOverflow(asked.value).overflow,
      let range = AddressRange(start, start + asked)
    else { return true }
    // The kernel rounds a length up to pages, which are mapped as a whole.
    return tracker.map.pieces(in: range).lazy.map(\.region.size).total() == range.size
  }
}
