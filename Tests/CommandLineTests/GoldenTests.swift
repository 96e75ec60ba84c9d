import SystemPackage
import TestSupport
import Testing

@Suite("Golden output", .needsProgram)
struct GoldenTests {
  static let ascii = ["LC_ALL": "C"]

  static let inspections = [
    Golden("inspect-photo", "inspect golden/photo.maps"),
    Golden("inspect-photo-ascii", "inspect golden/photo.maps", ascii),
    Golden("inspect-photo-color", "inspect golden/photo.maps --color always"),
    Golden("inspect-photo-color-ascii", "inspect golden/photo.maps --color always", ascii),
    Golden("inspect-photo-never", "inspect golden/photo.maps --color never", ["NO_COLOR": ""]),
    Golden("inspect-photo-buffers", "inspect golden/photo.maps --buffer 48MB --buffer 512MiB"),
    Golden("inspect-photo-numpy", "inspect golden/photo.maps --allocator numpy"),
    Golden("inspect-photo-top-1", "inspect golden/photo.maps --top 1"),
    Golden("inspect-photo-windows", "inspect golden/photo.maps --layout windows-4g"),
    Golden("inspect-photo-range", "inspect golden/photo.maps --range 10000-60000000"),
    Golden("inspect-capture", "inspect golden/capture.maps -v"),
    Golden("inspect-pieces", "inspect golden/pieces.maps"),
    Golden("inspect-full", "inspect golden/full.maps"),
    Golden("inspect-wide", "inspect golden/wide.maps"),
    Golden("inspect-odd", "inspect golden/odd.maps"),
    Golden("inspect-wine-2g", "inspect wine/wine8-2g-bare.smaps"),
    Golden("inspect-wine-4g", "inspect wine/wine8-laa-fragmented.smaps"),
    Golden("inspect-wine-4g-maps", "inspect wine/wine8-laa-fragmented.maps"),
    Golden("inspect-wine-preloader", "inspect wine/wine8-laa-preloader.smaps"),
  ]

