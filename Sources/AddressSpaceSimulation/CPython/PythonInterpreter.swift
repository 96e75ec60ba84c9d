internal import AddressSpace

/// The memory of a modelled CPython: what its objects ask of the C library and of the system.
///
/// Objects are made and dropped by the group. What becomes of a group is what becomes of its objects
/// one by one, in the order in which CPython makes and frees them.
public struct PythonInterpreter: Sendable {
  /// The build that is modelled.
  public let build: PythonBuild
  /// What its objects take.
  public let sizes: PythonSizes
  var pools: Obmalloc?
  var ints: NumberBlocks
  var floats: NumberBlocks
  var dead: [ObjectKind: DeadObjects] = [:]
  /// The blocks that the C library gave, and the places in it that are free.
  var heapBlocks: [Address] = []
  var unusedHeapBlocks: [Int32] = []

  /// An interpreter that has made nothing yet.
  public init(_ build: PythonBuild) {
    self.build = build
    sizes = PythonSizes(build)
    pools = ObmallocRules(build).map { Obmalloc($0) }
    ints = NumberBlocks(.int, in: build)
    floats = NumberBlocks(.float, in: build)
  }

  /// What its allocator holds, nil where this release has none.
  public var usage: ObmallocUsage? { pools?.usage }

  /// Does a full `gc.collect()` where nothing is in cycles: frees dead objects that were kept.
  public mutating func collect<System, Heap>(in memory: inout ProgramMemory<System, Heap>) {
    for kind in dead.keys.sorted(by: { $0.order < $1.order }) where kind.isCleared(in: build) {
      for run in dead[kind]?.removeAll() ?? [] { give(run.source, run.count, in: &memory) }
    }
    if build.isSince(2, 6) {
      ints.clear(in: &memory)
      floats.clear(in: &memory)
    }
    settle(in: &memory)
  }

  mutating func settle<System, Heap>(in memory: inout ProgramMemory<System, Heap>) {
    pools?.settle(in: &memory)
    memory.settle()
  }
}
