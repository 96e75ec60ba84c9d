/// Tells whether a process has run between two moments: one that has not cannot have changed its
/// map.
///
/// A thread that sleeps at both moments and was put on a processor equally often by then has not
/// run. One that runs proves nothing.
struct Stillness: Equatable {
  /// How often each thread was put on a processor (the third number of its `schedstat`).
  private let turns: [String: UInt64]

  /// More threads than this are not worth looking at one by one.
  private static let mostThreads = 64

  /// The process now, nil where a thread of it runs or cannot be seen.
  init?(pid: Int32) {
    let threads = SystemFile.numbers(in: "/proc/\(pid)/task")
    guard !threads.isEmpty, threads.count <= Self.mostThreads else { return nil }
    var turns: [String: UInt64] = [:]
    let files = ProcFile(pid: pid)
    for thread in threads {
      guard let count = files.textIfReadable("task/\(thread)/schedstat").flatMap(Self.turns),
        let stat = files.textIfReadable("task/\(thread)/stat"), Self.isAsleep(stat)
      else { return nil }
      turns[thread] = count
    }
    self.turns = turns
  }

  private static func turns(_ schedstat: String) -> UInt64? {
    let fields = schedstat.split(whereSeparator: \.isWhitespace)
    return fields.count == 3 ? UInt64(fields[2]) : nil
  }

  /// Whether the state behind the name in `stat` is a sleep or a stop.
  private static func isAsleep(_ stat: String) -> Bool {
    guard let close = stat.lastIndex(of: ")") else { return false }
    return stat[close...].dropFirst(2).first.map { "SDTtI".contains($0) } ?? false
  }
}
