import AddressSpace
import AddressSpaceProcess
import SystemPackage
import TestSupport
import Testing

/// Programs that free most of what they had, in every way that malloc keeps it, and then take buffers
/// until one is refused.
@Suite("Forecast against freed heaps", .serialized)
struct HeapTrialTests {
  struct Trial: CustomTestStringConvertible, Sendable {
    /// How the victim uses its heap.
    let use: String
    let sizes: [UInt64]
    var alignment: UInt64?
    /// Why the count is only a lower bound, nil where it must be exact.
    var bound: String?
    var kinds = ["victim-pie", "victim-nopie"]
    var seeds: [UInt64] = [1]

    var testDescription: String {
      "\(use), buffers of \(sizes)\(alignment.map { " at \($0)" } ?? "")"
    }
  }

  static let half = "--objects 40000 --object 20:4000 --order half"
  static let packed = "how chunks are packed once the break cannot rise is not followed"

  static let trials: [Trial] = [
    // Free neighbours are joined when they are freed.
    Trial(use: "--objects 1200000 --object 100", sizes: [48_000_000, 384_000_000, 1 << 20]),
    Trial(use: "--objects 200000 --object 500 --order random", sizes: [48_000_000, 600_000]),
    // What fits a fastbin is joined by the first large request only.
    Trial(use: "--objects 2000000 --object 40", sizes: [48_000_000]),
    Trial(use: "--objects 200000 --object 40 --order backward", sizes: [1 << 20, 3_000_000]),
    Trial(use: "--objects 200000 --object 12:56 --order random", sizes: [1 << 20, 200_000]),
    // Holes of all sizes between what stays.
    Trial(use: half, sizes: [1 << 20, 600_000, 200_000], seeds: [1, 2, 3]),
    Trial(
      use: "--objects 3000 --object 20:600000 --order half --blocks 0", sizes: [600_000],
      seeds: [4, 5]),
    // There mappings were freed, which raised the threshold.
    Trial(
      use: "--objects 3000 --object 20:600000 --order half --blocks 0", sizes: [250_000],
      bound: packed),
    Trial(use: "--objects 400 --object 100000:131000 --order half", sizes: [200_000, 140_000]),
    // Aligned: the places of free chunks count.
    Trial(use: half, sizes: [48_000_000], alignment: 64 << 20),
    Trial(use: half, sizes: [48_000_000, 1 << 20], alignment: 1 << 20, seeds: [1, 2]),
    Trial(
      use: "--objects 200000 --object 500 --blocks 0", sizes: [3_000_000, 700_000],
      alignment: 65536, seeds: [6, 7]),
    Trial(
      use: half, sizes: [600_000], alignment: 64, bound: "small ends may stay in a cache",
      seeds: [1, 2]),
    // Arenas of threads: a buffer too large for what they reserve is not their business.
    Trial(use: half + " --threads 3 --busy 1", sizes: [48_000_000, 1 << 20, 1_200_000]),
    Trial(
      use: "--objects 2000 --object 20:400 --threads 3 --busy 1", sizes: [200_000, 400_000],
      bound: "another arena may serve what the main one cannot", seeds: [1, 2, 3]),
    // The threshold was raised: below it buffers come from the heap, above it by mmap.
    Trial(use: "--raise 400000 --blocks 0", sizes: [450_000, 1 << 20], seeds: [1]),
    Trial(use: "--raise 400000 --blocks 0 --fill 20000000", sizes: [300_000], bound: packed),
    // Small buffers, in a small space.
    Trial(
      use: half + " --fill 3000000", sizes: [100_000, 40_000, 5000], bound: packed, seeds: [1, 2]),
    Trial(use: half + " --fill 300000", sizes: [2000, 1100], bound: packed),
    Trial(use: half + " --fill 200000", sizes: [1000], bound: "caches serve them too"),
  ]

  static let missing: Comment = "needs the victims of tools/build-victims (ADDRSPACE_VICTIMS)"

