import AddressSpace
import TestSupport
import Testing

@testable import AddressSpaceSimulation

/// What the core forecasts of a modelled process is what its modelled malloc then gives.
@Suite("Forecasts of malloc against the model of malloc")
struct ModelledHeapTests {
  @Test(
    "every request until one is refused", arguments: 1...12 as ClosedRange<UInt64>,
    [LibcVersion(2, 5), LibcVersion(2, 25), LibcVersion(2, 36), LibcVersion(2, 43)])
  func forecast(seed: UInt64, version: LibcVersion) throws {
    var random = SeededRandom(seed: seed)
    let names = ["linux-i386-2g", "linux-i386-3g", "linux-i386-4g"]
    var launch = try #require(
      LinuxLaunch(layout: names[Int(random.next(below: 3))], program: nil))
    launch.program.steps.removeAll { if case .heap = $0 { true } else { false } }
    launch.isLegacy = random.next(below: 4) == 0
    let space = try #require(launch.start(&random))
    var memory = ProgramMemory(
      system: space,
      heap: GlibcAllocator(version: version, wordSize: .bits32, machine: .i386))
    Self.live(&memory, &random)
    memory.system.facts.libcVersion = version
    memory.system.facts.heap = memory.heap.facts(in: memory.system)
    let forecaster = Forecaster(memory.system.room)
    for size in [200 << 10, 1 << 20, 33 << 20, 366_210_000] as [UInt64] {
      let bytes = ByteCount(size + random.next(below: 4096))
      let told = try forecaster.forecast(
        BufferRequest(bytes: bytes), allocator: Allocator(.malloc, version: version))
      var program = memory
      var count: UInt64 = 0
      while program.allocate(bytes.value) != nil { count += 1 }
      // What is not mapped by itself also depends on how the heap grows around other mappings.
      let isExact = told.isExact || size < 1 << 20
      #expect(isExact && told.fits <= count, "\(bytes), \(memory.system.layout.name)")
      #expect(!told.isExact || told.fits == count, "\(bytes), \(memory.system.layout.name)")
    }
  }

  /// Takes and gives blocks of many sizes.
  private static func live(
    _ memory: inout ProgramMemory<ModelledSpace, GlibcAllocator>, _ random: inout SeededRandom
  ) {
    var blocks: [Address] = []
    for _ in 0..<400 {
      if random.next(below: 5) < 3 || blocks.isEmpty {
        let size = (1 as UInt64) << (4 + random.next(below: 18))
        if let block = memory.allocate(size + random.next(below: size)) { blocks.append(block) }
      } else {
        memory.free(blocks.remove(at: Int(random.next(below: UInt64(blocks.count)))))
      }
    }
  }
}
