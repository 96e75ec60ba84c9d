/// Takes a recording as it is made.
///
/// What others refer to comes before them, and things are referred to by the order in which they
/// came, from zero: the third `add(module:)` adds module 2.
public protocol TraceSink: AnyObject {
  /// Why it could not take something.
  associatedtype Failure: Error
  func begin(_ header: TraceHeader) throws(Failure)
  func add(_ space: TraceSpace) throws(Failure)
  func add(_ thread: TraceThread) throws(Failure)
  func add(_ module: TraceModule) throws(Failure)
  func add(_ frame: Frame) throws(Failure)
  func add(_ node: StackTable.Node) throws(Failure)
  func add(_ snapshot: TraceSnapshot) throws(Failure)
  func add(_ event: TraceEvent) throws(Failure)
  /// What is known of a frame, innermost inlined function first.
  func add(_ symbols: [Symbol], ofFrame frame: Int) throws(Failure)
  /// Makes what was added last; called at least every quarter of a second.
  func commit() throws(Failure)
  func finish(_ end: TraceEnd) throws(Failure)
}

/// Gives a recording back.
public protocol TraceSource {
  /// Why it could not be read.
  associatedtype Failure: Error
  var header: TraceHeader { get }
  /// Nil where the recorder was killed: what it had committed is here.
  var end: TraceEnd? { get }
  var spaces: [TraceSpace] { get }
  var threads: [TraceThread] { get }
  var modules: [TraceModule] { get }
  var frames: [Frame] { get }
  var stacks: StackTable { get }
  /// By frame; a frame of which nothing is known has none.
  var symbols: [Int: [Symbol]] { get }
  var snapshots: [TraceSnapshot] { get }
  /// Hands out the events of a space in their order, with their numbers in the recording from 1.
  func events(
    ofSpace space: Int, _ body: (_ number: Int, _ event: TraceEvent) -> Void
  ) throws(Failure)
}
