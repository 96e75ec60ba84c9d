import AddressSpace
import AddressSpaceFormats
import Testing

/// Shell prompts, log prefixes and what else stands around the lines of a map.
@Suite("What stands around a map")
struct MapsPrefixTests {
  static let line = "b6f00000-b6f01000 r-xp 00001000 b3:19 779        /system/lib/libc.so"

  static let prefixes = [
    "", "    ", "\t", "> ", "| ", "maps: ", "[  12.345678] ", "[1234] ", "DEBUG: ",
    "I/DEBUG   (  123): ",
    "I/DEBUG(12345): ", "08-15 12:00:01.123  1234  1234 I DEBUG   : ", "12:00:01 ",
    "2021-03-04 12:00:00 ", "2021-03-04T12:00:00.123Z ", "2021-03-04 12:00:00,123 INFO maps ",
    "Aug 15 12:00:01 box photo[4711]: ", "<6>[   12.000000] ", "F libc    : ", "12: ", "0001: ",
    "1\t", "stderr | ", "pid 4711: ", "E0815 12:00:01.123456  4711 maps.cc:12] ", "- ", "* ",
    "01-02 ", "01/02/21 ", "deadbeef: ", "0x1f ", "abc-def ", "-- ", "host-1 photo: ",
    "container_1 | ", "2021-03-04_12-00-00 ", "a1-b2-c3: ",
  ]

  @Test("a log's prefix before each line", arguments: prefixes)
  func prefix(prefix: String) throws {
    let text = prefix + Self.line + "\n" + prefix + "beef0000-beef1000 rw-p 00000000 00:00 0\n"
    let snapshot = try MapsParser.parse(Array(text.utf8))
    #expect(snapshot.diagnostics.kept.isEmpty)
    #expect(snapshot.map.regions.map(\.range.lower) == [0xB6F0_0000, 0xBEEF_0000])
    let first = try #require(snapshot.map.regions.first)
    #expect(first.name == "/system/lib/libc.so" && first.offset == 0x1000 && first.inode == 779)
  }

  static let around: [MapsCase] = [
    MapsCase(
      "a shell's prompt before and behind",
      """
      root@box:~# cat /proc/4711/maps
      10000000-10001000 rw-p 00000000 00:00 0
      root@box:~#
      """, names: [""], badLines: [1, 3]),
    MapsCase(
      "the prompt on the last line",
      "10000000-10001000 rw-p 00000000 00:00 0\n20000000-20001000 rw-p 00000000 00:00 0 $ ",
      names: ["", "$ "]),
    MapsCase(
      "glibc's abort text",
      """
      *** glibc detected *** ./photo: double free or corruption (!prev): 0x0804b008 ***
      ======= Backtrace: =========
      /lib/libc.so.6(cfree+0x6d)[0xb7f2a1ad]
      ======= Memory map: ========
      08048000-08049000 r-xp 00000000 08:01 7   /home/me/photo
      Aborted
      """, names: ["/home/me/photo"], badLines: [1, 2, 3, 4, 6]),
    MapsCase(
      "a heading",
      "address           perms offset  dev   inode      pathname\n10000000-10001000 rw-p 0 00:00 0\n",
      names: [""], badLines: [1]),
    MapsCase(
      "two files pasted together",
      """
      10000000-10002000 rw-p 00000000 00:00 0 a
      20000000-20002000 rw-p 00000000 00:00 0 b
      10000000-10002000 rw-p 00000000 00:00 0 c
      20001000-20003000 rw-p 00000000 00:00 0 d
      """, names: ["a", "b"], badLines: [3, 4]),
  ]

  @Test("lines that are no mappings", arguments: around)
  func lines(example: MapsCase) throws {
    try example.check()
  }
}
