/// A small Windows process as a minidump shows it: a program, two libraries, two threads, a heap in
/// two segments, a page by itself; with the memory of the blocks that tell of it.
public struct SmallWindowsProcess {
  /// What it can address.
  public enum Space: Sendable, CaseIterable {
    /// As far as the shared user page.
    case two
    /// As on 32-bit Windows booted with `/3GB`.
    case three
    /// As on 64-bit Windows.
    case four
  }

  /// What it can address.
  public var space = Space.two
  /// Whether the header says that the program is large address aware.
  public var isLargeAddressAware = false
  /// Whether the list of regions is in the dump.
  public var hasRegions = true
  /// Whether memory is in the dump.
  public var hasMemory = true
  /// Whether the counts of memory are, and the commit limit's pages.
  public var commitPages: (limit: UInt64, used: UInt64)?

  /// A process with all of that.
  public init() {}

  /// The pages that the threads' and the process's blocks, heaps and the header stand in.
  private static let thread: UInt64 = 0x7FFD_E000, process: UInt64 = 0x7FFD_F000
  private static let heap: UInt64 = 0x13_0000, segment: UInt64 = 0x23_0000
  private static let program: UInt64 = 0x40_0000

  /// What is listed, lowest first.
  public var rows: [MinidumpWriter.Row] {
    let low: [MinidumpWriter.Row] = [
      .free(0, 0x1_0000), .view(0x1_0000, 0x1_0000, in: 0x1_0000), .free(0x2_0000, 0x1_0000),
      .reserve(0x3_0000, 0xF_C000, in: 0x3_0000),
      .memory(0x12_C000, 0x1000, in: 0x3_0000, protection: 0x104),
      .memory(0x12_D000, 0x3000, in: 0x3_0000),
      .memory(0x13_0000, 0x8000, in: Self.heap), .reserve(0x13_8000, 0xF_8000, in: Self.heap),
      .memory(0x23_0000, 0x4_0000, in: Self.segment),
      .reserve(0x27_0000, 0xC_0000, in: Self.segment),
      .memory(0x33_0000, 0x1000, in: 0x33_0000), .free(0x33_1000, 0xC_F000),
      .image(0x40_0000, 0x1000, in: Self.program, protection: 2),
      .image(0x40_1000, 0x5000, in: Self.program),
      .image(0x40_6000, 0x2000, in: Self.program, protection: 8), .free(0x40_8000, 0xFBF_8000),
      .image(0x1000_0000, 0x2_0000, in: 0x1000_0000), .free(0x1002_0000, 0xFFE_0000),
      .reserve(0x2000_0000, 0xF_D000, in: 0x2000_0000),
      .memory(0x200F_D000, 0x1000, in: 0x2000_0000, protection: 0x104),
      .memory(0x200F_E000, 0x2000, in: 0x2000_0000), .free(0x2010_0000, 0x56F0_0000),
      .image(0x7700_0000, 0x18_0000, in: 0x7700_0000), .free(0x7718_0000, 0x8E5_E000),
      .memory(0x7FFD_E000, 0x1000, in: Self.thread), .memory(0x7FFD_F000, 0x1000, in: Self.process),
      .memory(0x7FFE_0000, 0x1000, in: 0x7FFE_0000, protection: 2),
      .reserve(0x7FFE_1000, 0xF000, in: 0x7FFE_0000),
    ]
    switch space {
    case .two: return low
    case .three: return low + [.free(0x7FFF_0000, 0x4000_0000)]
    case .four:
      return low + [
        .reserve(0x7FFF_0000, 0x1_0000, in: 0x7FFF_0000),
        .reserve(0x8000_0000, 0x1_0000, in: 0x8000_0000), .free(0x8001_0000, 0x7FFD_0000),
        .reserve(0xFFFE_0000, 0x1_0000, in: 0xFFFE_0000),
      ]
    }
  }

  /// The whole dump.
  public var file: [UInt8] {
    var dump = MinidumpWriter()
    dump.addSystem()
    dump.addPid(4711)
    dump.addModules([
      (Self.program, 0x8000, #"C:\Program Files\Photo\photo.exe"#, [2, 1, 0, 77]),
      (0x1000_0000, 0x2_0000, #"C:\Program Files\Photo\filter.dll"#, []),
      (
        0x7700_0000, 0x18_0000,
        #"C:\Windows\\#(space == .four ? "SysWOW64" : "System32")\ntdll.dll"#,
        [6, 1, 7601, 17514]
      ),
    ])
    dump.addThreads([
      (100, Self.thread, 0x12_F000, [UInt8](repeating: 0, count: hasMemory ? 64 : 0)),
      (101, 0, 0x200F_E800, []),
    ])
    dump.addThreadNames([(101, "loader")])
    if hasRegions { dump.addRegions(rows) }
    if hasMemory { dump.addMemory(memory) }
    if let commitPages {
      dump.addCommit(limit: commitPages.limit, used: commitPages.used)
      dump.addCounters(resident: 3 << 20, mapped: 40 << 20, committed: 5 << 20)
    }
    return dump.file
  }

  /// The pages that tell of it.
  private var memory: [(start: UInt64, bytes: [UInt8])] {
    var thread = [UInt8](repeating: 0, count: 0x1000)
    put(
      &thread,
      [
        (4, 0x13_0000), (8, 0x12_D000), (0x18, Self.thread), (0x30, Self.process),
        (0xC0, space == .four ? 0x7717_0000 : 0), (0xE0C, 0x3_0000),
      ])
    var process = [UInt8](repeating: 0, count: 0x1000)
    put(&process, [(0x88, 1), (0x90, Self.process + 0x500), (0x500, Self.heap)])
    var heap = [UInt8](repeating: 0, count: 0x40)
    put(&heap, [(8, 0xFFEE_FFEE), (0x18, Self.heap)])
    var program = [UInt8](repeating: 0, count: 0x200)
    put(
      &program,
      [
        (0, 0x5A4D), (0x3C, 0x80), (0x80, 0x4550),
        (0x94, isLargeAddressAware ? 0x0122_00E0 : 0x0102_00E0),
        (0x98, 0x10B), (0x98 + 72, 0x20_0000),
      ])
    return [
      (Self.thread, thread), (Self.process, process), (Self.heap, heap), (Self.segment, heap),
      (Self.program, program),
    ]
  }

  private func put(_ page: inout [UInt8], _ words: [(Int, UInt64)]) {
    for (place, word) in words {
      page.replaceSubrange(place..<place + 4, with: MinidumpWriter.bytes(UInt32(word)))
    }
  }
}
