import AddressSpace
import AddressSpaceTesting
import Glibc
import SystemPackage
import TestSupport
import Testing

@Suite("Assertions: whose space is looked at")
struct TargetTests {
  @Test("the current process, by itself and by its id")
  func currentProcess() {
    for space in [SpaceUnderTest.currentProcess, .process(getpid())] {
      expectLargestFreeSpan(of: space, atLeast: "1GiB")
      expectFits("8000x6000x4x2", count: 2, in: space)
      expectPolicy("regions <= 60000", of: space)
      let texts = failures {
        expectLargestFreeSpan(of: space, atLeast: "200TiB")
        expectPolicy("regions <= 1", of: space)
      }.map(\.text)
      #expect(texts.count == 2)
      #expect(texts.first?.hasPrefix("this process: largest-free is ") == true)
      #expect(texts.last?.hasPrefix("this process: regions is ") == true)
      #expect(texts.last?.hasSuffix("More:  addrspace inspect \(getpid()) --by origin") == true)
    }
  }

  @Test("a child", .enabled(if: Machine.victim("keeping64") != nil, "needs ADDRSPACE_VICTIMS"))
  func child() throws {
    for name in ["keeping64", "keeping32"] {
      guard let child = try Child.victim(name) else { continue }
      let space = SpaceUnderTest.process(child.pid)
      expectLargestFreeSpan(of: space, atLeast: "2GiB")
      expectFits("64MiB", count: 8, in: space)
      expectPolicy("module \(name) <= 1MiB", of: space)
      let texts = failures {
        expectPolicy("module \(name) <= 4KiB", of: space)
        if name == "keeping32" { expectFits("1GiB", count: 5, in: space, by: .mmap) }
      }.map(\.text)
      #expect(texts.count == (name == "keeping32" ? 2 : 1))
      for text in texts { #expect(text.hasPrefix("\(name) (pid \(child.pid)): ")) }
      // It is seen as it is now, not as it was.
      try child.tell("pin")
      let pin = failures { expectPolicy("kind anonymous <= 1KiB", of: space) }.map(\.text)
      #expect(pin.first?.contains("70000000 anon 4 KiB") == true)
    }
  }

  @Test("a launch of a scenario, the same each time; another one is another")
  func launch() {
    let ninth = SpaceUnderTest.launch(9, of: "linux-hello")
    expectLargestFreeSpan(of: ninth, atLeast: "2GiB")
    func text(_ space: SpaceUnderTest) -> String? {
      failures { expectPolicy("largest-free >= 3GiB", of: space) }.map(\.text).first
    }
    let told = text(ninth)
    #expect(told?.hasPrefix("linux-hello, launch 9: largest-free is ") == true)
    #expect(
      told?.hasSuffix("More:  addrspace inspect --simulate linux-hello --run 9 --top 0") == true)
    let named = text(.launch(9, of: "linux-hello", after: "start"))
    #expect(named == told?.replacing("--run 9", with: "--run 9 --step start"))
    #expect(text(.launch(10, of: "linux-hello")) != told)
    #expect(text(.launch(9, of: "linux-hello", seed: 43)) != told)
  }

  @Test("what cannot be looked at is a failure, never a pass")
  func notMeasured() throws {
    let folder = try TemporaryFolder()
    let broken = try folder.file(
      "broken.maps", "08048000-08049000 r-xp 00000000 08:01 11 /bin/x\nnot a line\n")
    let recording = try folder.file("run.addrspace", "SQLite format 3\u{0}and so on")
    let photo = Fixtures.own.appending("golden/photo.maps").string
    let child = try Child("/bin/cat")
    child.end()
    let cases: [(SpaceUnderTest, String)] = [
      (.process(Int32.max), "there is no process \(Int32.max)."),
      (.process(child.pid), "process \(child.pid) has no user address space"),
      (.file("/nonesuch.maps"), "/nonesuch.maps cannot be read: No such file or directory."),
      (.file("/"), "/ cannot be read: Is a directory."),
      (.file(broken), "\(broken):2: "),
      (.file(recording), "it is a recording. Give a moment of it: addrspace convert "),
      (.file(photo, snapshot: 2), "it has no snapshot 2"),
      (.file(photo, layout: "linux-i387"), "no layout \"linux-i387\"."),
      (.launch(0, of: "linux-hello"), "there is no launch 0. They are counted from 1."),
      (.launch(1, of: "linux-helo"), "linux-helo cannot be read: No such file or directory."),
      (
        .launch(1, of: "linux-hello", after: "stop"),
        "linux-hello has no step \"stop\". It has \"start\"."
      ),
      (
        .launch(1, of: "linux-hello", taking: ["none"]),
        "linux-hello has no remedy \"none\". It has none."
      ),
      (.launch(1, of: broken), "\(broken):1:1: "),
    ]
    for (space, part) in cases {
      let texts = failures { expectPolicy("free >= 1", of: space) }.map(\.text)
      #expect(texts.count == 1)
      #expect(texts.first?.hasPrefix("could not measure free >= 1: ") == true, "\(texts)")
      #expect(texts.first?.contains(part) == true, "\(texts)")
    }
  }

  @Test("a file under another layout, and one of the kernel's without a size")
  func files() throws {
    let photo = Fixtures.own.appending("golden/photo.maps").string
    expectPolicy("free >= 2GiB", of: .file(photo, layout: "linux-i386-4g"))
    #expect(failures { expectPolicy("free >= 2GiB", of: .file(photo)) }.count == 1)
    expectPolicy("regions <= 60000", of: .file("/proc/self/maps"))
  }
}
