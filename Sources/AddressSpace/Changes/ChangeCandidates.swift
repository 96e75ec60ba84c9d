/// The changes that may be worth a try, those that ask least of people first.
struct ChangeCandidates {
  let map: AddressMap
  let room: Room
  /// The walls that the first buffer meets.
  let walls: [Wall]

  private var facts: LayoutFacts { room.facts }
  private var layout: Layout { room.layout }
  private var isWide: Bool { layout.wordSize == .bits64 }

  /// What needs no look at each region's owner.
  var quick: [Change] {
    guard !isWide else { return limits }
    switch layout.system {
    case .windows, .wine: return limits + windows
    case .linux: return limits + legacy + stacks + kernels
    }
  }

  /// All of them.
  func everything(for buffers: [BufferForecast]) -> [Change] {
    quick + (isWide || layout.system != .linux ? [] : randomization) + owners
      + tiles(for: buffers)
  }

  /// Limits that are met before the address space is full.
  var limits: [Change] {
    guard let open = walls.first?.fits else { return [] }
    return walls.filter { $0.fits < open }.compactMap { wall in
      switch wall.name {
      case .resourceAddressSpace: .resourceLimit(.addressSpace, nil)
      case .resourceData: .resourceLimit(.data, nil)
      case .mapCount: .mapLimit(Self.larger(wall.limit.value))
      default: nil
      }
    }
  }

  /// What those set who find the kernel's default of 65530 too little, else twice as many.
  private static func larger(_ count: UInt64) -> UInt64 {
    count < 262_144 ? 262_144 : count.multipliedReportingOverflow(by: 2).partialValue
  }

  private var windows: [Change] {
    switch layout.name {
    case "windows-2g": [.largeAddressAware, .threeGigabytes]
    case "wine-2g", "wine-new-2g": [.largeAddressAware]
    case "windows-3g": [.layout("windows-4g")]
    default: []
    }
  }

  private var legacy: [Change] {
    layout.searches.first?.direction == .bottomUp ? [.topDown] : []
  }

  private var randomization: [Change] {
    let isOff =
      facts.isRandomized == false || facts.personality?.contains(.noRandomization) == true
    return isOff ? [] : [.withoutRandomization]
  }

  /// Less than this in stacks is not worth the risk of smaller ones.
  private static let manyStacks = ByteCount.mebibytes(32)

  private var stacks: [Change] {
    let usual = facts.stackLimit ?? RegionClassifier.usualStack
    let bytes = map.regions.lazy.filter { $0.kind == .stack && $0.name != "[stack]" }
      .map(\.size).total()
    guard bytes >= Self.manyStacks else { return [] }
    let sizes = [ByteCount.mebibytes(1), .kibibytes(256)].filter { $0 < usual }
    return sizes.map(Change.threadStack)
  }

  private var kernels: [Change] {
    switch layout.name {
    case "linux-i386-3g": [.layout("linux-i386-4g")]
    case "linux-i386-2g": [.layout("linux-i386-3g"), .layout("linux-i386-4g")]
    case "linux-armv7-2g": [.layout("linux-armv7-3g"), .layout("linux-arm64-compat")]
    case "linux-armv7-3g": [.layout("linux-arm64-compat")]
    default: []
    }
  }

  /// As many owners are tried.
  private static let mostOwners = 8

  /// Those that hold most, of what has a name or a likely origin and can go.
  private var owners: [Change] {
    var held: [String: ByteCount] = [:]
    let origins = OriginRules(room)
    for group in room.groups() where group.isMovable {
      for index in group.indices {
        let region = room.regions[index]
        let origin = region.name.isEmpty ? origins.origin(at: index) : nil
        let name = region.name.isEmpty ? origin?.name ?? "" : region.name
        guard !name.isEmpty, origin?.certainty != .possible else { continue }
        held[name, default: .zero] += region.size
      }
    }
    let worst = held.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(Self.mostOwners)
    return worst.map { .without(Glob.literal($0.key)) }
  }

  private func tiles(for buffers: [BufferForecast]) -> [Change] {
    let largest = buffers.filter { $0.allocator.family != .pillow }.map(\.request.bytes).max()
    let sizes = [ByteCount.mebibytes(64), .mebibytes(16), .mebibytes(4)]
    return sizes.filter { size in largest.map { $0 > size } == true }.prefix(2).map(Change.tile)
  }
}
