/// Objects that a modelled interpreter made alike, one after another: a handle to drop them by.
public struct PythonObjects: Sendable {
  let recipe: ObjectRecipe
  /// How many there are.
  public internal(set) var count = 0
  /// Where the blocks of each step of the recipe lie, in the order the objects were made.
  var runs: [[BlockRun]]

  init(_ recipe: ObjectRecipe) {
    self.recipe = recipe
    runs = Array(repeating: [], count: recipe.steps.count)
  }
}

/// A list and what it holds.
public struct PythonList: Sendable {
  /// Its items, where they are its alone; none where they are another's too.
  public internal(set) var items: PythonObjects
  /// The list itself.
  var object: PythonBlock
  /// Where it keeps its items, nil where it has no room for any.
  var buffer: PythonBlock?
}

/// One block of an interpreter's.
struct PythonBlock: Sendable {
  var part: PythonSizes.Part
  var source: Int32
}

/// Neither Python's allocator nor the C library's had room.
public struct PythonMemoryError: Error, Hashable, Sendable {
  /// The bytes of the request that failed.
  public let bytes: UInt64
}

extension PythonMemoryError: CustomStringConvertible {
  /// `no room for 300 bytes`.
  public var description: String { "no room for \(bytes) bytes" }
}
