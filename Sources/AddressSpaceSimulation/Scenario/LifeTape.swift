import AddressSpace

/// What a program asks of its system in each step, which is the same in every run as long as the heap
/// gets what it asks for.
struct LifeTape: Sendable {
  /// By step.
  var steps: [Step]

  /// Whether pages may be told in sums.
  var countsPages: Bool { steps.allSatisfy { $0.pages != nil } }

  /// What is asked for in a step, and what it leaves.
  struct Step: Sendable {
    let items: [Item]
    /// What malloc holds after it.
    let heap: HeapFacts?
    /// What changes of pages have added by then to what is mapped: the same in every run. Nil where
    /// they decide where something lies, as on Linux, and have to be made.
    var pages: PageTotals?
  }

  /// What is committed and resident besides what mappings are when they come.
  struct PageTotals: Sendable {
    var committed: Int64 = 0
    var resident: Int64 = 0
  }

  /// Something that is asked for. Stretches are counted: the brk heap is the first, and every mapping
  /// gives the next.
  enum Item: Sendable {
    case stage(StageCall)
    /// The heap itself refuses something, such as what no pointer can tell apart.
    case refuse(StepOutcome.Failure)
    /// Gives the next stretch.
    case map(ByteCount, Mapping)
    /// Makes a stretch longer or shorter: gives the next one for it.
    case remap(stretch: Int, ByteCount, mayMove: Bool)
    /// Moves the end of the brk heap: so many bytes behind its beginning.
    case moveBreak(ByteCount)
    /// Changes a part of a stretch.
    case change(Change, stretch: Int, offset: ByteCount, size: ByteCount)
  }

  /// What is done with memory that the heap has.
  enum Change: Sendable {
    case unmap
    case commit
    case discard
    case touch
  }
}
