import AddressSpace
import AddressSpaceFormats
import TestSupport
import Testing

/// What names and shapes tell of allocators, runtimes, Windows, drivers and servers.
@Suite("Origins by names and shapes")
struct RuntimeShapeTests {
  /// The origin of each line of a map, as `name certainty`, `-` where there is none.
  static func origins(_ lines: [String]) throws -> [String] {
    let text = lines.joined(separator: "\n") + "\n"
    let snapshot = try MapsParser.parse(Array(text.utf8), path: "test.maps")
    let layout = Layout.inferred(from: snapshot.map, facts: snapshot.facts)
    let room = Room(map: snapshot.map, layout: layout, facts: snapshot.facts)
    #expect(room.regions.count == lines.count)
    return room.origins().map { $0.map { "\($0.name) \($0.certainty.rawValue)" } ?? "-" }
  }

  @Test(
    "by the name that a program gave",
    arguments: [
      ("dalvik-main space (region space)", "ART heap"), ("dalvik-non moving space", "ART heap"),
      ("dalvik-zygote space", "ART heap"), ("dalvik-free list large object space", "ART heap"),
      ("dalvik-large object free list space allocation info map", "ART tables"),
      ("dalvik-allocspace zygote / non moving space live-bitmap 0", "ART tables"),
      ("dalvik-region space live bitmap", "ART tables"),
      ("dalvik-thread local mark stack", "ART tables"), ("dalvik-LinearAlloc", "ART tables"),
      ("dalvik-card table", "ART tables"), ("dalvik-jit-code-cache", "ART code cache"),
      ("dalvik-data-code-cache", "ART code cache"),
      ("dalvik-/system/framework/boot.art", "ART image"),
      ("dalvik-classes.dex extracted in memory from /data/app/x.apk", "ART image"),
      ("scudo:primary", "Scudo"), ("scudo:secondary", "Scudo"), ("libc_malloc", "bionic malloc"),
      ("GWP-ASan Guard Page", "GWP-ASan"), ("linker_alloc_small_objects", "bionic"),
      ("bionic TLS", "bionic"), ("stack_and_tls:4711", "thread stack"),
      ("thread signal stack guard", "thread stack"), ("partition_alloc", "PartitionAlloc"),
      ("v8", "V8 heap"), (" Go: heap", "Go heap"), (" Go: heap reservation", "Go heap"),
      (" Go: page alloc index", "Go runtime"), ("jemalloc_pg_overcommit", "jemalloc"),
      ("zend_alloc", "Zend memory manager"), ("tile cache (rw)", "tile cache (rw)"),
      (" glibc: malloc arena", "glibc arena"),
    ])
  func names(name: String, owner: String) throws {
    let line = "70000000-70100000 rw-p 00000000 00:00 0                          [anon:\(name)]"
    #expect(try Self.origins([line]) == ["\(owner) certain"])
  }

  @Test(
    "by the file of shared memory",
    arguments: [
      ("/dev/dri/renderD128", "GPU buffer"), ("/dev/dri/card0", "GPU buffer"),
      ("/dev/nvidia0", "GPU buffer"), ("/dev/nvidiactl", "GPU buffer"),
      ("/dev/nvidia-uvm", "GPU buffer"), ("/dev/kgsl-3d0", "GPU buffer"),
      ("/dev/mali0", "GPU buffer"), ("/i915 (deleted)", "GPU buffer"),
      ("/drm mm object (deleted)", "GPU buffer"), ("anon_inode:i915.gem", "GPU buffer"),
      ("anon_inode:dmabuf", "GPU buffer"), ("/dmabuf:", "GPU buffer"),
      ("/dev/snd/pcmC0D0p", "audio buffer"), ("/memfd:pulseaudio (deleted)", "audio buffer"),
      ("/memfd:pipewire-memfd:flags=0x0000000f,type=2,size=4312 (deleted)", "audio buffer"),
      ("/dev/shm/pulse-shm-1234", "audio buffer"),
      ("/dev/ashmem/AudioFlinger::Client(123) (deleted)", "audio buffer"),
      ("/dev/video0", "video buffer"), ("/memfd:gdk-wayland (deleted)", "display buffer"),
      ("/memfd:doublemapper (deleted)", ".NET code"),
      ("/memfd:jit-cache (deleted)", "ART code cache"),
      ("/dev/ashmem/dalvik-jit-code-cache (deleted)", "ART tables"),
      ("/run/user/0/wine/server-fe00-92c713/tmpmap-a387c76b (deleted)", "Windows section"),
    ])
  func files(name: String, owner: String) throws {
    let line = "70000000-70100000 rw-s 00000000 00:05 77                         \(name)"
    #expect(try Self.origins([line]) == ["\(owner) certain"])
  }

  @Test(
    "files that are nobody's",
    arguments: [
      "/dev/zero (deleted)", "/dev/shm/frames", "/memfd:image buffer 1 (deleted)", "/dev/mem",
      "/home/dri/card0", "/memfd:my nvidia (deleted)", "/tmp/tmpmap-1", "/SYSV00000000 (deleted)",
    ])
  func otherFiles(name: String) throws {
    let line = "70000000-70100000 rw-s 00000000 00:05 77                         \(name)"
    #expect(try Self.origins([line]) == ["-"])
  }

