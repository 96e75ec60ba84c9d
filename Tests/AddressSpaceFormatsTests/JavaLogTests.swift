import AddressSpace
import AddressSpaceFormats
import SystemPackage
import TestSupport
import Testing

/// Maps of Java processes that crashed, against what their logs say of heap and code cache.
@Suite("Origins of Java processes, against their crash logs")
struct JavaLogTests {
  static let logs: [FilePath] = {
    let folder = Fixtures.shared?.appending("linux-hs_err")
    return folder.map { folder in
      Fixtures.names(in: folder, suffix: ".log").map { folder.appending($0) }
    } ?? []
  }()

  /// The ranges `[0xLOW, 0xTOP, 0xEND)` in lines that contain one of these words.
  static func ranges(in text: String, of words: [String]) -> [AddressRange] {
    text.split(separator: "\n").filter { line in words.contains { line.contains($0) } }
      .compactMap { line in
        let numbers = line.split { !$0.isHexDigit && $0 != "x" }.filter { $0.hasPrefix("0x") }
          .compactMap { UInt64($0.dropFirst(2), radix: 16) }
        guard line.contains("[0x"), numbers.count >= 3, let low = numbers.first,
          let high = numbers.last
        else { return nil }
        return AddressRange(Address(low), Address(high))
      }
  }

  @Test(
    "heap and code cache",
    .enabled(if: Fixtures.shared != nil, "needs the shared fixtures"), arguments: logs)
  func heap(log: FilePath) throws {
    let text = try Fixtures.text(log)
    let name = String((log.stem ?? "").replacing("-oom-hs_err_pid003", with: ""))
    let folder = try #require(Fixtures.shared).appending("linux-maps")
    let maps = try #require(
      Fixtures.names(in: folder, suffix: ".maps").first { $0.hasPrefix(name) }, "\(name)")
    let snapshot = try Fixtures.snapshot(folder.appending(maps))
    let layout = Layout.inferred(from: snapshot.map, facts: snapshot.facts)
    let room = Room(map: snapshot.map, layout: layout, facts: snapshot.facts)
    let origins = room.origins()
    let heap = Self.ranges(
      in: text,
      of: ["PSYoungGen", "ParOldGen", "PSPermGen", "generation", "perm gen", "garbage-first"])
    let code = Self.ranges(in: text, of: ["Code Cache"])
    for (region, origin) in zip(room.regions, origins) {
      let comment: Comment = "\(maps): \(region.range) \(origin.map { "\($0)" } ?? "-")"
      let isInHeap = heap.contains { $0.clamped(to: region.range) == region.range }
      if origin?.owner == .javaHeap, !heap.isEmpty {
        #expect(heap.contains { $0.overlaps(region.range) }, comment)
      }
      if isInHeap, region.inode == 0, layout.wordSize == .bits64 {
        #expect(origin?.owner == .javaHeap, comment)
      }
      if origin?.owner == .javaCode, !code.isEmpty {
        #expect(code.contains { $0.overlaps(region.range) }, comment)
      }
    }
    if !heap.isEmpty {
      #expect(origins.contains { $0?.owner == .javaHeap }, "\(maps)")
    }
  }
}
