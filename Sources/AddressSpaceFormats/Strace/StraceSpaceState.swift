import AddressSpace

/// What a call did, in the order in which it did it.
typealias StraceEffect = (call: MapCall, outcome: MapCall.Outcome)

/// An address space as it stands at one line of a log.
struct StraceSpaceState {
  var info: StraceSpace
  private(set) var map: EvolvingMap
  /// Whether the program's beginning is in the log: then its heap begins where it first asks.
  var isWhole: Bool
  /// Whether any of its calls was seen yet.
  private(set) var hasCalls = false
  private(set) var endOfBreak: Address?
  /// The paths of descriptors, where the log tells how they were opened.
  private var descriptors: [UInt64: String] = [:]
  /// Where System V's memory was attached, and how much of it.
  private(set) var attached: [UInt64: AddressRange] = [:]
  let rules = MapRules()

  /// A space in which `found` was mapped before anything of it is in the log.
  init(_ info: StraceSpace, isWhole: Bool, found: [Region]) {
    self.info = info
    self.isWhole = isWhole
    map = EvolvingMap(AddressMap.assembling(found).map)
  }

  /// Gives up what only matters as long as the space can still change or be asked for.
  mutating func forget() {
    map = EvolvingMap(AddressMap.assembling([]).map)
    descriptors = [:]
    attached = [:]
  }

  /// The most that is noted of what was found.
  private static let mostFound = 1 << 16

  /// Whether a call of `brk` shows another program than this one: who asks where the heap ends, and
  /// is told another place.
  func isOfAnother(_ arguments: StraceArguments) -> Bool {
    guard arguments.number(0) == 0, case .value(let value) = arguments.outcome,
      let end = endOfBreak
    else { return false }
    return Address(value) != end
  }

  /// Applies a call; answers what it did.
  mutating func apply(
    _ call: MapCall, _ arguments: StraceArguments, _ memory: inout StraceSharedMemory,
    offsets: inout StraceOffsets
  ) -> [StraceEffect] {
    defer { hasCalls = true }
    let effects =
      switch arguments.outcome {
      case .value(let value): succeeded(call, arguments, value, &memory, &offsets)
      case .error(let name): failed(call, arguments, name)
      case nil: [] as [StraceEffect]
      }
    for (_, outcome) in effects {
      guard case .changed(let change) = outcome else { continue }
      map.apply(change, by: EvolvingMap.before)
      info.changes += 1
    }
    return effects
  }

  private mutating func succeeded(
    _ call: MapCall, _ arguments: StraceArguments, _ value: UInt64,
    _ memory: inout StraceSharedMemory, _ offsets: inout StraceOffsets
  ) -> [StraceEffect] {
    if value >= 1 << 32 { info.wordSize = .bits64 }
    switch call {
    case .mmap, .mmap2, .oldMmap:
      return mapped(call, arguments, at: value, &offsets).map { [(call, .changed(.map($0)))] } ?? []
    case .munmap: return unmapped(arguments)
    case .mremap: return moved(arguments, to: value)
    case .brk: return movedBreak(arguments, to: value)
    case .mprotect, .pkeyMprotect: return protected(call, arguments)
    case .shmat:
      guard let region = memory.region(arguments, at: value, rules) else { return [] }
      attached[value] = region.range
      return [(call, .changed(.map(region)))]
    case .shmdt:
      guard let address = arguments.number(0),
        let range = attached.removeValue(forKey: address)
          ?? map.region(at: Address(address))?.range
      else { return [] }
      return [(call, .changed(.unmap(range)))]
    default: return []
    }
  }

  private func failed(
    _ call: MapCall, _ arguments: StraceArguments, _ name: String
  ) -> [StraceEffect] {
    let places: (length: Int, address: Int)
    switch call {
    case .mmap, .mmap2, .oldMmap, .munmap, .mprotect, .pkeyMprotect: places = (1, 0)
    case .mremap: places = (2, 0)
    default: return []
    }
    guard let errno = StraceFlags.errors[name], let length = arguments.number(places.length) else {
      return []
    }
    let address = arguments.number(places.address).flatMap { $0 == 0 ? nil : Address($0) }
    return [(call, .failed(errno: errno, asked: ByteCount(length), at: address))]
  }
}

