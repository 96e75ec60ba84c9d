import AddressSpace
import AddressSpaceFormats
import SystemPackage
import TestSupport
import Testing

@Suite("Snapshots without names")
struct AnonymousTests {
  @Test("answer as those with names do")
  func answers() throws {
    for (path, snapshot) in ConvertedFiles.all {
      let plain = snapshot.anonymized()
      try expectAlike(snapshot, plain, path.string)
      // What is saved and read again has no more to tell.
      for form in ConvertedFiles.forms {
        try ConvertedFiles.expectSame(plain, in: form, path.string)
      }
    }
  }

  private func expectAlike(_ named: Snapshot, _ plain: Snapshot, _ name: String) throws {
    #expect(plain.map.regions.map(\.kind) == named.map.regions.map(\.kind), "\(name)")
    #expect(plain.map.regions.map(\.range) == named.map.regions.map(\.range), "\(name)")
    let layout = Layout.inferred(from: named.map, facts: named.facts)
    let other = Layout.inferred(from: plain.map, facts: plain.facts)
    #expect(other.name == layout.name && other.searches == layout.searches, "\(name)")
    #expect(other.space == layout.space && other.isAssumed == layout.isAssumed, "\(name)")
    let rooms = (
      Room(map: named.map, layout: layout, facts: named.facts),
      Room(map: plain.map, layout: other, facts: plain.facts)
    )
    #expect(rooms.0.freeSpans == rooms.1.freeSpans, "\(name)")
    #expect(rooms.0.regions.map(\.range) == rooms.1.regions.map(\.range), "\(name)")
    for (old, new) in zip(rooms.0.origins(), rooms.1.origins()) {
      let isKnown = old.map { Origin.Owner.known.contains($0.owner) } ?? true
      #expect(isKnown ? old == new : old?.certainty == new?.certainty, "\(name)")
    }
    // By module the same regions stay together.
    let sizes = (rooms.0.usage(by: .module), rooms.1.usage(by: .module))
    #expect(sizes.0.map(\.bytes) == sizes.1.map(\.bytes), "\(name)")
    // Large maps take their time; what pins are made of was compared above.
    guard named.map.regions.count < 500 else { return }
    let request = BufferRequest(bytes: 24_000_000)
    let allocator = Allocator.usual(in: layout)
    let pins = try [rooms.0, rooms.1].map { room in
      try PinRanking(room, for: [(request, allocator)]).pins()
    }
    #expect(pins[0].map(\.range) == pins[1].map(\.range), "\(name)")
    #expect(pins[0].map(\.action) == pins[1].map(\.action), "\(name)")
    #expect(pins[0].map(\.joined) == pins[1].map(\.joined), "\(name)")
    let counts = try [rooms.0, rooms.1].map { room in
      try Forecaster(room).forecast(request, allocator: allocator).fits
    }
    #expect(counts[0] == counts[1], "\(name)")
  }

  @Test("hold no name of a program, file or folder")
  func names() throws {
    for (path, snapshot) in ConvertedFiles.all {
      let plain = snapshot.anonymized()
      #expect(plain.source.name == nil && plain.source.pid == nil && plain.source.path == nil)
      var before: [String: String] = [:]
      var after: [String: String] = [:]
      for (old, new) in zip(snapshot.map.regions, plain.map.regions) {
        // The same name by the same, and two names never by one.
        #expect(before.updateValue(new.name, forKey: old.name) ?? new.name == new.name)
        #expect(after.updateValue(old.name, forKey: new.name) ?? old.name == old.name, "\(path)")
        #expect(Self.isAnonymous(new.name), "\(path): \(old.name) became \(new.name)")
      }
    }
  }

  /// Whether a name has only words that `docs/formats.md` lists, and numbers.
  private static func isAnonymous(_ name: String) -> Bool {
    if name.hasPrefix("[") {
      guard let inside = name.split(separator: ":", maxSplits: 1).dropFirst().first else {
        return true
      }
      return !inside.replacing("dalvik-/file-", with: "").contains(/\/[^ ]/)
    }
    if name.hasPrefix("/SYSV") || name.hasPrefix("anon_inode:") { return true }
    let words = name.replacing(" (deleted)", with: "").split { "/\\-._: ".contains($0) }
    return words.allSatisfy { word in
      let letters = word.lowercased().reversed().drop { $0.isNumber }.reversed()
      return letters.isEmpty || allowed.contains(String(letters))
        || allowed.contains(word.lowercased())
    }
  }

