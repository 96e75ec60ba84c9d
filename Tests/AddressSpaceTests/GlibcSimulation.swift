/// malloc's large requests, one by one as glibc serves them: from the unused end of its heap, by
/// `mmap`, and when that fails from a heap that grows.
struct GlibcSimulation {
  var pages: PageBitmap
  /// The first page above the heap.
  var end: Int
  /// The unused bytes at the heap's end.
  var top: Int
  var isContiguous = true
  var fromTop = 0
  var mapped: [Range<Int>] = []
  var grown: [Range<Int>] = []

  static let smallest = 16
  static let topPad = 131_072

  static func pages(_ bytes: Int) -> Int { (bytes + 4095) / 4096 }

  mutating func run(bytes: Int) {
    let chunk = (bytes + 4 + 15) / 16 * 16
    while true {
      if grown.isEmpty, top >= chunk + Self.smallest {
        fromTop += 1
        top -= chunk
      } else if top >= chunk + Self.smallest {
        grow(chunk, by: 0)
      } else if chunk >= 131_072, let pages = pages.place(size: Self.pages(chunk + 4 + 15)) {
        mapped.append(pages)
      } else {
        let wanted = chunk + Self.topPad + Self.smallest - (isContiguous ? top : 0)
        let more = Self.pages(wanted)
        // The kernel wants a free page above the new break too.
        guard pages.isOpen(end..<end + more + 1) else { return }
        grow(chunk, by: more)
      }
    }
  }

  private mutating func grow(_ chunk: Int, by more: Int) {
    let start = end * 4096 - top
    pages.take(end..<end + more)
    end += more
    top += more * 4096 - chunk
    grown.append(start..<start + chunk)
  }
}

extension GlibcSimulation {
  /// How many chunks below the threshold of `mmap` are served: from the heap as long as it can
  /// grow, then from mappings of at least a mebibyte in its place.
  ///
  /// 2.35 to 2.37 swapped two arguments: only the first such mapping is of a mebibyte, later ones
  /// are as large as they must be.
  static func count(
    of bytes: Int, in space: ToySpace, end: Int, top: Int, isSwapped: Bool
  ) -> Int {
    let chunk = (bytes + 4 + 15) / 16 * 16
    var pages = PageBitmap(space)
    var end = end
    var top = top
    var count = 0
    var canGrow = true
    var least = 256
    while true {
      if top >= chunk + smallest {
        top -= chunk
        count += 1
      } else if canGrow {
        let more = Self.pages(chunk + topPad + smallest - top)
        canGrow = pages.isOpen(end..<end + more + 1)
        guard canGrow else { continue }
        pages.take(end..<end + more)
        end += more
        top += more * 4096
      } else {
        let size = max(least, Self.pages(chunk + topPad + smallest))
        guard pages.place(size: size) != nil else { return count }
        if isSwapped { least = 0 }
        // Two fence posts at its end.
        top = size * 4096 - 2 * smallest
      }
    }
  }
}
