/// What the kernel's labels and the names that a program gives its memory (`PR_SET_VMA_ANON_NAME`)
/// say.
struct NamedOrigins: OriginRule {
  private let isWindows: Bool

  init?(_ scene: OriginScene) {
    isWindows = scene.system == .windows
  }

  func origin(at index: Int, in scene: OriginScene) -> Origin? {
    let region = scene.regions[index]
    if isWindows, let owner = Self.windowsOwner(of: region) { return Origin(owner, .certain) }
    if region.kind == .heap { return Origin(.breakHeap, .certain) }
    guard region.name.utf8.first == UInt8(ascii: "[") else { return nil }
    return Self.owner(of: region.name).map { Origin($0, .certain) }
  }

  /// The owner that a label in brackets names, nil where it names none.
  static func owner(of label: String) -> Origin.Owner? {
    if label == "[stack]" { return .mainStack }
    // Kernels 3.4 to 4.4 label the region that a thread's stack pointer is in.
    if label.hasPrefix("[stack:") { return .threadStack }
    guard let name = given(label, "[anon:") ?? given(label, "[anon_shmem:") else { return nil }
    return glibc(name) ?? RuntimeNames.owner(of: name) ?? Origin.Owner(named: name)
  }

  /// Whose a region of Windows is, by the label that its source gave it.
  private static func windowsOwner(of region: Region) -> Origin.Owner? {
    let isHeap = region.kind == .heap && region.name != "[heap]"
    if isHeap || region.name.hasPrefix("[heap:") { return .windowsHeap }
    guard region.name.utf8.first == UInt8(ascii: "[") else { return nil }
    if region.name.hasPrefix("[stack64:") { return .wow64Stack }
    return region.name == "[managed heap]" ? .dotnetHeap : nil
  }

  /// The name that a program gave, without the kernel's label around it.
  private static func given(_ label: String, _ prefix: String) -> String? {
    guard label.hasPrefix(prefix) else { return nil }
    let name = label.dropFirst(prefix.count).prefix { $0 != "]" }.drop { $0 == " " }
    return name.isEmpty ? nil : String(name)
  }

  /// What glibc calls its memory (2.39 and up, tunable `glibc.mem.decorate_maps`).
  private static func glibc(_ name: String) -> Origin.Owner? {
    if name.hasPrefix("glibc: pthread") { return .threadStack }
    if name.hasPrefix("glibc: malloc arena") { return .glibcArena }
    return name == "glibc: malloc" ? .malloc : nil
  }
}
