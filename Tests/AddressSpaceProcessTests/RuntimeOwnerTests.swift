import AddressSpace
import AddressSpaceProcess
import Glibc
import SystemPackage
import TestSupport
import Testing

/// What virtual machines have, against what they say of their memory themselves.
@Suite("Who uses memory: V8, Go, Java", .serialized)
struct RuntimeOwnerTests {
  /// A program of this machine, or of the testbed where `bits` is 32.
  private static func program(_ name: String, bits: Int) throws -> [String] {
    if bits == 64 {
      guard access("/usr/bin/\(name)", X_OK) == 0 else { try Test.cancel("needs \(name)") }
      return ["/usr/bin/env", name]
    }
    guard let root = Machine.testbed, access(root.appending("usr/bin/\(name)").string, X_OK) == 0
    else { try Test.cancel("needs \(name) in the testbed: tools/test --testbed") }
    return [Fixtures.package.appending("tools/testbed").string, "run", name]
  }

  /// The numbers in a text that are written like addresses.
  private static func addresses(in text: some StringProtocol) -> [Address] {
    text.split { !$0.isHexDigit && $0 != "x" }
      .filter { $0.hasPrefix("0x") }
      .compactMap { UInt64($0.dropFirst(2), radix: 16) }.filter { $0 > 0xFFFF }.map { Address($0) }
  }

  @Test("where V8 prints that its objects are", arguments: [64, 32])
  func v8(bits: Int) throws {
    var script = Fixtures.own.appending("programs/origins/v8.js")
    if bits == 32, let root = Machine.testbed {
      try put(try Fixtures.bytes(script), at: root.appending("root/v8.js"))
      script = "/root/v8.js"
    }
    let words = try Self.program("node", bits: bits)
    let child = try Child(
      FilePath(words[0]),
      words.dropFirst() + ["--allow-natives-syntax", "--expose-gc", script.string])
    let lines = try child.lines(before: "ready")
    let seen = try SeenOrigins(try LiveProcess(pid: child.pid).snapshot().snapshot)
    let addresses = lines.flatMap { Self.addresses(in: $0) }
    #expect(addresses.count > 50)
    var certain = 0
    for address in addresses {
      guard let region = seen.region(at: address), region.kind != .image else { continue }
      let origin = seen.origin(at: address)
      #expect(origin?.owner == .v8Heap || origin?.owner == .v8Code, "\(address) in \(region)")
      // Pages that are only read have a shape, and are not looked into.
      if region.access.contains(.write) || region.access.contains(.execute) {
        #expect(origin?.certainty == .certain, "\(address) in \(region)")
        certain += 1
      }
    }
    #expect(certain > 10)
    let memory = zip(seen.room.regions, seen.origins).filter { $0.1?.owner == .wasmMemory }
    let grown = seen.room.facts.contents?.pieces.first { $0.origin.owner == .wasmMemory }
    #expect(
      grown?.range.size == .mebibytes(1)
        || memory.contains { $0.0.size == .mebibytes(1) && $0.0.access.contains(.write) })
    #expect(memory.map(\.0.size).total() >= .mebibytes(63))
  }

  @Test("where Go says that its goroutines' stacks are", arguments: [64, 32])
  func go(bits: Int) throws {
    let words = try Self.program("fzf", bits: bits)
    let child = try Child(
      "/bin/sh",
      [
        "-c", "export GOTRACEBACK=system; exec \"$@\" 2>&1", "sh", words[0],
      ] + words.dropFirst() + ["--filter", "x"])
    try child.waitUntilMapped("fzf")
    usleep(200_000)
    let seen = try SeenOrigins(try LiveProcess(pid: child.pid).snapshot().snapshot)
    kill(child.pid, SIGQUIT)
    let traces = try child.rest()
    let places = traces.split { $0 == " " || $0 == "\n" }
      .filter { $0.hasPrefix("sp=") || $0.hasPrefix("fp=") }
      .flatMap { Self.addresses(in: $0) }
    #expect(places.count > 20)
    var counts: [Origin.Owner?: Int] = [:]
    for place in places { counts[seen.origin(at: place)?.owner, default: 0] += 1 }
    // Threads of the runtime run on stacks of the C library's.
    #expect(counts[.goHeap, default: 0] > 20)
    #expect(Set(counts.keys).isSubset(of: [.goHeap, .threadStack, .mainStack]), "\(counts)")
    let heap = zip(seen.room.regions, seen.origins).filter { $0.1?.owner == .goHeap }
    #expect(heap.allSatisfy { $0.1?.certainty == .certain })
    #expect(heap.map(\.0.size).total() >= .mebibytes(64))
  }

  @Test(
    "what Java's memory tracking says", arguments: ["-XX:+UseSerialGC", "-XX:+UseG1GC", "-Xint"])
  func java(option: String) throws {
    guard access("/usr/bin/java", X_OK) == 0 else { try Test.cancel("needs java") }
    let child = try Child(
      "/usr/bin/java",
      [
        option, "-Xmx200m", "-Xms32m", "-XX:NativeMemoryTracking=detail",
        "-XX:+UnlockDiagnosticVMOptions", "-XX:+PrintNMTStatistics", "-m",
        "java.rmi/sun.rmi.registry.RegistryImpl", "0",
      ])
    try child.waitUntilMapped("librmi.so", "libnet.so")
    usleep(500_000)
    let seen = try SeenOrigins(try LiveProcess(pid: child.pid).snapshot().snapshot)
    kill(child.pid, SIGTERM)
    let said = Tracked.all(in: try child.rest())
    #expect(said.count > 10)
    for tracked in said where tracked.owner != nil && tracked.range.size >= .mebibytes(1) {
      let owners = seen.privateOwners(in: tracked.range)
      // A thread can have begun after the map was read.
      if tracked.owner == .threadStack && owners.isEmpty { continue }
      #expect(owners == [tracked.owner], "\(tracked)")
    }
    for owner in [Origin.Owner.javaHeap, .javaCode] {
      let claimed = zip(seen.room.regions, seen.origins).filter { $0.1?.owner == owner }
      #expect(!claimed.isEmpty)
      for (region, _) in claimed {
        #expect(
          said.contains { $0.owner == owner && $0.range.clamped(to: region.range) != nil },
          "\(region) is no \(owner)")
      }
    }
  }

  /// A reservation that Java's memory tracking lists.
  private struct Tracked {
    let range: AddressRange
    let owner: Origin.Owner?

    /// `[0xLOW - 0xHIGH] reserved BYTES for WHAT from`
    static func all(in text: String) -> [Tracked] {
      text.split(separator: "\n").filter { $0.hasPrefix("[0x") && $0.contains(" reserved ") }
        .compactMap { line in
          let ends = addresses(in: line)
          guard ends.count >= 2, let range = AddressRange(ends[0], ends[1]) else { return nil }
          let owner: Origin.Owner? =
            line.contains("Java Heap")
            ? .javaHeap
            : line.contains("for Code") ? .javaCode : line.contains("Stack") ? .threadStack : nil
          return Tracked(range: range, owner: owner)
        }
    }
  }
}
