import AddressSpace
import TestSupport
import Testing

@testable import AddressSpaceSimulation

/// Random requests that a running CPython serves, and the model.
@Suite("CPython's allocator of small objects")
struct ObmallocTests {
  struct Trial: CustomTestStringConvertible, Sendable {
    let python: RealPython
    let seed: UInt64

    var testDescription: String { "\(python.testDescription) seed \(seed)" }
  }

  static let trials = RealPython.all.flatMap { python in
    (1...3).map { Trial(python: python, seed: $0) }
  }

  /// Classes that the interpreter itself seldom takes blocks of.
  static let sizes: [UInt64] = [208, 272, 304, 320, 512]

  /// Takes and gives back in phases, so that arenas come and go.
  static func steps(seed: UInt64) -> [(slot: Int, bytes: UInt64)] {
    var random = SeededGenerator(seed: seed)
    var free = Array(0..<60_000)
    var live: [Int] = []
    var steps: [(Int, UInt64)] = []
    for phase in 0..<5 {
      let chance = [80, 15, 60, 35, 70][phase]
      for _ in 0..<20_000 {
        if live.isEmpty || Int.random(in: 0..<100, using: &random) < chance {
          guard let slot = free.popLast() else { continue }
          live.append(slot)
          steps.append((slot, sizes.randomElement(using: &random) ?? 512))
        } else {
          live.swapAt(Int.random(in: 0..<live.count, using: &random), live.count - 1)
          let slot = live.removeLast()
          free.append(slot)
          steps.append((slot, 0))
        }
      }
    }
    return steps
  }

  @Test(
    "random requests", .enabled(if: !trials.isEmpty, RealPython.missing), arguments: trials)
  func random(trial: Trial) async throws {
    let build = try await trial.python.build()
    let rules = try #require(ObmallocRules(build))
    let steps = Self.steps(seed: trial.seed)
    let lines = try await trial.python.ask(
      "play \(Self.sizes.map(String.init).joined(separator: " "))\n"
        + steps.map { "\($0.slot) \($0.bytes)\n" }.joined() + "end\n")

    var memory = TestMemory.make(build)
    var model = Obmalloc(rules)
    var blocks: [Int: Int32] = [:]
    if let free = lines.last?.split(separator: " ").last.flatMap({ Int($0) }), free > 0 {
      // An arena that is there already: the interpreter has the rest of its pools.
      #expect(free <= rules.poolsPerArena, "began with \(free) free pools")
      for _ in free..<rules.poolsPerArena {
        _ = model.take(0, atMost: rules.blocksPerPool(0), in: &memory)
      }
      let block = try #require(model.take(0, atMost: 1, in: &memory))
      model.give(block.source, 1, in: &memory)
    }
    let before = model.usage
    for step in steps {
      if let pool = blocks.removeValue(forKey: step.slot) {
        model.give(pool, 1, in: &memory)
      } else {
        let sizeClass = try #require(rules.sizeClass(of: step.bytes))
        blocks[step.slot] = try #require(model.take(sizeClass, atMost: 1, in: &memory)).source
      }
    }
    let usage = model.usage
    guard build.version >= PythonVersion(3, 3) else {
      #expect(lines == ["arenas \(usage.arenas)"])
      return
    }
    var expected = usage.classes.filter { Self.sizes.contains($0.blockBytes) }.map {
      "class \($0.blockBytes) \($0.pools) \($0.blocks)"
    }
    expected += [
      "arenas \(usage.arenas - before.arenas)",
      "obtained \(usage.arenasObtained - before.arenasObtained)",
      "peak \(usage.arenasAtPeak - before.arenas)",
    ]
    #expect(Array(lines.dropLast()).map(String.init) == expected, "\(build.version)")
  }
}
