import AddressSpace
import AddressSpaceFormats
import SystemPackage
import TestSupport
import Testing

/// The rules of origins over saved maps of other machines, where names tell what is true.
@Suite("Origins of saved maps")
struct OriginFilesTests {
  static let files: [FilePath] = {
    let shared = ["linux-maps", "linux-smaps", "truth"].compactMap {
      Fixtures.shared?.appending($0)
    }
    let folders = shared + [Fixtures.own.appending("golden"), Fixtures.own.appending("wine")]
    return folders.flatMap { folder in
      [".maps", ".smaps", ".txt"].flatMap { suffix in
        Fixtures.names(in: folder, suffix: suffix).map { folder.appending($0) }
      }
    }
  }()

  static func room(_ snapshot: Snapshot) -> Room {
    let layout = Layout.inferred(from: snapshot.map, facts: snapshot.facts)
    return Room(map: snapshot.map, layout: layout, facts: snapshot.facts)
  }

  /// The room of a file, nil where it is no map.
  static func room(of file: FilePath) throws -> (room: Room, snapshot: Snapshot)? {
    guard let snapshot = try? Fixtures.snapshot(file) else { return nil }
    return (room(snapshot), snapshot)
  }

  @Test("no origin that a name or a kind excludes", arguments: files)
  func kinds(file: FilePath) throws {
    guard let (room, snapshot) = try Self.room(of: file) else { return }
    for (region, origin) in zip(room.regions, room.origins()) {
      let comment: Comment = "\(file): \(region.range) \(region.name) \(origin?.name ?? "")"
      switch region.kind {
      case .image, .system: #expect(origin == nil, comment)
      case .heap: #expect(origin == Origin(.breakHeap, .certain), comment)
      default: break
      }
      if region.name == "[stack]" { #expect(origin == Origin(.mainStack, .certain), comment) }
      if region.name.hasPrefix("[stack:") {
        #expect(origin == Origin(.threadStack, .certain), comment)
      }
      if region.name.hasPrefix("[anon:") { #expect(origin?.certainty == .certain, comment) }
      // Nothing of a bare map's shapes is certain.
      if region.name.isEmpty, region.kind != .heap, snapshot.facts.contents == nil {
        #expect(origin?.certainty != .certain, comment)
      }
      if origin?.certainty == .likely, origin?.owner == .threadStack {
        #expect(region.isPlainMemory || region.isPlainReserve, comment)
      }
    }
  }

  @Test("what shapes tell without names, names confirm", arguments: files)
  func shapes(file: FilePath) throws {
    guard let (named, snapshot) = try Self.room(of: file) else { return }
    let known = zip(named.regions, named.origins()).filter { region, _ in
      region.name.hasPrefix("[stack:") || region.name.hasPrefix("[anon")
    }
    guard !known.isEmpty else { return }
    let bare = snapshot.map.regions.map { region in
      region.name.hasPrefix("[stack:") || region.name.hasPrefix("[anon")
        ? Region(
          range: region.range, access: region.access, offset: region.offset,
          inode: region.inode, traits: region.traits) : region
    }
    let unnamed = Self.room(
      Snapshot(
        source: snapshot.source, map: AddressMap.assembling(bare).map, facts: snapshot.facts))
    let rules = OriginRules(unnamed)
    for (region, origin) in known {
      let bare = Region(range: region.range)
      guard let told = rules.origin(of: bare), told.certainty > .possible else { continue }
      #expect(
        told.owner == origin?.owner || Self.agrees(told.owner, with: region.name),
        "\(file): \(region.range) \(region.name) is no \(told.name)")
    }
  }

  /// Whether a name that a runtime gave means the same as an owner.
  static func agrees(_ owner: Origin.Owner, with name: String) -> Bool {
    switch owner {
    case .threadStack: name.contains("stack") || name.contains("thread")
    default: false
    }
  }
}
