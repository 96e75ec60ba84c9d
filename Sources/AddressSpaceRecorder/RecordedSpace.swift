import AddressSpace
import AddressSpaceTrace
import CAddressSpaceRecorder

/// An address space that is being recorded: one program of one process, or of several that share
/// its memory.
final class RecordedSpace<Sink: TraceSink> {
  /// Its place in the recording.
  let place: Int
  /// The process it is read through.
  let pid: Int32
  /// The program's name.
  let name: String
  let wordSize: WordSize
  let isMain: Bool
  let rules: CallRules
  let stacks: StackTaker<Sink>
  /// What is mapped now, and which event made it.
  private(set) var map: EvolvingMap
  /// Its room, nil where nobody minds it.
  private(set) var tracker: RoomTracker?
  /// How many buffers fitted when that was last looked at.
  var lastFits: [UInt64]
  /// Whether the largest free span is below the limit for keeping a map.
  var isLow = false
  /// Where the brk heap ends, nil where that is not known yet.
  private(set) var endOfBreak: Address?
  /// The thread that is in a call that changes the map: one at a time, so that the order in which
  /// calls return is the order in which they took effect.
  var caller: Tracee<Sink>?
  /// Threads that are held before such a call.
  var waiting: [Tracee<Sink>] = []
  /// The map as it was when `execve` was called, in case it succeeds.
  var mapBeforeExecute: (time: UInt64, capture: [UInt8])?

  init(
    place: Int, pid: Int32, isMain: Bool, snapshot: Snapshot, stacks: StackTaker<Sink>,
    tracker: RoomTracker?
  ) {
    self.tracker = tracker
    lastFits = tracker?.fits ?? []
    self.place = place
    self.pid = pid
    name = snapshot.source.name ?? ""
    self.isMain = isMain
    self.stacks = stacks
    wordSize = snapshot.facts.wordSize ?? .bits64
    rules = CallRules(
      pageSize: snapshot.facts.pageSize ?? .kibibytes(4),
      readImpliesExecute: snapshot.facts.personality?.contains(.readImpliesExecute) == true)
    map = EvolvingMap(snapshot.map)
    // Of a heap that has grown the map does not tell the very end; the next call of brk does.
    let hasGrown = snapshot.map.regions.contains { $0.name == "[heap]" }
    endOfBreak = hasGrown ? nil : snapshot.facts.startOfBreak
  }

  /// Applies a change that event `number` made.
  func apply(_ change: MapChange, by number: Int) {
    if changesCode(change) { stacks.modulesChanged() }
    map.apply(change, by: UInt32(clamping: number))
    tracker?.apply(change, by: UInt32(clamping: number))
  }

  private func changesCode(_ change: MapChange) -> Bool {
    switch change {
    case .map(let region): region.access.contains(.execute) || map.holdsCode(in: region.range)
    case .unmap(let range): map.holdsCode(in: range)
    case .protect(let range, let access): access.contains(.execute) || map.holdsCode(in: range)
    case .move(let from, let to, _): map.holdsCode(in: from) || map.holdsCode(in: to)
    }
  }

  /// Notes where the brk heap ends after a call of `brk`.
  func noteBreak(_ end: Address) { endOfBreak = end }
}
