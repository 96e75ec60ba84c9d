/// Tests of different suites that must not run at the same time, since one changes for the whole
/// machine what the others count on.
public actor Turn {
  /// Those that depend on `vm.max_map_count`.
  public static let mapLimit = Turn()
  /// Those that start threads until there are no more: the machine has 32,768 numbers for them.
  public static let threads = Turn()

  private var last: Task<Void, Never>?

  /// Runs `body` once all that came before have ended.
  public func take<Answer: Sendable>(
    _ body: @Sendable @escaping () async throws -> Answer
  ) async throws -> Answer {
    let earlier = last
    let mine = Task {
      await earlier?.value
      return try await body()
    }
    last = Task { _ = try? await mine.value }
    return try await mine.value
  }
}
