import AddressSpace
import AddressSpaceTrace

/// Fills the table of events and those that its columns refer to.
final class EventTable {
  private let event: Statement
  private let action: Statement
  private let file: Statement
  private let attribute: Statement
  private var time: Int64 = 0
  private var number: Int64 = 0
  private var actions = InternTable<Action>()
  private var files = InternTable<File>()
  private var attributes = InternTable<Attribute>()

  private struct Action: Hashable {
    let call: MapCall
    let change: ChangeName
  }

  private struct File: Hashable {
    let name: String
    let inode: UInt64
  }

  private struct Attribute: Hashable {
    let access: Region.Access
    var traits: Region.Traits = []
    var kind: Region.Kind?
    var file: Int64?
  }

  init(_ database: Database) throws(Database.Failure) {
    event = try database.statement("INSERT INTO event VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
    action = try database.statement("INSERT INTO action VALUES(?, ?, ?)")
    file = try database.statement("INSERT INTO file VALUES(?, ?, ?)")
    attribute = try database.statement("INSERT INTO attribute VALUES(?, ?, ?, ?, ?)")
  }

  func insert(_ value: TraceEvent) throws(Database.Failure) {
    let now = Int64(clamping: value.time)
    event.bind(number + 1, at: Column.number)
    event.bind(now - time, at: Column.elapsed)
    event.bind(Int64(value.space), at: Column.space)
    event.bind(value.thread.map(Int64.init), at: Column.thread)
    event.bind(value.stack.map { Int64($0.index) }, at: Column.stack)
    let change = try bind(value.outcome)
    event.bind(try id(of: Action(call: value.call, change: change)), at: Column.action)
    try event.run()
    time = now
    number += 1
  }

  private enum Column {
    static let number: Int32 = 1
    static let elapsed: Int32 = 2
    static let space: Int32 = 3
    static let thread: Int32 = 4
    static let action: Int32 = 5
    static let low: Int32 = 6
    static let size: Int32 = 7
    static let attribute: Int32 = 8
    static let other: Int32 = 9
    static let otherSize: Int32 = 10
    static let stack: Int32 = 11
  }

  private func bind(_ outcome: MapCall.Outcome) throws(Database.Failure) -> ChangeName {
    var attribute: Int64?
    var change: ChangeName
    bindUnits(nil, at: Column.other)
    bindUnits(nil, at: Column.otherSize)
    switch outcome {
    case .changed(.map(let region)):
      change = .map
      bind(region.range)
      attribute = try id(of: region)
      if region.offset != 0 { bindUnits(region.offset, at: Column.other) }
    case .changed(.unmap(let range)):
      change = .unmap
      bind(range)
    case .changed(.protect(let range, let access)):
      change = .protect
      bind(range)
      attribute = try id(of: Attribute(access: access))
    case .changed(.move(let from, let to, let keepsSource)):
      change = keepsSource ? .copy : .move
      bind(from)
      bindUnits(to.lower.value, at: Column.other)
      if to.size != from.size { bindUnits(to.size.value, at: Column.otherSize) }
    case .failed(let errno, let asked, let at):
      change = .failed
      bindUnits(at?.value, at: Column.low)
      bindUnits(asked.value, at: Column.size)
      event.bind(Int64(errno), at: Column.other)
    }
    event.bind(attribute, at: Column.attribute)
    return change
  }

  private func bind(_ range: AddressRange) {
    bindUnits(range.lower.value, at: Column.low)
    bindUnits(range.size.value, at: Column.size)
  }

  /// Pages as a number, what is no multiple of a page as text.
  private func bindUnits(_ value: UInt64?, at column: Int32) {
    if let value, value % Schema.unit != 0 {
      event.bind("0x" + String(value, radix: 16), at: column)
    } else {
      event.bind(value.map { Int64($0 / Schema.unit) }, at: column)
    }
  }

  private func id(of value: Action) throws(Database.Failure) -> Int64 {
    let (id, isNew) = actions.id(of: value)
    guard isNew else { return id }
    action.bind(id, at: 1)
    action.bind(value.call.rawValue, at: 2)
    action.bind(value.change.rawValue, at: 3)
    try action.run()
    return id
  }

  private func id(of region: Region) throws(Database.Failure) -> Int64 {
    let file = region.isUnnamed ? nil : try id(of: File(name: region.name, inode: region.inode))
    return try id(
      of: Attribute(access: region.access, traits: region.traits, kind: region.kind, file: file))
  }

  private func id(of value: File) throws(Database.Failure) -> Int64 {
    let (id, isNew) = files.id(of: value)
    guard isNew else { return id }
    file.bind(id, at: 1)
    file.bind(value.name, at: 2)
    file.bind(Int64(bitPattern: value.inode), at: 3)
    try file.run()
    return id
  }

  private func id(of value: Attribute) throws(Database.Failure) -> Int64 {
    let (id, isNew) = attributes.id(of: value)
    guard isNew else { return id }
    attribute.bind(id, at: 1)
    attribute.bind(value.access.letters, at: 2)
    attribute.bind(Int64(value.traits.rawValue), at: 3)
    attribute.bind(value.kind?.rawValue, at: 4)
    attribute.bind(value.file, at: 5)
    try attribute.run()
    return id
  }
}

/// Gives equal values one id, as long as it remembers them.
struct InternTable<Value: Hashable> {
  private var ids: [Value: Int64] = [:]
  private var next: Int64 = 0
  private var last: (value: Value, id: Int64)?

  /// A program that maps a new file each time must not cost ever more memory.
  private static var mostRemembered: Int { 1 << 14 }

  /// The id of a value, and whether it has just got it.
  mutating func id(of value: Value) -> (id: Int64, isNew: Bool) {
    if let last, last.value == value { return (last.id, false) }
    if let id = ids[value] {
      last = (value, id)
      return (id, false)
    }
    // Forgotten values get another id; the rows of the old one stay.
    if ids.count == Self.mostRemembered { ids.removeAll(keepingCapacity: true) }
    let id = next
    ids[value] = id
    last = (value, id)
    next += 1
    return (id, true)
  }
}
