internal import AddressSpace

extension LinuxProgram {
  /// The programs that scenarios can have on a layout, by name, before they have allocated anything.
  public static func all(on layout: String) -> [(name: String, program: LinuxProgram)] {
    if layout.hasPrefix("linux-arm") { return [("hello", helloOnArm.withoutHeap)] }
    return [("hello", hello.withoutHeap), ("python", python)]
  }

  /// The program before its first allocation.
  private var withoutHeap: LinuxProgram {
    var program = self
    program.steps.removeAll { if case .heap = $0 { true } else { false } }
    return program
  }

  /// Debian 12's Python 3.11 on i386, without what it allocates: from `readelf -lW` and `strace`.
  private static let python = LinuxProgram(
    debianPython, loader: debianLoader,
    steps: [
      .memory(.kibibytes(8), owner: "dynamic loader"), .open("/etc/ld.so.cache", 17_847),
      .library(debianMath), .library(debianZlib), .library(debianExpat), .library(debianLibc),
      .memory(.kibibytes(8), owner: "thread-local storage"), .close("/etc/ld.so.cache"),
      .open("/usr/lib/locale/C.utf8/LC_CTYPE", 353_616),
      .open("/usr/lib/i386-linux-gnu/gconv/gconv-modules.cache", 27_026),
    ])

  private static let debianPython = LinuxImage(
    "/usr/bin/python3.11",
    [
      .init(0, at: 0x8048000, fileSize: 0x17DE0, .read),
      .init(0x18000, at: 0x8060000, fileSize: 0x2AF4E8, [.read, .execute]),
      .init(0x2C8000, at: 0x8310000, fileSize: 0x2C71E0, .read),
      .init(0x58FEE8, at: 0x85D8EE8, fileSize: 0xDD7E8, memorySize: 0x101904, [.read, .write]),
    ], readOnlyAfterStart: 0x85D8EE8..<0x85D9000, isRelocatable: false)

  private static let debianMath = LinuxImage(
    "/lib/i386-linux-gnu/libm.so.6",
    [
      .init(0, at: 0, fileSize: 0xCCF0, .read),
      .init(0xD000, at: 0xD000, fileSize: 0xBF934, [.read, .execute]),
      .init(0xCD000, at: 0xCD000, fileSize: 0x35F74, .read),
      .init(0x103E9C, at: 0x103E9C, fileSize: 0x1B8, memorySize: 0x1C0, [.read, .write]),
    ], readOnlyAfterStart: 0x103E9C..<0x104000)

  private static let debianZlib = LinuxImage(
    "/lib/i386-linux-gnu/libz.so.1",
    [
      .init(0, at: 0, fileSize: 0x18BC, .read),
      .init(0x2000, at: 0x2000, fileSize: 0x11044, [.read, .execute]),
      .init(0x14000, at: 0x14000, fileSize: 0x690C, .read),
      .init(0x1ADF8, at: 0x1BDF8, fileSize: 0x2CC, memorySize: 0x2D0, [.read, .write]),
    ], readOnlyAfterStart: 0x1BDF8..<0x1C000)

  private static let debianExpat = LinuxImage(
    "/lib/i386-linux-gnu/libexpat.so.1",
    [
      .init(0, at: 0, fileSize: 0x1C84, .read),
      .init(0x2000, at: 0x2000, fileSize: 0x1B5F8, [.read, .execute]),
      .init(0x1E000, at: 0x1E000, fileSize: 0xA3E4, .read),
      .init(0x288F8, at: 0x298F8, fileSize: 0x1745, memorySize: 0x1750, [.read, .write]),
    ], readOnlyAfterStart: 0x298F8..<0x2B000)
}
