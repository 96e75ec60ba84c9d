import AddressSpace
import AddressSpaceFormats
import AddressSpaceProcess
import SystemPackage
import TestSupport
import Testing

/// Our reading of every saved map, and of a live process, against what others read.
@Suite("Second parser")
struct SecondParserTests {
  static let missing: Comment = "needs PyPI's procmaps and psutil (ADDRSPACE_PYTHON)"
  static let script = Fixtures.package.appending("Tests/RealityTests/second_parser.py")

  static let files: [FilePath] = {
    let own = ["wine", "photo"].map { Fixtures.own.appending($0) }
    let shared = ["linux-maps", "truth"].compactMap { Fixtures.shared?.appending($0) }
    return (own + shared).flatMap { folder in
      Fixtures.names(in: folder, suffix: ".maps").map { folder.appending($0) }
    }
  }()

  @Test("every saved map, field by field", .enabled(if: Machine.python != nil, missing))
  func savedMaps() async throws {
    let python = try #require(Machine.python)
    #expect(!Self.files.isEmpty)
    for file in Self.files {
      let other = try await run(python, [Self.script.string, file.string])
      try #require(other.status == 0, "\(file): \(other.error.suffix(300))")
      let theirs = other.output.split(separator: "\n").map { line in
        // A name may hold a tab itself.
        line.split(separator: "\t", maxSplits: 1, omittingEmptySubsequences: false)
      }
      let ours = try Fixtures.snapshot(file).map.regions
      #expect(ours.count == theirs.count, "\(file)")
      for (region, row) in zip(ours, theirs) {
        #expect(line(of: region) == row[0], "\(file)")
        let name = row.count > 1 ? String(row[1]) : ""
        // Names beyond ASCII are spelled in different ways.
        if name.utf8.allSatisfy({ $0 < 0x80 }), region.name.utf8.allSatisfy({ $0 < 0x80 }) {
          #expect(trimmed(region.name) == trimmed(name), "\(file)")
        }
      }
    }
  }

  @Test(
    "a live 32-bit process",
    .enabled(if: Machine.python != nil && Machine.victim("victim-pie") != nil, missing))
  func liveProcess() async throws {
    let python = try #require(Machine.python)
    let victim = try #require(Machine.victim("victim-pie"))
    let talk = Conversation(victim, ["--seed", "5", "--allocator", "mmap"])
    let (pair, _) = try await talk.held(bytes: .mebibytes(512)) { pid in
      let regions = try LiveProcess(pid: pid).snapshot().snapshot.map.regions
      return (regions, try await run(python, [Self.script.string, "\(pid)"]).output)
    }
    let ours = pair.0.filter { $0.name != "[vsyscall]" }.map { region in
      line(of: region).split(separator: " ").prefix(3).joined(separator: " ")
    }
    #expect(ours == pair.1.split(separator: "\n").map(String.init))
  }

  private func line(of region: Region) -> String {
    let numbers = [region.range.lower.value, region.range.upper.value].map {
      String($0, radix: 16)
    }
    return "\(numbers[0]) \(numbers[1]) \(region.access.letters) "
      + "\(String(region.offset, radix: 16)) \(region.inode)"
  }

  private func trimmed(_ name: String) -> String {
    var name = name.drop { $0 == " " }
    while name.last == " " { name.removeLast() }
    return String(name)
  }
}
