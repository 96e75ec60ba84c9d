public import AddressSpace
public import AddressSpaceTrace

/// A recording in memory.
public final class Recording: TraceSink, TraceSource {
  public private(set) var header = TraceHeader(
    command: ["program"], began: 0, isAttached: false, recorder: "test")
  public private(set) var end: TraceEnd?
  public private(set) var spaces: [TraceSpace] = []
  public private(set) var threads: [TraceThread] = []
  public private(set) var modules: [TraceModule] = []
  public private(set) var frames: [Frame] = []
  public private(set) var stacks = StackTable()
  public private(set) var symbols: [Int: [Symbol]] = [:]
  public private(set) var snapshots: [TraceSnapshot] = []
  /// All events, of all spaces.
  public private(set) var events: [TraceEvent] = []
  /// The maps of `add(_:of:occasion:)`, whose captures are their places in here.
  private var maps: [Snapshot] = []

  /// A recording of nothing.
  public init() {}

  public func begin(_ header: TraceHeader) { self.header = header }
  public func add(_ space: TraceSpace) { spaces.append(space) }
  public func add(_ thread: TraceThread) { threads.append(thread) }
  public func add(_ module: TraceModule) { modules.append(module) }
  public func add(_ frame: Frame) { frames.append(frame) }
  public func add(_ node: StackTable.Node) { _ = stacks.place(of: node) }
  public func add(_ snapshot: TraceSnapshot) { snapshots.append(snapshot) }
  public func add(_ event: TraceEvent) { events.append(event) }
  public func add(_ symbols: [Symbol], ofFrame frame: Int) { self.symbols[frame] = symbols }
  public func commit() {}
  public func finish(_ end: TraceEnd) { self.end = end }

  public func events(
    ofSpace space: Int, _ body: (_ number: Int, _ event: TraceEvent) -> Void
  ) {
    for (index, event) in events.enumerated() where event.space == space { body(index + 1, event) }
  }
}

extension Recording {
  /// Adds a space and the map it begins with; says which it is.
  public func begin(
    _ regions: [Region], facts: LayoutFacts = LayoutFacts(), name: String = "program",
    isMain: Bool = true
  ) -> Int {
    add(TraceSpace(pid: 4711, name: name, wordSize: facts.wordSize ?? .bits32, isMain: isMain))
    add(regions, facts: facts, of: spaces.count - 1, .start)
    return spaces.count - 1
  }

  /// Adds a map that was read now, at the time of the last event.
  public func add(
    _ regions: [Region], facts: LayoutFacts = LayoutFacts(), of space: Int,
    _ occasion: TraceSnapshot.Occasion
  ) {
    var place = maps.count
    var capture: [UInt8] = []
    while place > 0 {
      capture.append(UInt8(place & 0xFF))
      place >>= 8
    }
    maps.append(
      Snapshot(
        source: Source(kind: .process), map: AddressMap.assembling(regions).map, facts: facts))
    add(
      TraceSnapshot(
        space: space, time: events.last?.time ?? 0, events: events.count, occasion: occasion,
        capture: capture))
  }

  /// Reads the capture of `add(_:of:occasion:)`.
  public func parse(_ snapshot: TraceSnapshot) -> Snapshot? {
    let place = snapshot.capture.reversed().reduce(0) { $0 << 8 | Int($1) }
    return maps.indices.contains(place) ? maps[place] : nil
  }

  /// Adds a stack of functions, innermost first, each as `function` or `module:function`.
  public func stack(_ functions: String...) -> StackID {
    var parent: Int?
    for text in functions.reversed() {
      let parts = text.split(separator: ":", maxSplits: 1)
      let path = parts.count == 2 ? String(parts[0]) : "/usr/bin/program"
      let function = String(parts[parts.count - 1])
      let module = modules.firstIndex { $0.path == path } ?? modules.count
      if module == modules.count { add(TraceModule(path: path)) }
      let known = symbols.first {
        $0.value.first?.function == function && frames[$0.key].module == module
      }
      let frame = known?.key ?? frames.count
      if frame == frames.count {
        add(Frame(module: module, offset: UInt64(0x1000 + 16 * frame)))
        add([Symbol(function: function, file: "\(function).c", line: 7)], ofFrame: frame)
      }
      parent = stacks.place(of: StackTable.Node(parent: parent, frame: frame)).index
    }
    return StackID(parent ?? -1)
  }

  /// Adds an event a millisecond after the last; says its number.
  @discardableResult
  public func add(
    _ call: MapCall, _ outcome: TraceEvent.Outcome, in space: Int = 0, stack: StackID? = nil,
    thread: Int? = nil
  ) -> Int {
    add(
      TraceEvent(
        time: (events.last?.time ?? 0) + 1_000_000, space: space, thread: thread, call: call,
        outcome: outcome, stack: stack))
    return events.count
  }

  /// Adds an anonymous private mapping.
  @discardableResult
  public func map(
    _ low: UInt64, _ high: UInt64, in space: Int = 0, stack: StackID? = nil, thread: Int? = nil
  ) -> Int {
    guard let range = AddressRange(Address(low), Address(high)) else { return events.count }
    return add(
      .mmap, .changed(.map(Region(range: range, access: [.read, .write]))), in: space,
      stack: stack, thread: thread)
  }
}
