import AddressSpace
import Testing

/// What an owner would have to do, and what cannot go at all.
@Suite("Who could give up addresses, and how")
struct OwnerRulesTests {
  /// The actions of the single regions, by name or address.
  static func actions(
    _ regions: [(UInt64, String, Region.Access)], layout: String = "linux-i386-4g"
  ) throws -> [Address: Pin.Action] {
    let list = regions.compactMap { low, name, access in
      AddressRange(Address(low), Address(low + 0x1000)).map {
        Region(
          range: $0, access: access,
          inode: name.hasPrefix("/") || name.contains("\\") ? 7 : 0, name: name)
      }
    }
    let map = AddressMap.assembling(list).map
    let snapshot = Snapshot(source: Source(kind: .maps), map: map, facts: LayoutFacts())
    let named = try #require(Layout.named(layout, map: snapshot.map, facts: LayoutFacts()))
    let pins = try PinRanking(Room(map: snapshot.map, layout: named), for: []).pins()
    return Dictionary(
      pins.filter { $0.regions.count == 1 }.map { ($0.range.lower, $0.action) },
      uniquingKeysWith: { first, _ in first })
  }

  @Test(
    "on Linux",
    arguments: [
      ("", [.read, .write], .free), ("", [], .shrink), ("[anon:libc_malloc]", [.read], .shrink),
      ("[anon:arena]", [], .shrink), ("[heap]", [.read, .write], .fixed),
      ("[stack]", [.read, .write], .fixed), ("[stack:7]", [.read, .write], .smallerStack),
      ("[vdso]", [.read, .execute], .fixed), ("[vvar]", [.read], .fixed),
      ("/usr/lib/libpng.so.16", [.read, .execute], .unload),
      ("/usr/lib/libc.so.6", [.read, .execute], .fixed),
      ("/usr/lib/libc-2.31.so", [.read, .execute], .fixed),
      ("/usr/lib/ld-linux.so.2", [.read, .execute], .fixed),
      ("/lib/ld-musl-i386.so.1", [.read, .execute], .fixed),
      ("/lib/libuClibc-0.9.33.so", [.read, .execute], .fixed),
      ("/system/bin/linker", [.read, .execute], .fixed),
      ("/usr/share/font.ttf", [.read], .unmap), ("/memfd:frames", [.read, .shared], .unmap),
      ("/SYSV00000000 (deleted)", [.read, .shared], .unmap),
    ] as [(String, Region.Access, Pin.Action)])
  func linux(name: String, access: Region.Access, action: Pin.Action) throws {
    let actions = try Self.actions([
      (0x0804_8000, "/bin/photo", [.read, .execute]), (0x2000_0000, name, access),
    ])
    #expect(actions[0x2000_0000] == action)
    #expect(actions[0x0804_8000] == .fixed, "the program itself")
  }

  @Test(
    "in a Windows process",
    arguments: [
      ("C:\\windows\\system32\\comctl32.dll", .rebase),
      ("C:\\Windows\\System32\\NTDLL.dll", .fixed),
      ("C:\\windows\\system32\\kernel32.dll", .fixed), ("C:\\photo\\photo.exe", .fixed),
      ("/opt/wine/kernelbase.dll", .fixed), ("/photo/plugin.ax", .rebase),
    ] as [(String, Pin.Action)])
  func windows(name: String, action: Pin.Action) throws {
    let actions = try Self.actions(
      [(0x2000_0000, name, [.read, .execute])], layout: "windows-2g")
    #expect(actions[0x2000_0000] == action)
    // What Windows itself keeps below 2 GiB
    #expect(actions.first { $0.key >= 0x7FFE_0000 }?.value == .fixed)
  }

  @Test("an image is one group, a thread's stack with its guard another")
  func groups() throws {
    func region(_ low: UInt64, _ high: UInt64, _ name: String, _ access: Region.Access) -> Region? {
      AddressRange(Address(low), Address(high)).map {
        Region(range: $0, access: access, inode: name.isEmpty ? 0 : 7, name: name)
      }
    }
    let regions = [
      region(0xF000_0000, 0xF000_1000, "/lib/libpng.so", [.read]),
      region(0xF000_1000, 0xF000_2000, "/lib/libpng.so", [.read, .execute]),
      region(0xF000_2000, 0xF000_3000, "/lib/libpng.so", [.read, .write]),
      region(0xF000_3000, 0xF000_4000, "", [.read, .write]),
      region(0xF000_4000, 0xF000_5000, "/lib/libz.so", [.read, .execute]),
      region(0xF100_0000, 0xF100_1000, "", []),
      region(0xF100_1000, 0xF180_1000, "", [.read, .write]),
    ].compactMap { $0 }
    let snapshot = Snapshot(
      source: Source(kind: .maps), map: AddressMap.assembling(regions).map, facts: LayoutFacts())
    let layout = try #require(
      Layout.named("linux-i386-4g", map: snapshot.map, facts: LayoutFacts()))
    let room = Room(map: snapshot.map, layout: layout)
    let pins = try PinRanking(room, for: []).pins()
    #expect(Set(pins.map(\.regions)) == [0..<4, 4..<5, 0..<5, 5..<7])
    #expect(pins.first { $0.regions == 5..<7 }?.action == .smallerStack)
    #expect(pins.first { $0.regions == 0..<5 }?.action == .unload)
  }
}