extension StraceSpaceState {
  private mutating func mapped(
    _ call: MapCall, _ arguments: StraceArguments, at address: UInt64,
    _ offsets: inout StraceOffsets
  ) -> Region? {
    let flags = arguments.bits(3, StraceFlags.mapping)
    guard let asked = arguments.number(1), let length = rounded(asked, flags),
      let range = rules.range(at: address, length: length)
    else { return nil }
    var access = rules.access(arguments.bits(2, StraceFlags.protection))
    let type = flags & StraceFlags.type
    if type != StraceFlags.privately, type & StraceFlags.shared != 0 { access.insert(.shared) }
    var traits: Region.Traits = []
    if flags & StraceFlags.growsDown != 0 { traits.insert(.growsDown) }
    if flags & StraceFlags.noReserve != 0 { traits.insert(.noReserve) }
    if flags & StraceFlags.hugePages != 0 {
      return Region(
        range: range, access: access, name: "/anon_hugepage (deleted)", traits: traits)
    }
    if flags & StraceFlags.anonymous != 0 {
      let name = access.contains(.shared) ? "/dev/zero (deleted)" : ""
      return Region(range: range, access: access, name: name, traits: traits)
    }
    let number = arguments.number(4) ?? 0
    let path = arguments.path(4) ?? descriptors[number]
    let offset = arguments.number(5).map { offsets.bytes($0, of: call) } ?? 0
    return Region(
      range: range, access: access, offset: offset,
      name: path ?? "descriptor \(number), whose name is not in the log", traits: traits)
  }

  /// Huge pages round the length; which ones is in the flags, else those of 2 MiB are meant.
  func rounded(_ length: UInt64, _ flags: UInt64) -> UInt64? {
    guard flags & StraceFlags.hugePages != 0 else { return length }
    let power = flags >> StraceFlags.hugeShift & 0x3F
    guard power < 40 else { return nil }
    return ByteCount(length).roundedUp(to: ByteCount(1 << (power == 0 ? 21 : power)))?.value
  }

  private mutating func unmapped(_ arguments: StraceArguments) -> [StraceEffect] {
    pages(arguments).map { [(.munmap, .changed(.unmap($0)))] } ?? []
  }

  private mutating func moved(_ arguments: StraceArguments, to target: UInt64) -> [StraceEffect] {
    guard let address = arguments.number(0), let old = arguments.number(1),
      let new = arguments.number(2)
    else { return [] }
    let flags = arguments.bits(3, StraceFlags.remapping)
    guard
      let change = rules.remap(
        address, oldLength: old, newLength: new, keepsSource: flags & StraceFlags.keepsSource != 0,
        to: target), case .move(let from, let to, _) = change, from != to
    else { return [] }
    return find(from, access: [.read, .write]) + [(.mremap, .changed(change))]
  }

  private mutating func movedBreak(
    _ arguments: StraceArguments, to result: UInt64
  ) -> [StraceEffect] {
    let heap = heap(to: result)
    let isFirst = endOfBreak == nil
    endOfBreak = Address(result)
    guard let asked = arguments.number(0) else { return [] }
    guard !isFirst else {
      // Before the first program of the log asks, its heap has not begun.
      if asked == 0, isWhole || !hasCalls {
        info.startOfBreak = Address(result)
        isWhole = true
      }
      return []
    }
    if let heap, let change = rules.moveBreak(from: heap.old, to: heap.new) {
      return [(.brk, .changed(change))]
    }
    guard asked > result else { return [] }
    let outOfMemory: Int32 = 12
    return [
      (
        .brk,
        .failed(errno: outOfMemory, asked: ByteCount(asked - result), at: Address(result))
      )
    ]
  }

