import AddressSpace
import TestSupport
import Testing

@Suite("Sizes as people write and read them")
struct ByteCountTextTests {
  @Test(
    "written in all ways",
    arguments: [
      ("4096", 4096), ("0", 0), ("0x3000000", 0x300_0000), ("0XfF", 255), ("7B", 7), ("7b", 7),
      ("48KiB", 49_152), ("48K", 49_152), ("48k", 49_152), ("48kib", 49_152), ("48kB", 48_000),
      ("48KB", 48_000), ("48MiB", 50_331_648), ("48M", 50_331_648), ("48MB", 48_000_000),
      ("1GB", 1_000_000_000), ("1G", 1_073_741_824), ("1.5GiB", 1_610_612_736),
      ("1.5G", 1_610_612_736), ("0.5K", 512), ("1.25MB", 1_250_000), ("2T", 2_199_023_255_552),
      ("2TB", 2_000_000_000_000), ("1.000001MB", 1_000_001), ("18446744073709551615", .max),
      ("0xFFFFFFFFFFFFFFFF", .max), ("16777215TiB", 18_446_742_974_197_923_840),
    ] as [(String, UInt64)])
  func read(text: String, bytes: UInt64) {
    #expect(ByteCount(text: text) == ByteCount(bytes))
  }

  @Test(
    "not a size",
    arguments: [
      "", " ", "-1", "+1", "1e6", "0x", "0xg", "0x-1", "0x+1", "0x1.5", "48 MB", " 48", "48 ",
      "MB", "1.5", "1.5B", ".5K", "1.K", "1..5K", "1.5.5K", "48PiB", "48iB", "48mm", "0x30M",
      "1.1234567M", "18446744073709551616", "0x10000000000000000", "16777216TiB",
      "99999999999999999999999", "18446744073709551615.999999K", "٣", "１２", "1_000", "1,000",
      "NaN", "inf", "4096\n", "4096\0",
    ])
  func refused(text: String) {
    #expect(ByteCount(text: text) == nil)
  }

  @Test(
    "said with a few digits",
    arguments: [
      (0, "0 B"), (12, "12 B"), (1023, "1023 B"), (1024, "1 KiB"), (65_536, "64 KiB"),
      (1536, "1.5 KiB"), (182_661_939, "174.2 MiB"), (384_000_000, "366.2 MiB"),
      (1_048_575, "1 MiB"), (1_073_741_823, "1 GiB"), (1_610_612_736, "1.50 GiB"),
      (1_084_227_584, "1.01 GiB"), (.max, "16777216 TiB"),
      (1_100_585_369_600, "1 TiB"),
    ] as [(UInt64, String)])
  func said(bytes: UInt64, text: String) {
    #expect(ByteCount(bytes).description == text)
  }

  @Test("what is said reads back as nearly the same")
  func readsBack() throws {
    var random = SeededGenerator(seed: 1)
    for _ in 0..<3000 {
      let bytes = UInt64.random(
        in: 0...UInt64.max >> UInt64.random(in: 0..<64, using: &random),
        using: &random)
      let text = ByteCount(bytes).description
      let back = ByteCount(text: text.filter { $0 != " " })
      // Only the very end of 64 bits rounds up beyond them.
      guard let back else {
        #expect(bytes > .max - (1 << 40))
        continue
      }
      let difference = max(back.value, bytes) - min(back.value, bytes)
      #expect(difference <= bytes / 19, "\(bytes) is said as \(text)")
    }
  }

  @Test("decimal fractions are exact, never through floating point")
  func exactFractions() {
    for thousandths in 0..<1000 as Range<UInt64> {
      let digits = String(1000 + thousandths).dropFirst()
      #expect(ByteCount(text: "3.\(digits)MB") == ByteCount(3_000_000 + thousandths * 1000))
    }
  }
}
