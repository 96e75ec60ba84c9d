import AddressSpace
import AddressSpaceStore
import AddressSpaceTrace
import SystemPackage
import TestSupport
import Testing

/// Windows programs under Wine, whose stacks are written in them.
@Suite("Windows stacks", .serialized)
struct WindowsStackTests {
  static let kept: UInt64 = 64 * 1024
  static let chain = ["keep_preview", "read_thumbnail", "load_album"]

  @Test(
    "a library that leaks by VirtualAlloc is named by function, file and line", .needsTestbed,
    .needsVictim("leaky-O2.dll"), arguments: ["O0", "O2"])
  func leak(level: String) async throws {
    let frames = try await leak("leaky-\(level)")
    let api = try #require(frames.lastIndex { $0.function == "VirtualAlloc" })
    #expect(frames[api].module?.hasSuffix("/kernelbase.dll") == true)
    let own = Array(frames[(api + 1)...].prefix(5))
    #expect(own.map(\.function) == Self.chain + ["show_album", "main"])
    for (frame, line) in zip(own, ["VirtualAlloc(", "keep_preview(KEPT)", "read_thumbnail(p"]) {
      #expect(frame.module?.hasSuffix("/leaky-\(level).dll") == true)
      try expect(frame, inFile: "leaky_dll.c", atLineWith: line)
    }
    for (frame, line) in zip(own.dropFirst(3), ["load(1)", "show_album(library)"]) {
      #expect(frame.module?.hasSuffix("/leaky-\(level).exe") == true)
      try expect(frame, inFile: "leaky.c", atLineWith: line)
    }
    // The frames of Wine's own threads are beyond those of the program.
    #expect(frames.last?.module?.hasSuffix("/ntdll.dll") == true)
  }

  @Test(
    "a library without symbols is named by what it exports, and by nothing that is wrong",
    .needsTestbed, .needsVictim("leaky-bare.dll"))
  func exports() async throws {
    let frames = try await leak("leaky-bare")
    let own = frames.filter { $0.module?.hasSuffix("/leaky-bare.dll") == true }
    #expect(own.map(\.function) == [nil, nil, "load_album"])
    let offsets = own.compactMap(\.offset)
    #expect(offsets.count == 3 && offsets.allSatisfy { $0 > 0x1000_0000 })
    #expect(frames.filter { $0.module?.hasSuffix("/leaky-bare.exe") == true }.count >= 3)
  }

  @Test(
    "what a library of Wine's does on the Unix side is the program's that loaded it",
    .needsTestbed, .needsVictim("leaky-O2.dll"))
  func unixSide() async throws {
    try place("leaky-O2.exe")
    // It loads a library of Unix, by a call that is no system call.
    let recorded = try await Recorded(of: [
      Self.testbed, "run", "wine", "/root/leaky-O2.exe", "bcrypt.dll",
    ])
    #expect(recorded.result.status == 2, "\(recorded.result.error)")
    let stacks = recorded.stacks { $0.module?.hasSuffix("/bcrypt.so") == true }
    #expect(!stacks.isEmpty)
    for frames in stacks {
      #expect(!frames.contains { $0.origin == .note })
      let functions = frames.map(\.function)
      let entry = try #require(frames.firstIndex { $0.module?.hasSuffix("/bcrypt.dll") == true })
      let rest = functions[entry...]
      #expect(rest.first == "DllMain")
      #expect(rest.contains("call_dll_entry_point") && rest.contains("LoadLibraryA"))
      try expect(
        #require(frames.last { $0.function == "main" }), inFile: "leaky.c",
        atLineWith: "LoadLibraryA(")
    }
  }

  @Test("a stack that cannot be followed says so", .needsVictim("unix_side/lost"))
  func lost() async throws {
    let lost = try #require(Machine.victim("unix_side/lost"))
    let recorded = try await Recorded(of: [lost.string])
    #expect(recorded.result.status == 0)
    let frames = recorded.frames(ofLast: Self.kept)
    #expect(
      frames.suffix(3).map(\.function) == [
        "keep", "call_on", "the Windows stack behind this call could not be followed",
      ])
    #expect(frames.last?.origin == .note)
    #expect(frames.filter { $0.origin == .note }.count == 1)
  }

  static let testbed = Fixtures.package.appending("tools/testbed").string

  /// The frames of the mapping that the program keeps.
  private func leak(_ name: String) async throws -> [KnownFrame] {
    try place("\(name).exe")
    try place("\(name).dll")
    let recorded = try await Recorded(
      of: [Self.testbed, "run", "wine", "/root/\(name).exe", "\(name).dll"])
    #expect(recorded.result.status == 0, "\(recorded.result.error)")
    return recorded.frames(ofLast: Self.kept) { $0.module?.hasSuffix("/\(name).dll") == true }
  }

  /// Puts a victim where Wine finds it.
  private func place(_ name: String) throws {
    let root = try #require(Machine.testbed)
    let victim = try #require(Machine.victim(name))
    try put(try Fixtures.bytes(victim), at: root.appending("root").appending(name))
  }

  private func expect(
    _ frame: KnownFrame, inFile name: String, atLineWith text: String
  ) throws {
    let source = try Fixtures.text(Fixtures.own.appending("programs/windows").appending(name))
    let lines = source.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(frame.file?.hasSuffix("fixtures/programs/windows/\(name)") == true)
    let line = try #require(frame.line)
    #expect(lines.indices.contains(line - 1) && lines[line - 1].contains(text), "\(name):\(line)")
  }
}

/// A frame with all that is known of it.
private struct KnownFrame {
  let module: String?
  let offset: UInt64?
  let origin: Frame.Origin
  let function: String?
  let file: String?
  let line: Int?
}

extension Recorded {
  /// The frames of the last event that mapped so many bytes and has a frame like that.
  fileprivate func frames(
    ofLast bytes: UInt64, having isWanted: (KnownFrame) -> Bool = { _ in true }
  ) -> [KnownFrame] {
    let found = stacks(
      of: { event in
        guard case .changed(.map(let region)) = event.outcome else { return false }
        return region.size.value == bytes
      }, having: isWanted)
    return found.last ?? []
  }

  /// The stacks of events that have a frame like that.
  fileprivate func stacks(
    of isMeant: (TraceEvent) -> Bool = { _ in true }, having isWanted: (KnownFrame) -> Bool
  ) -> [[KnownFrame]] {
    events.compactMap { _, event in
      guard let stack = event.stack, isMeant(event) else { return nil }
      let frames = recording.stacks.frames(of: stack).flatMap(knownFrames)
      return frames.contains(where: isWanted) ? frames : nil
    }
  }

  private func knownFrames(_ place: Int) -> [KnownFrame] {
    let frame = recording.frames[place]
    let symbols = recording.symbols[place] ?? [Symbol()]
    return symbols.map {
      KnownFrame(
        module: frame.module.map { recording.modules[$0].path }, offset: frame.offset,
        origin: frame.origin, function: $0.function, file: $0.file, line: $0.line)
    }
  }
}