  private static let allowed: Set<String> = [
    "folder", "lib", "file", "name", "so", "ld", "libc", "linux", "x86", "64", "i386", "armhf",
    "linker", "linker64", "uclibc", "libuclibc", "musl", "libjvm", "libcoreclr", "node", "chrome",
    "libnode", "libv8", "wine", "wine64", "preloader", "ntdll", "kernel32", "kernelbase", "wow64",
    "wow64cpu", "wow64win", "apisetschema", "libwine", "unix", "bin", "i386", "server", "tmpmap",
    "dll", "exe", "drv", "ocx", "cpl", "acm", "ax", "sys", "pyd", "oat", "odex", "dylib", "jsa",
    "art", "dex", "system", "apex", "aarch64", "arm", "gnueabi", "gnueabihf", "dev", "zero", "shm",
    "memfd", "ashmem", "dalvik", "audioflinger", "gralloc", "kgsl", "nvidia", "mali", "ion",
    "anon_hugepage", "x86_64", "libjemalloc", "libmimalloc", "libtcmalloc",
    "dri", "snd", "minimal", "jit", "cache", "zygote", "doublemapper", "i", "gdk", "wayland",
    "dmabuf", "pulse", "clr", "coreclr", "mscorwks",
  ]

  @Test(
    "of kinds that answers depend on",
    arguments: [
      ("/usr/lib/libfoo.so.1.2", "/folder-1/file-1.so.1.2"),
      ("/opt/secret/libfoo.so.beta", "/folder-1/file-1.so.0"),
      ("/home/bob/photo", "/folder-1/file-1"), ("photo.EXE", "file-1.EXE"),
      ("C:\\Program Files\\x.dll", "folder-1\\file-1.dll"),
      ("C:\\Windows\\ntdll.dll", "folder-1\\ntdll.dll"),
      ("\\Device\\Vol3\\a.nls", "\\folder-1\\file-1"), ("[heap]", "[heap]"), ("", ""),
      ("/lib/ld-linux.so.2", "/folder-1/ld-linux.so.2"),
      ("/lib/i386-linux-gnu/ld-2.31.so", "/folder-1/ld-2.31.so"),
      ("/x/ld-secret.so.1", "/folder-1/ld-1.so.1"),
      ("/usr/lib/jvm/bin/java", "/lib-1/file-1"),
      ("/home/bob/wine/bin/wine", "/folder-1/wine/bin/wine"),
      ("/opt/lib/wine/i386-unix/ntdll.so", "/folder-1/lib/wine/i386-unix/ntdll.so"),
      ("/tmp/a b (deleted)", "/folder-1/file-1 (deleted)"),
      ("/system/lib/libmine.so", "/system/lib/folder-1/file-1.so"),
      ("/apex/com.android.art/lib/libart.so", "/apex/folder-1/file-1.so"),
      ("/dev/shm/secret", "/dev/shm/name-1"), ("/dev/shm/pulse-shm-77", "/dev/shm/pulse-shm-1"),
      ("/memfd:mine (deleted)", "/memfd:name-1 (deleted)"), ("/SYSV0000abcd", "/SYSV0000abcd"),
      ("/dev/nvidia0", "/dev/nvidia1"), ("/dev/acme7", "/dev/name-1"),
      ("[anon:scudo:primary]", "[anon:scudo:primary]"), ("[anon:mine]", "[anon:name-1]"),
      ("[anon:dalvik-/data/app/com.acme/base.art]", "[anon:dalvik-/file-1]"),
      ("[anon:dalvik-main space]", "[anon:dalvik-main space]"),
      ("[stack:1f3c Upload of Bob]", "[stack:1f3c]"), ("[stack]", "[stack]"),
      ("[anon:v8/home/bob/x]", "[anon:v8-1]"),
      ("[anon:dalvik-zygote / non moving space]", "[anon:dalvik-zygote / non moving space]"),
      ("/run/wine/server-2-1f/tmpmap-12", "/wine/server-0/tmpmap-1"),
    ])
  func rules(name: String, expected: String) throws {
    let range = try #require(AddressRange(0x1000_0000, 0x1000_1000))
    let region = Region(range: range, access: .read, inode: 7, name: name)
    let snapshot = Snapshot(
      source: Source(kind: .maps), map: AddressMap.assembling([region]).map, facts: LayoutFacts())
    #expect(snapshot.anonymized().map.regions.first?.name == expected)
  }
}
