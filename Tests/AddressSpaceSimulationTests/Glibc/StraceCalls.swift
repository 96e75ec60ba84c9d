import Foundation

/// What strace told of a program between its "begin" and its "end": the calls that its malloc made.
/// Those for stacks of threads are left out.
struct StraceCalls {
  private(set) var programBreak: UInt64 = 0
  private(set) var answers: [TracedSystem.Answer] = []
  private var stacks: [Range<UInt64>] = []

  /// What strace has to be told to trace.
  static let traced = "brk,mmap,mmap2,munmap,mremap,mprotect,madvise,write"

  init(_ text: String) throws {
    var hasBegun = false
    for line in text.split(separator: "\n") where !line.contains("+++ exited") {
      if line.contains("write(1, \"begin") { hasBegun = true }
      if line.contains("write(1, \"end") { return }
      let body = line.drop { $0.isNumber }.drop { $0 == " " }
      guard let open = body.firstIndex(of: "("), let equals = body.range(of: " = ") else {
        throw Unreadable(line: String(line))
      }
      let arguments = body[body.index(after: open)..<equals.lowerBound]
        .drop(while: { $0 == " " })
      let words = arguments.split(whereSeparator: { ", )".contains($0) })
      let result = Self.number(body[equals.upperBound...].prefix { $0 != " " })
      add(String(body[..<open]), words, result, hasBegun: hasBegun)
    }
  }

  struct Unreadable: Error { let line: String }

  private static func number(_ word: some StringProtocol) -> UInt64? {
    if word == "NULL" { return 0 }
    return word.hasPrefix("0x") ? UInt64(word.dropFirst(2), radix: 16) : UInt64(word)
  }

  private mutating func add(
    _ name: String, _ words: [Substring], _ result: UInt64?, hasBegun: Bool
  ) {
    let numbers = words.prefix(3).map { Self.number($0) ?? 0 }
    let call: TracedSystem.Call
    switch name {
    case "brk":
      // The program break before the program itself began, and questions where it is.
      if !hasBegun { programBreak = result ?? 0 }
      if numbers[0] == 0 {
        if answers.isEmpty { programBreak = result ?? 0 }
        return
      }
      call = .moveBreak(numbers[0])
    case "mmap", "mmap2":
      if words.contains(where: { $0.contains("MAP_STACK") }) {
        if let result { stacks.append(result..<result + numbers[1]) }
        return
      }
      call = numbers[0] == 0 ? .map(numbers[1]) : .mapAt(numbers[0], numbers[1])
    case "munmap": call = .unmap(numbers[0], numbers[1])
    case "mremap": call = .remap(numbers[0], numbers[1], numbers[2])
    case "mprotect": call = .commit(numbers[0], numbers[1])
    case "madvise": call = .discard(numbers[0], numbers[1])
    default: return
    }
    guard hasBegun, name == "brk" || !stacks.contains(where: { $0.contains(numbers[0]) }) else {
      return
    }
    answers.append(TracedSystem.Answer(call: call, result: result))
  }
}
