import AddressSpace

/// Where a program of a scenario lives: the system that its heap and its interpreter ask, and what
/// else its steps ask for.
protocol LifeStage: MemorySystem {
  /// Does what is not the heap's; notes what there is no room for.
  mutating func perform(_ call: StageCall)

  /// What the step that runs has asked for in vain, the first one.
  var failure: StepOutcome.Failure? { get set }
}

/// A stage with a modelled space.
protocol SpaceStage: LifeStage {
  /// What lies where.
  var space: ModelledSpace { get set }

  /// What steps have mapped, by the names under which they keep it.
  var kept: [String: [AddressRange]] { get set }

  /// Maps what is none of the heap's.
  mutating func mapApart(_ size: ByteCount, _ mapping: Mapping) -> AddressRange?
}

extension SpaceStage {
  var layout: Layout { space.layout }

  /// Maps so many stretches under a name.
  mutating func keep(_ size: ByteCount, _ count: Int, as name: String, isReserved: Bool) {
    let access: Region.Access = isReserved ? [] : [.read, .write]
    for _ in 0..<count {
      guard
        let range = mapApart(size, Mapping(name, access: access, isReserved: isReserved))
      else { return note(name, size) }
      if !isReserved { space.touch(range) }
      kept[name, default: []].append(range)
    }
  }

  /// Unmaps all that is kept under a name.
  mutating func drop(_ name: String) {
    for range in kept.removeValue(forKey: name) ?? [] { space.unmap(range) }
  }
}

/// What a step asks for besides the heap's memory; the same in every run.
enum StageCall: Hashable, Sendable {
  case load(String)
  case unload(String)
  /// Starts so many threads; those that allocate may get heaps of their own.
  case startThreads(Int, stack: ByteCount?, allocate: Bool)
  /// Maps so many stretches and keeps them under a name, with memory or as addresses alone.
  case map(ByteCount, count: Int, as: String, isReserved: Bool)
  /// Unmaps all that is kept under a name.
  case unmap(String)
}

extension LifeStage {
  /// Notes what there was no room for, unless something was before.
  mutating func note(_ purpose: String, _ size: ByteCount) {
    failure = failure ?? StepOutcome.Failure(purpose, size)
  }
}
