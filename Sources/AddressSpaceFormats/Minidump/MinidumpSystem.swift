import AddressSpace

/// The machine and system of a minidump (`MINIDUMP_SYSTEM_INFO`).
struct MinidumpSystem {
  /// What the writer of the dump was built for, so mostly what the process is.
  let processor: Processor?
  /// The version, such as `10.0.19045`.
  let version: String
  let platform: Platform

  enum Processor: UInt16 {
    case x86 = 0
    case arm = 5
    case amd64 = 9
    case x86OnWindows64 = 10
    case arm64 = 12
    /// As Breakpad wrote it before Windows had a number.
    case oldArm64 = 0x8003

    var wordSize: WordSize {
      switch self {
      case .x86, .arm, .x86OnWindows64: .bits32
      case .amd64, .arm64, .oldArm64: .bits64
      }
    }

    var machine: Machine {
      switch self {
      case .x86, .x86OnWindows64: .i386
      case .arm: .arm
      case .amd64: .x86_64
      case .arm64, .oldArm64: .arm64
      }
    }
  }

  enum Platform {
    case windows
    case linux
    case other(String)
  }

  init?(_ streams: MinidumpStreams) {
    guard var cursor = streams.cursor(.system), let processor = cursor.uint16(), cursor.skip(6),
      let major = cursor.uint32(), let minor = cursor.uint32(), let build = cursor.uint32(),
      let platform = cursor.uint32()
    else { return nil }
    self.processor = Processor(rawValue: processor)
    version = "\(major).\(minor).\(build)"
    self.platform =
      switch platform {
      case 0x8101: .other("macOS")
      case 0x8102: .other("iOS")
      case 0x8201, 0x8203: .linux
      default: .windows
      }
  }
}

/// What a minidump counts of memory; nil where it does not.
struct MinidumpCounters {
  /// The number of the process (`MINIDUMP_MISC_INFO`).
  let pid: Int32?
  /// What Windows promises and has promised (`MINIDUMP_SYSTEM_MEMORY_INFO_1`).
  let commit: CommitLimit?
  /// What of the process is in memory (`MINIDUMP_PROCESS_VM_COUNTERS_2`).
  let resident: ByteCount?
  /// What of the promises the process takes.
  let committed: ByteCount?
  /// The addresses that all its allocations take.
  let mapped: ByteCount?

  init(_ streams: MinidumpStreams) {
    pid = Self.pid(streams)
    commit = Self.commit(streams)
    var counters = streams.cursor(.counters)
    let revision = counters?.uint16()
    let flags = counters?.uint16() ?? 0
    func number(at place: Int) -> ByteCount? {
      guard counters?.seek(to: place) == true, let value = counters?.uint64(), value < 1 << 62
      else { return nil }
      return ByteCount(value)
    }
    resident = revision == nil ? nil : number(at: 16)
    // Revision 1 has nothing between the peak of the page file and this.
    let isSecond = revision.map { $0 >= 2 } ?? false
    mapped = isSecond && flags & 2 != 0 ? number(at: 80) : nil
    committed =
      isSecond ? (flags & 4 != 0 ? number(at: 88) : nil) : revision == 1 ? number(at: 72) : nil
  }

  private static func pid(_ streams: MinidumpStreams) -> Int32? {
    guard var cursor = streams.cursor(.misc), cursor.skip(4), let flags = cursor.uint32(),
      flags & 1 != 0, let pid = cursor.uint32()
    else { return nil }
    return Int32(exactly: pid)
  }

  private static func commit(_ streams: MinidumpStreams) -> CommitLimit? {
    guard var cursor = streams.cursor(.systemMemory), cursor.seek(to: 8),
      let page = cursor.uint32(), (1 << 12)...(1 << 16) ~= page, cursor.seek(to: 124),
      let committed = cursor.uint64(), let limit = cursor.uint64(), limit > 0,
      max(committed, limit) < 1 << 46
    else { return nil }
    return CommitLimit(
      limit: ByteCount(limit * UInt64(page)), used: ByteCount(committed * UInt64(page)))
  }
}
