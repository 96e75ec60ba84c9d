import AddressSpace
import AddressSpaceFormats
import SystemPackage
import TestSupport
import Testing

/// Cores and logs of `fixtures`, against the kernel's map of the same process.
@Suite("Cores and logs against the map of their process")
struct OwnDumpTests {
  @Test("the kernel's cores", arguments: ["photo32", "photo64"])
  func cores(name: String) throws {
    let folder = Fixtures.own.appending("cores")
    let core = try SavedFile.read(try Fixtures.bytes(folder.appending("\(name).core")))
    let maps = try Fixtures.snapshot(folder.appending("\(name).maps"))
    #expect(core.diagnostics.isEmpty && core.source.name == name)
    #expect(core.map.regions.map(\.range) == maps.map.regions.map(\.range))
    #expect(core.map.regions.map(\.name) == maps.map.regions.map(\.name))
    #expect(
      core.map.regions.map(\.access)
        == maps.map.regions.map { $0.access.subtracting(.shared) })
    #expect(core.facts.threads?.count == 2)
  }

  @Test("a log and the map at its end")
  func log() throws {
    let folder = Fixtures.own.appending("strace")
    let log = try SavedFile.read(try Fixtures.bytes(folder.appending("photo32.strace")))
    let maps = try Fixtures.snapshot(folder.appending("photo32.maps"))
    #expect(log.source.name == "photo32" && log.source.pid != nil)
    // All that the log has is in the map, with what may be done there and its name.
    for region in log.map.regions {
      let there = try #require(maps.map.region(at: region.range.lower), "\(region.range)")
      #expect(there.access == region.access, "\(region.range)")
      if !region.name.isEmpty { #expect(there.name == region.name, "\(region.range)") }
    }
    // All that the map has is in the log, but what the kernel mapped.
    let kernels = ["/tmp/photo/photo32", "/usr/lib32/ld-linux.so.2", "[stack]", "[vdso]", "[vvar"]
    for region in maps.map.regions where !kernels.contains(where: region.name.hasPrefix) {
      #expect(log.map.region(at: region.range.lower) != nil, "\(region.range) \(region.name)")
    }
  }

  @Test("a log with stacks")
  func stacks() throws {
    let path = Fixtures.own.appending("strace/photo64-stacks.strace")
    var replay = StraceReplay(try Fixtures.bytes(path))
    var stack: [Int] = []
    replay.run { event in
      guard case .step(let step) = event, case .changed(.map(let region)) = step.outcome,
        region.size == .mebibytes(16)
      else { return }
      stack = step.stack
    }
    let functions = stack.map { replay.frames[$0].function }
    #expect(functions.contains("main") && functions.last == "_start")
  }

  @Test("every prefix of each", arguments: ["cores/photo32.core", "strace/photo32.strace"])
  func prefixes(name: String) throws {
    let bytes = try Fixtures.bytes(Fixtures.own.appending(name))
    for count in stride(from: 0, through: bytes.count, by: 7) {
      try HostileCoreTests.ask(Array(bytes.prefix(count)))
    }
  }
}
