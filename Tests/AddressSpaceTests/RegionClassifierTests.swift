import AddressSpace
import TestSupport
import Testing

/// What a mapping is used for, told by its columns, its neighbours and the process's facts.
@Suite("Kinds of regions")
struct RegionClassifierTests {
  /// The kinds of the mappings in maps text.
  static func kinds(_ text: String, _ facts: LayoutFacts = LayoutFacts()) throws -> [String] {
    let regions = try text.split(separator: "\n").map { line in
      let words = line.split(separator: " ", maxSplits: 5)
      let range = try #require(AddressRange(text: words[0]))
      var access: Region.Access = []
      for (letter, bit) in [("r", .read), ("w", .write), ("x", .execute), ("s", .shared)]
        as [(Character, Region.Access)] where words[1].contains(letter)
      {
        access.insert(bit)
      }
      let name = words.count > 5 ? words[5].drop { $0 == " " } : ""
      return Region(
        range: range, access: access, inode: UInt64(words[4]) ?? 0, name: String(name))
    }
    let source = Source(kind: .maps)
    let snapshot = Snapshot(source: source, map: AddressMap.assembling(regions).map, facts: facts)
    return snapshot.map.regions.map(\.kind.rawValue)
  }

  @Test(
    "by the columns of one line",
    arguments: [
      ("rw-p 00000000 00:00 0", "anonymous"), ("---p 00000000 00:00 0", "reserved"),
      ("rw-s 00000000 00:00 0", "shared"), ("---s 00000000 00:00 0", "shared"),
      ("rw-p 00000000 00:00 0 [heap]", "heap"), ("rw-p 00000000 00:00 0 [stack]", "stack"),
      ("rw-p 00000000 00:00 0 [stack:123]", "stack"),
      ("rw-p 00000000 00:00 0 [anon:stack_and_tls:4711]", "stack"),
      ("rw-p 00000000 00:00 0 [anon: glibc: pthread stack: 55]", "stack"),
      ("rw-p 00000000 00:00 0 [anon:libc_malloc]", "anonymous"),
      ("---p 00000000 00:00 0 [anon:cfi shadow]", "reserved"),
      ("rw-s 00000000 00:01 5 [anon_shmem:frames]", "shared"),
      ("r-xp 00000000 00:00 0 [vdso]", "system"), ("r--p 00000000 00:00 0 [vvar]", "system"),
      ("r--p 00000000 00:00 0 [vvar_vclock]", "system"),
      ("--xp 00000000 00:00 0 [vsyscall]", "system"), ("r-xp 00000000 00:00 0 [vectors]", "system"),
      ("r-xp 00000000 00:00 0 [sigpage]", "system"), ("r-xp 00000000 00:00 0 [uprobes]", "system"),
      ("rw-s 00000000 00:01 10 /SYSV00000000 (deleted)", "shared"),
      ("rw-s 00000000 00:01 1033 /memfd:image buffer 1 (deleted)", "shared"),
      ("rw-s 00000000 00:01 1037 /dev/zero (deleted)", "shared"),
      ("rw-s 00000000 00:05 3 /dev/shm/frames", "shared"),
      ("rw-s 00000000 00:05 3 /dev/ashmem/dalvik (deleted)", "shared"),
      ("r--s 00000000 fe:00 77 /usr/share/locale.archive", "file"),
      ("r--p 00000000 fe:00 77", "file"), ("r-xp 00000000 fe:00 77 /usr/bin/photo", "image"),
      ("r--p 00000000 fe:00 77 /usr/lib/libc.so.6", "image"),
      ("r--p 00000000 fe:00 77 /usr/lib/libphoto.so (deleted)", "image"),
      ("r--p 00000000 fe:00 77 /srv/photo.so.jpeg", "image"),
      ("r--p 00000000 fe:00 77 C:\\windows\\system32\\NTDLL.DLL", "image"),
      ("r--p 00000000 fe:00 77 /home/me/.wine/photo.exe", "image"),
      ("r--s 00000000 00:0d 9 anon_inode:[perf_event]", "file"),
      ("rw-s 00000000 00:05 9 /dev/dri/card0", "file"),
    ])
  func oneLine(columns: String, kind: String) throws {
    #expect(try Self.kinds("10000000-10001000 " + columns) == [kind])
  }

