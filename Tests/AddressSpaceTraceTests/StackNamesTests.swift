import AddressSpace
import TestSupport
import Testing

@testable import AddressSpaceTrace

@Suite("Names of stacks")
struct StackNamesTests {
  @Test(
    "the frame to name in one line",
    arguments: [
      (["/lib/i386-linux-gnu/libc.so.6:mmap64", "/lib/libc.so.6:malloc", "load", "main"], "load"),
      (
        ["__mmap", "sysmalloc_mmap", "_int_malloc", "malloc", "Cache::put(int)", "main"],
        "Cache::put(int)"
      ),
      (
        ["/usr/lib/libstdc++.so.6.0.30:operator new(unsigned long)", "ExifCache::load", "main"],
        "ExifCache::load"
      ),
      (["operator new[](unsigned int)", "draw"], "draw"),
      (["/usr/lib/libjemalloc.so.2:extent_alloc", "je_arena_new", "work"], "work"),
      (["/lib/ld-linux.so.2:_dl_map_object", "/lib/libc.so.6:dlopen", "plugin"], "plugin"),
      (["/opt/lib/libphoto.so:decode", "main"], "decode"),
      (["/lib/libc-2.27.so (deleted):mmap", "main"], "main"),
      (["malloc@plt", "brk@@GLIBC_2.0", "old"], "old"),
      (["/lib/ld-linux.so.2:mmap", "/lib/ld-linux.so.2:_start"], "_start"),
      (["C:\\windows\\system32\\kernelbase.dll:VirtualAlloc", "C:\\app\\leak.dll:leak"], "leak"),
      (
        [
          "/usr/lib/wine/i386-unix/ntdll.so:NtAllocateVirtualMemory",
          "/usr/lib/wine/i386-windows/ntdll.dll:NtAllocateVirtualMemory",
          "/app/MSVCR100.dll:malloc", "/app/leak.dll:leak", "/app/leak.exe:main",
        ], "leak"
      ),
      (["mallocator", "main"], "mallocator"), (["freeze", "main"], "freeze"),
    ] as [([String], String)])
  func interesting(functions: [String], expected: String) throws {
    let frames = functions.map { text in
      let colon = text.utf8.firstIndex { $0 == UInt8(ascii: ":") }
      // A drive letter and a C++ name have colons too.
      let isPath = text.hasPrefix("/") || text.hasPrefix("C:")
      guard isPath, colon != nil, let last = text.lastIndex(where: { "/\\".contains($0) }),
        let cut = text[last...].firstIndex(of: ":")
      else { return ReportFrame(function: text, module: "/usr/bin/program") }
      return ReportFrame(
        function: String(text[text.index(after: cut)...]), module: String(text[..<cut]))
    }
    let index = try #require(StackNames.interesting(in: frames))
    #expect(frames[index].function == expected)
  }

  @Test("inlined functions are frames, innermost first")
  func inlined() throws {
    let recording = Recording()
    recording.add(TraceModule(path: "/usr/bin/program"))
    recording.add(Frame(module: 0, offset: 0x1234, origin: .call))
    recording.add(
      [
        Symbol(function: "small", file: "a.c", line: 3, isInlined: true),
        Symbol(function: "large", file: "a.c", line: 9),
      ], ofFrame: 0)
    recording.add(StackTable.Node(parent: nil, frame: 0))
    var names = StackNames(recording)
    let stackFound = names.stack(StackID(0))
    let stack = try #require(stackFound)
    #expect(
      stack.frames == [
        ReportFrame(
          function: "small", module: "/usr/bin/program", offset: 0x1234, file: "a.c", line: 3,
          isInlined: true, origin: .call),
        ReportFrame(
          function: "large", module: "/usr/bin/program", offset: 0x1234, file: "a.c", line: 9,
          origin: .call),
      ])
    #expect(stack.interestingFrame?.function == "small")
  }

  @Test("interpreter frames and notes are no places in machine code; a note is never the one")
  func origins() throws {
    let recording = Recording()
    recording.add(Frame(module: nil, offset: 1, origin: .note))
    recording.add([Symbol(function: "the stack could not be read further")], ofFrame: 0)
    recording.add(Frame(module: nil, offset: 2, origin: .interpreter))
    recording.add([Symbol(function: "load", file: "photo.py", line: 12)], ofFrame: 1)
    recording.add(Frame(module: nil, offset: 0xdead, origin: .unwound))
    recording.add(StackTable.Node(parent: nil, frame: 0))
    recording.add(StackTable.Node(parent: 0, frame: 1))
    recording.add(StackTable.Node(parent: 0, frame: 2))
    var names = StackNames(recording)
    let pythonFound = names.stack(StackID(1))
    let python = try #require(pythonFound)
    #expect(python.frames.map(\.offset) == [nil, nil])
    #expect(python.interestingFrame?.file == "photo.py")
    let bareFound = names.stack(StackID(2))
    let bare = try #require(bareFound)
    #expect(bare.frames.map(\.offset) == [0xdead, nil])
    #expect(bare.interesting == 0)
    let noteFound = names.stack(StackID(0))
    let note = try #require(noteFound)
    #expect(note.frames.count == 1 && note.interesting == 0)
  }

  @Test("what a recording refers to and does not hold stays without a name")
  func missing() {
    let recording = Recording()
    recording.add(Frame(module: 99, offset: 1))
    recording.add(Frame(module: -1, offset: 2))
    recording.add(StackTable.Node(parent: 5, frame: 0))
    recording.add(StackTable.Node(parent: -3, frame: 1))
    recording.add(StackTable.Node(parent: 1, frame: .max))
    recording.add(StackTable.Node(parent: 2, frame: -7))
    var names = StackNames(recording)
    let stacks = (0..<4).map { names.stack(StackID($0)) }
    #expect(stacks.map { $0?.frames.count } == [1, 1, 2, 3])
    #expect(stacks[0]?.frames == [ReportFrame(offset: 1)])
    #expect([-1, 4, .max, .min].allSatisfy { names.stack(StackID($0)) == nil })
    #expect(names.thread(3) == nil && names.thread(-1) == nil && names.thread(nil) == nil)
  }
}
