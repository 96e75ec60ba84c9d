import AddressSpace
import AddressSpaceTrace
import CAddressSpaceRecorder

/// Takes the stacks of threads of one address space.
final class StackTaker<Sink: TraceSink> {
  private let log: TraceLog<Sink>
  private let modules: ModuleTable<Sink>
  private let pid: Int32
  private let wordSize: WordSize
  private let unwinder: OpaquePointer
  private var buffer: [asp_frame]
  /// The frames of addresses, as long as what is mapped for execution stays.
  private var places: [Place: Int] = [:]
  /// The frames and stacks of the identities that the unwinder gave them.
  private var known: [UInt64: Known] = [:]
  /// The frames that lie in no module, by their addresses.
  private(set) var unnamed: [UInt64: Int] = [:]
  /// What reads Python's frames, once an interpreter was met.
  private var python: PythonWalk?
  /// Where Windows programs lie, once it was found that Wine runs one.
  private var windows: WindowsImages?
  private var windowsIsStale = false

  private struct Known {
    let frames: [Int]
    /// Nil where the stack goes through Python's code, whose frames are others each time.
    let stack: StackID?
  }

  private struct Place: Hashable {
    let address: UInt64
    let origin: Int32
  }

  /// For the address space of a stopped process.
  init(
    pid: Int32, wordSize: WordSize, options: RecorderOptions, log: TraceLog<Sink>,
    modules: ModuleTable<Sink>
  ) throws(RecorderError) {
    self.log = log
    self.modules = modules
    self.pid = pid
    self.wordSize = wordSize
    buffer = [asp_frame](repeating: asp_frame(), count: max(1, options.depth))
    var unwinder: OpaquePointer?
    var result: Int32 = -1
    for kind in Self.kinds(options.unwinder, wordSize) where result != 0 {
      result = asp_unwinder_create(pid, Int32(wordSize.rawValue), kind, &unwinder)
    }
    if let chosen = options.unwinder, -result == Errno.notSupported.number {
      throw .noUnwinder(chosen, wordSize)
    }
    guard result == 0, let unwinder else {
      throw .failed(what: "taking stacks of \(pid)", errno: -result)
    }
    self.unwinder = unwinder
  }

  deinit { asp_unwinder_destroy(unwinder) }

  /// libunwind knows only processes of our own word size.
  private static func kinds(
    _ chosen: RecorderOptions.Unwinder?, _ wordSize: WordSize
  ) -> [Int32] {
    let all: [RecorderOptions.Unwinder: asp_unwinder_kind] = [
      .libunwind: ASP_UNWINDER_LIBUNWIND, .libdw: ASP_UNWINDER_LIBDW,
      .framePointers: ASP_UNWINDER_FRAME_POINTERS,
    ]
    let isOurs = wordSize.rawValue == Int.bitWidth
    let kinds = chosen.map { [$0] } ?? (isOurs ? [.libunwind, .libdw] : [.libdw])
    return kinds.compactMap { all[$0].map { Int32($0.rawValue) } }
  }

  /// To be called when what is mapped for execution changed.
  func modulesChanged() {
    asp_unwinder_modules_changed(unwinder)
    places.removeAll(keepingCapacity: true)
    known.removeAll(keepingCapacity: true)
    windowsIsStale = true
  }

  /// Names what lies in code that was made at run time.
  func nameFrames(by map: PerfMap) throws(RecorderError) {
    for (address, place) in unnamed.sorted(by: { $0.key < $1.key }) {
      guard let name = map.name(at: Address(address)) else { continue }
      try log.add([Symbol(function: name)], of: place)
    }
  }

  /// The stack of a stopped thread, nil where not even its registers can be read.
  func stack(of tid: Int32, in map: EvolvingMap) throws(RecorderError) -> StackID? {
    if windowsIsStale { try lookForWindows(in: map) }
    var registers = asp_registers()
    guard asp_get_registers(tid, &registers) == 0 else { return nil }
    var identity: UInt64 = 0
    let count = asp_unwind(unwinder, tid, &registers, &buffer, buffer.count, &identity)
    if let known = known[identity] {
      if let stack = known.stack { return stack }
      return try stack(of: tid, known.frames)
    }
    let isFirstOfWine = windows == nil
    var frames = try frames(ofFirst: count, in: map)
    if isFirstOfWine, windows != nil {
      try lookForWindows(in: map)
      return try self.stack(of: tid, in: map)
    }
    if let note = try note(forFirst: count, in: map) { frames.append(note) }
    let isPython = python?.concerns(frames) == true
    let stack = try isPython ? stack(of: tid, frames) : log.stack(of: frames)
    if identity != 0 {
      if known.count >= Self.mostRemembered { known.removeAll() }
      known[identity] = Known(frames: frames, stack: isPython ? nil : stack)
    }
    return stack
  }

