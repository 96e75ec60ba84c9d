import AddressSpace

/// A part of a space that is alike in all that is known of it.
struct Stretch: Stretched {
  var lower: UInt64
  var upper: UInt64
  /// Where in its file it begins; of memory, the address at which the kernel numbered its first page,
  /// which it keeps when it is moved.
  var origin: UInt64
  /// What else a map shows, by its place in a `StretchTable`.
  var columns: UInt32
  /// What has to be the same for neighbours to be one mapping: on Linux who keeps track of its pages
  /// (`anon_vma`), zero before the first was written to; on Windows the allocation.
  var group: UInt32
  var state: State

  /// What of it is memory.
  struct State: OptionSet, Sendable {
    let rawValue: UInt8
    /// The system has promised memory for it.
    static let committed = State(rawValue: 1)
    /// It holds pages.
    static let resident = State(rawValue: 2)
  }

  var size: UInt64 { upper - lower }

  /// Whether `next` only goes on where this ends.
  func isSame(as next: Stretch) -> Bool {
    upper == next.lower && columns == next.columns && state == next.state && group == next.group
      && origin &+ size == next.origin
  }
}

/// What a space knows of its stretches besides where they lie, each different set once.
struct StretchTable: Sendable {
  /// What a map shows of a stretch, and who uses it.
  struct Columns: Hashable {
    var owner: String
    var access: Region.Access
    /// What may be done with it once it is committed, nil where that has no meaning.
    var accessOnCommit: Region.Access?
    var traits: Region.Traits = []
    var inode: UInt64 = 0
    var name = ""
    var kind: Region.Kind?

    /// Whether its place in a file is shown.
    var hasOffset: Bool { inode != 0 || name.utf8.first == UInt8(ascii: "/") }
    var growsDown: Bool { name == "[stack]" || traits.contains(.growsDown) }
    /// Whether what is written to it stays its own.
    var isPrivate: Bool { !access.contains(.shared) }
  }

  private(set) var all: [Columns] = []
  /// Equal for those that the system does not tell apart.
  private(set) var merging: [UInt32] = []
  private(set) var growDown: [Bool] = []
  /// Which count against RLIMIT_DATA (`is_data_mapping`).
  private(set) var areData: [Bool] = []
  /// Which are written to without anybody else's seeing it: Linux promises memory for them.
  private(set) var areWritten: [Bool] = []
  private var places: [Columns: UInt32] = [:]
  private var mergingPlaces: [Columns: UInt32] = [:]
  private var last: (mapping: Mapping, place: UInt32)?

  subscript(place: UInt32) -> Columns { all[Int(place)] }

  /// The place of columns, which are added if they are new.
  mutating func place(of columns: Columns) -> UInt32 {
    if let place = places[columns] { return place }
    let place = UInt32(clamping: all.count)
    places[columns] = place
    all.append(columns)
    growDown.append(columns.growsDown)
    areWritten.append(columns.access.contains(.write) && columns.isPrivate)
    areData.append(columns.access.contains(.write) && columns.isPrivate && !columns.growsDown)
    var shown = columns
    shown.owner = ""
    shown.accessOnCommit = nil
    shown.kind = nil
    merging.append(mergingPlaces[shown, default: place])
    mergingPlaces[shown] = merging[Int(place)]
    return place
  }

  /// The place of a mapping's columns: mostly one after the other is alike.
  mutating func place(of mapping: Mapping) -> UInt32 {
    if let last, last.mapping == mapping { return last.place }
    let place = place(
      of: Columns(
        owner: mapping.owner, access: mapping.isReserved ? [] : mapping.access,
        accessOnCommit: mapping.isReserved ? mapping.access : nil, traits: mapping.traits,
        inode: mapping.file?.inode ?? 0, name: mapping.file?.path ?? "", kind: mapping.kind))
    last = (mapping, place)
    return place
  }
}
