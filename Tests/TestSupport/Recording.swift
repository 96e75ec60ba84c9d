public import AddressSpace
public import AddressSpaceTrace

/// A recording in memory.
public final class Recording: TraceSink, TraceSource {
  /// What it is of.
  public private(set) var header = TraceHeader(
    command: ["program"], began: 0, isAttached: false, recorder: "test")
  /// How it ended.
  public private(set) var end: TraceEnd?
  /// The address spaces.
  public private(set) var spaces: [TraceSpace] = []
  /// The threads.
  public private(set) var threads: [TraceThread] = []
  /// The modules.
  public private(set) var modules: [TraceModule] = []
  /// The frames.
  public private(set) var frames: [Frame] = []
  /// The stacks.
  public private(set) var stacks = StackTable()
  /// What is known of frames.
  public private(set) var symbols: [Int: [Symbol]] = [:]
  /// The maps that were read.
  public private(set) var snapshots: [TraceSnapshot] = []
  /// All events, of all spaces.
  public private(set) var events: [TraceEvent] = []
  /// The maps of `add(_:facts:of:_:)`, whose captures are their places in here.
  private var maps: [Snapshot] = []

  /// A recording of nothing.
  public init() {}

  /// Keeps the header.
  public func begin(_ header: TraceHeader) { self.header = header }
  /// Adds a space.
  public func add(_ space: TraceSpace) { spaces.append(space) }
  /// Adds a thread.
  public func add(_ thread: TraceThread) { threads.append(thread) }
  /// Adds a module.
  public func add(_ module: TraceModule) { modules.append(module) }
  /// Adds a frame.
  public func add(_ frame: Frame) { frames.append(frame) }
  /// Adds a node of the tree of stacks.
  public func add(_ node: StackTable.Node) { _ = stacks.place(of: node) }
  /// Adds a map that was read.
  public func add(_ snapshot: TraceSnapshot) { snapshots.append(snapshot) }
  /// Adds an event.
  public func add(_ event: TraceEvent) { events.append(event) }
  /// Adds what is known of a frame.
  public func add(_ symbols: [Symbol], ofFrame frame: Int) { self.symbols[frame] = symbols }
  /// There is nothing to make last.
  public func commit() {}
  /// Keeps the end.
  public func finish(_ end: TraceEnd) { self.end = end }

  /// Hands out the events of a space.
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

  /// Adds a stack of functions, innermost first, each as `function` or
  /// `/path/of/module:function`.
  public func stack(_ functions: String...) -> StackID {
    var parent: Int?
    for text in functions.reversed() {
      // Functions of C++ have colons too.
      let parts = text.hasPrefix("/") ? text.split(separator: ":", maxSplits: 1) : [text[...]]
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
    _ call: MapCall, _ outcome: MapCall.Outcome, in space: Int = 0, stack: StackID? = nil,
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
