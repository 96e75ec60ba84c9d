import AddressSpace

/// Memory from the system (`sysmalloc`).
extension GlibcAllocator {
  /// A chunk that no free one has room for: mapped by itself where it is large, else from an arena
  /// that grows; its block, or zero.
  mutating func grow(
    _ size: UInt64, _ arena: Int, _ system: inout some MemorySystem
  ) -> UInt64 {
    var hasTried = false
    if size >= parameters.mmapThreshold, mapped.count < parameters.mmapMost {
      let block = mapChunk(size, &system)
      if block != 0 { return block }
      hasTried = true
    }
    if arena == 0 {
      growMain(size, &system)
    } else if !growHeap(of: arena, size, &system), !hasTried {
      let block = mapChunk(size, &system)
      if block != 0 { return block }
    }
    let top = arenas[arena].top
    guard top != 0, table[top].size >= size + rules.smallest else { return 0 }
    return takeTop(size, arena)
  }

  /// Raises the break so far that the chunk and the pad fit, or maps a piece in its place.
  private mutating func growMain(_ size: UInt64, _ system: inout some MemorySystem) {
    let old = arenas[0].top
    let unused = old == 0 ? 0 : table[old].size
    let needed = size + parameters.topPad + rules.smallest
    let wanted = rules.roundUp(needed - (isContiguous ? min(unused, needed) : 0))
    if wanted > 0, let start = raiseBreak(by: wanted, &system) {
      if startOfHeap == 0 { startOfHeap = start }
      arenas[0].systemBytes += wanted
      if old != 0, start == table[old].end {
        table[old].size += wanted
        return
      }
      guard !isContiguous || old == 0 || start > table[old].end else { return }
      addPiece(start, start + wanted, isMapped: false, &system)
    } else {
      let length = fallback(wanted, needed, unused)
      guard length > size,
        let piece = system.map(ByteCount(length), Mapping(Origin.Owner.breakHeap.name))
      else { return }
      isContiguous = false
      if startOfHeap == 0 { startOfHeap = piece.lower.value }
      arenas[0].systemBytes += length
      addPiece(piece.lower.value, piece.upper.value, isMapped: true, &system)
    }
  }

  /// How much is mapped where the break cannot rise: at least a mebibyte (`MMAP_AS_MORECORE_SIZE`).
  /// In 2.35 to 2.37 that was the unit of the first one instead, and later ones are as large as they
  /// must be.
  private func fallback(_ wanted: UInt64, _ needed: UInt64, _ unused: UInt64) -> UInt64 {
    let mebibyte = GlibcMalloc.mapping.value
    if rules.fallbackIsWhole { return max(mebibyte, rules.roundUp(needed)) }
    guard rules.swapsFallback else {
      return max(mebibyte, isContiguous ? rules.roundUp(wanted + unused) : wanted)
    }
    guard isContiguous else { return wanted }
    return (wanted + unused + mebibyte - 1) / mebibyte * mebibyte
  }

  /// Raises the break; where it was, nil where something is in its way.
  private mutating func raiseBreak(
    by bytes: UInt64, _ system: inout some MemorySystem
  ) -> UInt64? {
    let start = system.programBreak
    // What the C type of the size has no number for is not even asked for.
    guard rules.sizeField == 8 || bytes < 1 << 31,
      system.moveBreak(to: start + ByteCount(bytes))
    else { return nil }
    return start.value
  }

  /// Memory that does not continue the unused end becomes the unused end.
  private mutating func addPiece(
    _ start: UInt64, _ end: UInt64, isMapped: Bool, _ system: inout some MemorySystem
  ) {
    let old = arenas[0].top
    let first = start + rules.misalignment(of: start)
    var end = end
    if isContiguous {
      // What someone else has between counts as malloc's, and the end is made even again.
      let unused = old == 0 ? 0 : table[old].size
      if old != 0 { arenas[0].systemBytes += start - table[old].end }
      let correction = first - start + unused
      let more = correction + rules.roundUp(end + correction) - (end + correction)
      if more == 0 {
        end = system.programBreak.value
      } else if let next = raiseBreak(by: more, &system) {
        arenas[0].systemBytes += more
        end = next + more
      } else {
        end = system.programBreak.value
      }
    } else if !isMapped {
      end = system.programBreak.value
    }
    arenas[0].top = table.make(first, end - first, below: 0, above: 0, arena: 0, .top)
    if old != 0 { close(old, &system) }
  }

  /// What was the unused end of a piece becomes a free chunk, with fence posts behind it.
  private mutating func close(_ old: ChunkID, _ system: inout some MemorySystem) {
    let kept = (table[old].size - 2 * rules.header) & ~(rules.alignment - 1)
    if kept >= rules.smallest {
      _ = table.split(old, after: kept, .fence)
      table[old].state = .used
      release(old, caching: rules.cachesOwnFrees, &system)
    } else {
      table[old].state = .fence
    }
  }

  /// Lowers the break so far that `pad` stays unused, where the heap ends there (`systrim`).
  ///
  /// - Returns: whether anything was given back.
  @discardableResult
  mutating func trimTop(keeping pad: UInt64, _ system: inout some MemorySystem) -> Bool {
    let top = arenas[0].top
    guard top != 0 else { return false }
    // Where less than that is unused the sizes wrap, and the break is raised by a page instead.
    let spare = Int64(table[top].size) - Int64(rules.smallest) - 1
    guard spare < 0 || UInt64(spare) > pad else { return false }
    let extra = (spare - Int64(pad)) & ~Int64(rules.page - 1)
    let end = table[top].end
    guard extra != 0, system.programBreak.value == end,
      system.moveBreak(to: Address(UInt64(Int64(end) - extra)))
    else { return false }
    arenas[0].systemBytes = UInt64(Int64(arenas[0].systemBytes) - extra)
    table[top].size = UInt64(Int64(table[top].size) - extra)
    return true
  }
}
