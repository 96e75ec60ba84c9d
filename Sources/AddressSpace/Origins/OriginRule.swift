/// A rule that tells who uses some regions. It looks at a region and its neighbours only, so that
/// all regions together cost no more than their number.
public protocol OriginRule: Sendable {
  /// The rule for a process, nil where it cannot have such regions.
  init?(_ scene: OriginScene)

  /// Who uses the region at `index`, nil where the rule does not tell.
  func origin(at index: Int, in scene: OriginScene) -> Origin?
}

/// The rules for one room, in their order of precedence.
public struct OriginRules: Sendable {
  fileprivate let scene: OriginScene
  private let rules: [any OriginRule]

  /// The rules that apply to a room.
  public init(_ room: Room) {
    let scene = OriginScene(room)
    self.scene = scene
    rules = Self.inOrder.compactMap { $0.init(scene) }
  }

  /// Names before all, then what the memory holds, then shapes: those that few other things have
  /// before those that many have.
  private static let inOrder: [any OriginRule.Type] = [
    NamedOrigins.self,
    DeviceOrigins.self,
    ContentOrigins.self,
    StackShapes.self,
    GoShapes.self,
    GlibcArenaShapes.self,
    WineShapes.self,
    WindowsShapes.self,
    JavaShapes.self,
    DotnetShapes.self,
    V8Shapes.self,
    OtherMallocShapes.self,
    MallocShapes.self,
  ]

  /// Who uses the region at `index` of `Room.regions`; nil where no rule tells, and for files,
  /// images and the system's own, whose names say it.
  public func origin(at index: Int) -> Origin? {
    switch scene.regions[index].kind {
    case .image, .system: return nil
    case .heap, .stack, .anonymous, .file, .shared, .reserved: break
    }
    for rule in rules {
      if let origin = rule.origin(at: index, in: scene) { return origin }
    }
    return nil
  }
}

extension OriginRules {
  /// Who uses a region of the room, nil where no rule tells or it is none of the room's.
  public func origin(of region: Region) -> Origin? {
    let index = scene.regions.partitioningIndex { $0.range.upper > region.range.lower }
    guard index < scene.regions.count, scene.regions[index].range == region.range else {
      return nil
    }
    return origin(at: index)
  }

  /// What would give a region's addresses back, as far as its owner tells.
  func action(at index: Int) -> Pin.Action? {
    let holdsFixed = pieces(at: index).contains { $0.origin.owner.action == .fixed }
    return holdsFixed ? .fixed : origin(at: index)?.owner.action
  }

  /// The pieces that were seen in a region, cut to it.
  func pieces(at index: Int) -> [ContentFacts.Piece] {
    let region = scene.regions[index]
    guard let contents = scene.facts.contents, !contents.pieces.isEmpty, region.name.isEmpty,
      region.kind != .image
    else { return [] }
    return contents.pieces(in: region.range).compactMap { piece in
      piece.range.clamped(to: region.range).map { ContentFacts.Piece($0, piece.origin) }
    }
  }
}

extension Room {
  /// Who uses each region, in the order of `regions`. For a few regions of many make the rules and
  /// ask them.
  public func origins() -> [Origin?] {
    let rules = OriginRules(self)
    return regions.indices.map { rules.origin(at: $0) }
  }
}
