import AddressSpace

/// One row of VMMap's: an allocation, a block of one, or free memory.
struct VMMapEntry {
  var address: UInt64
  var size: UInt64
  var isBlock: Bool
  var type: VMMapType
  var protection: WindowsProtection
  /// Whether it is reserved and no more.
  var isReserved: Bool
  var details: String
  /// The line it stands on.
  var line: Int

  /// Where it lies, nil where it would reach beyond all addresses or has no size.
  var range: AddressRange? {
    guard size > 0, address <= UInt64.max - size else { return nil }
    return AddressRange(Address(address), Address(address + size))
  }
}

/// VMMap's types of memory.
enum VMMapType {
  case image
  case mappedFile
  case shareable
  case heap
  case managedHeap
  case stack
  case privateData
  case pageTable
  case unusable
  case free

  /// The type of a name such as `Image (ASLR)` or `Heap (Private Data)`; nil where it has none.
  init?(name: some StringProtocol) {
    let word = String(name.prefix { $0 != "(" }).trimmed
    switch word {
    case "Image": self = .image
    case "Mapped File": self = .mappedFile
    case "Shareable": self = .shareable
    case "Heap": self = .heap
    case "Managed Heap": self = .managedHeap
    case "Stack", "Thread Stack": self = .stack
    case "Private Data", "Private": self = .privateData
    case "Page Table": self = .pageTable
    case "Unusable": self = .unusable
    case "Free": self = .free
    default: return nil
    }
  }

  /// The type of a `UseType` number of a saved map.
  init?(number: UInt64) {
    switch number {
    case 0: self = .heap
    case 1: self = .stack
    case 2: self = .image
    case 3: self = .mappedFile
    case 4: self = .privateData
    case 5: self = .shareable
    case 6: self = .free
    case 8: self = .managedHeap
    case 9: self = .pageTable
    case 10: self = .unusable
    default: return nil
    }
  }

  /// Whether it is memory in use.
  var isTaken: Bool {
    switch self {
    case .pageTable, .unusable, .free: false
    default: true
    }
  }

  /// What kind of memory Windows says it is.
  var memory: WindowsRegion.MemoryType {
    switch self {
    case .image: .image
    case .mappedFile, .shareable: .mapped
    default: .privateMemory
    }
  }
}

extension WindowsRegion.Use {
  /// The use that VMMap's type and details tell.
  init?(_ type: VMMapType, details: String) {
    switch type {
    case .heap: self = .heap(id: details.word(after: "Heap ID:"))
    case .managedHeap: self = .managedHeap
    case .stack:
      self = .stack(
        thread: details.word(after: "Thread ID:"), is64Bit: details.hasPrefix("64-bit"))
    case .privateData where details.hasPrefix("Thread Environment Block"):
      self = .threadEnvironment(thread: details.word(after: "ID:"))
    case .privateData where details.hasPrefix("Process Environment Block"):
      self = .processEnvironment
    default: return nil
    }
  }
}

extension String {
  /// The word behind `key`, `?` where there is none.
  fileprivate func word(after key: String) -> String {
    guard let start = utf8.indices.first(where: { utf8[$0...].starts(with: key.utf8) }) else {
      return "?"
    }
    let rest = self[utf8.index(start, offsetBy: key.utf8.count)...]
    let word = rest.drop { $0 == " " }.prefix { $0 != " " }
    return word.isEmpty ? "?" : String(word)
  }
}
