import AddressSpace

extension LinuxProgram {
  /// Wine 8.0 of Debian 12 (`wine32` without its preloader) as far as its own library: from
  /// `readelf -lW` and `strace`.
  static let wine = LinuxProgram(
    LinuxImage(
      "/usr/lib/wine/wine",
      [
        .init(0, at: 0x7D00_0000, fileSize: 0x798, .read),
        .init(0x1000, at: 0x7D00_1000, fileSize: 0x59C, [.read, .execute]),
        .init(0x2000, at: 0x7D00_2000, fileSize: 0x234, .read),
        .init(0x2EE0, at: 0x7D00_3EE0, fileSize: 0x174, memorySize: 0x17C, [.read, .write]),
      ], readOnlyAfterStart: 0x7D00_3EE0..<0x7D00_4000, isRelocatable: false),
    loader: debianLoader,
    steps: [
      .memory(.kibibytes(8), owner: "dynamic loader"), openCache, .library(debianLibc), closeCache,
      .heap(.kibibytes(136)), .library(wineLibrary),
    ])

  private static let wineLibrary = LinuxImage(
    unix + "ntdll.so",
    [
      .init(0, at: 0, fileSize: 0x5AA8, .read),
      .init(0x6000, at: 0x6000, fileSize: 0x588B4, [.read, .execute]),
      .init(0x5F000, at: 0x5F000, fileSize: 0x24FF8, .read),
      .init(0x84638, at: 0x84638, fileSize: 0x1000, memorySize: 0x29514, [.read, .write]),
    ], readOnlyAfterStart: 0x84638..<0x85000)

  /// What it maps once it has reserved what it hands out: the tables of the locale `C.UTF-8`.
  static let afterReserving: [Step] =
    [
      .open(locale + "LC_CTYPE", 353_616), .open(libraries + "gconv/gconv-modules.cache", 27_026),
    ]
    + [
      "IDENTIFICATION", "MEASUREMENT", "TELEPHONE", "ADDRESS", "NAME", "PAPER",
      "MESSAGES/SYS_LC_MESSAGES", "MONETARY", "COLLATE", "TIME", "NUMERIC",
    ].map { .open(locale + "LC_" + $0, .kibibytes(4)) }
    + [.open(unix + "libwine.so.1", 17_280)]

  /// What programs with windows bring besides, where there is no display: fonts and what reads them.
  static let ofWindows: [Step] = [
    .open(unix + "win32u.so", 1_522_848),
    openCache, .open(libraries + "libm.so.6", 1_065_052), closeCache,
    openCache, .open(libraries + "libfreetype.so.6", 843_784),
    .open(libraries + "libz.so.1", 114_888), .open(libraries + "libpng16.so.16", 245_768),
    .open(libraries + "libbrotlidec.so.1", 53_300),
    .open(libraries + "libbrotlicommon.so.1", 139_280), closeCache,
    openCache, .open(libraries + "libfontconfig.so.1", 336_872),
    .open(libraries + "libexpat.so.1", 176_200), closeCache,
    .heap(.kibibytes(376)), .open("/var/cache/fontconfig/fonts.cache-8", 12_480),
    .open(fonts + "DejaVuSans-Bold.ttf", 708_920), .open(fonts + "DejaVuSans.ttf", 759_720),
    .memory(266_240, owner: "malloc"), .memory(266_240, owner: "malloc"),
    .memory(266_240, owner: "malloc"),
    .open(unix + "winspool.so", 20_608), .open(unix + "ws2_32.so", 20_584),
  ]

  private static let libraries = "/usr/lib/i386-linux-gnu/"
  private static let unix = libraries + "wine/i386-unix/"
  private static let locale = "/usr/lib/locale/C.utf8/"
  private static let fonts = "/usr/share/fonts/truetype/dejavu/"
  private static let openCache = Step.open("/etc/ld.so.cache", 17_847)
  private static let closeCache = Step.close("/etc/ld.so.cache")
}
