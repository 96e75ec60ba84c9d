import AddressSpace
import AddressSpaceFormats
import SystemPackage
import TestSupport
import Testing

/// Our reading of minidumps against PyPI's `minidump`: dumps that were made for the test, and real
/// ones of other people.
@Suite("Second parser of minidumps")
struct MinidumpParserTests {
  static let missing: Comment = "needs PyPI's minidump (ADDRSPACE_PYTHON)"
  static let script = Fixtures.package.appending("Tests/RealityTests/minidump_parser.py")

  /// What it read.
  struct Reading {
    var regions: [[UInt64]] = []
    var modules: [(base: UInt64, size: UInt64, path: String)] = []
    var threads: [[UInt64]] = []

    init(_ text: String) throws {
      for line in text.split(separator: "\n") {
        let words = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
        switch words[0] {
        case "region": regions.append(try words.dropFirst().map { try #require(UInt64($0)) })
        case "module":
          modules.append(
            (try #require(UInt64(words[1])), try #require(UInt64(words[2])), words[3]))
        case "thread": threads.append(try words.dropFirst().map { try #require(UInt64($0)) })
        default: Issue.record("\(line)")
        }
      }
    }
  }

  static func reading(_ file: FilePath) async throws -> Reading {
    let python = try #require(Machine.python)
    let other = try await run(python, [script.string, file.string])
    try #require(other.status == 0, "\(file): \(other.error.suffix(300))")
    return try Reading(other.output)
  }

  /// Holds what we read against what it read; answers how many regions there were.
  @discardableResult
  static func compare(_ file: FilePath) async throws -> Int {
    let theirs = try await reading(file)
    let snapshot = try SavedFile.read(try Fixtures.bytes(file))
    let map = snapshot.map
    if !theirs.regions.isEmpty {
      let taken = theirs.regions.filter { $0[3] != 0x1_0000 }
      #expect(
        map.regions.map(\.range)
          == taken.map { AddressRange(Address($0[0]), Address($0[0] + $0[1])) }, "\(file)")
      for (region, row) in zip(map.regions, taken) {
        #expect(region.offset == row[0] - row[2], "\(file) \(region.range)")
        #expect((region.kind == .image) == (row[4] == 0x100_0000), "\(file) \(region.range)")
      }
      #expect(!snapshot.facts.lacksMappings)
    }
    for module in theirs.modules {
      let region = try #require(map.region(at: Address(module.base)), "\(file) \(module.path)")
      #expect(region.kind == .image && region.name == module.path, "\(file) \(module.path)")
    }
    #expect(
      snapshot.facts.threads?.count == (theirs.threads.isEmpty ? nil : UInt64(theirs.threads.count))
    )
    for thread in theirs.threads where thread[1] > 0 {
      let block = try #require(map.region(at: Address(thread[1])), "\(file) \(thread)")
      #expect(block.kind == .system, "\(file) \(thread)")
      let stack = try #require(map.region(at: Address(thread[2])), "\(file) \(thread)")
      #expect(
        stack.kind == .stack && stack.name.hasPrefix("[stack")
          && stack.name.contains("\(thread[0])"),
        "\(file) \(thread) \(stack)")
    }
    return theirs.regions.count
  }

  @Test("dumps written for the test", .enabled(if: Machine.python != nil, missing))
  func written() async throws {
    let folder = try TemporaryFolder()
    for space in SmallWindowsProcess.Space.allCases {
      for hasRegions in [true, false] {
        var process = SmallWindowsProcess()
        process.space = space
        process.hasRegions = hasRegions
        process.commitPages = (limit: 1 << 20, used: 1 << 18)
        let path = try folder.file("process.dmp", process.file)
        let count = try await Self.compare(FilePath(path))
        #expect(count == (hasRegions ? process.rows.count : 0))
      }
    }
  }

  static let folder = Fixtures.shared?.appending("minidump")

  @Test(
    "real dumps", .enabled(if: Machine.python != nil && folder != nil, missing),
    arguments: [
      "DERIVED-devenv-x86-memoryinfolist.dmp", "breakpad-minidump2-x86-xp.dmp",
      "breakpad-stack-exhaustion-x86.dmp", "breakpad-thread-names-x86.dmp",
      "breakpad-tiny-exe-cet-xsave-amd64.dmp", "breakpad-tiny-exe-cet-xsave-x86.dmp",
      "lldb-fizzbuzz-no-heap-x86.dmp", "symbolicator-windows-x86.dmp",
    ])
  func real(name: String) async throws {
    try await Self.compare(try #require(Self.folder).appending(name))
  }
}
