/// Something that could be done differently, to get more room: what `--if` asks about.
///
/// What each does to map and layout is in `docs/changes.md`.
public enum Change: Hashable, Sendable {
  /// A Windows program linked large address aware.
  case largeAddressAware
  /// Another layout preset, by its name.
  case layout(String)
  /// 32-bit Windows booted with `/3GB`.
  case threeGigabytes
  /// Started without randomisation of addresses.
  case withoutRandomization
  /// Top-down placement in the place of the legacy one.
  case topDown
  /// All thread stacks of the default size made that large.
  case threadStack(ByteCount)
  /// So many further threads, each with a stack and an arena of malloc's.
  case threads(UInt64)
  /// Without the regions whose name the pattern fits.
  case without(String)
  /// Buffers in pieces of that size.
  case tile(ByteCount)
  /// So many mappings allowed (`vm.max_map_count`).
  case mapLimit(UInt64)
  /// Another resource limit; nil for none.
  case resourceLimit(Resource, ByteCount?)

  /// What `ulimit` limits, by its letter.
  public enum Resource: String, CaseIterable, Sendable {
    /// `-v`, RLIMIT_AS.
    case addressSpace = "v"
    /// `-d`, RLIMIT_DATA.
    case data = "d"
    /// `-s`, RLIMIT_STACK.
    case stack = "s"
  }

  /// Where it comes in the order in which changes are applied, whatever order they were given in.
  var rank: Int {
    switch self {
    case .without: 0
    case .largeAddressAware: 1
    case .threeGigabytes: 2
    case .layout: 3
    case .topDown: 4
    case .withoutRandomization: 5
    case .resourceLimit: 6
    case .threadStack: 7
    case .threads: 8
    case .mapLimit: 9
    case .tile: 10
    }
  }

  /// What of it can be given once only.
  var slot: String {
    switch self {
    case .without(let pattern): "without=" + pattern
    case .resourceLimit(let resource, _): "ulimit=" + resource.rawValue
    default: name
    }
  }
}

extension Change: CustomStringConvertible {
  /// As it is written: `stack=256KiB`.
  public var description: String {
    switch self {
    case .largeAddressAware, .threeGigabytes, .withoutRandomization: name
    case .layout(let layout): name + "=" + layout
    case .topDown: name + "=off"
    case .threadStack(let size), .tile(let size): name + "=" + BufferRequest.shortText(of: size)
    case .threads(let count), .mapLimit(let count): "\(name)=\(count)"
    case .without(let pattern): name + "=" + pattern
    case .resourceLimit(let resource, let size):
      name + "=" + resource.rawValue + ":" + (size.map(BufferRequest.shortText) ?? "unlimited")
    }
  }

  /// What stands before the `=`.
  var name: String {
    switch self {
    case .largeAddressAware: "laa"
    case .layout: "layout"
    case .threeGigabytes: "3gb"
    case .withoutRandomization: "no-aslr"
    case .topDown: "legacy"
    case .threadStack: "stack"
    case .threads: "threads"
    case .without: "without"
    case .tile: "tile"
    case .mapLimit: "map-limit"
    case .resourceLimit: "ulimit"
    }
  }
}
