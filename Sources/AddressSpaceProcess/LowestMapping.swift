import AddressSpace
import Glibc

/// Asks the kernel for the lowest address that it hands out.
///
/// `vm.mmap_min_addr` is only a part of it: the security modules' own minimum, which no file shows,
/// may be higher. The kernel rounds a hint below the minimum up to exactly it.
enum LowestMapping {
  static func read() -> Address? {
    let page = 4096
    let flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE
    let hint = UnsafeMutableRawPointer(bitPattern: page)
    guard let place = mmap(hint, page, PROT_NONE, flags, -1, 0), place != MAP_FAILED else {
      return nil
    }
    munmap(place, page)
    let address = UInt64(UInt(bitPattern: place))
    // Where somebody sits at the minimum already, the kernel went elsewhere.
    return address < 1 << 24 ? Address(address) : nil
  }
}
