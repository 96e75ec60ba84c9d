import AddressSpace
@testable import AddressSpaceFormats

/// What a Windows program tells of its own regions (`fixtures/programs/windows/regions.c`).
struct WindowsWalk: Sendable {
  /// Its id, as Windows counts.
  private(set) var pid: Int32 = 0
  /// Where `VirtualQuery` knew no more.
  private(set) var end: Address = 0
  /// In address order.
  private(set) var regions: [WindowsRegion] = []

  /// Nil where a line makes no sense, or a part is missing.
  init?(_ text: String) {
    var environment: Address?
    var threads: [(id: String, block: Address, stack: AddressRange)] = []
    var heaps: [Address: Address] = [:]
    var files: [Address: String] = [:]
    for line in text.split(whereSeparator: \.isNewline) {
      let words = line.split(separator: " ", maxSplits: line.hasPrefix("file") ? 2 : 8)
      let numbers = words.dropFirst().map { UInt64($0, radix: 16) ?? 0 }
      func address(_ index: Int) -> Address { Address(numbers[index]) }
      switch (words.first, numbers.count) {
      case ("peb", 1): environment = address(0)
      case ("thread", 4):
        guard let stack = AddressRange(address(2), address(3)) else { return nil }
        threads.append((String(words[1]), address(1), stack))
      case ("heap", 2): heaps[address(0)] = address(1)
      case ("file", 2): files[address(0)] = String(words[2])
      case ("region", 6):
        guard let region = WindowsRegion(numbers) else { return nil }
        regions.append(region)
      case ("end", 1): end = address(0)
      case ("ready", 1): pid = Int32(words[1]) ?? 0
      default: break
      }
    }
    guard let environment, !threads.isEmpty, pid > 0, end > 0, !regions.isEmpty else { return nil }
    for index in regions.indices {
      let range = regions[index].range
      let base = regions[index].allocationBase ?? 0
      if range.contains(environment) {
        regions[index].use = .processEnvironment
      } else if let thread = threads.first(where: { range.contains($0.block) }) {
        regions[index].use = .threadEnvironment(thread: thread.id)
      } else if let thread = threads.first(where: { range.overlaps($0.stack) }) {
        regions[index].use = .stack(thread: thread.id, is64Bit: false)
      } else if range.lower == 0x7FFE_0000 {
        (regions[index].use, files[base]) = (.system, "[shared user data]")
      } else if let heap = heaps[base] {
        regions[index].use = .heap(id: heap.description)
      }
      regions[index].path = files[base] ?? ""
    }
    // What else was allocated with the environment blocks.
    let blocks = Set(
      regions.filter { region in threads.contains { region.range.contains($0.block) } }
        .compactMap(\.allocationBase))
    for index in regions.indices where regions[index].use == nil {
      if let base = regions[index].allocationBase, blocks.contains(base) {
        (regions[index].use, regions[index].path) = (.system, "[peb and tebs]")
      }
    }
  }

  /// Whether all from `first` to `last` is in regions that are reserved and belong to nothing.
  func isReserved(_ first: Address, _ last: Address) -> Bool {
    guard let range = AddressRange(first, last + 1) else { return false }
    let covering = regions.filter { $0.range.overlaps(range) }
    guard let low = covering.first?.range.lower, let high = covering.last?.range.upper else {
      return false
    }
    let isUnbroken = zip(covering, covering.dropFirst()).allSatisfy {
      $0.range.upper == $1.range.lower
    }
    return low <= first && last < high && isUnbroken
      && covering.allSatisfy { $0.state == .reserved && $0.use == nil }
  }
}

extension WindowsRegion {
  /// `LOW HIGH BASE STATE PROTECT TYPE`, the last three as `winnt.h` numbers them.
  fileprivate init?(_ numbers: [UInt64]) {
    guard let range = AddressRange(Address(numbers[0]), Address(numbers[1])) else { return nil }
    let states: [UInt64: State] = [0x1000: .committed, 0x2000: .reserved]
    let types: [UInt64: MemoryType] = [
      0x2_0000: .privateMemory, 0x4_0000: .mapped, 0x100_0000: .image,
    ]
    guard let state = states[numbers[3]] else { return nil }
    self.init(
      range: range, allocationBase: Address(numbers[2]), state: state,
      protection: WindowsProtection(rawValue: UInt32(truncatingIfNeeded: numbers[4])),
      type: types[numbers[5]])
  }
}
