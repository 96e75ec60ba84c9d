/// What the walls other than address space still allow.
///
/// The kernel checks each call that maps against all of them (`docs/limits.md`); what one takes is
/// missing for the next.
struct Budget: Hashable, Sendable {
  /// The bytes that mappings may take under RLIMIT_AS.
  var space = ByteCount(.max)
  /// The bytes that private writable mappings may take under RLIMIT_DATA.
  var data = ByteCount(.max)
  /// The bytes that the brk heap may grow by under RLIMIT_DATA.
  var growth = ByteCount(.max)
  /// The bytes that the kernel still promises.
  var promised = ByteCount(.max)
  /// The largest request that the kernel promises.
  var largestRequest = ByteCount(.max)
  /// How many mappings may come to be until the kernel refuses every call; below zero it does.
  var mappings = Int64.max
  /// Whether the heap has a mapping of its own already, which growth makes larger.
  var hasHeap = true
}

extension Budget {
  /// What is left of the limits in a room, nil where none are known. Windows has one only, what it
  /// promises; buffers are taken to be committed.
  init?(_ room: Room) {
    guard let limits = room.facts.limits, let mapped = room.mapped else { return nil }
    self.init()
    if room.layout.system == .windows {
      guard let commit = limits.commit else { return nil }
      promised = commit.limit.lowered(by: commit.used).roundedDown(to: room.layout.pageSize)
      return
    }
    func left(_ limit: ByteCount?, _ used: ByteCount) -> ByteCount {
      limit.map { $0.roundedDown(to: room.layout.pageSize).lowered(by: used) } ?? ByteCount(.max)
    }
    space = left(limits.addressSpace?.soft, mapped.bytes)
    data = left(limits.dataLimit, mapped.data)
    if let soft = limits.data?.soft { growth = soft.lowered(by: limits.heapData(in: room)) }
    if let overcommit = limits.overcommit {
      switch overcommit.mode {
      case .heuristic:
        if let memory = limits.memory { largestRequest = memory.total + memory.swapTotal }
      case .always: break
      case .never: promised = overcommit.left(mapped: mapped.bytes)
      }
    }
    if let most = limits.mostMappings {
      mappings = Int64(clamping: most) - Int64(clamping: mapped.count)
    }
    hasHeap = room.endOfBreak.map { $0 != room.facts.startOfBreak } ?? false
  }

  /// The fewest bytes that any wall leaves.
  var bytes: ByteCount { min(space, data, promised) }

  /// The bytes that the brk heap may grow by.
  var heapRoom: ByteCount { mappings < 0 ? .zero : min(bytes, growth) }

  /// How many blocks the walls that count bytes allow.
  func count(of block: Block) -> UInt64 {
    guard block.size > .zero, let ask = block.size.adding(block.slack), ask <= largestRequest else {
      return 0
    }
    return bytes.lowered(by: block.slack).value / block.size.value
  }

  /// Whether nothing is refused where `blocks` are mapped that make at most so many mappings.
  func allows(_ blocks: UInt64, of block: Block, mappings needed: UInt64) -> Bool {
    guard let bytes = block.size.multiplied(by: blocks)?.adding(block.slack),
      let ask = block.size.adding(block.slack)
    else { return false }
    return bytes <= self.bytes && mappings >= Int64(clamping: needed) && ask <= largestRequest
  }

  /// Takes what mappings of `size` bytes cost, of which `mappings` do not merge with others.
  mutating func take(_ size: ByteCount, mappings: Int64) {
    if space.value < .max { space = space.lowered(by: size) }
    if data.value < .max { data = data.lowered(by: size) }
    if promised.value < .max { promised = promised.lowered(by: size) }
    if self.mappings < .max { self.mappings -= mappings }
  }

  /// Takes what the brk heap grows by.
  mutating func grow(by size: ByteCount) {
    take(size, mappings: hasHeap ? 0 : 1)
    if growth.value < .max { growth = growth.lowered(by: size) }
    hasHeap = true
  }

  /// What would be left were `mapped` gone.
  func without(_ mapped: MappedMemory) -> Budget {
    var rest = self
    func more(_ left: ByteCount, _ bytes: ByteCount) -> ByteCount {
      left.adding(bytes) ?? ByteCount(.max)
    }
    rest.space = more(space, mapped.bytes)
    rest.data = more(data, mapped.data)
    rest.promised = more(promised, mapped.data)
    if mappings < .max { rest.mappings += Int64(clamping: mapped.count) }
    return rest
  }
}

extension Room {
  /// The most mappings that so many blocks make: side by side they are one.
  func mappings(for blocks: UInt64, of block: Block) -> UInt64 {
    let isGapless =
      block.slack == .zero && block.alignment <= layout.pageSize
      && layout.searches.allSatisfy { $0.slack == .zero && $0.alignment <= layout.pageSize }
    guard isGapless else { return blocks }
    let spans = freeSpans.count { ($0.placeable?.size ?? .zero) >= block.size }
    return min(blocks, UInt64(spans * layout.searches.count))
  }
}

extension LimitFacts {
  /// What RLIMIT_DATA allows, nil where nothing: the kernel takes the hard limit where the soft one
  /// is zero, for Valgrind.
  fileprivate var dataLimit: ByteCount? {
    guard !ignoresData, let data else { return nil }
    return data.soft == .zero ? data.hard : data.soft
  }

  /// What counts where the brk heap grows (`check_data_rlimit`).
  fileprivate func heapData(in room: Room) -> ByteCount {
    guard let end = room.endOfBreak, let start = room.facts.startOfBreak, end >= start else {
      return dataSegment ?? .zero
    }
    return (end - start).adding(dataSegment ?? .zero) ?? ByteCount(.max)
  }
}

extension Overcommit {
  /// What is promised at least before the limit is met (`__vm_enough_memory`), the reserve of the
  /// administrator kept.
  fileprivate func left(mapped: ByteCount) -> ByteCount {
    let left = limit.lowered(by: adminReserve).lowered(by: committed)
    let share = ByteCount((mapped.adding(left) ?? mapped).value / 32)
    return left.lowered(by: min(userReserve, share))
  }
}
