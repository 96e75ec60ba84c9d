import AddressSpace

/// What a process gets while it starts, in the order in which it comes; sources in
/// `docs/simulation-windows.md`.
enum StartUpRow: Sendable {
  /// A view of a file or of memory that is shared.
  case view(String, ByteCount)
  /// Private memory.
  case memory(String, ByteCount)
  /// The first thread's stack, under WOW64 with its 64-bit one below.
  case stack
  /// The process block and the first thread's block.
  case blocks
  /// The heap of the process.
  case processHeap
  /// A further heap, with what it reserves at first.
  case heap(ByteCount)
  /// The images that the program is linked with.
  case images
  /// Memory that is given back before the program runs.
  case passing(ByteCount)
}

extension WindowsVersion {
  /// What every program gets.
  var startUp: [StartUpRow] {
    switch self {
    case .xp: Self.xpStartUp
    case .seven: Self.sevenStartUp
    case .ten: Self.tenStartUp
    case .wine: Self.wineStartUp
    }
  }

  /// What a program with windows gets besides.
  var windowsStartUp: [StartUpRow] {
    switch self {
    case .xp: Self.xpWindows
    case .seven: Self.sevenWindows
    case .ten: Self.tenWindows
    case .wine: Self.wineWindows
    }
  }

  /// The groups of images that every program is linked with, and those that one with windows is
  /// linked with besides.
  var linkedGroups: (basic: String, windows: String) {
    self == .wine ? ("wine-basic", "wine-windows") : ("basic", "windows")
  }

  /// XP SP3, and row by row Windows 2000 as Richter shows it.
  private static let xpStartUp: [StartUpRow] = [
    .blocks, .memory("environment", .kibibytes(4)), .memory("parameters", .kibibytes(4)), .stack,
    .view("activation context", .kibibytes(12)), .view("activation context", .kibibytes(4)),
    .processHeap, .heap(.kibibytes(64)), .view("shared", .kibibytes(64)),
    .view("unicode.nls", .kibibytes(88)), .view("locale.nls", .kibibytes(260)),
    .view("sortkey.nls", .kibibytes(260)), .view("sorttbls.nls", .kibibytes(24)), .images,
    .view("ctype.nls", .kibibytes(12)),
  ]

  /// Not sourced row by row: views and heaps up to 0xdf0000 in a small program with windows.
  private static let xpWindows: [StartUpRow] = [
    .view("GDI handles", .kibibytes(1_036)), .view("window handles", .kibibytes(1_036)),
    .view("desktop", .kibibytes(3_072)), .heap(.kibibytes(256)), .heap(.kibibytes(64)),
    .view("themes", .kibibytes(2_048)), .memory("text services", .kibibytes(1_024)),
  ]

  /// A program with windows on Windows 7 SP1, as its list of regions shows it.
  private static let sevenStartUp: [StartUpRow] = [
    .blocks, .view("shared", .kibibytes(64)), .memory("environment", .kibibytes(4)),
    .memory("parameters", .kibibytes(4)), .view("apisetschema.dll", .kibibytes(4)), .stack,
    .view("activation context", .kibibytes(16)), .view("activation context", .kibibytes(12)),
    .memory("", .kibibytes(4)), .memory("", .kibibytes(4)), .view("locale.nls", .kibibytes(412)),
    .processHeap, .images,
  ]

  private static let sevenWindows: [StartUpRow] = [
    .view("user32.dll.mui", .kibibytes(20)), .view("", .kibibytes(8)), .view("", .kibibytes(4)),
    .heap(.kibibytes(64)), .memory("", .kibibytes(128)), .heap(.kibibytes(64)),
    .view("", .kibibytes(4)), .view("clbcatq registration", .kibibytes(28)),
    .memory("", .kibibytes(64)), .view("", .kibibytes(8)), .heap(.kibibytes(64)),
    .heap(.kibibytes(512)), .view("", .kibibytes(112)), .view("", .kibibytes(192)),
    .view("GDI handles", .kibibytes(1_568)), .view("window handles", .kibibytes(1_540)),
    .view("desktop", .mebibytes(20)), .view("themes", .kibibytes(892)),
    .view("SortDefault.nls", .kibibytes(2_876)), .memory("text services", .mebibytes(1)),
    .heap(.kibibytes(256)), .heap(.kibibytes(256)), .view("StaticCache.dat", .kibibytes(9_408)),
    .memory("", .mebibytes(1)),
  ]

  /// A large program on Windows 10 of 2018, as VMMap lists it.
  private static let tenStartUp: [StartUpRow] = [
    .blocks, .view("shared", .kibibytes(64)), .passing(.kibibytes(128)),
    .view("ApiSetMap", .kibibytes(88)), .stack,
    .view("activation context", .kibibytes(16)), .memory("environment", .kibibytes(8)),
    .memory("parameters", .kibibytes(4)), .memory("", .kibibytes(4)), .memory("", .kibibytes(4)),
    .processHeap, .view("locale.nls", .kibibytes(772)), .images,
  ]

  private static let tenWindows: [StartUpRow] = [
    .heap(.kibibytes(64)), .view("", .kibibytes(4)), .view("GDI handles", .kibibytes(1_568)),
    .view("window handles", .kibibytes(1_540)), .view("desktop", .mebibytes(20)),
    .view("SortDefault.nls", .kibibytes(3_292)), .heap(.kibibytes(64)), .heap(.kibibytes(64)),
    .view("StaticCache.dat", .kibibytes(17_216)),
  ]

  /// Wine 8.0 of Debian 12, as `strace` shows it.
  private static let wineStartUp: [StartUpRow] = [
    .view("l_intl.nls", .kibibytes(8)), .stack, .view("apisetschema.dll", .kibibytes(68)),
    .processHeap, .view("locale.nls", .kibibytes(688)), .view("c_1252.nls", .kibibytes(68)),
    .view("c_437.nls", .kibibytes(68)), .images, .memory("", .kibibytes(512)),
    .view("sortdefault.nls", .kibibytes(3_300)), .view("normnfc.nls", .kibibytes(60)),
    .heap(.kibibytes(64)), .view("c_20127.nls", .kibibytes(68)),
  ]

  /// Without a display.
  private static let wineWindows: [StartUpRow] = [
    .heap(.kibibytes(64)), .memory("", .kibibytes(1_536)), .memory("", .kibibytes(64)),
    .memory("", .kibibytes(4)), .memory("", .kibibytes(4)),
    .view("light.msstyles", .kibibytes(7_404)), .view("c_10000.nls", .kibibytes(68)),
    .memory("", .kibibytes(256)), .memory("", .kibibytes(256)), .memory("", .kibibytes(256)),
    .heap(.kibibytes(64)),
  ]
}
