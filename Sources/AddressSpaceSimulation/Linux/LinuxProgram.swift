public import AddressSpace

/// What is mapped when a program starts, in the order in which it is.
public struct LinuxProgram: Hashable, Sendable {
  /// The program itself.
  public var image: LinuxImage
  /// What the kernel maps beside it, nil for a static program: the dynamic loader.
  public var loader: LinuxImage?
  /// What is mapped from then on, until `main`.
  public var steps: [Step]
  /// What arguments and environment take at the top of the stack, in bytes.
  public var arguments: ByteCount = .kibibytes(4)

  /// One step of a start.
  public enum Step: Hashable, Sendable {
    /// Memory is mapped, and written to.
    case memory(ByteCount, owner: String)
    /// A file is mapped to be read.
    case open(String, ByteCount)
    /// A library is mapped, with its memory.
    case library(LinuxImage)
    /// A file that was mapped to be read is not needed any more.
    case close(String)
    /// The brk heap grows, and its first page is written to.
    case heap(ByteCount)
  }

  /// A program.
  public init(_ image: LinuxImage, loader: LinuxImage? = nil, steps: [Step] = []) {
    self.image = image
    self.loader = loader
    self.steps = steps
  }
}

extension LinuxProgram {
  /// A dynamic C program of Debian 12 on i386 that has just allocated for the first time (glibc
  /// 2.36): from `readelf -lW` and `strace`; the cache of libraries is that of a small system.
  public static let hello = LinuxProgram(
    LinuxImage(
      "/usr/bin/hello",
      [
        .init(0, at: 0, fileSize: 0x3CC, .read),
        .init(0x1000, at: 0x1000, fileSize: 0x1C8, [.read, .execute]),
        .init(0x2000, at: 0x2000, fileSize: 0xE4, .read),
        .init(0x2EF0, at: 0x3EF0, fileSize: 0x120, memorySize: 0x124, [.read, .write]),
      ], readOnlyAfterStart: 0x3EF0..<0x4000),
    loader: debianLoader,
    steps: [
      .memory(.kibibytes(8), owner: "dynamic loader"), .open("/etc/ld.so.cache", 38_803),
      .library(debianLibc), .close("/etc/ld.so.cache"), .heap(.kibibytes(136)),
    ])

  /// glibc 2.36 of Debian 12 for i386.
  static let debianLibc = LinuxImage(
    "/lib/i386-linux-gnu/libc.so.6",
    [
      .init(0, at: 0, fileSize: 0x218B4, .read),
      .init(0x22000, at: 0x22000, fileSize: 0x178FA2, [.read, .execute]),
      .init(0x19B000, at: 0x19B000, fileSize: 0x7F543, .read),
      .init(0x21B2F4, at: 0x21B2F4, fileSize: 0x2C24, memorySize: 0xC628, [.read, .write]),
    ], readOnlyAfterStart: 0x21B2F4..<0x21D000)

  static let debianLoader = LinuxImage(
    "/lib/i386-linux-gnu/ld-linux.so.2",
    [
      .init(0, at: 0, fileSize: 0xB20, .read),
      .init(0x1000, at: 0x1000, fileSize: 0x22D21, [.read, .execute]),
      .init(0x24000, at: 0x24000, fileSize: 0xD4D4, .read),
      .init(0x31BA0, at: 0x32BA0, fileSize: 0x1DBC, memorySize: 0x1EB0, [.read, .write]),
    ], readOnlyAfterStart: 0x32BA0..<0x34000)

  /// The same for ARM with hardware floating point.
  public static let helloOnArm = LinuxProgram(
    LinuxImage(
      "/usr/bin/hello",
      [
        .init(0, at: 0, fileSize: 0x8A4, [.read, .execute]),
        .init(0xEF4, at: 0x1EF4, fileSize: 0x114, memorySize: 0x118, [.read, .write]),
      ], readOnlyAfterStart: 0x1EF4..<0x2000),
    loader: LinuxImage(
      "/lib/ld-linux-armhf.so.3",
      [
        .init(0, at: 0, fileSize: 0x1CC6C, [.read, .execute]),
        .init(0x1DBA0, at: 0x1DBA0, fileSize: 0x11E4, memorySize: 0x1310, [.read, .write]),
      ], readOnlyAfterStart: 0x1DBA0..<0x1E000),
    steps: [
      .memory(.kibibytes(8), owner: "dynamic loader"), .open("/etc/ld.so.cache", 38_803),
      .library(
        LinuxImage(
          "/lib/arm-linux-gnueabihf/libc.so.6",
          [
            .init(0, at: 0, fileSize: 0x109A40, [.read, .execute]),
            .init(
              0x109CF8, at: 0x10ACF8, fileSize: 0x20E8, memorySize: 0xC6F8, [.read, .write]),
          ], readOnlyAfterStart: 0x10ACF8..<0x10C000)), .close("/etc/ld.so.cache"),
      .heap(.kibibytes(132)),
    ])
}
