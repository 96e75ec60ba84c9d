public import AddressSpace

extension GlibcAllocator {
  /// Gives back what can be (`malloc_trim`): the memory of whole pages inside free chunks, whose
  /// addresses stay, and the unused end of the brk heap but for `pad`.
  ///
  /// - Returns: whether there was anything.
  @discardableResult
  public mutating func trim(
    keeping pad: ByteCount = .zero, in system: inout some MemorySystem
  ) -> Bool {
    var hasGiven = false
    var arena = 0
    repeat {
      consolidate(arena)
      if discardFree(arena, &system) { hasGiven = true }
      if arena == 0, trimTop(keeping: pad.value, &system) { hasGiven = true }
      arena = (arena == 0 ? arenas.count : arena) - 1
    } while arena != 0
    return hasGiven
  }

  /// Takes the memory of free chunks, which keep what their lists need.
  private mutating func discardFree(_ arena: Int, _ system: inout some MemorySystem) -> Bool {
    var hasGiven = false
    let kept = 6 * rules.sizeField
    for bin in [GlibcRules.unsorted] + Array(rules.bin(rules.page)..<GlibcRules.bins) {
      let head = arenas[arena].head(bin)
      var id = table[head].previous
      while id != head {
        let chunk = table[id]
        id = chunk.previous
        guard chunk.size > rules.page - 1 + kept else { continue }
        let start = rules.roundUp(chunk.start + kept)
        let length = rules.roundDown(chunk.end - start)
        guard let range = AddressRange(Address(start), Address(start + length)) else { continue }
        system.discard(range)
        hasGiven = true
      }
    }
    return hasGiven
  }
}