  private mutating func protected(
    _ call: MapCall, _ arguments: StraceArguments
  ) -> [StraceEffect] {
    guard let range = pages(arguments) else { return [] }
    let access = rules.access(arguments.bits(2, StraceFlags.protection))
    return find(range, access: access) + [(call, .changed(.protect(range, access)))]
  }

  /// What a call that succeeded shows to be mapped although the log does not tell since when.
  private mutating func find(_ range: AddressRange, access: Region.Access) -> [StraceEffect] {
    var holes: [AddressRange] = []
    var position = range.lower
    for piece in map.pieces(in: range) {
      if let hole = AddressRange(position, piece.range.lower) { holes.append(hole) }
      position = piece.range.upper
    }
    if let hole = AddressRange(position, range.upper) { holes.append(hole) }
    return holes.map { hole in
      let region = Region(range: hole, access: access)
      if info.found.count < Self.mostFound { info.found.append(region) }
      return (.found, .changed(.map(region)))
    }
  }
}

extension StraceSpaceState {
  /// A descriptor that a call opened, or gave up, where the log tells.
  mutating func note(_ call: String, _ arguments: StraceArguments) {
    guard case .value(let value) = arguments.outcome else { return }
    switch call {
    case "open", "creat": descriptors[value] = arguments.text(0)
    case "openat", "openat2": descriptors[value] = arguments.text(1)
    case "memfd_create":
      descriptors[value] = arguments.text(0).map { "/memfd:\($0) (deleted)" }
    case "close": arguments.number(0).map { descriptors[$0] = nil }
    case "dup", "dup2", "dup3": descriptors[value] = arguments.number(0).flatMap { descriptors[$0] }
    case "arch_prctl": info.machine = info.wordSize == .bits64 ? .x86_64 : .i386
    case "set_tls": info.machine = .arm
    default: break
    }
  }

  /// Calls that `note` heeds.
  static let noted: Set<String> = [
    "open", "creat", "openat", "openat2", "memfd_create", "close", "dup", "dup2", "dup3",
    "arch_prctl", "set_tls",
  ]
}

/// System V's shared memory, which all processes have in common.
struct StraceSharedMemory {
  private var segments: [UInt64: (size: UInt64, key: UInt64)] = [:]

  /// Notes what `shmget` answered.
  mutating func note(_ arguments: StraceArguments) {
    guard case .value(let id) = arguments.outcome, let size = arguments.number(1) else { return }
    segments[id] = (size, arguments.number(0) ?? 0)
  }

  /// What `shmat` mapped; of a segment whose making is not in the log, a page.
  func region(_ arguments: StraceArguments, at address: UInt64, _ rules: MapRules) -> Region? {
    let segment = arguments.number(0).flatMap { segments[$0] }
    guard let range = rules.range(at: address, length: segment?.size ?? 1) else { return nil }
    let flags = arguments.bits(2, StraceFlags.attaching)
    var access: Region.Access = [.read, .shared]
    if flags & StraceFlags.readOnly == 0 { access.insert(.write) }
    if flags & StraceFlags.executable != 0 { access.insert(.execute) }
    let key = String(segment?.key ?? 0, radix: 16)
    let name = "/SYSV" + String(repeating: "0", count: max(0, 8 - key.count)) + key
    return Region(range: range, access: access, name: name + " (deleted)")
  }
}

/// What the offsets of `mmap2` are counted in: pages in logs of old versions of strace, bytes in
/// those of new ones, who say it nowhere. No file is mapped from the middle of a page.
struct StraceOffsets {
  private var arePages = false

  mutating func bytes(_ offset: UInt64, of call: MapCall) -> UInt64 {
    guard call == .mmap2 else { return offset }
    if offset % 4096 != 0 { arePages = true }
    return arePages ? offset &* 4096 : offset
  }
}
