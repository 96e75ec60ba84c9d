/// What is known of a process's threads: it decides how many further ones it can start.
public struct ThreadFacts: Hashable, Sendable {
  /// How many run, the first one among them.
  public var count: UInt64
  /// The stack that a thread gets where nothing else is said, in bytes and without its guard; nil
  /// where it was not read.
  public var defaultStack: ByteCount?
  /// What malloc is asked for with each thread, in bytes: the vector that leads to its thread-local
  /// storage. Nil where it was not read.
  public var vectorBytes: ByteCount?
  /// The stacks, guards included, that ended threads left and further ones may take; nil where they
  /// were not read.
  public var idleStacks: [AddressRange]?
  /// How many threads of a Windows program there ever were at one time under Wine, by the environment
  /// blocks (TEBs) that were made for them; nil where they were not counted.
  public var environments: UInt64?
  /// What bounds the number of threads.
  public var limits: [TaskLimit]

  /// Threads of which this is known.
  public init(
    count: UInt64, defaultStack: ByteCount? = nil, vectorBytes: ByteCount? = nil,
    idleStacks: [AddressRange]? = nil, environments: UInt64? = nil, limits: [TaskLimit] = []
  ) {
    self.count = count
    self.defaultStack = defaultStack
    self.vectorBytes = vectorBytes
    self.idleStacks = idleStacks
    self.environments = environments
    self.limits = limits
  }

  /// What holds at other moments too.
  public var lasting: ThreadFacts {
    ThreadFacts(count: count, defaultStack: defaultStack, vectorBytes: vectorBytes)
  }
}
