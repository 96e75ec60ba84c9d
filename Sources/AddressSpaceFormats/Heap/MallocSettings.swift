import AddressSpace

/// What is read of malloc's `mp_`: what it was told, and what it learnt.
struct MallocSettings: Hashable {
  /// `mmap_threshold`: from this chunk size on a request is mapped by itself.
  let mmapThreshold: UInt64
  /// `top_pad`.
  let topPad: UInt64
  /// `sbrk_base`: where the brk heap begins.
  let startOfHeap: UInt64
}

extension MallocSettings {
  /// Finds `mp_` in the numbers of a data segment, nil where nothing has its shape.
  ///
  /// It is held by what cannot be by chance: the start of the heap, which lies in `heap`, stands
  /// between the statistics of mappings and the sizes of the thread caches. Versions from 2.35 on
  /// have three fields more, for huge pages.
  static func find(
    in words: [UInt64], width: UInt64, heap: AddressRange
  ) -> MallocSettings? {
    for index in words.indices where heap.contains(Address(words[index])) {
      for hasHugePages in [true, false] {
        if let found = MallocSettings(words, index, width: width, hasHugePages: hasHugePages) {
          return found
        }
      }
    }
    return nil
  }

  private init?(_ words: [UInt64], _ base: Int, width: UInt64, hasHugePages: Bool) {
    let integers = 4 + (hasHugePages ? 1 : 0)
    let integerWords = width == 4 ? integers : (integers + 1) / 2
    // mmapped_mem and max_mmapped_mem before the base, then the integers.
    let first = base - 2 - integerWords
    let huge = hasHugePages ? 2 : 0
    let start = first - huge - 5
    guard start >= 0, base + 4 < words.count else { return nil }
    func integer(_ number: Int) -> UInt64 {
      width == 4
        ? words[first + number]
        : words[first + number / 2] >> UInt64(number % 2 * 32) & 0xFFFF_FFFF
    }
    let skipped = hasHugePages ? 1 : 0
    let (mappings, most, highest) = (integer(skipped), integer(skipped + 1), integer(skipped + 2))
    let isFixed = integer(skipped + 3)
    let (mapped, mostMapped) = (words[base - 2], words[base - 1])
    let (cacheBins, cacheBytes) = (words[base + 1], words[base + 2])
    guard mappings <= highest, most < 1 << 31, isFixed <= 1, mapped <= mostMapped,
      mapped % 4096 == 0, mostMapped % 4096 == 0, mostMapped >= highest * 4096,
      cacheBins <= 128, cacheBytes < 1 << 23, words[base + 3] < 1 << 16
    else { return nil }
    // Huge pages for the heap change how it grows: such a process is not judged.
    if hasHugePages, integer(0) != 0 || words[first - 1] != 0 || words[first - 2] != 0 {
      return nil
    }
    let (arenaTest, arenaMost) = (words[start + 3], words[start + 4])
    let largest: UInt64 = width == 4 ? 1 << 31 : 1 << 46
    guard arenaTest < 1 << 16, arenaTest > 0, arenaMost < 1 << 16, words[start + 2] < largest,
      words[start + 1] < largest, isFixed == 1 || words[start + 2] >= 1 << 17
    else { return nil }
    mmapThreshold = words[start + 2]
    topPad = words[start + 1]
    startOfHeap = words[base]
  }
}
