internal import AddressSpace

/// A dictionary that remembers objects by their address while they are copied or pickled.
public struct PythonMemo: Sendable {
  /// The keys, and what belongs to an entry alone.
  var entries: PythonObjects
  var object: PythonBlock?
  var table: PythonBlock?
  /// A list that keeps what was copied alive.
  var alive: PythonList?
  /// What was written until now, where it stays in memory.
  var output: PythonBlock?
}

/// Something that grows at one of many objects: how many there are then, and how much it takes.
struct GrowthEvent {
  enum Target { case table, alive, list }
  var object: Int
  var target: Target
  var size: Int
}

extension PythonInterpreter {
  /// A number that holds an address.
  private var addressNumber: PythonObject { .int(bits: build.wordSize == .bits64 ? 47 : 31) }

  /// A memo without entries, each of which will be a number that holds an address and `others`.
  mutating func emptyMemo<System, Heap>(
    _ others: [PythonObject], in memory: inout ProgramMemory<System, Heap>
  ) throws(PythonMemoryError) -> PythonMemo {
    // The parts of a list that is never made: what it would hold is what an entry holds.
    var recipe = ObjectRecipe(addressNumber, sizes: sizes)
    for other in others { recipe.append(ObjectRecipe(other, sizes: sizes)) }
    return PythonMemo(
      entries: PythonObjects(recipe), object: try block(sizes.dictionaryObject, in: &memory))
  }

  /// Puts a larger table in the place of a memo's.
  mutating func growTable<System, Heap>(
    of memo: inout PythonMemo, to part: PythonSizes.Part,
    in memory: inout ProgramMemory<System, Heap>
  ) throws(PythonMemoryError) {
    let table = try block(part, in: &memory)
    touch(table, in: &memory)
    if let old = memo.table { free(old, in: &memory) }
    memo.table = table
  }

  /// Drops a memo and what only it refers to.
  public mutating func drop<System, Heap>(
    _ memo: PythonMemo, in memory: inout ProgramMemory<System, Heap>
  ) {
    dropScattered(memo.entries, in: &memory)
    if let alive = memo.alive { drop(alive, in: &memory) }
    if let table = memo.table { free(table, in: &memory) }
    if let object = memo.object { free(object, in: &memory) }
    if let output = memo.output { free(output, in: &memory) }
    settle(in: &memory)
  }
}

extension PythonInterpreter {
  /// Drops objects in the order of a dictionary's places, which has nothing to do with that of their
  /// addresses: the dead ones that are kept come from everywhere.
  private mutating func dropScattered<System, Heap>(
    _ objects: PythonObjects, in memory: inout ProgramMemory<System, Heap>
  ) {
    let room = objects.recipe.steps.map { step in
      if case .cached(let kind) = step.part.kind { kind.limit(in: build) } else { 0 }
    }
    let kept = room.max() ?? 0
    guard kept > 0, objects.count > kept else {
      _ = drop(objects, lastFirst: false, in: &memory)
      return
    }
    let stride = objects.count / kept
    let others = (0..<objects.count).filter { $0 % stride != 0 }
    let rest = drop(objects, keeping: others, lastFirst: false, in: &memory)
    _ = drop(rest, lastFirst: false, in: &memory)
  }
}

extension ObjectRecipe {
  /// Adds the requests of another object, made after this one and freed after it.
  mutating func append(_ other: ObjectRecipe) {
    let first = steps.count
    steps += other.steps
    freed += other.freed.map { $0 + first }
  }
}
