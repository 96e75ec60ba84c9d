import AddressSpace

/// A program of a scenario on Windows, in its space.
///
/// The heap sees its stretches under addresses that are the same in every run, so that it decides the
/// same wherever they really lie.
struct WindowsStage: SpaceStage, Sendable {
  var space: ModelledSpace
  var failure: StepOutcome.Failure?
  private var process: WindowsProcess
  private let catalogue: ImageCatalogue
  private let topDownBelow: ByteCount
  private var book = StretchBook()
  var kept: [String: [AddressRange]] = [:]

  /// Boots, and starts a program; nil where it has no room to start.
  ///
  /// Draws: a boot, the edges of the space, then the process.
  init?(
    _ program: WindowsProgram, on model: WindowsModel, from catalogue: ImageCatalogue,
    topDownBelow: ByteCount, random: inout SeededRandom
  ) {
    let boot = WindowsBoot(model, catalogue, random: &random)
    guard
      var space = model.space(
        isRandomized: program.image.isRandomized, hasWindows: program.hasWindows, random: &random),
      let process = WindowsProcess.start(
        program, on: model, boot: boot, from: catalogue, in: &space, random: random)
    else { return nil }
    self.space = space
    self.process = process
    self.catalogue = catalogue
    self.topDownBelow = topDownBelow
  }

  /// Goes on in a space with a process in it.
  init(
    _ space: ModelledSpace, _ process: WindowsProcess, from catalogue: ImageCatalogue,
    topDownBelow: ByteCount
  ) {
    self.space = space
    self.process = process
    self.catalogue = catalogue
    self.topDownBelow = topDownBelow
  }

}

extension WindowsStage {
  mutating func map(_ size: ByteCount, _ mapping: Mapping) -> AddressRange? {
    mapApart(size, mapping).flatMap { book.add($0.size, at: $0.lower) }
  }

  mutating func mapApart(_ size: ByteCount, _ mapping: Mapping) -> AddressRange? {
    var mapping = mapping
    if size < topDownBelow { mapping.isTopDown = true }
    return space.map(size, mapping)
  }

  mutating func unmap(_ range: AddressRange) { book.place(of: range).map { space.unmap($0) } }
  mutating func commit(_ range: AddressRange) { book.place(of: range).map { space.commit($0) } }
  mutating func discard(_ range: AddressRange) { book.place(of: range).map { space.discard($0) } }
  mutating func touch(_ range: AddressRange) { book.place(of: range).map { space.touch($0) } }

  // Heaps of Windows ask for none of these.
  mutating func map(at range: AddressRange, _ mapping: Mapping) -> Bool { false }
  mutating func remap(
    _ range: AddressRange, to size: ByteCount, mayMove: Bool
  ) -> AddressRange? { nil }
  var programBreak: Address { 0 }
  mutating func moveBreak(to end: Address) -> Bool { false }
}

extension WindowsStage {
  mutating func perform(_ call: StageCall) {
    switch call {
    case .load(let name):
      for image in images(name) where process.load(image, in: &space) == nil {
        note(image.name, image.size)
      }
    case .unload(let name):
      for image in images(name).reversed() { process.unload(image.name, in: &space) }
    case .startThreads(let count, let stack, _):
      // All threads take from the same heap.
      for _ in 0..<count where process.startThread(stack: stack, in: &space) == nil {
        return note("a thread's stack", stack ?? process.program.stack)
      }
    case .map(let size, let count, let name, let isReserved):
      keep(size, count, as: name, isReserved: isReserved)
    case .unmap(let name): drop(name)
    }
  }

  private func images(_ name: String) -> [Image] {
    let version = process.model.version
    return catalogue.image(name, in: version).map { [$0] } ?? catalogue.group(name, in: version)
  }
}