  @Test(
    "as many as it gets, or a lower bound where it is said to be one",
    .enabled(if: Machine.victim("victim-pie") != nil, missing), arguments: trials)
  func counted(trial: Trial) async throws {
    for kind in trial.kinds {
      for seed in trial.seeds {
        for size in trial.sizes { try await check(trial, kind, seed, size) }
      }
    }
  }

  private func check(_ trial: Trial, _ kind: String, _ seed: UInt64, _ size: UInt64) async throws {
    let (forecast, reality) = try await Self.held(trial, kind, seed, size)
    let text: Comment = "\(kind), seed \(seed), \(size) bytes: \(trial.use)"
    let count = UInt64(reality.count)
    #expect(forecast.isExact || trial.bound != nil, text)
    if forecast.isExact {
      #expect(forecast.fits == count, text)
    } else {
      #expect(forecast.fits <= count, text)
    }
    #expect(forecast.heapFits != nil, text)
  }

  static func held(
    _ trial: Trial, _ kind: String, _ seed: UInt64, _ size: UInt64
  ) async throws -> (forecast: BufferForecast, reality: TestSupport.Expectation) {
    let victim = try #require(Machine.victim(kind))
    var arguments = ["--allocator", "malloc", "--seed", "\(seed)"]
    arguments += trial.use.split(separator: " ").map(String.init)
    if let alignment = trial.alignment { arguments += ["--align", "\(alignment)"] }
    let text = "\(size)" + (trial.alignment.map { "@\($0)" } ?? "")
    return try await Conversation(victim, arguments).held(bytes: ByteCount(size)) { pid in
      let (snapshot, _) = try LiveProcess(pid: pid).snapshot()
      let layout = Layout.inferred(from: snapshot.map, facts: snapshot.facts)
      let room = Room(map: snapshot.map, layout: layout, facts: snapshot.facts)
      return try Forecaster(room).forecast(
        BufferRequest(text: text), allocator: Allocator(.malloc), placements: 1)
    }
  }

  @Test(
    "64 bits: the heap's part is there, the kernel's alignment makes it a bound",
    .enabled(if: Machine.victim("victim64") != nil, missing),
    arguments: [
      Trial(use: "--objects 1200000 --object 100 --fill 400000000", sizes: [48_000_000]),
      Trial(use: "--objects 2000000 --object 40 --fill 400000000", sizes: [34_000_000]),
      Trial(use: half + " --fill 40000000", sizes: [1 << 20, 200_000]),
    ])
  func wide(trial: Trial) async throws {
    for size in trial.sizes {
      let (forecast, reality) = try await Self.held(trial, "victim64", 1, size)
      #expect(!forecast.isExact && forecast.fits <= UInt64(reality.count), "\(trial.use)")
      #expect(forecast.heapFits != nil)
      if size > 30_000_000 { #expect(forecast.heapFits ?? 0 > 0) }
    }
  }

  @Test(
    "without the memory: at least so many",
    .enabled(if: Machine.victim("victim-pie") != nil, missing)
  )
  func savedMap() async throws {
    let victim = try #require(Machine.victim("victim-pie"))
    for size in [48_000_000, 1 << 20, 200_000] as [UInt64] {
      let talk = Conversation(
        victim, ["--allocator", "malloc", "--objects", "1200000", "--object", "100"])
      let (forecast, reality) = try await talk.held(bytes: ByteCount(size)) { pid in
        let (snapshot, _) = try LiveProcess(pid: pid).snapshot()
        var facts = snapshot.facts
        facts.heap = nil
        let layout = Layout.inferred(from: snapshot.map, facts: facts)
        let room = Room(map: snapshot.map, layout: layout, facts: facts)
        return try Forecaster(room).forecast(
          BufferRequest(bytes: ByteCount(size)), allocator: Allocator(.malloc))
      }
      #expect(!forecast.isExact && forecast.heapFits == nil)
      #expect(forecast.fits < UInt64(reality.count), "\(size) bytes")
    }
  }
}
