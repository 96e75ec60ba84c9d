public import AddressSpace

extension Scenario {
  /// What the program is and what it runs on.
  public struct Settings: Hashable, Sendable {
    /// The name of the model of a system: `windows-7-wow64-2g`, `linux-i386-4g`.
    public var system: String
    /// The program's name: in the catalogue for Windows, of `LinuxProgram` for Linux.
    public var program: String
    /// The Python that it has inside.
    public var python: PythonVersion?
    /// Whether the system randomises.
    public var isRandomized = true
    /// Whether all images on Windows may be moved, whatever their headers say.
    public var movesImages = false
    /// Mappings of less than this ask for the highest place (`MEM_TOP_DOWN`), on Windows.
    public var topDownBelow = ByteCount.zero
    /// What is assumed of Windows where no source tells.
    public var assumptions = WindowsAssumptions()
    /// Buffers that are larger are had in pieces of this size; nil for whole ones.
    public var tile: ByteCount?
    /// The C library's version, on Linux.
    public var libc = LibcVersion(2, 36)
    /// What malloc is told, on Linux.
    public var malloc = GlibcSettings()

    /// Settings of a program on a system.
    public init(system: String, program: String, python: PythonVersion? = nil) {
      self.system = system
      self.program = program
      self.python = python
    }

    /// What a remedy sets; nil of what it leaves.
    public struct Changes: Hashable, Sendable {
      /// Another system.
      public var system: String?
      /// Another Python.
      public var python: PythonVersion?
      /// Whether the system randomises.
      public var isRandomized: Bool?
      /// Whether all images on Windows may be moved.
      public var movesImages: Bool?
      /// Which mappings ask for the highest place, on Windows.
      public var topDownBelow: ByteCount?
      /// What is assumed of Windows.
      public var assumptions: WindowsAssumptions?
      /// The size of tiles.
      public var tile: ByteCount?
      /// Another C library, on Linux.
      public var libc: LibcVersion?
      /// What malloc is told besides, on Linux.
      public var malloc: GlibcSettings?

      /// Nothing.
      public init() {}
    }

    /// These with some changes; what malloc is told is added to what it was.
    public func with(_ changes: Changes) -> Settings {
      var settings = self
      settings.system = changes.system ?? system
      settings.python = changes.python ?? python
      settings.isRandomized = changes.isRandomized ?? isRandomized
      settings.movesImages = changes.movesImages ?? movesImages
      settings.topDownBelow = changes.topDownBelow ?? topDownBelow
      if let assumed = changes.assumptions { settings.assumptions = assumptions.with(assumed) }
      settings.tile = changes.tile ?? tile
      settings.libc = changes.libc ?? libc
      if let told = changes.malloc { settings.malloc = malloc.with(told) }
      return settings
    }
  }
}

extension Scenario.Settings {
  /// The pieces that a buffer is had in: itself where it is not tiled.
  func pieces(of request: BufferRequest) -> (request: BufferRequest, count: UInt64) {
    guard let tile, request.bytes > tile, !request.isThread else { return (request, 1) }
    return (BufferRequest(bytes: tile), (request.bytes.value - 1) / tile.value + 1)
  }
}
