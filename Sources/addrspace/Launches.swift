import AddressSpaceSimulation
import Dispatch
import Synchronization

/// Many launches of a scenario, on all processors.
struct Launches {
  let count: Int
  /// Whether it is told on standard error how far they are.
  let tellsProgress: Bool

  /// What `body` answers of launches 1 to `count`, in the order of their numbers, whatever the number
  /// of processors.
  func each<Answer: Sendable>(
    _ body: @Sendable (_ launch: Int) throws -> Answer
  ) throws -> [Answer] {
    let state = Mutex(State<Answer>(count: count))
    DispatchQueue.concurrentPerform(iterations: min(count, Console.processors)) { _ in
      while let launch = state.withLock({ $0.next() }) {
        do {
          let answer = try body(launch)
          let done = state.withLock { $0.add(answer, of: launch) }
          if tellsProgress, done % 50 == 0 { Console.progress("\(done) of \(count) launches") }
        } catch {
          state.withLock { $0.error = $0.error ?? error }
        }
      }
    }
    if tellsProgress { Console.progress("") }
    return try state.withLock { state in
      if let error = state.error { throw error }
      return state.answers.compactMap { $0 }
    }
  }

  private struct State<Answer> {
    var answers: [Answer?]
    var error: (any Error)?
    private var started = 0
    private var done = 0

    init(count: Int) {
      answers = Array(repeating: nil, count: count)
    }

    /// A launch that nobody has begun; nil where there is none, or one has failed.
    mutating func next() -> Int? {
      guard started < answers.count, error == nil else { return nil }
      started += 1
      return started
    }

    mutating func add(_ answer: Answer, of launch: Int) -> Int {
      answers[launch - 1] = answer
      done += 1
      return done
    }
  }
}
