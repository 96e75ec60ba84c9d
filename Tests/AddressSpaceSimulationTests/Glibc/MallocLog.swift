import AddressSpace
import AddressSpaceSimulation

/// What `mallocs` told: its calls and what it got.
struct MallocLog {
  /// A call of a thread.
  struct Call: CustomStringConvertible {
    let thread: Int
    let what: Character
    let first: UInt64
    let second: UInt64
    let result: UInt64

    var description: String {
      "thread \(thread): \(what) \(String(first, radix: 16)) \(String(second, radix: 16))"
    }
  }

  let cores: Int
  let calls: [Call]

  init?(_ text: String) {
    var cores: Int?
    var calls: [Call] = []
    for line in text.split(separator: "\n") {
      let words = line.split(separator: " ")
      if words.count == 2, words[0] == "cores" { cores = Int(words[1]) }
      guard words.count == 5 else { continue }
      let numbers = words[2...].compactMap { UInt64($0, radix: 16) }
      guard numbers.count == 3, let thread = Int(words[0]), let what = words[1].first else {
        return nil
      }
      calls.append(
        Call(
          thread: thread, what: what, first: numbers[0], second: numbers[1], result: numbers[2]))
    }
    guard let cores else { return nil }
    self.cores = cores
    self.calls = calls
  }
}

/// A model that makes the calls of a log.
struct MallocReplay {
  var malloc: GlibcAllocator
  /// The numbers of the program's threads are not the model's: one that has ended comes again.
  private var threads: [Int: Int] = [0: 0]
  private var idleStacks = 0
  private let vector: ByteCount

  init(_ malloc: GlibcAllocator, wordSize: WordSize) {
    self.malloc = malloc
    // For each thread its dynamic thread vector: 17 entries of two words.
    vector = ByteCount(17 * 2 * wordSize.pointerBytes)
  }

  /// What the model answers to a call.
  mutating func make(_ call: MallocLog.Call, _ system: inout some MemorySystem) -> UInt64 {
    malloc.thread = threads[call.thread] ?? 0
    let address = Address(call.first)
    switch call.what {
    case "m": return malloc.allocate(ByteCount(call.first), in: &system)?.value ?? 0
    case "c": return malloc.allocateZeroed(ByteCount(call.first), in: &system)?.value ?? 0
    case "a":
      return malloc.allocate(
        ByteCount(call.second), alignedTo: ByteCount(call.first), in: &system)?.value ?? 0
    case "r":
      return malloc.reallocate(address, to: ByteCount(call.second), in: &system)?.value ?? 0
    case "f": malloc.free(address, in: &system)
    case "t": return malloc.trim(keeping: ByteCount(call.first), in: &system) ? 1 : 0
    case "s":
      let start = system.programBreak
      return system.moveBreak(to: start + ByteCount(call.first)) ? start.value : 0
    case "n":
      // A stack that an ended thread left has its vector already.
      if idleStacks > 0 {
        idleStacks -= 1
      } else {
        _ = malloc.allocateZeroed(vector, in: &system)
      }
      threads[Int(call.first)] = malloc.startThread()
    case "x":
      malloc.endThread(in: &system)
      idleStacks += 1
    default: break
    }
    return 0
  }
}
