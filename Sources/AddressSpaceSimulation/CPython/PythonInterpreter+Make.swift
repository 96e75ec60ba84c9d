internal import AddressSpace

extension PythonInterpreter {
  /// Makes objects, one after another.
  ///
  /// - Throws: where there is no room; those made until then are dropped again.
  public mutating func make<System, Heap>(
    _ object: PythonObject, count: Int, in memory: inout ProgramMemory<System, Heap>
  ) throws(PythonMemoryError) -> PythonObjects {
    var made = PythonObjects(ObjectRecipe(object, sizes: sizes))
    try make(count, more: &made, in: &memory)
    settle(in: &memory)
    return made
  }

  /// Makes further objects of a group; where there is no room, none of the group are left.
  mutating func make<System, Heap>(
    _ count: Int, more objects: inout PythonObjects,
    in memory: inout ProgramMemory<System, Heap>
  ) throws(PythonMemoryError) {
    guard !objects.recipe.steps.isEmpty else {
      objects.count += count
      return
    }
    var left = count
    while left > 0 {
      let together = max(1, min(left, madeAlike(objects.recipe)))
      do {
        try makeAlike(together, &objects, in: &memory)
      } catch {
        _ = drop(objects, in: &memory)
        objects = PythonObjects(objects.recipe)
        throw error
      }
      objects.count += together
      left -= together
    }
  }

  /// How many objects can be made before one of their blocks comes from another place.
  private func madeAlike(_ recipe: ObjectRecipe) -> Int {
    var count = Int.max
    for step in recipe.steps {
      // Steps that may take from the same place share it.
      let sharing = recipe.steps.count { $0.part.bytes == step.part.bytes } + alike(step, recipe)
      count = min(count, available(step.part) / sharing)
      if count == 0 { return 0 }
    }
    return count
  }

  /// How many steps of other sizes have the same size class.
  private func alike(_ step: ObjectRecipe.Step, _ recipe: ObjectRecipe) -> Int {
    guard let rules = pools?.rules, let own = rules.sizeClass(of: step.part.bytes) else { return 0 }
    return recipe.steps.count {
      $0.part.bytes != step.part.bytes && rules.sizeClass(of: $0.part.bytes) == own
    }
  }

  /// Makes objects whose blocks for each step come from one place, or a single one.
  private mutating func makeAlike<System, Heap>(
    _ count: Int, _ objects: inout PythonObjects, in memory: inout ProgramMemory<System, Heap>
  ) throws(PythonMemoryError) {
    var outgrown: (part: PythonSizes.Part, run: BlockRun)?
    for (index, step) in objects.recipe.steps.enumerated() {
      // An outgrown table is gone before the next object needs one.
      let wanted = step.isPassing ? 1 : count
      let run = try take(step.part, atMost: wanted, in: &memory)
      if let address = address(of: run.source) { memory.touch(address, step.part.bytes) }
      if let outgrown { give(outgrown.part, outgrown.run, in: &memory) }
      outgrown = step.isPassing ? (step.part, run) : nil
      if step.isPassing { continue }
      if let last = objects.runs[index].last, last.source == run.source, run.source >= 0 {
        objects.runs[index][objects.runs[index].count - 1].count += run.count
      } else {
        objects.runs[index].append(run)
      }
    }
  }
}
