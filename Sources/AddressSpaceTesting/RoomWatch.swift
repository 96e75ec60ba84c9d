import AddressSpace
import AddressSpaceReport
import Glibc

/// The room of a space before something happens in it.
struct RoomWatch {
  private let space: SpaceUnderTest
  private let tolerance: ByteCount
  private let site: CallSite
  /// What was there, or why nothing is known.
  private let before: Result<Room, NotMeasured>

  /// Looks at the space now.
  init(_ space: SpaceUnderTest, tolerance: ByteCount?, at site: CallSite) {
    self.space = space
    self.tolerance = tolerance ?? (space.isCurrentProcess ? Self.usualTolerance : .zero)
    self.site = site
    before = Result { () throws(NotMeasured) in
      guard space.canChange else {
        throw NotMeasured(reason: "it is a snapshot, and stays as it is.")
      }
      // The first look at a process by itself makes its heap large enough for the next ones.
      if space.isCurrentProcess { _ = try space.look() }
      return Self.counted(try space.look(), in: space)
    }
  }

  /// How much of a process that runs tests may go without a fault of the test.
  private static let usualTolerance = ByteCount.kibibytes(512)

  /// What of a space's room counts. Threads of the process that runs the tests are begun by its test
  /// library too, whenever it likes.
  private static func counted(_ look: Look, in space: SpaceUnderTest) -> Room {
    space.isCurrentProcess
      ? look.room.without([.threadStack, .cachedStack, .glibcArena]) : look.room
  }

  /// What is wrong now, nil where the room was kept.
  private func fault() -> (text: String, isFinal: Bool)? {
    do throws(NotMeasured) {
      let before = try self.before.get()
      let look = try space.look()
      let after = Self.counted(look, in: space)
      let loss = RoomLoss(from: before, to: after)
      let isWide = after.layout.wordSize == .bits64
      guard loss.free > tolerance || !isWide && loss.largest > tolerance else { return nil }
      let text = loss.assertionText(
        of: look.title, tolerance: tolerance, recorder: recorder, after: after)
      return (text, false)
    } catch {
      return ("could not measure whether room was kept: \(error.reason.printable)", true)
    }
  }

  /// A program that is under way can still be recorded; for one that runs tests it is too late.
  private var recorder: String? {
    guard !space.isCurrentProcess, case .process(let pid) = space.place else { return nil }
    return "addrspace record --pid \(pid)"
  }

  /// Records a failure where the room is not back in time.
  func check(within patience: Duration) {
    let end = ContinuousClock.now + patience
    while let fault = fault() {
      guard !fault.isFinal, ContinuousClock.now < end else {
        return Failure.record(fault.text, at: site)
      }
      usleep(20_000)
    }
  }

  /// The same, without a thread that waits.
  func check(within patience: Duration, isolation: isolated (any Actor)?) async {
    let end = ContinuousClock.now + patience
    while let fault = fault() {
      guard !fault.isFinal, ContinuousClock.now < end, !Task.isCancelled else {
        return Failure.record(fault.text, at: site)
      }
      try? await Task.sleep(for: Self.step)
    }
  }

  private static let step = Duration.milliseconds(20)
}
