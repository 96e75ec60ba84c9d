import AddressSpace
import AddressSpaceSimulation
import Testing

/// The answers that a real process got from its system, one after the other, as strace told them.
///
/// A model that asks anything else than the process did is wrong at that moment: what it asked is
/// kept, and the process's own next call.
struct TracedSystem: MemorySystem {
  /// A call that changes what is mapped.
  enum Call: Equatable {
    case map(UInt64)
    case mapAt(UInt64, UInt64)
    case unmap(UInt64, UInt64)
    case remap(UInt64, UInt64, UInt64)
    case commit(UInt64, UInt64)
    case discard(UInt64, UInt64)
    case moveBreak(UInt64)
  }

  /// A call with its result, nil where it failed.
  struct Answer {
    var call: Call
    var result: UInt64?
  }

  let layout: Layout
  private(set) var programBreak: Address
  private var answers: ArraySlice<Answer>
  /// The first thing that the process did not ask.
  private(set) var complaint: String?

  init(_ trace: StraceCalls, wordSize: WordSize) throws {
    let name = wordSize == .bits32 ? "linux-i386-4g" : "linux-x86-64"
    layout = try #require(
      LayoutPreset.all.first { $0.layout.name == name || $0.layout.wordSize == wordSize }
    ).layout
    programBreak = Address(trace.programBreak)
    answers = trace.answers[...]
  }

  /// What the process asked and the model has not.
  var rest: Int { answers.count }

  private mutating func ask(_ call: Call) -> UInt64? {
    guard complaint == nil else { return nil }
    guard let next = answers.first, next.call == call else {
      complaint = "asked \(call), the process \(answers.first.map { "\($0.call)" } ?? "nothing")"
      return nil
    }
    answers = answers.dropFirst()
    return next.result
  }

  mutating func map(_ size: ByteCount, _ mapping: Mapping) -> AddressRange? {
    // The kernel places what is asked for at a hint elsewhere where something lies there.
    if case .mapAt(_, size.value) = answers.first?.call {
      let result = answers.first?.result
      answers = answers.dropFirst()
      return range(result, size.value)
    }
    return range(ask(.map(size.value)), size.value)
  }

  private func range(_ start: UInt64?, _ size: UInt64) -> AddressRange? {
    start.flatMap { AddressRange(Address($0), Address($0 + size)) }
  }

  mutating func map(at range: AddressRange, _ mapping: Mapping) -> Bool {
    let call = Call.mapAt(range.lower.value, range.size.value)
    guard answers.first?.call == call, answers.first?.result != range.lower.value else {
      return ask(call) != nil
    }
    return false
  }

  mutating func unmap(_ range: AddressRange) {
    _ = ask(.unmap(range.lower.value, range.size.value))
  }

  mutating func remap(
    _ range: AddressRange, to size: ByteCount, mayMove: Bool
  ) -> AddressRange? {
    self.range(ask(.remap(range.lower.value, range.size.value, size.value)), size.value)
  }

  mutating func commit(_ range: AddressRange) {
    _ = ask(.commit(range.lower.value, range.size.value))
  }

  mutating func discard(_ range: AddressRange) {
    _ = ask(.discard(range.lower.value, range.size.value))
  }

  mutating func touch(_ range: AddressRange) {}

  mutating func moveBreak(to end: Address) -> Bool {
    guard let result = ask(.moveBreak(end.value)) else { return false }
    programBreak = Address(result)
    return result == end.value
  }
}
