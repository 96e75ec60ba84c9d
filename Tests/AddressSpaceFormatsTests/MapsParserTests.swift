import AddressSpace
import AddressSpaceFormats
import Testing

/// What real saved maps look like, of all kernels and however they were copied.
@Suite("Oddities of saved maps")
struct MapsParserTests {
  static let nameCases: [MapsCase] = [
    MapsCase(
      "padded names",
      "08048000-08049000 r-xp 00000000 fe:00 16416903                           /bin/odd\n",
      names: ["/bin/odd"]),
    MapsCase(
      "one blank before the name, long device",
      "7f00000000-7f00001000 r--p 00000000 103:1d 2883                       /system/lib64/libc.so\n",
      names: ["/system/lib64/libc.so"]),
    MapsCase(
      "removed files keep their mark",
      "f7cce000-f7cd3000 rw-s 00000000 fe:00 16416916   /tmp/gone.bin (deleted)\n",
      names: ["/tmp/gone.bin (deleted)"]),
    MapsCase(
      "an escaped newline stays as it is written",
      "f7f00000-f7f02000 rw-s 00000000 fe:00 7   /tmp/line\\012break.bin\n",
      names: ["/tmp/line\\012break.bin"]),
    MapsCase(
      "blanks inside, tabs and backslashes",
      "f7f02000-f7f05000 r--p 00000000 fe:00 7   /tmp/  with \t  space\\.bin\n",
      names: ["/tmp/  with \t  space\\.bin"]),
    MapsCase(
      "blanks at the end of a name belong to it",
      "f7f02000-f7f05000 r--p 00000000 fe:00 7   /tmp/trailing  \n", names: ["/tmp/trailing  "]),
    MapsCase(
      "bytes that are not UTF-8",
      Array("f7ccc000-f7ccd000 r--p 00000000 fe:00 7   /tmp/latin1-".utf8) + [0xE9, 0xFF]
        + Array(".bin\n".utf8),
      names: ["/tmp/latin1-\\xE9\\xFF.bin"]),
    MapsCase(
      "UTF-8", "f7ccc000-f7ccd000 r--p 00000000 fe:00 7   /tmp/utf8-é€.bin\n",
      names: ["/tmp/utf8-é€.bin"]),
    MapsCase(
      "a scalar that was cut in two",
      Array("f7ccc000-f7ccd000 r--p 00000000 fe:00 7   /tmp/".utf8) + [0xE2, 0x82],
      names: ["/tmp/\\xE2\\x82"]),
    MapsCase(
      "names of anonymous memory with blanks and brackets",
      """
      10000000-10001000 rw-p 00000000 00:00 0   [anon:dalvik-main space (region space)]
      10001000-10002000 rw-p 00000000 00:00 0   [anon: glibc: malloc arena]
      10002000-10003000 rw-s 00000000 00:01 9   [anon_shmem:frames]

      """,
      names: [
        "[anon:dalvik-main space (region space)]", "[anon: glibc: malloc arena]",
        "[anon_shmem:frames]",
      ]),
    MapsCase(
      "labels of the kernel",
      """
      10000000-10001000 rw-p 00000000 00:00 0   [heap]
      20000000-20001000 rw-p 00000000 00:00 0   [stack:123]
      30000000-30001000 r--p 00000000 00:00 0   [vvar_vclock]
      bf000000-bf021000 rw-p 00000000 00:00 0   [stack]

      """, names: ["[heap]", "[stack:123]", "[vvar_vclock]", "[stack]"]),
    MapsCase(
      "shared memory",
      """
      f6cca000-f6dca000 rw-s 00000000 00:01 1037   /dev/zero (deleted)
      f72ca000-f73ca000 r--s 00000000 00:01 11   /SYSV1234abcd (deleted)
      f74ca000-f7cca000 rw-s 00000000 00:01 1033   /memfd:image buffer 1 (deleted)

      """,
      names: [
        "/dev/zero (deleted)", "/SYSV1234abcd (deleted)", "/memfd:image buffer 1 (deleted)",
      ]),
    MapsCase(
      "names that are no paths",
      """
      10000000-10001000 rw-s 00000000 00:0d 10   anon_inode:[perf_event]
      20000000-20001000 rw-s 00000000 00:09 77   socket:[4711]

      """, names: ["anon_inode:[perf_event]", "socket:[4711]"]),
  ]

  @Test("names", arguments: nameCases)
  func name(example: MapsCase) throws {
    try example.check()
  }

