/// What a process's mappings count against its limits.
struct MappedMemory: Hashable, Sendable {
  /// The bytes of all of them (`total_vm`).
  var bytes: ByteCount = .zero
  /// The bytes of those that are private, writable and do not grow down (`data_vm`).
  var data: ByteCount = .zero
  /// How many there are (`map_count`).
  var count: UInt64 = 0

  /// What `regions` count; the gate page above user space belongs to nobody.
  init(_ regions: some Sequence<Region>) {
    for region in regions where region.name != "[vsyscall]" { add(region) }
  }

  /// Nothing.
  init() {}

  mutating func add(_ region: Region) {
    let size = region.size
    bytes = bytes.adding(size) ?? bytes
    if region.isData { data = data.adding(size) ?? data }
    count += 1
  }

  static func + (left: MappedMemory, right: MappedMemory) -> MappedMemory {
    var sum = left
    sum.bytes = left.bytes.adding(right.bytes) ?? left.bytes
    sum.data = left.data.adding(right.data) ?? left.data
    sum.count = left.count + right.count
    return sum
  }

  static func - (left: MappedMemory, right: MappedMemory) -> MappedMemory {
    var rest = left
    rest.bytes = left.bytes.lowered(by: right.bytes)
    rest.data = left.data.lowered(by: right.data)
    rest.count = left.count - min(left.count, right.count)
    return rest
  }
}

extension Region {
  /// Whether it counts against RLIMIT_DATA (`is_data_mapping`).
  var isData: Bool {
    access.contains(.write) && !access.contains(.shared) && !growsDown
  }
}

extension Room {
  /// What the regions below each count, and at the end all of them.
  func mappedBelow() -> [MappedMemory] {
    var sums = [MappedMemory()]
    sums.reserveCapacity(regions.count + 1)
    var sum = MappedMemory()
    for region in regions {
      sum.add(region)
      sums.append(sum)
    }
    return sums
  }
}
