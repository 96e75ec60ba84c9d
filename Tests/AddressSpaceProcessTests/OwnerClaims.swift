import AddressSpace
import Glibc
import SystemPackage
import TestSupport
import Testing

/// A line that a program writes of its memory: what it is, then `LOW HIGH`, `ADDRESS BYTES` or
/// `ADDRESS`.
struct Said {
  let what: Substring
  let range: AddressRange

  init?(_ line: String) {
    let words = line.split(separator: " ")
    // Windows programs write addresses without `0x`, and lines that end in a carriage return.
    func number(_ word: Substring, isAddress: Bool) -> UInt64? {
      let digits = word.filter { $0 != "\r" && $0 != "\r\n" }
      return digits.hasPrefix("0x")
        ? UInt64(digits.dropFirst(2), radix: 16) : UInt64(digits, radix: isAddress ? 16 : 10)
    }
    guard words.count >= 2, let low = number(words[1], isAddress: true) else { return nil }
    what = words[0]
    let isRange = ["own", "section"].contains(what)
    let second = words.count > 2 ? number(words[2], isAddress: isRange) : nil
    let high = second.map { isRange ? $0 : low + $0 } ?? low + 1
    guard let range = AddressRange(Address(low), Address(high)) else { return nil }
    self.range = range
  }
}

/// Libraries of other packages, for 64-bit programs those of this machine, for 32-bit ones those of
/// the testbed.
enum Libraries {
  static func path(_ name: String, bits: Int) -> FilePath? {
    let folder =
      bits == 64
      ? FilePath("/usr/lib/x86_64-linux-gnu")
      : Machine.testbed?.appending("usr/lib/i386-linux-gnu")
    // The name of mimalloc's library has its version in it.
    let names = folder.map { Fixtures.names(in: $0, suffix: "") } ?? []
    let found = names.first { $0 == name } ?? names.first { $0.hasPrefix(name) }
    return found.flatMap { found in folder?.appending(found) }
  }
}

extension SeenOrigins {
  /// Whether all of a range was seen to be one owner's.
  func isCovered(_ range: AddressRange, by owner: Origin.Owner) -> Bool {
    var at = range.lower
    for piece in room.facts.contents?.pieces(in: range) ?? []
    where piece.origin.owner == owner && piece.range.contains(at) {
      at = piece.range.upper
    }
    return at >= range.upper
  }

  /// Whether nobody was seen in a range, and no rule claims a region in it.
  func isNobodys(_ range: AddressRange) -> Bool {
    room.facts.contents?.pieces(in: range).isEmpty == true
      && zip(room.regions, origins).allSatisfy { region, origin in
        region.range.clamped(to: range) != region.range || origin == nil
      }
  }

  /// Who the region at an address was found to be used by.
  func origin(at address: Address) -> Origin? {
    zip(room.regions, origins).first { $0.0.range.contains(address) }?.1
  }

  /// Whose the regions are that have addresses in a range.
  func owners(in range: AddressRange) -> Set<Origin.Owner?> {
    Set(zip(room.regions, origins).filter { $0.0.range.overlaps(range) }.map { $0.1?.owner })
  }
}

extension SeenOrigins {
  /// The region at an address.
  func region(at address: Address) -> Region? {
    room.regions.first { $0.range.contains(address) }
  }

  /// Whose the private regions without a file are that have addresses in a range.
  func privateOwners(in range: AddressRange) -> Set<Origin.Owner?> {
    Set(
      zip(room.regions, origins).filter { $0.0.range.overlaps(range) && $0.0.inode == 0 }
        .map { $0.1?.owner })
  }
}

extension Child {
  /// Waits until one of these files is mapped.
  func waitUntilMapped(_ names: String...) throws {
    for _ in 0..<200 {
      let maps = try Fixtures.text(FilePath("/proc/\(pid)/maps"))
      if names.contains(where: { maps.contains("/\($0)\n") }) { return }
      usleep(50_000)
    }
    throw Errno.timedOut
  }
}
