import AddressSpace
import AddressSpaceStore
import AddressSpaceTrace
import SystemPackage
import TestSupport
import Testing

@Suite("What was written is read again")
struct RoundTripTests {
  @Test("all of it", arguments: UInt64(1)...40)
  func everything(seed: UInt64) throws {
    let trace = RandomTrace(seed: seed)
    let folder = try TemporaryFolder()
    let path = folder.path.appending("run.addrspace").string
    try trace.write(to: try RecordingWriter(path: path))
    let reader = try RecordingReader(path: path)
    #expect(reader.header == trace.header)
    #expect(reader.end == trace.end)
    #expect(reader.spaces == trace.spaces)
    #expect(reader.threads == trace.threads)
    #expect(reader.modules == trace.modules)
    #expect(reader.frames == trace.frames)
    #expect(reader.stacks.nodes == trace.nodes)
    #expect(reader.symbols == trace.symbols)
    #expect(reader.snapshots == trace.snapshots)
    for space in trace.spaces.indices {
      let numbered = trace.events.enumerated().filter { $0.element.space == space }
      var read: [(number: Int, event: TraceEvent)] = []
      try reader.events(ofSpace: space) { read.append(($0, $1)) }
      #expect(read.map(\.number) == numbered.map { $0.offset + 1 })
      #expect(read.map(\.event) == numbered.map(\.element))
    }
  }

  @Test("symbols that come again replace those before")
  func symbolsAgain() throws {
    let folder = try TemporaryFolder()
    let path = folder.path.appending("run.addrspace").string
    let writer = try RecordingWriter(path: path)
    try writer.begin(RecordingFileTests.header)
    try writer.add(Frame(module: nil, offset: 1))
    try writer.add([Symbol(function: "a", isInlined: true), Symbol(function: "b")], ofFrame: 0)
    try writer.add([Symbol(function: "c")], ofFrame: 0)
    try writer.finish(TraceEnd(duration: 1))
    #expect(try RecordingReader(path: path).symbols == [0: [Symbol(function: "c")]])
  }

  @Test("while it is being made, what was committed when it was opened")
  func live() throws {
    let folder = try TemporaryFolder()
    let path = folder.path.appending("run.addrspace").string
    let writer = try RecordingWriter(path: path)
    try writer.begin(RecordingFileTests.header)
    let trace = RandomTrace(seed: 7)
    try trace.spaces.forEach(writer.add)
    try trace.threads.forEach(writer.add)
    try trace.frames.forEach { try writer.add(Frame(module: nil, offset: $0.offset)) }
    try trace.nodes.forEach(writer.add)
    try trace.events.prefix(20).forEach(writer.add)
    try writer.commit()
    let reader = try RecordingReader(path: path)
    try trace.events.dropFirst(20).forEach(writer.add)
    try writer.commit()
    var counts = [0, 0]
    for space in trace.spaces.indices {
      try reader.events(ofSpace: space) { _, _ in counts[0] += 1 }
    }
    let later = try RecordingReader(path: path)
    for space in trace.spaces.indices {
      try later.events(ofSpace: space) { _, _ in counts[1] += 1 }
    }
    #expect(counts == [20, trace.events.count])
    #expect(reader.end == nil)
    // One who still reads does not keep the recorder from ending.
    try writer.finish(trace.end)
    #expect(try RecordingReader(path: path).end == trace.end)
  }

  @Test("after more files than are remembered, the ids of attributes still lead to the right ones")
  func manyFiles() throws {
    let folder = try TemporaryFolder()
    let path = folder.path.appending("run.addrspace").string
    let writer = try RecordingWriter(path: path)
    try writer.begin(RecordingFileTests.header)
    try writer.add(TraceSpace(pid: 1, name: "a", wordSize: .bits32, isMain: true))
    let range = try #require(AddressRange(0x1000, 0x3000))
    // More than are remembered at a time, each twice.
    let names = (0..<20_000).map { "/f/\($0)" } + (0..<20_000).map { "/f/\($0)" }
    for name in names {
      try writer.add(
        TraceEvent(
          time: 0, space: 0, thread: nil, call: .mmap,
          outcome: .changed(.map(Region(range: range, inode: 9, name: name)))))
    }
    try writer.finish(TraceEnd(duration: 1))
    var read: [String] = []
    try RecordingReader(path: path).events(ofSpace: 0) { _, event in
      if case .changed(.map(let region)) = event.outcome { read.append(region.name) }
    }
    #expect(read == names)
  }
}
