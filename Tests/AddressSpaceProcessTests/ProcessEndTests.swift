import AddressSpace
import AddressSpaceProcess
import Glibc
import SystemPackage
import TestSupport
import Testing

@Suite("Processes that are not there", .serialized)
struct ProcessEndTests {
  private func error(of pid: Int32) -> ProcessError? {
    if case .failure(let error) = reading(pid) { error } else { nil }
  }

  @Test("ids that no process has", arguments: [999_999_999, .max, 0, -1])
  func noSuchProcess(pid: Int32) {
    #expect(error(of: pid) == .noSuchProcess(pid))
  }

  @Test("a zombie, and the same once it was waited for")
  func zombie() throws {
    var child: Child? = try Child("/bin/cat")
    let pid = try #require(child?.pid)
    #expect(error(of: pid) == nil)
    child?.end()
    #expect(error(of: pid) == .hasNoUserSpace(pid))
    child = nil
    #expect(error(of: pid) == .noSuchProcess(pid))
  }

  @Test("a kernel thread")
  func kernelThread() throws {
    guard let text = try? Fixtures.text("/proc/2/stat"), text.contains("(kthreadd)") else {
      try Test.cancel("kernel threads are not shown here")
    }
    #expect(error(of: 2) == .hasNoUserSpace(2))
  }

  /// Whenever it ends, the answer is a map or that sentence, nothing else and no trap.
  @Test("processes that end while they are read")
  func endsMeanwhile() throws {
    var generator = SeededGenerator(seed: 11)
    for _ in 0..<200 {
      let child = try Child("/bin/true")
      usleep(.random(in: 0...2000, using: &generator))
      switch error(of: child.pid) {
      case nil, .noSuchProcess, .hasNoUserSpace: break
      case let other?: Issue.record("\(other)")
      }
    }
  }

  /// The facts and the map have to be of one program, although it becomes another meanwhile.
  @Test(
    "processes that become other programs while they are read",
    .enabled(if: LiveFactsTests.hasVictims, LiveFactsTests.missing))
  func becomesAnother() throws {
    let victim = try #require(Machine.victim("victim-pie"))
    var generator = SeededGenerator(seed: 12)
    for _ in 0..<100 {
      let child = try Child("/usr/bin/setarch", ["-R", victim.string])
      usleep(.random(in: 0...3000, using: &generator))
      guard case .success(let (snapshot, _)) = reading(child.pid) else { continue }
      let isWide = snapshot.map.regions.contains {
        $0.name != "[vsyscall]" && $0.range.upper.value > 1 << 32
      }
      #expect(snapshot.facts.wordSize == (isWide ? .bits64 : .bits32))
    }
  }

  @Test("each error is a sentence with a remedy or a reason")
  func sentences() {
    let errors: [ProcessError] = [
      .noSuchProcess(7), .hasNoUserSpace(7), .notPermitted(7), .keepsChanging(7),
      .failed(7, file: "maps", .ioError), .unreadableMap(7, "no mapping found."),
    ]
    for error in errors {
      #expect(error.description.contains("7") && error.description.hasSuffix("."))
    }
    #expect(Set(errors.map(\.description)).count == errors.count)
  }
}