  static let others = [
    Golden("inspect-photo-all", "inspect golden/photo.maps --top 0"),
    Golden("inspect-photo-plain", "inspect golden/photo.maps --plain"),
    Golden("inspect-odd-plain", "inspect golden/odd.maps --plain", ascii),
    Golden("inspect-wine-2g-plain", "inspect wine/wine8-2g-bare.smaps --plain --top 5"),
    Golden("forecast-photo", "forecast golden/photo.maps"),
    Golden("forecast-photo-ascii", "forecast golden/photo.maps", ascii),
    Golden("forecast-photo-color", "forecast golden/photo.maps --color always"),
    Golden("forecast-photo-plain", "forecast golden/photo.maps --plain"),
    Golden("forecast-photo-why", "forecast golden/photo.maps --buffer 1M --buffer 1G --why"),
    Golden("forecast-photo-many", "forecast golden/photo.maps --buffer 16M --buffer 192M@4M"),
    Golden("forecast-photo-more", "forecast golden/photo.maps --more 3 --require 9"),
    Golden("forecast-photo-sequence", "forecast golden/photo.maps --sequence \(sequence)"),
    Golden("forecast-photo-sequence-plain", "forecast golden/photo.maps --plain \(plainSequence)"),
    Golden("forecast-capture", "forecast golden/capture.maps --buffer 300K"),
    Golden("forecast-pieces", "forecast golden/pieces.maps"),
    Golden("forecast-full", "forecast golden/full.maps"),
    Golden("forecast-wine-2g", "forecast wine/wine8-2g-bare.smaps"),
    Golden("forecast-wine-4g-heap", "forecast wine/wine8-laa-bare.maps --allocator heapalloc"),
    Golden("diff-photo", "diff golden/photo.maps golden/photo-later.maps"),
    Golden("diff-photo-ascii", "diff golden/photo.maps golden/photo-later.maps", ascii),
    Golden("diff-photo-color", "diff golden/photo.maps golden/photo-later.maps --color always"),
    Golden("diff-photo-plain", "diff golden/photo.maps golden/photo-later.maps --plain"),
    Golden("diff-photo-back", "diff golden/photo-later.maps golden/photo.maps --exit-code"),
    Golden("diff-photo-same", "diff golden/photo.maps golden/photo.maps --exit-code"),
    Golden("diff-photo-relative", "diff golden/photo.maps golden/photo-moved.maps --relative"),
    Golden("diff-wine-2g", "diff wine/wine8-2g-bare.smaps wine/wine8-2g-fragmented.smaps"),
    Golden("check-photo", "check golden/photo.maps \(rules)"),
    Golden("check-photo-ascii", "check golden/photo.maps \(rules)", ascii),
    Golden("check-photo-color", "check golden/photo.maps --color always \(rules)"),
    Golden("check-photo-plain", "check golden/photo.maps --plain \(rules)"),
    Golden("check-photo-json", "check golden/photo.maps --json \(rules)"),
    Golden("check-photo-all", "check golden/photo.maps --top 0 \(rules)"),
    Golden("check-photo-junit", "check golden/photo.maps -q --junit /dev/stderr \(rules)"),
    Golden("check-photo-github", "check golden/photo.maps -q --github \(rules)"),
    Golden("check-several", "check golden/photo.maps golden/full.maps golden/pieces.maps \(few)"),
    Golden("check-unknown", "check golden/full.maps --require fits_64MiB>=1"),
    Golden(
      "check-baseline",
      "check golden/photo-later.maps --baseline golden/photo.maps --require new<=1MiB "
        + "--require new-pins<=0 --require growth_of_regions<=0 --require loss_of_free<=64MiB"),
    Golden("check-recording", "check photo.addrspace --require largest-free>=2GiB"),
    Golden("report", "report photo.addrspace"),
    Golden("report-ascii", "report photo.addrspace", ascii),
    Golden("report-color", "report photo.addrspace --color always"),
    Golden("report-lowest-function", "report photo.addrspace --at lowest --by function"),
    Golden("report-module", "report photo.addrspace@#7 --by module"),
    Golden("report-stacks", "report photo.addrspace --stacks --top 3"),
    Golden("report-wide", "report photo.addrspace --pid 4712"),
    Golden("report-plain", "report photo.addrspace --plain --top 4"),
    Golden("report-json", "report photo.addrspace --json --top 1"),
    Golden("export-folded", "export photo.addrspace --format folded"),
    Golden("export-speedscope", "export photo.addrspace --format speedscope --weight gain"),
    Golden("inspect-recording", "inspect photo.addrspace@lowest"),
    Golden("forecast-recording", "forecast photo.addrspace@0.3 --buffer 1G"),
    Golden("diff-recording", "diff photo.addrspace@#0 photo.addrspace@lowest"),
    Golden("convert-pieces", "convert golden/pieces.maps --to json"),
    Golden("convert-photo-anonymous", "convert golden/photo.maps --anonymize --to json"),
    Golden("simulate-hello", "simulate linux-hello"),
    Golden("simulate-hello-ascii", "simulate linux-hello", ascii),
    Golden("simulate-hello-plain", "simulate linux-hello --plain"),
    Golden("simulate-hello-json", "simulate linux-hello --runs 50 --json"),
    Golden("simulate-hello-run", "simulate linux-hello --run 2"),
    Golden("simulate-linux", "simulate scenarios/linux.yaml --runs 100"),
    Golden("simulate-linux-plain", "simulate scenarios/linux.yaml --runs 20 --plain"),
    Golden("simulate-forms", "simulate scenarios/forms.yaml --runs 20 --remedy all+collect"),
    Golden("simulate-from", "simulate scenarios/linux.yaml --from golden/capture.maps --runs 2"),
    Golden("simulate-refused", "simulate scenarios/refused/drop-unknown.yaml"),
    Golden("simulate-unknown", "simulate linux-helo"),
    Golden("inspect-simulated", "inspect --simulate linux-hello --run 2"),
    Golden("inspect-simulated-step", "inspect --simulate scenarios/linux.yaml --step work"),
    Golden("forecast-simulated", "forecast --simulate linux-hello --run 2"),
    Golden("diff-simulated", "diff --simulate linux-hello --run 2 golden/photo.maps"),
    Golden("layouts", "layouts"),
    Golden("layouts-ascii", "layouts", ascii),
    Golden("layouts-color", "layouts --color always"),
    Golden("layouts-plain", "layouts --plain"),
  ]

  private static let rules =
    "--require largest-free>=100MiB --require fits_8000x6000x4x2_by_malloc>=2 "
    + "--require regions<=30 --require owner_*.so*<=1MiB --require pins_<_4MiB_between_10MiB<=0"
  private static let few = "--require largest-free>=100MiB --require regions<=1000"
  private static let sequence = "--buffer 8000x6000x4x2*2 --buffer 48MB*3 --buffer 1G"
  private static let plainSequence = "--sequence --buffer 256M*3 --buffer 1G"

  @Test(arguments: inspections + others)
  func isAsRecorded(golden: Golden) async throws {
    try await golden.check()
  }

  @Test("no line ends with blanks")
  func trailingBlanks() throws {
    for name in Fixtures.names(in: Golden.folder, suffix: ".txt") {
      let lines = try Fixtures.text(Golden.folder.appending(name)).split(separator: "\n")
      #expect(lines.filter { $0.hasSuffix(" ") } == [], "\(name)")
    }
  }

  @Test("in a locale without Unicode all is ASCII", arguments: inspections + others)
  func localeWithoutUnicode(golden: Golden) async throws {
    var golden = golden
    golden.environment = Self.ascii
    #expect(try await golden.output().utf8.allSatisfy { $0 < 0x80 })
  }

  @Test("no file is left over from a test that went")
  func leftOver() {
    let files = Fixtures.names(in: Golden.folder, suffix: ".txt").map { String($0.dropLast(4)) }
    let known = (Self.inspections + Self.others).map(\.name)
    #expect(files.filter { !known.contains($0) } == [])
    #expect(Set(known).count == known.count)
  }
}