  static let lineCases: [MapsCase] = [
    MapsCase(
      "no name, with the kernel's blank", "10000000-10001000 rw-p 00000000 00:00 0 \n", names: [""]),
    MapsCase("no name, blank trimmed", "10000000-10001000 rw-p 00000000 00:00 0\n", names: [""]),
    MapsCase(
      "nothing but blanks for a name", "10000000-10001000 rw-p 00000000 00:00 0      \n",
      names: [""]),
    MapsCase(
      "carriage returns",
      "10000000-10001000 rw-p 00000000 00:00 0 \r\n20000000-20001000 r-xp 00000000 fe:00 7 /bin/a\r\n",
      names: ["", "/bin/a"]),
    MapsCase(
      "no newline at the end", "10000000-10001000 r-xp 00000000 fe:00 7 /bin/a", names: ["/bin/a"]),
    MapsCase(
      "empty lines between",
      "\n\n10000000-10001000 rw-p 00000000 00:00 0\n  \n\t\n20000000-20001000 rw-p 00000000 00:00 0\n\n",
      names: ["", ""]),
    MapsCase("seven digits", "2b2a000-2b2b000 r-xp 00000000 fe:00 7 /a\n", names: ["/a"]),
    MapsCase(
      "sixteen digits", "fffffffffffff000-ffffffffffffffff r-xp 00000000 fe:00 7 /a\n",
      names: ["/a"]),
    MapsCase(
      "capital digits", "0004F000-0005A000 r-xp 0000F000 00:00 0\n", names: [""]),
    MapsCase(
      "offsets of old kernels", "40005000-40006000 rw-p 40005000 00:00 0\n", names: [""]),
    MapsCase(
      "tabs and indentation", "  \t10000000-10001000\trw-p\t0\t00:00\t0\t/a b\n", names: ["/a b"]),
    MapsCase(
      "the gate page twice",
      """
      ffffffffff600000-ffffffffff601000 r-xp 00000000 00:00 0   [vsyscall]
      ffffffffff600000-ffffffffff601000 r-xp 00000000 00:00 0   [vsyscall]

      """, names: ["[vsyscall]"]),
    MapsCase(
      "comments", "# saved on Tuesday\n10000000-10001000 rw-p 00000000 00:00 0\n# done\n",
      names: [""]),
    MapsCase(
      "an inode of 20 digits", "10000000-10001000 r--p 0 fe:00 18446744073709551615 /a\n",
      names: ["/a"]),
  ]

  @Test("lines", arguments: lineCases)
  func line(example: MapsCase) throws {
    try example.check()
  }

  @Test("all columns")
  func columns() throws {
    let text = "f7e6e000-f7eee000 rwxs 0019b000 fe:00 983889      /usr/lib32/libc.so.6\n"
    let region = try #require(MapsParser.parse(Array(text.utf8)).map.regions.first)
    #expect(region.range == AddressRange(0xF7E6_E000, 0xF7EE_E000))
    #expect(region.access == [.read, .write, .execute, .shared])
    #expect(region.offset == 0x19_B000 && region.inode == 983_889)
    #expect(region.access.letters == "rwxs")
  }

  @Test("all permissions", arguments: 0..<16 as Range<UInt8>)
  func permissions(bits: UInt8) throws {
    let access = Region.Access(rawValue: bits)
    let text = "10000000-10001000 \(access.letters) 00000000 00:00 0\n"
    let snapshot = try MapsParser.parse(Array(text.utf8))
    #expect(snapshot.map.regions.first?.access == access)
  }

  @Test("letters that other systems write in the last place")
  func otherLetters() throws {
    let text = "10000000-10001000 rw-S 0 00:00 0\n20000000-20001000 r-x- 0 00:00 0\n"
    let snapshot = try MapsParser.parse(Array(text.utf8), strict: true)
    #expect(snapshot.map.regions.map(\.access) == [[.read, .write, .shared], [.read, .execute]])
  }

  @Test("lines out of order are put in order")
  func order() throws {
    let text = """
      30000000-30001000 rw-p 00000000 00:00 0 c
      10000000-10001000 rw-p 00000000 00:00 0 a
      20000000-20001000 rw-p 00000000 00:00 0 b
      """
    let snapshot = try MapsParser.parse(Array(text.utf8), path: "x.maps")
    #expect(snapshot.map.regions.map(\.name) == ["a", "b", "c"])
    #expect(snapshot.diagnostics.isEmpty)
    #expect(snapshot.source == Source(kind: .maps, path: "x.maps"))
    #expect(snapshot.facts == LayoutFacts())
  }
}
