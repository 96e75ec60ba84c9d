import AddressSpace
import AddressSpaceFormats
import AddressSpaceSimulation
import TestSupport
import Testing

/// Where images lie by ASLR, against what real processes have.
@Suite("The area of images")
struct ImageAreaTests {
  struct Seen {
    let range: AddressRange
    let name: String
  }

  /// How many images lie just where the area has room next, as they come from the top, and how many
  /// below what others must have taken. None may lie higher.
  static func told(_ images: [Seen]) throws -> (told: Int, others: Int) {
    let images = images.sorted { $0.range.lower > $1.range.lower }
    let top = try #require(images.first?.range.upper.roundedUp(to: .kibibytes(64)))
    var area = ImageArea(bias: (ImageArea.top - top).value >> 16)
    var (told, others) = (0, 0)
    for image in images {
      var trial = area
      let free = trial.take(image.range.size)
      let next = try #require(free)
      let below = next.value - min(next.value, image.range.lower.value)
      #expect(next >= image.range.lower && below % 0x1_0000 == 0, "\(image.name)")
      if below > 0 {
        _ = area.take(ByteCount(below))
        others += 1
      } else {
        told += 1
      }
      let base = area.take(image.range.size)
      #expect(base == image.range.lower, "\(image.name)")
    }
    return (told, others)
  }

  @Test("the first image: bias 0x6e, 25 slots")
  func workedExample() {
    var area = ImageArea(bias: 0x6E)
    let bases = [0x19_0000, 0x1000, 0x1_0001].map { area.take($0) }
    #expect(bases == [0x7779_0000, 0x7778_0000, 0x7776_0000])
  }

  @Test("what does not fit below the bias goes to the top; what fits nowhere has no place")
  func wraps() {
    var area = ImageArea(bias: 4)
    let sizes: [ByteCount] = [
      .mebibytes(639), .kibibytes(832), .kibibytes(256), .kibibytes(512), .kibibytes(64),
      .kibibytes(256), .kibibytes(192), 1,
    ]
    let bases = sizes.map { area.take($0) }
    #expect(
      bases == [
        0x500C_0000, nil, 0x5008_0000, 0x5000_0000, 0x77FF_0000, nil, 0x77FC_0000, nil,
      ])
  }

  @Test(
    "a program on Windows 7: back to back from the bias",
    .enabled(if: WindowsLists.seven != nil))
  func seven() throws {
    let images = try WindowsLists.sevenRows().filter {
      $0.range.lower >= 0x5000_0000 && $0.range.upper <= ImageArea.top
        && ($0.details.hasPrefix("image:") || $0.details.hasPrefix("reserved:"))
    }
    let seen = images.map { Seen(range: $0.range, name: $0.details) }
    let (told, others) = try Self.told(seen)
    #expect(seen.count == 52 && told == 33 && others == 19)
    let ntdll = try #require(images.first { $0.details == "image:ntdll32" })
    // The bias of that boot, in 8 bits.
    #expect((ImageArea.top - (ntdll.range.upper)).value >> 16 == 0x5B)
  }

  @Test(
    "a program on Windows 10: back to back, down to the end of the area",
    .enabled(if: WindowsLists.ten != nil))
  func ten() throws {
    let images = try WindowsLists.tenRows().filter {
      $0.type == "Image (ASLR)" && $0.range.lower >= 0x5000_0000
        && $0.range.upper <= 0x77E0_0000
    }
    let seen = images.map { Seen(range: $0.range, name: $0.details) }
    let (told, others) = try Self.told(seen)
    #expect(seen.count == 273 && told == 154 && others == 119)
    #expect(images.map(\.range.lower).min() == 0x5000_0000)
    // With the area full, images lie where VirtualAlloc would put them.
    let rest = try WindowsLists.tenRows().filter {
      $0.type == "Image (ASLR)" && $0.range.lower < 0x5000_0000
    }
    #expect(rest.count == 286 && rest.allSatisfy { $0.range.lower < 0x3040_0000 })
  }

  @Test("a program of Windows 7's first version", .enabled(if: WindowsLists.rtm != nil))
  func firstSeven() throws {
    let snapshot = try SavedFile.read(Fixtures.bytes(#require(WindowsLists.rtm)))
    let seen = snapshot.map.images.filter {
      $0.range.lower >= 0x5000_0000 && $0.range.upper <= ImageArea.top
    }.map { Seen(range: $0.range, name: $0.name) }
    let (told, others) = try Self.told(seen)
    #expect(seen.count == 25 && told == 13 && others == 12)
  }
}
