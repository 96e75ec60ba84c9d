import AddressSpace

/// A scenario's program on a system, to be started as often as is wanted.
protocol ScenarioProgram: Sendable {
  associatedtype Stage: SpaceStage
  associatedtype Heap: MemoryAllocator

  /// The rules of the space, as far as chance does not decide them.
  var layout: Layout { get }

  /// Starts it; nil where it has no room.
  func start(_ random: inout SeededRandom) -> Stage?

  /// Its C library's heap; nil where it has no room.
  func heap(in system: inout some MemorySystem) -> Heap?
}
