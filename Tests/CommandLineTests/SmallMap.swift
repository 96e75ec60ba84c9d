/// Maps of a few lines for tests that are not about the map.
enum SmallMap {
  /// A program, its heap, a stack: 3 GiB of user space, nearly all of it free.
  static let usual = """
    08048000-08049000 r-xp 00000000 08:01 11 /bin/small
    08049000-0804a000 rw-p 00001000 08:01 11 /bin/small
    0804a000-0806b000 rw-p 00000000 00:00 0 [heap]
    b7e00000-b7fa0000 r-xp 00000000 08:01 12 /lib/libc.so.6
    b7fa0000-b7fa3000 rw-p 001a0000 08:01 12 /lib/libc.so.6
    bffdf000-c0000000 rw-p 00000000 00:00 0 [stack]

    """

  /// The same with a mapping in the middle of its largest free span.
  static let pinned = usual.replacing(
    "b7e00000-", with: "60000000-60010000 rw-p 00000000 00:00 0\nb7e00000-")

  /// Taken but for a hole of a megabyte.
  static let exhausted = """
    00010000-50000000 rw-p 00000000 00:00 0
    50100000-bffff000 rw-p 00000000 00:00 0
    bffff000-c0000000 rw-p 00000000 00:00 0 [stack]

    """

  /// Half of it free, in holes of 128 MiB.
  static let fragmented =
    (0..<12).map { index in
      let low = 0x0800_0000 + index * 0x1000_0000
      let high = index == 11 ? 0xBFFD_F000 : low + 0x0800_0000
      return "\(String(low, radix: 16))-\(String(high, radix: 16)) rw-p 00000000 00:00 0\n"
    }
    .joined() + "bffdf000-c0000000 rw-p 00000000 00:00 0 [stack]\n"

  /// A 64-bit process.
  static let wide = """
    00400000-00401000 r-xp 00000000 08:01 11 /bin/wide
    7ffff7dd0000-7ffff7fff000 r-xp 00000000 08:01 12 /lib/libc.so.6
    7ffffffde000-7ffffffff000 rw-p 00000000 00:00 0 [stack]
    ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0 [vsyscall]

    """
}