  @Test("an image is the run of its file's parts, with its bss")
  func image() throws {
    let text = """
      08048000-08049000 r--p 00000000 fe:00 77 /bin/photo
      08049000-0804a000 r-xp 00001000 fe:00 77 /bin/photo
      0804a000-0804b000 rw-p 00002000 fe:00 77 /bin/photo
      0804b000-0804d000 rw-p 00000000 00:00 0
      0804d000-0806e000 rw-p 00000000 00:00 0 [heap]
      """
    #expect(try Self.kinds(text) == ["image", "image", "image", "image", "heap"])
  }

  @Test("what is not bss: other access, too large, a gap between")
  func notBss() throws {
    let part = "08048000-08049000 rwxp 00000000 fe:00 77 /bin/photo\n"
    #expect(try Self.kinds(part + "08049000-0804a000 rw-p 0 00:00 0") == ["image", "anonymous"])
    #expect(try Self.kinds(part + "08049000-0804a000 rwxp 0 00:00 0") == ["image", "image"])
    #expect(try Self.kinds(part + "0804a000-0804b000 rwxp 0 00:00 0") == ["image", "anonymous"])
    #expect(try Self.kinds(part + "08049000-08149000 rwxp 0 00:00 0") == ["image", "image"])
    #expect(try Self.kinds(part + "08049000-0814a000 rwxp 0 00:00 0") == ["image", "anonymous"])
    #expect(try Self.kinds(part + "08049000-0804a000 ---p 0 00:00 0") == ["image", "reserved"])
  }

  @Test("a file no part of which may run stays a file")
  func file() throws {
    let text = """
      10000000-10001000 r--p 00000000 fe:00 77 /usr/share/fonts/serif.ttf
      10001000-10002000 rw-p 00001000 fe:00 77 /usr/share/fonts/serif.ttf
      """
    #expect(try Self.kinds(text) == ["file", "file"])
  }

  @Test("the heap is where the break is, whatever the kernel labels")
  func heap() throws {
    let text = """
      0804a000-0804b000 rw-p 00002000 fe:00 77 /bin/photo.so
      09000000-09021000 rw-p 00000000 00:00 0
      """
    #expect(try Self.kinds(text) == ["image", "anonymous"])
    var facts = LayoutFacts()
    facts.startOfBreak = 0x0900_0000
    #expect(try Self.kinds(text, facts) == ["image", "heap"])
    facts.startOfBreak = 0x08FF_F123
    #expect(try Self.kinds(text, facts) == ["image", "heap"])
    facts.startOfBreak = 0x0904_0000
    #expect(try Self.kinds(text, facts) == ["image", "anonymous"])
    facts.startOfBreak = Address(.max)
    #expect(try Self.kinds(text, facts) == ["image", "anonymous"])
  }

  @Test("a guard below memory of a stack's size is a thread's stack")
  func threads() throws {
    let text = """
      f3697000-f3698000 ---p 00000000 00:00 0
      f3698000-f3e98000 rw-p 00000000 00:00 0
      f3f00000-f3f01000 ---p 00000000 00:00 0
      f3f01000-f4000000 rw-p 00000000 00:00 0
      """
    #expect(try Self.kinds(text) == ["stack", "stack", "reserved", "anonymous"])
    var facts = LayoutFacts()
    facts.stackLimit = .mebibytes(1)
    #expect(try Self.kinds(text, facts) == ["reserved", "anonymous", "stack", "stack"])
    facts.stackLimit = LayoutFacts.unlimitedStack
    #expect(try Self.kinds(text, facts) == ["stack", "stack", "reserved", "anonymous"])
  }

  @Test("Windows images under Wine keep their sections as anonymous memory")
  func wineImage() throws {
    let text = """
      7b600000-7b601000 r--p 00000000 fe:00 5 /opt/wine/kernel32.dll
      7b601000-7b680000 r-xp 00000000 00:00 0
      7b680000-7b690000 rw-p 00000000 00:00 0
      7b690000-7b6a0000 ---p 00000000 00:00 0
      """
    #expect(try Self.kinds(text) == ["image", "image", "image", "reserved"])
  }
}
