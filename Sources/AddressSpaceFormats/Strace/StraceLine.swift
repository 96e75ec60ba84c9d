import AddressSpace

/// One line of a log, taken apart: `[pid] [time] [address] NAME(ARGUMENTS) = RESULT`.
///
/// The process stands as `123 ` in a file, as `[pid 123] ` on a terminal, with its name behind it by
/// `-Y`; nothing stands where there is one only. Times are those of `-t`, `-tt`, `-ttt` and `-r`.
struct StraceLine {
  var pid: Int32?
  /// In nanoseconds.
  var time: UInt64?
  var isRelative = false
  /// Where it stands in the text.
  let place: Range<Int>
  var content: Content

  /// What a line says. Places are those of the text.
  enum Content: Equatable {
    /// A call from its name on, to the end of the line.
    case call(name: Range<Int>, rest: Range<Int>)
    /// A call that another line goes on with: its name and what stands behind it.
    case begun(name: Range<Int>, rest: Range<Int>)
    /// What goes on with a call that another line begun.
    case resumed(rest: Range<Int>)
    /// `+++ exited with 0 +++`
    case ended
    /// `+++ superseded by execve in pid 5 +++`
    case superseded(by: Int32)
    /// `[ Process PID=5 runs in 32 bit mode. ]`
    case mode(pid: Int32, WordSize)
    /// ` > MODULE(SYMBOL+0xDISTANCE) [0xOFFSET]`
    case frame(Range<Int>)
    /// A signal, a notice of strace's, or nothing.
    case notice
    case unknown
  }

  /// The line at `position`, which moves behind it; nil at the end of the text.
  static func next(_ bytes: [UInt8], _ position: inout Int) -> StraceLine? {
    guard position < bytes.count else { return nil }
    let start = position
    var end = bytes[start...].firstIndex(of: 0x0A) ?? bytes.count
    position = end + 1
    if end > start, bytes[end - 1] == 0x0D { end -= 1 }
    return StraceLine(bytes, start..<end)
  }

  init(_ bytes: [UInt8], _ line: Range<Int>) {
    place = line
    var scanner = StraceScanner(bytes, line)
    if scanner.starts(" > ") {
      content = .frame(line.lowerBound + 3..<line.upperBound)
      return
    }
    scanner.skipBlanks()
    if scanner.isAtEnd || scanner.starts("strace: ") || scanner.starts("Process ") {
      content = .notice
      if scanner.starts("strace: [ Process PID=") { content = scanner.mode() ?? .notice }
      return
    }
    pid = scanner.process()
    scanner.skipBlanks()
    // By -r and -tt together there are two.
    while let (time, isClock) = scanner.time() {
      if self.time == nil || isClock { (self.time, isRelative) = (time, !isClock) }
      scanner.skipBlanks()
    }
    if scanner.starts("["), !scanner.starts("[ "), scanner.skip(past: UInt8(ascii: "]")) {
      scanner.skipBlanks()
    }
    content = scanner.content()
  }
}