  private static let image = [
    "08048000-080da000 r-xp 00000000 08:01 7                          /usr/bin/program",
    "080da000-0816d000 rw-p 00092000 08:01 7                          /usr/bin/program",
    "0816d000-08199000 rw-p 00000000 00:00 0",
  ]

  @Test("a 32-bit Go heap lies above the program and its break, with all that it reserved")
  func narrowGo() throws {
    let heap = [
      "08800000-0b200000 rw-p 00000000 00:00 0", "0b200000-28c00000 ---p 00000000 00:00 0",
    ]
    let table = [
      "e8000000-e8400000 rw-p 00000000 00:00 0", "e8400000-f7f00000 ---p 00000000 00:00 0",
    ]
    let known = try Self.origins(Self.image + heap + table)
    #expect(known.suffix(4).prefix(2) == ["Go heap likely", "Go heap likely"])
    #expect(known.suffix(2) == ["Go runtime possible", "Go runtime possible"])
    // Too small a reserve, and a place that the runtime does not ask for.
    for other in [
      ["08800000-0b200000 rw-p 00000000 00:00 0", "0b200000-0bc00000 ---p 00000000 00:00 0"],
      ["08810000-0b200000 rw-p 00000000 00:00 0", "0b200000-28c10000 ---p 00000000 00:00 0"],
    ] {
      #expect(try Self.origins(Self.image + other).allSatisfy { !$0.contains("Go") })
    }
  }

  @Test("a 64-bit Go heap begins where the runtime asks for it")
  func wideGo() throws {
    let heap = [
      "c000000000-c000400000 rw-p 00000000 00:00 0", "c000400000-c004000000 ---p 00000000 00:00 0",
    ]
    #expect(try Self.origins(heap) == ["Go heap likely", "Go heap likely"])
    let other = ["c000000000-c000400000 rw-p 00000000 00:00 0"]
    #expect(try Self.origins(other) == ["-"])
  }

  @Test("pages of V8 are alike, aligned and alone; in another program a few are not enough")
  func v8() throws {
    func page(_ number: Int) -> String {
      let low = UInt64(0x2000_0000 + number * 0x50_0000)
      return "\(String(low, radix: 16))-\(String(low + 0x4_0000, radix: 16)) rw-p 00000000 00:00 0"
    }
    let node = "08048000-080da000 r-xp 00000000 08:01 7                          /usr/bin/node"
    let other = node.replacing("node", with: "photo")
    #expect(try Self.origins([node, page(1)]).last == "V8 heap likely")
    #expect(try Self.origins([other] + (1...8).map(page)).last == "-")
    #expect(try Self.origins([other] + (1...20).map(page)).last == "V8 heap possible")
    let memory = [
      "e5ff0000-e60f0000 rw-p 00000000 00:00 0", "e60f0000-e9ff0000 ---p 00000000 00:00 0",
    ]
    #expect(
      try Self.origins([node] + memory).suffix(2)
        == ["WebAssembly memory likely", "WebAssembly memory likely"])
    let code = [
      "7fa4d8000000-7fa4d8002000 rw-p 00000000 00:00 0",
      "7fa4d8002000-7fa4d8003000 ---p 00000000 00:00 0",
      "7fa4d8003000-7fa4d803f000 rwxp 00000000 00:00 0",
      "7fa4d803f000-7fa4f8000000 ---p 00000000 00:00 0",
    ]
    #expect(
      try Self.origins([node] + code).suffix(4).allSatisfy { $0 == "V8 code range likely" })
  }

  @Test("the collector of .NET reserves one large range")
  func dotnet() throws {
    let lines = [
      "7f0000000000-7f0000400000 rw-p 00000000 00:00 0",
      "7f0000400000-7f4000000000 ---p 00000000 00:00 0",
      "7f5000000000-7f5000200000 r-xp 00000000 08:01 7                  /usr/lib/libcoreclr.so",
    ]
    #expect(try Self.origins(lines).prefix(2) == [".NET GC heap likely", ".NET GC heap likely"])
    #expect(
      try Self.origins(lines.map { $0.replacing("libcoreclr", with: "libphoto") })
        .allSatisfy { !$0.contains("NET") })
  }

  @Test("an allocator's library and nothing else that is known: possible")
  func mallocs() throws {
    let memory = "7f0000400000-7f0000800000 rw-p 00000000 00:00 0"
    for (library, owner) in [
      ("libjemalloc.so.2", "jemalloc possible"), ("libtcmalloc.so.4", "tcmalloc possible"),
      ("ld-musl-x86_64.so.1", "musl malloc possible"), ("libphoto.so", "-"),
      ("libmimalloc.so.2", "-"),
    ] {
      let image = "7f5000000000-7f5000200000 r-xp 00000000 08:01 7       /usr/lib/\(library)"
      #expect(try Self.origins([memory, image]).first == owner, "\(library)")
    }
  }
}
