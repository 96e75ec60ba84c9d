import AddressSpace
import AddressSpaceTesting
import SystemPackage
import TestSupport
import Testing

@Suite("Nothing new between large free spans")
struct NewPinsTests {
  static let missing: Comment = "needs ADDRSPACE_VICTIMS with 32-bit programs"

  @Test(
    "of one process, and of another run of its program",
    .enabled(if: Machine.victim("keeping32") != nil, missing))
  func process() throws {
    let child = try #require(try Child.victim("keeping32"))
    let space = SpaceUnderTest.process(child.pid)
    let before = space.now()
    try child.tell("map")
    expectNoNewPins(since: before, in: space)
    try child.tell("pin")
    let other = try #require(try Child.victim("keeping32"))
    let run = SpaceUnderTest.process(other.pid)
    expectNoNewPins(since: before, in: run)
    expectNoNewPins(since: before, in: space, smallerThan: .kibibytes(4))
    expectNoNewPins(since: before, in: space, between: .gibibytes(2))
    let line = #line + 2
    let failed = failures {
      expectNoNewPins(since: before, in: space)
      expectNoNewPins(since: run, in: space)
      expectNoNewPins(since: before, in: space, smallerThan: .kibibytes(8))
      expectPolicy("new-pins <= 0", of: space, since: before)
      expectPolicy("new <= 1MiB", of: space, since: before)
    }
    let title = "keeping32 (pid \(child.pid)): "
    #expect(failed.map(\.line) == Array(line..<line + 5))
    #expect(failed[0].text.hasPrefix(title + "new-pins is 1, 1 too many for new-pins <= 0."))
    #expect(failed[0].text.contains("     4 KiB   0x70000000 anon 4 KiB - free it: leaves"))
    #expect(failed[4].text.hasPrefix(title + "new is 1 MiB, 4 KiB too much for new <= 1MiB."))
    // The moment stays what it was.
    try child.tell("give")
    expectNoNewPins(since: before, in: space)
  }

  @Test("of files")
  func files() throws {
    let folder = try TemporaryFolder()
    let map = "08048000-08049000 r-xp 00000000 08:01 11 /bin/x\n"
    let before = SpaceUnderTest.file(try folder.file("before.maps", map))
    let pinned = try folder.file("pinned.maps", map + "60000000-60001000 rw-p 00000000 00:00 0\n")
    expectNoNewPins(since: before, in: before)
    expectNoNewPins(since: .file(pinned), in: before)
    let text = failures { expectNoNewPins(since: before, in: .file(pinned)) }.first?.text
    #expect(text?.hasPrefix("pinned.maps: new-pins is 1, 1 too many for new-pins <= 0.") == true)
    #expect(text?.contains("4 KiB   0x60000000 anon 4 KiB") == true)
  }

  @Test("what cannot be compared is a failure, never a pass")
  func notMeasured() throws {
    let folder = try TemporaryFolder()
    let map = SpaceUnderTest.file(
      try folder.file("now.maps", "08048000-08049000 r-xp 00000000 08:01 11 /bin/x\n"))
    let gone = SpaceUnderTest.process(Int32.max)
    let texts = failures {
      expectNoNewPins(since: gone, in: map)
      expectNoNewPins(since: gone.now(), in: map)
      expectNoNewPins(since: map, in: gone)
      expectNoNewPins(since: map, in: .currentProcess)
      expectPolicy("new-pins <= 0", of: map)
      expectPolicy("growth of regions <= 1", of: map)
      expectPolicy("growth of regions <= 1 over 3", of: map, since: map)
    }.map(\.text)
    let parts = [
      "could not measure new-pins <= 0: there is no process",
      "could not measure new-pins <= 0: there is no process",
      "could not measure new-pins <= 0: there is no process",
      "could not measure new-pins <= 0: this process is linux-",
      "\"new-pins <= 0\" needs something to compare with: name it behind since.",
      "needs something to compare with", "compares looks, and an assertion looks once.",
    ]
    #expect(texts.count == parts.count, "\(texts)")
    for (text, part) in zip(texts, parts) { #expect(text.contains(part)) }
  }
}
