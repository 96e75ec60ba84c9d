/// Says what the owner of a region would have to do to give up its addresses.
struct OwnerRules {
  private let system: Layout.System
  private let program: String?

  init(room: Room) {
    system = room.layout.system
    program = Self.program(in: room.regions[...])
  }

  func action(for region: Region) -> Pin.Action {
    switch region.kind {
    case .system: .fixed
    case .heap: system == .windows && region.name != "[heap]" ? .shrink : .fixed
    case .stack: region.name == "[stack]" ? .fixed : .smallerStack
    case .image: isFixed(region) ? .fixed : isRebasable(region) ? .rebase : .unload
    case .reserved: .shrink
    case .anonymous: .free
    case .file, .shared: .unmap
    }
  }

  private func isFixed(_ image: Region) -> Bool {
    if image.name == program { return true }
    let name = String(image.name.lastPathComponent)
    let file = system == .linux ? name : name.lowercased()
    return Self.fixedNames.contains(file)
      || Self.fixedPrefixes.contains(where: file.hasPrefix)
      || system != .linux && file.hasSuffix(".exe")
  }

  private func isRebasable(_ image: Region) -> Bool {
    // Linux libraries are many and have no ending of three letters: no need to look closer.
    let dot = image.name.utf8.dropLast(3).last
    return (system != .linux || dot == UInt8(ascii: ".")) && isWindowsImageName(image.name)
  }

  /// The program itself: the lowest image that is no library; with the brk heap behind it, that.
  static func program(in regions: ArraySlice<Region>) -> String? {
    if let heap = regions.firstIndex(where: { $0.kind == .heap }) {
      let below = regions[..<heap].last { $0.kind == .image && !$0.isUnnamed }
      if let below, !isImageName(below.name) { return below.name }
    }
    return regions.first { $0.kind == .image && !$0.isUnnamed && !isImageName($0.name) }?.name
  }

  /// What no process can do without: loader, C library, and their Windows likes.
  static let fixedNames: Set<String> = [
    "libc.so.6", "libc.so", "linker", "linker64", "ntdll.dll", "ntdll.so", "kernel32.dll",
    "kernelbase.dll", "wow64.dll", "wow64cpu.dll", "wow64win.dll", "apisetschema.dll",
    "wine-preloader", "wine", "wine64-preloader", "wine64",
  ]

  static let fixedPrefixes = [
    "ld-", "ld.so", "libc-2.", "libuClibc-", "libuclibc-", "libc.musl-",
  ]
}
