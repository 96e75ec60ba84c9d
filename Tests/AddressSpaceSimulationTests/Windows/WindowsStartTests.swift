import AddressSpace
import TestSupport
import Testing

@testable import AddressSpaceSimulation

/// Programs that start, load, begin threads and end them.
@Suite("Windows programs that start")
struct WindowsStartTests {
  static let programs = ["console", "windows-tool", "photo-qt", "photo-wx"]

  @Test(
    "every program on every Windows: what lies where agrees with the space",
    arguments: WindowsModel.all + WindowsModel.wine)
  func everywhere(model: WindowsModel) throws {
    for program in Self.programs {
      for seed in 0..<4 as Range<UInt64> {
        let run = try WindowsRun(model.name, program, seed: seed)
        let again = try WindowsRun(model.name, program, seed: seed)
        #expect(run.space.freeRanges == again.space.freeRanges, "seed \(seed)")
        let map = run.space.snapshot().map
        #expect(run.space.room.freeBytes == run.space.freeBytes)
        for (name, loaded) in run.process.images {
          #expect(map.region(at: loaded.range.lower)?.range == loaded.range, "\(name)")
          #expect(loaded.range.lower.value % 0x1_0000 == 0)
          switch loaded.placement {
          case .preferred: #expect(loaded.range.lower == loaded.image.preferredBase)
          case .boot: #expect(model.version != .xp)
          case .relocated: break
          }
        }
        #expect(run.process.threads.count == run.process.program.threads + 1)
        // 64-bit Windows gives each thread a second stack.
        let wow = run.process.threads.filter { $0.wowStack?.size == .kibibytes(256) }.count
        #expect(wow == (model.isWoW64 ? run.process.threads.count : 0))
      }
    }
  }

  @Test("images of one boot lie at the same addresses in all its processes, programs do not")
  func oneBoot() throws {
    let model = try #require(WindowsModel(named: "windows-7-2g"))
    let catalogue = try #require(WindowsRun.catalogue)
    var random = SeededRandom(seed: 5)
    let boot = WindowsBoot(model, catalogue, random: &random)
    let program = try #require(catalogue.program("console"))
    var bases: [String: Set<Address>] = [:]
    for seed in 0..<40 as Range<UInt64> {
      var random = SeededRandom(seed: seed)
      let layout = model.layout(isRandomized: true, random: &random)
      var space = ModelledSpace(try #require(layout))
      let process = WindowsProcess.start(
        program, on: model, boot: boot, from: catalogue, in: &space, random: random)
      for (name, loaded) in try #require(process).images {
        bases[name, default: []].insert(loaded.range.lower)
      }
    }
    #expect(bases["ntdll.dll"]?.count == 1 && bases["kernel32.dll"]?.count == 1)
    #expect((bases["console.exe"]?.count ?? 0) > 20)
    let programs = try #require(bases["console.exe"])
    #expect(programs.allSatisfy { $0 >= 0x41_0000 && $0 <= 0x13E_0000 })
  }

  @Test(
    "what is loaded and unloaded, begun and ended leaves the start",
    arguments: WindowsModel.all + WindowsModel.wine)
  func backAgain(model: WindowsModel) throws {
    let catalogue = try #require(WindowsRun.catalogue)
    for seed in 0..<10 as Range<UInt64> {
      var run = try WindowsRun(model.name, "console", seed: seed)
      let before = run.space.freeRanges
      var numbers = SeededRandom(seed: seed)
      let all = catalogue.images[model.version] ?? []
      var loaded: [String] = []
      var threads: [WindowsThread] = []
      for _ in 0..<200 {
        switch numbers.next(below: 4) {
        case 0, 1:
          let image = all[Int(numbers.next(below: UInt64(all.count)))]
          if run.process.images[image.name] == nil, run.process.load(image, in: &run.space) != nil {
            loaded.append(image.name)
          }
        case 2:
          // As many as the first stretch for their blocks holds: that is not given back.
          if threads.count < 30, let thread = run.process.startThread(in: &run.space) {
            threads.append(thread)
          }
        default:
          if let name = loaded.popLast() { run.process.unload(name, in: &run.space) }
          if let thread = threads.popLast() { run.process.end(thread, in: &run.space) }
        }
      }
      for name in loaded { run.process.unload(name, in: &run.space) }
      for thread in threads { run.process.end(thread, in: &run.space) }
      #expect(run.space.freeRanges == before, "\(model.name), seed \(seed)")
    }
  }

  @Test("libraries that all want 0x10000000: the first has it on XP, the others go to the bottom")
  func collisions() throws {
    let run = try WindowsRun("windows-xp-2g", "photo-wx", seed: 1)
    let wanting = run.process.images.values.filter { $0.image.preferredBase == 0x1000_0000 }
    #expect(wanting.count > 20)
    #expect(wanting.filter { $0.placement == .preferred }.count == 1)
    let moved = wanting.filter { $0.placement == .relocated }
    #expect(moved.allSatisfy { $0.range.upper < 0x1000_0000 })
    let python = try #require(run.process.images["python27.dll"])
    #expect(python.range.lower == 0x1E00_0000)
  }

  @Test("process and thread blocks of a large-address-aware program on Windows 7")
  func blocks() throws {
    var run = try WindowsRun("windows-7-4g", "windows-tool", seed: 3)
    for _ in 0..<4 { run.process.startThread(in: &run.space) }
    // As in the list of a program of that kind, whose eight threads live.
    #expect(
      run.process.threads.map(\.block?.lower) == [
        0xFFFD_B000, 0xFFFD_8000, 0xFFFD_5000, 0xFFFA_D000, 0xFFFA_A000, 0xFFFA_7000, 0xFFFA_4000,
        0xFFFA_1000,
      ])
    #expect(run.space.freeRanges.contains { $0 == AddressRange(0x8001_0000, 0xFFFA_1000) })
  }
}
