import AddressSpace
import AddressSpaceProcess
import Foundation
import Glibc
import SystemPackage
import TestSupport
import Testing

/// What .NET has, in a process that `fixtures/programs/origins/dotnet.py` started it in.
@Suite("Who uses memory: .NET", .serialized)
struct DotnetOwnerTests {
  /// Text that the process holds nowhere but in managed strings and in what they were made from.
  private static let mark = "addrspace-\(getpid())-kept-by-the-runtime"

  /// Where managed strings of the mark lie: their length in characters stands before them, and
  /// before that what type of object they are.
  private func strings(in region: Region, of pid: Int32) throws -> [Address] {
    let file = try FileDescriptor.open(FilePath("/proc/\(pid)/mem"), .readOnly)
    defer { try? file.close() }
    let mark = Array(Self.mark.utf16).withUnsafeBytes { [UInt8]($0) }
    let bytes = try [UInt8](unsafeUninitializedCapacity: Int(region.size.value)) { buffer, count in
      count = try file.read(
        fromAbsoluteOffset: Int64(region.range.lower.value),
        into: UnsafeMutableRawBufferPointer(buffer))
    }
    let data = Data(bytes)
    var places: [Address] = []
    var start = 0
    while let found = data.range(of: Data(mark), in: start..<data.count) {
      let isManaged =
        found.lowerBound >= 12
        && bytes[found.lowerBound - 4] == UInt8(Self.mark.utf16.count)
        && bytes[found.lowerBound - 3..<found.lowerBound].allSatisfy { $0 == 0 }
        && bytes[found.lowerBound - 6..<found.lowerBound - 4].allSatisfy { $0 == 0 }
        && bytes[found.lowerBound - 12..<found.lowerBound - 6].contains { $0 != 0 }
      if isManaged { places.append(region.range.lower + ByteCount(UInt64(found.lowerBound))) }
      start = found.upperBound
    }
    return places
  }

  @Test("managed strings lie in the collector's heap, and code does not")
  func strings() throws {
    let script = Fixtures.own.appending("programs/origins/dotnet.py").string
    guard let python = Machine.python,
      let child = try? Child(python, [script, "mark", Self.mark]),
      (try? child.waitUntilReady()) != nil
    else { try Test.cancel("needs PyPI's dotnetcore2 (ADDRSPACE_PYTHON)") }
    let snapshot = try LiveProcess(pid: child.pid).snapshot().snapshot
    let seen = try SeenOrigins(snapshot)
    var found = 0
    for region in seen.room.regions where region.access.contains(.write) && region.isUnnamed {
      for place in try strings(in: region, of: child.pid) {
        found += 1
        let origin = seen.origin(at: place)
        #expect(origin == Origin(.dotnetHeap, .certain), "\(place) in \(region)")
      }
    }
    #expect(found > 0)
    let heap = zip(seen.room.regions, seen.origins).filter { $0.1?.owner == .dotnetHeap }
    // 256 and 128 MiB in one piece, with a page or two at its end.
    #expect(heap.map(\.0.size).total() >= .mebibytes(384))
    #expect(heap.map(\.0.size).total() <= .mebibytes(385))
    #expect(heap.allSatisfy { !$0.0.access.contains(.execute) })
    let code = zip(seen.room.regions, seen.origins).filter { $0.1?.owner == .dotnetCode }
    #expect(code.contains { $0.0.access.contains(.execute) })

    // The map alone tells the same, with less certainty.
    let bare = try SeenOrigins(
      Snapshot(source: Source(kind: .maps), map: snapshot.map, facts: LayoutFacts()))
    for (region, origin) in zip(bare.room.regions, bare.origins)
    where origin?.owner == .dotnetHeap || heap.contains(where: { $0.0.range == region.range }) {
      #expect(origin == Origin(.dotnetHeap, .likely), "\(region)")
      #expect(heap.contains { $0.0.range == region.range }, "\(region)")
    }
  }
}
