public import AddressSpace

/// The life of a program in steps, to be lived in modelled spaces.
public struct Scenario: Hashable, Sendable {
  /// What it is called: `photo-organizer`.
  public var name: String
  /// What it is about, in a sentence.
  public var about: String
  /// What the program is and what it runs on.
  public var settings: Settings
  /// The buffers that are asked about after every step.
  public var buffers: [BufferRequest]
  /// Who would allocate them; nil for the layout's usual allocator.
  public var allocator: Allocator?
  /// What happens, in order.
  public var steps: [Step]
  /// What could be done about it, in the order of the file.
  public var remedies: [Remedy]
  /// The step after which remedies are compared; nil for the one that is tightest.
  public var comparedStep: Int?

  /// A scenario.
  public init(
    name: String, about: String, settings: Settings, buffers: [BufferRequest],
    allocator: Allocator? = nil, steps: [Step], remedies: [Remedy] = [], comparedStep: Int? = nil
  ) {
    self.comparedStep = comparedStep
    self.name = name
    self.about = about
    self.settings = settings
    self.buffers = buffers
    self.allocator = allocator
    self.steps = steps
    self.remedies = remedies
  }

  /// A named part of it, after which the questions are asked.
  public struct Step: Hashable, Sendable {
    /// Its name.
    public var name: String
    /// What is done in it.
    public var actions: [Action]

    /// A step.
    public init(_ name: String, _ actions: [Action]) {
      self.name = name
      self.actions = actions
    }
  }

  /// Something that could be done: it turns on or off what actions name it, and may change settings.
  public struct Remedy: Hashable, Sendable {
    /// What it is called: `large-address-aware`.
    public var name: String
    /// What is done, in a sentence.
    public var about: String
    /// What it sets.
    public var changes: Settings.Changes

    /// A remedy.
    public init(_ name: String, about: String, changes: Settings.Changes = .init()) {
      self.name = name
      self.about = about
      self.changes = changes
    }
  }
}

extension Scenario {
  /// Something that the program does.
  public indirect enum Action: Hashable, Sendable {
    /// Loads images or groups of images.
    case load([String])
    /// Unloads images.
    case unload([String])
    /// Starts threads with stacks of this size, nil for the usual one. On Linux each of those that
    /// allocate gets an arena of malloc's, as long as there may be more.
    case startThreads(Int, stack: ByteCount?, allocate: Bool)
    /// Allocates buffers and keeps them under a name; by the layout's usual allocator where none is
    /// named.
    case allocate(BufferRequest, count: Int, by: Allocator.Family?, as: String)
    /// Takes addresses straight from the system, without memory, under a name.
    case reserve(ByteCount, as: String)
    /// Makes Python objects in a list and keeps them under a name.
    case make(PythonObject, count: Int, as: String)
    /// Drops all Python objects of a name but one in so many.
    case keep(oneIn: Int, of: String)
    /// Gives up what is kept under names.
    case drop([String])
    /// Pickles the lists of a name into so many bytes each, zero for into a file, and drops all that
    /// this made.
    case pickle(String, bytes: ByteCount)
    /// `gc.collect()`.
    case collect
    /// Does some things so many times.
    case `repeat`(Int, [Action])
    /// Does some things only with, or only without, a remedy.
    case when(remedy: String, isTaken: Bool, [Action])
  }
}
