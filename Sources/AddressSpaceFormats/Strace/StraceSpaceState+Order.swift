import AddressSpace

/// What tells the order of calls of several threads: the kernel hands out only what is free.
extension StraceSpaceState {
  /// What a call was given that had to be free before; nil where the caller said what to replace.
  func taken(
    by call: MapCall, _ arguments: StraceArguments, _ memory: StraceSharedMemory
  ) -> AddressRange? {
    guard case .value(let result) = arguments.outcome else { return nil }
    switch call {
    case .mmap, .mmap2, .oldMmap:
      let flags = arguments.bits(3, StraceFlags.mapping)
      guard flags & StraceFlags.fixed == 0 else { return nil }
      return arguments.number(1).flatMap { rounded($0, flags) }
        .flatMap { rules.range(at: result, length: $0) }
    case .mremap:
      guard arguments.bits(3, StraceFlags.remapping) & StraceFlags.fixedTarget == 0,
        let target = arguments.number(2).flatMap({ rules.range(at: result, length: $0) })
      else { return nil }
      guard result == arguments.number(0) else { return target }
      return pages(arguments).flatMap { AddressRange($0.upper, target.upper) }
    case .shmat:
      guard arguments.bits(2, StraceFlags.attaching) & StraceFlags.replacing == 0 else {
        return nil
      }
      return memory.region(arguments, at: result, rules)?.range
    case .brk: return heap(to: result).flatMap { AddressRange($0.old, $0.new) }
    default: return nil
    }
  }

  /// Calls that can give up memory.
  static let freeing: Set<MapCall> = [.munmap, .mremap, .brk, .shmdt]

  /// What a call gives up; at most that where its result is not known.
  func freed(by call: MapCall, _ arguments: StraceArguments) -> AddressRange? {
    guard let address = arguments.number(0) else { return nil }
    let result: UInt64?
    switch arguments.outcome {
    case .value(let value): result = value
    case .error: return nil
    case nil: result = nil
    }
    switch call {
    case .munmap: return pages(arguments)
    case .mremap:
      guard arguments.bits(3, StraceFlags.remapping) & StraceFlags.keepsSource == 0,
        let source = pages(arguments)
      else { return nil }
      guard result == address else { return source }
      return arguments.number(2).flatMap { rules.range(at: address, length: $0) }
        .flatMap { AddressRange($0.upper, source.upper) }
    case .brk: return heap(to: result ?? address).flatMap { AddressRange($0.new, $0.old) }
    case .shmdt: return attached[address]
    default: return nil
    }
  }

  /// What the first two arguments say.
  func pages(_ arguments: StraceArguments) -> AddressRange? {
    guard let address = arguments.number(0), let length = arguments.number(1) else { return nil }
    return rules.range(at: address, length: length)
  }

  /// Where the heap's pages end before and after a call of `brk`.
  func heap(to result: UInt64) -> (old: Address, new: Address)? {
    guard let old = endOfBreak?.roundedUp(to: rules.pageSize),
      let new = Address(result).roundedUp(to: rules.pageSize)
    else { return nil }
    return (old, new)
  }
}
