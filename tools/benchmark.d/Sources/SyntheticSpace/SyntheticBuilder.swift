import AddressSpace

/// Lays regions one behind the other, as programs own them: libraries, thread stacks, arenas.
struct SyntheticBuilder {
  private(set) var regions: [Region] = []
  private var numbers: SeededNumbers
  private var end = Address(0x5555_5555_4000)
  private let page = ByteCount.kibibytes(4)

  init(seed: UInt64) {
    numbers = SeededNumbers(seed: seed)
  }

  /// The program and its heap, which cannot go.
  mutating func addProgram() {
    add(pages: 16, [.read, .execute], name: "/usr/bin/program")
    add(pages: 4, [.read, .write], name: "/usr/bin/program")
    add(pages: 64, [.read, .write], name: "[heap]")
    skip()
  }

  /// What one owner asked for at once, and the gap behind it.
  mutating func addOwner() {
    let pages = 1 + numbers.below(32)
    switch numbers.below(100) {
    case 0..<45: add(pages: pages, [.read, .write])
    case 45..<60: add(pages: pages, [])
    case 60..<70: add(pages: pages, [.read], name: "/usr/share/fonts/font-\(regions.count).ttf")
    case 70..<78: add(pages: pages, [.read, .write, .shared], name: "/dev/shm/\(regions.count)")
    case 78..<80: addStack()
    default: addLibrary(pages: pages)
    }
    // Once in a while something that cannot go, such as the vdso.
    if numbers.isOne(in: 20_000) { add(pages: 1, [.read], name: "[vvar]") }
    skip()
  }

  private mutating func addLibrary(pages: UInt64) {
    let name = "/usr/lib/lib\(regions.count).so.1"
    add(pages: pages, [.read, .execute], name: name)
    add(pages: 1, [.read], name: name)
    add(pages: 2, [.read, .write], name: name)
  }

  private mutating func addStack() {
    add(pages: 1, [])
    add(pages: 2048, [.read, .write])
  }

  private mutating func add(pages: UInt64, _ access: Region.Access, name: String = "") {
    let upper = end + ByteCount(pages * page.value)
    guard let range = AddressRange(end, upper) else { return }
    let inode = name.utf8.first == UInt8(ascii: "/") ? UInt64(regions.count + 1) : 0
    regions.append(Region(range: range, access: access, inode: inode, name: name))
    end = upper
  }

  /// Often nothing, mostly a few pages, seldom room for a few buffers.
  private mutating func skip() {
    if numbers.isOne(in: 4) { return }
    let pages: UInt64 =
      numbers.isOne(in: 50_000)
      ? 1 << 18 : numbers.isOne(in: 2_000) ? 1 << 12 : 1 + numbers.below(16)
    end = end + ByteCount(pages * page.value)
  }
}
