import AddressSpace
import AddressSpaceTesting
import Glibc
import SystemPackage
import TestSupport
import Testing

@Suite(
  "Room that is kept by another process",
  .enabled(if: Machine.victim("keeping64") != nil, "needs ADDRSPACE_VICTIMS"))
struct RoomKeptTests {
  static let names = ["keeping64", "keeping32"].filter { Machine.victim($0) != nil }

  @Test(
    "to the byte: a mapping that stays fails and is named, one that is given back passes",
    arguments: names)
  func exact(name: String) throws {
    let child = try #require(try Child.victim(name))
    let space = SpaceUnderTest.process(child.pid)
    let answer = try expectRoomKept(in: space) {
      try child.tell("map")
      try child.tell("give")
      return 7
    }
    #expect(answer == 7)
    let line = #line + 1
    let failed = try failures { try expectRoomKept(in: space) { try child.tell("map") } }
    #expect(failed.map(\.line) == [line])
    let lines = try #require(failed.first).text.split(separator: "\n").map(String.init)
    let start = "\(name) (pid \(child.pid)): room was not kept: 1 MiB less is free"
    #expect(lines.first?.hasPrefix(start) == true, "\(lines)")
    #expect(lines.first?.hasSuffix("; nothing may go.") == true, "\(lines)")
    if name == "keeping32" {
      #expect(lines.first?.contains(", the largest free span is 1 MiB smaller;") == true)
    }
    #expect(lines.contains { $0.contains("     1 MiB   0x") })
    #expect(lines.last == "Who takes it:  addrspace record --pid \(child.pid)")

    try expectRoomKept(in: space, tolerance: .mebibytes(1)) { try child.tell("map") }
    let less = ByteCount.mebibytes(1) - 1
    let over = try failures {
      try expectRoomKept(in: space, tolerance: less) { try child.tell("map") }
    }
    #expect(over.first?.text.contains("; at most 1 MiB may go.") == true)
  }

  @Test("one page in the middle of what is free", .enabled(if: names.contains("keeping32")))
  func pin() throws {
    let child = try #require(try Child.victim("keeping32"))
    let space = SpaceUnderTest.process(child.pid)
    let text = try failures {
      try expectRoomKept(in: space, tolerance: .mebibytes(64)) { try child.tell("pin") }
    }.first?.text
    #expect(text?.contains("4 KiB less is free, the largest free span is ") == true)
    #expect(text?.contains("     4 KiB   0x70000000 anon 4 KiB") == true)
    // Of a space too large to be split only bytes count.
    let wide = try #require(try Child.victim("keeping64"))
    try expectRoomKept(in: .process(wide.pid), tolerance: .kibibytes(4)) { try wide.tell("pin") }
  }

  @Test("room that is back in time", arguments: names)
  func patience(name: String) async throws {
    let child = try #require(try Child.victim(name))
    let space = SpaceUnderTest.process(child.pid)
    try expectRoomKept(in: space, within: .seconds(10)) { try child.tell("loan") }
    try await expectRoomKept(in: space, within: .seconds(10)) {
      await Task.yield()
      try child.tell("loan")
    }
    let late = try failures {
      try expectRoomKept(in: space, within: .zero) { try child.tell("loan") }
    }
    #expect(late.first?.text.contains("64 MiB less is free") == true)
  }

  struct Thrown: Error {}

  @Test("a body that throws fails the test by itself")
  func throwing() async throws {
    let child = try #require(try Child.victim("keeping64"))
    let space = SpaceUnderTest.process(child.pid)
    let failed = await failures {
      // The type of what is thrown is kept.
      do throws(Thrown) {
        try expectRoomKept(in: space) { () throws(Thrown) in
          try? child.tell("map")
          throw Thrown()
        }
      } catch {}
      await #expect(throws: Thrown.self) {
        try await expectRoomKept(in: space) {
          await Task.yield()
          try child.tell("map")
          throw Thrown()
        }
      }
    }
    #expect(failed == [])
  }

  @Test("what ends, was never there or cannot change is not measured")
  func notMeasured() throws {
    let child = try #require(try Child.victim("keeping64"))
    let map = Fixtures.own.appending("golden/photo.maps")
    let snapshot = try Fixtures.snapshot(map)
    var calls = 0
    let texts = failures {
      expectRoomKept(in: .process(child.pid)) { child.end() }
      expectRoomKept(in: .process(Int32.max)) { calls += 1 }
      expectRoomKept(in: .snapshot(snapshot)) { calls += 1 }
    }.map(\.text)
    #expect(calls == 2)
    let start = "could not measure whether room was kept: "
    #expect(texts.count == 3 && texts.allSatisfy { $0.hasPrefix(start) }, "\(texts)")
    // A file is read again.
    expectRoomKept(in: .file(map.string)) {}
    let folder = try TemporaryFolder()
    let line = "10000000-10001000 rw-p 00000000 00:00 0\n"
    let path = try folder.file("now.maps", line)
    let written = try failures {
      try expectRoomKept(in: .file(path)) {
        _ = try folder.file("now.maps", line + "20000000-20004000 rw-p 00000000 00:00 0\n")
      }
    }
    #expect(written.first?.text.hasPrefix("now.maps: room was not kept: 16 KiB less") == true)
  }
}
