extension Change {
  /// The forms that `init(text:)` reads, with what they mean, for help and errors.
  public static let forms: [(form: String, meaning: String)] = [
    ("laa", "the Windows program is large address aware"),
    ("3gb", "32-bit Windows booted with /3GB"),
    ("layout=NAME", "another layout, see 'addrspace layouts'"),
    ("no-aslr", "started with setarch -R"),
    ("legacy=off", "top-down placement in place of the legacy one"),
    ("stack=SIZE", "thread stacks of the default size made that large"),
    ("threads=N", "N threads more, with their stacks and malloc arenas"),
    ("without=PATTERN", "without what bears such a name; * and ? stand for any letters"),
    ("tile=SIZE", "buffers in pieces of that size"),
    ("map-limit=N", "vm.max_map_count"),
    ("ulimit=v:SIZE", "a limit of ulimit -v, -d or -s; SIZE or unlimited"),
  ]

  private static let names = forms.map { form in
    String(form.form.prefix { $0 != "=" })
  }

  /// Reads `laa`, `stack=256K`, `ulimit=v:unlimited` and so on.
  public init(text: String) throws(ChangeError) {
    let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    let name = parts.first.map(String.init) ?? ""
    guard Self.names.contains(name) else {
      throw .unknown(text, nearest: name.nearest(of: Self.names).flatMap(Self.form))
    }
    let value = parts.count == 2 ? String(parts[1]) : nil
    guard let change = try Self.read(name, value, in: text) else {
      throw .form(text, Self.form(of: name) ?? name)
    }
    self = change
  }

  private static func form(of name: String) -> String? {
    forms.first { $0.form == name || $0.form.hasPrefix(name + "=") }?.form
  }

  /// The change of a known name, nil where its value is not of the name's form.
  private static func read(
    _ name: String, _ value: String?, in text: String
  ) throws(ChangeError) -> Change? {
    guard let value else {
      return ["laa": .largeAddressAware, "3gb": .threeGigabytes, "no-aslr": .withoutRandomization][
        name]
    }
    guard !value.isEmpty else { return nil }
    switch name {
    case "layout": return try named(value)
    case "legacy": return value == "off" ? .topDown : nil
    case "stack": return size(value).map(Change.threadStack)
    case "tile": return size(value).map(Change.tile)
    case "threads": return count(value).map(Change.threads)
    case "map-limit": return count(value).map(Change.mapLimit)
    case "without": return .without(value)
    case "ulimit": return try limit(value, in: text)
    default: return nil
    }
  }

  private static func named(_ name: String) throws(ChangeError) -> Change {
    let known = LayoutPreset.all.map(\.layout.name)
    guard known.contains(name) else { throw .unknownLayout(name, nearest: name.nearest(of: known)) }
    return .layout(name)
  }

  private static func size(_ text: String) -> ByteCount? {
    ByteCount(text: text).flatMap { $0 > .zero ? $0 : nil }
  }

  /// More threads or mappings than this no 32-bit machine has.
  private static let most: UInt64 = 1 << 31

  private static func count(_ text: String) -> UInt64? {
    UInt64(digits: text).flatMap { (1...most).contains($0) ? $0 : nil }
  }

  private static func limit(_ text: String, in whole: String) throws(ChangeError) -> Change? {
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2, !parts[1].isEmpty else { return nil }
    guard let resource = Resource(rawValue: String(parts[0])) else {
      throw .unknownLimit(String(parts[0]), in: whole)
    }
    if parts[1] == "unlimited" { return .resourceLimit(resource, nil) }
    return size(String(parts[1])).map { .resourceLimit(resource, $0) }
  }
}
