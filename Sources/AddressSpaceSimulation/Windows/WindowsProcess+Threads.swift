public import AddressSpace

/// A thread of a Windows process.
public struct WindowsThread: Hashable, Sendable {
  /// Its stack, what is not committed of it included.
  public let stack: AddressRange
  /// Under WOW64 the stack that the 64-bit system uses.
  public let wowStack: AddressRange?
  /// Its block (TEB), where that has pages of its own.
  public let block: AddressRange?
}

extension WindowsProcess {
  /// Starts a thread with a stack of this size, that of the program's header where none is given.
  ///
  /// - Returns: nil where it has no room; nothing is left of it then.
  @discardableResult
  public mutating func startThread(
    stack: ByteCount? = nil, in system: inout some MemorySystem
  ) -> WindowsThread? {
    // Under Wine its own code has a stack in one piece with the program's.
    let own = max(stack ?? program.stack, model.rules.hostStack)
    guard let size = own.adding(model.rules.hostStack)?.roundedUp(to: Layout.windowsSlot),
      let block = threadBlock(in: &system)
    else { return nil }
    let wow =
      model.isWoW64
      ? system.map(model.rules.wowStack, .windows("64-bit stack", .stack, isReserved: true)) : nil
    let slide = program.image.isRandomized ? random.next(bits: model.rules.stackBits) : 0
    guard model.isWoW64 == (wow != nil),
      let range = system.map(
        size, leavingOut: ByteCount(slide * Layout.windowsSlot.value),
        .windows("stack", .stack, isReserved: true))
    else {
      if let wow { system.unmap(wow) }
      if let pages = block.pages { system.unmap(pages) }
      return nil
    }
    system.commit(top(of: range, .kibibytes(8)))
    let thread = WindowsThread(stack: range, wowStack: wow, block: block.pages)
    threads.append(thread)
    return thread
  }

  /// Ends a thread; its stacks and its block are free again. Blocks in a stretch of 2 MiB are not
  /// given back.
  public mutating func end(_ thread: WindowsThread, in system: inout some MemorySystem) {
    guard let index = threads.lastIndex(of: thread) else { return }
    threads.remove(at: index)
    for range in [thread.stack, thread.wowStack, thread.block].compactMap({ $0 }) {
      system.unmap(range)
    }
  }

  private func top(of range: AddressRange, _ size: ByteCount) -> AddressRange {
    AddressRange(max(range.lower, range.upper.lowered(by: size)), range.upper) ?? range
  }
}
