public import AddressSpace

/// Expects `body` to give back what it takes of a space: no fewer bytes are free after it than before,
/// and the largest free span is no smaller.
///
///     expectRoomKept(in: .process(server)) { import(photo) }
///
/// For another process this is exact. In the process that runs the test others are at work: its
/// allocator, the test library, tests that run at the same time. So there
///
/// - 512 KiB may go, where no other `tolerance` is given;
/// - stacks of threads and the arenas that malloc reserves for them do not count, and so nothing that
///   malloc hands out of such an arena;
/// - of a 64-bit process only free bytes count: any mapping would be in its largest span;
/// - what tests that run at the same time keep counts too: such a test belongs into a suite that is
///   `.serialized`, or into XCTest, and what it tests is better run in a process of its own.
///
/// What a first call sets up for all later ones (libraries, caches) counts; call it once before.
///
/// - Parameters:
///   - space: where to look; not a snapshot, which stays as it is.
///   - tolerance: how much may go; nil for 512 KiB in the process that runs the test, and nothing in
///     others.
///   - patience: how long to wait for the room to be back.
/// - Returns: What `body` returns. Where it throws, nothing is compared.
@discardableResult
public func expectRoomKept<Answer, Thrown: Error>(
  in space: SpaceUnderTest = .currentProcess, tolerance: ByteCount? = nil,
  within patience: Duration = .milliseconds(500), fileID: StaticString = #fileID,
  file: StaticString = #filePath, line: UInt = #line, column: UInt = #column,
  _ body: () throws(Thrown) -> Answer
) throws(Thrown) -> Answer {
  let watch = RoomWatch(
    space, tolerance: tolerance,
    at: CallSite(fileID: fileID, file: file, line: line, column: column))
  let answer = try body()
  watch.check(within: patience)
  return answer
}

/// The same for a body that waits.
@discardableResult
public func expectRoomKept<Answer, Thrown: Error>(
  in space: SpaceUnderTest = .currentProcess, tolerance: ByteCount? = nil,
  within patience: Duration = .milliseconds(500), isolation: isolated (any Actor)? = #isolation,
  fileID: StaticString = #fileID, file: StaticString = #filePath, line: UInt = #line,
  column: UInt = #column, _ body: () async throws(Thrown) -> Answer
) async throws(Thrown) -> Answer {
  let watch = RoomWatch(
    space, tolerance: tolerance,
    at: CallSite(fileID: fileID, file: file, line: line, column: column))
  let answer = try await body()
  await watch.check(within: patience, isolation: isolation)
  return answer
}