  /// A stack through Python's code.
  private func stack(of tid: Int32, _ native: [Int]) throws(RecorderError) -> StackID? {
    let frames = try python?.frames(of: tid, within: native) {
      (symbol: Symbol) throws(RecorderError) -> Int in
      try log.place(of: symbol, .interpreter)
    }
    return try log.stack(of: frames ?? native)
  }

  /// The places of the first frames in the buffer.
  private func frames(ofFirst count: Int, in map: EvolvingMap) throws(RecorderError) -> [Int] {
    var frames: [Int] = []
    frames.reserveCapacity(count)
    for frame in buffer.prefix(count) {
      frames.append(try place(of: frame, in: map))
    }
    return frames
  }

  private func place(of frame: asp_frame, in map: EvolvingMap) throws(RecorderError) -> Int {
    let key = Place(address: frame.address, origin: frame.origin)
    if let place = places[key] { return place }
    if places.count >= Self.mostRemembered { places.removeAll() }
    let found = try self.frame(frame, in: map)
    let place = try log.place(of: found)
    places[key] = place
    if found.module == nil, unnamed.count < Self.mostRemembered { unnamed[frame.address] = place }
    notePython(found, at: frame.address, place: place)
    return place
  }

  /// Where Windows programs lie now, for their names and their call frame information.
  private func lookForWindows(in map: EvolvingMap) throws(RecorderError) {
    windowsIsStale = false
    guard var images = windows else { return }
    let isNew = try images.lookAnew(in: map, of: pid, modules: modules)
    windows = images
    guard isNew else { return }
    images.tell(unwinder)
    places.removeAll(keepingCapacity: true)
    known.removeAll(keepingCapacity: true)
  }

  /// The place of what is said of a stack that ends where Wine goes to the stack of the Windows
  /// program, nil for all others.
  private func note(forFirst count: Int, in map: EvolvingMap) throws(RecorderError) -> Int? {
    guard windows != nil, count > 0, count < buffer.count else { return nil }
    let outermost = buffer[count - 1]
    guard outermost.origin != Int32(ASP_FRAME_WINDOWS.rawValue),
      let module = try frame(outermost, in: map).module, modules.isWine(module)
    else { return nil }
    return try log.place(
      of: Symbol(function: "the Windows stack behind this call could not be followed"), .note)
  }

  private func frame(_ frame: asp_frame, in map: EvolvingMap) throws(RecorderError) -> Frame {
    let origin: Frame.Origin =
      switch asp_frame_origin(UInt32(frame.origin)) {
      case ASP_FRAME_CALL: .call
      case ASP_FRAME_FRAME_POINTER: .framePointer
      case ASP_FRAME_WINDOWS: .windows
      default: .unwound
      }
    let region = map.region(at: Address(frame.address))
    if let region, let place = windows?.place(of: frame.address, in: region) {
      return Frame(module: place.module, offset: place.offset, origin: origin)
    }
    guard let region, !region.name.isEmpty, region.inode != 0 || region.kind == .system
    else { return Frame(module: nil, offset: frame.address, origin: origin) }
    let module = try modules.place(of: region, pid: pid)
    if windows == nil, modules.isWine(module) { windows = WindowsImages() }
    let offset = frame.address - region.range.lower.value + (region.inode == 0 ? 0 : region.offset)
    return Frame(
      module: module, offset: modules.linkedAddress(of: offset, in: module), origin: origin)
  }

  /// Finds the interpreter by the first frame that lies in it.
  private func notePython(_ frame: Frame, at address: UInt64, place: Int) {
    guard let module = frame.module, let version = modules.pythonVersion(of: module) else { return }
    if python == nil, let symbol = modules.address(ofSymbol: version.symbol, in: module) {
      python = PythonWalk(
        version: version, wordBytes: wordSize.rawValue / 8,
        address: address &- frame.offset &+ symbol, pid: pid)
    }
    python?.note(place, functions: modules.keptSymbols(of: frame))
  }

  private static var mostRemembered: Int { 1 << 17 }
}
