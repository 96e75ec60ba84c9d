public import AddressSpace
import AddressSpaceReport
import Glibc

/// Whose address space an assertion looks at.
public struct SpaceUnderTest: Sendable {
  /// Where it is to be had from.
  enum Place {
    case process(Int32)
    case file(String, snapshot: Int?, layout: String?)
    case snapshot(Snapshot)
    case room(Room, name: String)
    case launch(TestedLaunch)
    case moment(Result<Look, NotMeasured>)
  }

  let place: Place

  /// The process that runs the test, in practice one of 64 bits.
  public static var currentProcess: SpaceUnderTest { process(getpid()) }

  /// A process that runs: a child, or any other that may be looked at. It is not stopped, and need
  /// not be written in Swift.
  public static func process(_ pid: Int32) -> SpaceUnderTest {
    SpaceUnderTest(place: .process(pid))
  }

  /// A saved file of any kind that `addrspace inspect` takes, but for recordings. A file with a line
  /// that cannot be read is refused.
  ///
  /// - Parameters:
  ///   - path: the file, from the folder in which the tests run, which is that of the package.
  ///   - snapshot: which snapshot of a file that has several, from 1; the last one where it is nil.
  ///   - layout: the layout to take it for, one of those that `addrspace layouts` names; nil for what
  ///     the file tells.
  public static func file(
    _ path: String, snapshot: Int? = nil, layout: String? = nil
  ) -> SpaceUnderTest {
    SpaceUnderTest(place: .file(path, snapshot: snapshot, layout: layout))
  }

  /// A map at one moment, however it was made, under the layout that its facts tell.
  public static func snapshot(_ snapshot: Snapshot) -> SpaceUnderTest {
    SpaceUnderTest(place: .snapshot(snapshot))
  }

  /// A map under a layout of the test's choice, such as a modelled one.
  ///
  /// - Parameter name: what failures call it.
  public static func room(_ room: Room, named name: String = "the room") -> SpaceUnderTest {
    SpaceUnderTest(place: .room(room, name: name))
  }

  /// A launch of a scenario that `addrspace simulate` runs: modelled, not measured. Every machine
  /// answers the same of it.
  ///
  /// - Parameters:
  ///   - number: which launch, from 1.
  ///   - scenario: a built-in one by its name, or a file.
  ///   - step: after which step; the last one where it is nil.
  ///   - remedies: what is done about it, by the scenario's names.
  ///   - seed: where all random numbers come from.
  public static func launch(
    _ number: Int, of scenario: String, after step: String? = nil, taking remedies: [String] = [],
    seed: UInt64 = 42
  ) -> SpaceUnderTest {
    SpaceUnderTest(
      place: .launch(
        TestedLaunch(
          name: LaunchName(
            scenario, number: number, step: step, remedies: remedies, seed: seed))))
  }

  /// The space as it is now, to hold a later moment against; what could not be looked at fails the
  /// assertion that needs it.
  public func now() -> SpaceUnderTest {
    SpaceUnderTest(place: .moment(Result { () throws(NotMeasured) in try look() }))
  }

  /// Whether it is the process that runs the test.
  var isCurrentProcess: Bool {
    if case .process(getpid()) = place { true } else { false }
  }

  /// Whether a later look can find something else.
  var canChange: Bool {
    switch place {
    case .process, .file: true
    case .snapshot, .room, .launch, .moment: false
    }
  }
}
