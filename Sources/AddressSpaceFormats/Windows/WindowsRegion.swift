import AddressSpace

/// One region of a Windows process as its source lists it: pages of one allocation in one state.
struct WindowsRegion {
  var range: AddressRange
  /// Where the allocation begins that it is part of, nil where the source does not tell.
  var allocationBase: Address?
  var state: State
  /// `PAGE_*` bits; of reserved memory nothing.
  var protection: WindowsProtection = []
  var type: MemoryType?
  /// The image's or file's path, where the source tells.
  var path = ""
  /// What the source knows it to be used for.
  var use: Use?

  enum State: Hashable {
    case committed
    case reserved
  }

  enum MemoryType: Hashable {
    case image
    case mapped
    case privateMemory
  }

  enum Use: Hashable {
    case heap(id: String)
    case managedHeap
    /// A thread's stack; 64-bit ones belong to WOW64.
    case stack(thread: String, is64Bit: Bool)
    case threadEnvironment(thread: String)
    case processEnvironment
    case system
  }

  /// The region of the map. Its offset is where it begins in its allocation, so that parts of one
  /// allocation can be told to belong together.
  var region: Region {
    Region(
      range: range, access: access,
      offset: allocationBase.map { range.lower.value - min($0.value, range.lower.value) } ?? 0,
      name: name, kind: kind)
  }

  private var access: Region.Access {
    let isShared = type == .mapped && !protection.isCopyOnWrite
    return (state == .reserved ? [] : protection.access).union(isShared ? .shared : [])
  }

  private var name: String {
    switch use {
    case .stack(let thread, let is64Bit): "[stack\(is64Bit ? "64" : ""):\(thread)]"
    case .threadEnvironment(let thread): "[teb:\(thread)]"
    case .processEnvironment: "[peb]"
    case .heap(let id): "[heap:\(id)]"
    case .managedHeap: "[managed heap]"
    case .system, nil: path
    }
  }

  private var kind: Region.Kind {
    switch use {
    case .stack: return .stack
    case .threadEnvironment, .processEnvironment, .system: return .system
    case .heap, .managedHeap, nil: break
    }
    if type == .image { return .image }
    if state == .reserved { return .reserved }
    switch use {
    case .heap: return .heap
    default: break
    }
    guard type == .mapped else { return .anonymous }
    return path.isEmpty ? .shared : .file
  }
}

/// The protection of Windows' pages (`PAGE_*` of `winnt.h`).
struct WindowsProtection: OptionSet, Hashable {
  let rawValue: UInt32

  static let noAccess = WindowsProtection(rawValue: 0x01)
  static let readOnly = WindowsProtection(rawValue: 0x02)
  static let readWrite = WindowsProtection(rawValue: 0x04)
  static let writeCopy = WindowsProtection(rawValue: 0x08)
  static let execute = WindowsProtection(rawValue: 0x10)
  static let executeRead = WindowsProtection(rawValue: 0x20)
  static let executeReadWrite = WindowsProtection(rawValue: 0x40)
  static let executeWriteCopy = WindowsProtection(rawValue: 0x80)
  static let guardPage = WindowsProtection(rawValue: 0x100)
  static let noCache = WindowsProtection(rawValue: 0x200)
  static let writeCombine = WindowsProtection(rawValue: 0x400)

  /// Whether a write makes a private copy of the page.
  var isCopyOnWrite: Bool { !isDisjoint(with: [.writeCopy, .executeWriteCopy]) }

  /// What of it the columns of a map can say; a guard page allows nothing yet.
  var access: Region.Access {
    guard isDisjoint(with: [.noAccess, .guardPage]) else { return [] }
    var access: Region.Access = []
    if !isDisjoint(with: Self.readable) { access.insert(.read) }
    if !isDisjoint(with: Self.writable) { access.insert(.write) }
    if !isDisjoint(with: Self.executable) { access.insert(.execute) }
    return access
  }

  private static let writable: Self = [
    .readWrite, .writeCopy, .executeReadWrite, .executeWriteCopy,
  ]
  private static let readable: Self = writable.union([.readOnly, .executeRead])
  private static let executable: Self = [
    .execute, .executeRead, .executeReadWrite, .executeWriteCopy,
  ]
}
