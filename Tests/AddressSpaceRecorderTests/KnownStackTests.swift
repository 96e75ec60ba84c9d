import AddressSpace
import AddressSpaceStore
import AddressSpaceTrace
import Glibc
import SystemPackage
import TestSupport
import Testing

/// Programs whose call chains are known by construction.
@Suite("Stacks of events")
struct KnownStackTests {
  static let kept: UInt64 = 64 * 1024

  @Test(
    "the leak is named by function, file and line", .needsVictim("leak"),
    arguments: ["leak", "leak32"])
  func leak(name: String) async throws {
    guard let leak = Machine.victim(name) else { return }
    let recorded = try await Recorded(of: [leak.string])
    #expect(recorded.result.status == 0)
    let functions = recorded.functions(ofLastMappingOf: Self.kept)
    let own = functions.filter(Self.chain.contains)
    #expect(own == Self.chain, "\(functions)")
    let symbols = recorded.recording.symbols.values.flatMap { $0 }
    let place = try #require(symbols.first { $0.function == "keep_preview" })
    #expect(place.file?.hasSuffix("fixtures/programs/record/leak.c") == true)
    #expect(place.line == 14)
  }

  static let chain = ["keep_preview", "read_thumbnail", "load_album", "main"]

  @Test(
    "twenty frames are twenty frames, by each unwinder", .needsVictim("deep"),
    arguments: [
      ("deep", "libunwind"), ("deep", "libdw"), ("deep32", "libdw"),
    ])
  func deep(name: String, unwinder: String) async throws {
    guard let deep = Machine.victim(name) else { return }
    let recorded = try await Recorded(["--unwinder", unwinder], of: [deep.string, "50"])
    let functions = recorded.functions(ofLastMappingOf: Self.kept)
    #expect(functions.filter { $0 == "descend" }.count == 20, "\(functions)")
    #expect(functions.contains("main"))
    // Fifty times from the same place: one stack.
    let stacks = recorded.events
      .filter { recorded.functions(of: $0.event).contains("work") }
      .compactMap(\.event.stack)
    #expect(stacks.count == 100)
    #expect(Set(stacks).count == 2)
  }

  @Test("both unwinders find the same frames", .needsVictim("churn"))
  func alike() async throws {
    let churn = try #require(Machine.victim("churn"))
    var found: [[[String]]] = []
    for unwinder in ["libunwind", "libdw"] {
      let recorded = try await Recorded(
        ["--unwinder", unwinder], of: [churn.string, "5", "200", "0"])
      found.append(recorded.events.map { recorded.functions(of: $0.event) })
    }
    #expect(found[0].count > 100)
    #expect(found[0] == found[1])
  }

  @Test(
    "code that was made at run time has the name that its maker gave it", .needsVictim("named"),
    arguments: ["named", "named32"])
  func named(name: String) async throws {
    guard let named = Machine.victim(name) else { return }
    let recorded = try await Recorded(of: [named.string])
    for space in recorded.recording.spaces { unlink("/tmp/perf-\(space.pid).map") }
    #expect(recorded.result.status == 0)
    let functions = recorded.functions(ofLastMappingOf: Self.kept)
    let own = functions.filter(["keep", "JS:~load photo.js:12", "main"].contains)
    #expect(own == ["keep", "JS:~load photo.js:12", "main"], "\(functions)")
  }

  @Test(
    "names that were stripped are found where they were put", .needsVictim("leak-split"),
    arguments: ["leak-split", "leak-mini", "leak-split32", "leak-mini32"])
  func stripped(name: String) async throws {
    guard let leak = Machine.victim(name) else { return }
    let recorded = try await Recorded(of: [leak.string])
    #expect(recorded.result.status == 0)
    let functions = recorded.functions(ofLastMappingOf: Self.kept)
    #expect(functions.filter(Self.chain.contains) == Self.chain, "\(functions)")
    let preview = recorded.recording.symbols.values.flatMap { $0 }
      .first { $0.function == "keep_preview" }
    // Only the separate file knows lines.
    #expect(preview?.line == (name.hasPrefix("leak-split") ? 14 : nil))
  }

  @Test(
    "names of Rust and C++ are what was written", .needsVictim("mangled"),
    arguments: ["mangled", "mangled32"])
  func mangled(name: String) async throws {
    guard let mangled = Machine.victim(name) else { return }
    let recorded = try await Recorded(of: [mangled.string])
    #expect(recorded.result.status == 0)
    let functions = recorded.functions(ofLastMappingOf: Self.kept)
    let chain = ["album::Cache::put(int)", "album::Index::keep", "photo::decode", "main"]
    #expect(functions.filter(chain.contains) == chain, "\(functions)")
  }

  @Test("names of Swift are what was written", .needsVictim("leak-swift"))
  func swift() async throws {
    let leak = try #require(Machine.victim("leak-swift"))
    let recorded = try await Recorded(of: [leak.string])
    #expect(recorded.result.status == 0)
    let functions = recorded.functions(ofLastMappingOf: Self.kept)
    let chain = [
      "generic specialization <Swift.Int> of main.Cache.put(A) -> Swift.Int",
      "main.Album.load(count: Swift.Int) -> Swift.Int", "main",
    ]
    #expect(functions.filter { $0.hasPrefix("generic") || $0.hasPrefix("main") } == chain)
  }

  @Test("libunwind refuses a program of another width, with a sentence", .needsVictim("leak32"))
  func width() async throws {
    let leak = try #require(Machine.victim("leak32"))
    let program = try #require(Machine.addrspace)
    let folder = try TemporaryFolder()
    let result = try await run(
      program,
      [
        "record", "-o", folder.path.appending("x").string, "--unwinder", "libunwind", "--",
        leak.string,
      ])
    #expect(result.status == 125)
    #expect(result.error.contains("libunwind"), "\(result.error)")
  }
}
