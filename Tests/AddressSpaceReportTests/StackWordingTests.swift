import AddressSpace
import Testing

@testable import AddressSpaceReport
@testable import AddressSpaceTrace

@Suite("How frames are called")
struct StackWordingTests {
  private let load = ReportFrame(
    function: "ExifCache::load(std::string const&) const", module: "/opt/photo", offset: 0x1234,
    file: "/src/cache.cpp", line: 57)

  @Test(
    "the function's arguments go first, then its beginning, then its place",
    arguments: [
      (60, "ExifCache::load cache.cpp:57"), (28, "ExifCache::load cache.cpp:57"),
      (27, "...fCache::load cache.cpp:57"), (22, "...oad cache.cpp:57"), (12, "...che::load"),
    ])
  func widths(width: Int, name: String) {
    let shown = Wording.name(of: load, width: width)
    #expect(shown.count <= width)
    if width >= 28 { #expect(shown == name) }
    #expect(shown.contains("load"))
  }

  @Test("whole where there is room")
  func whole() {
    #expect(
      Wording.name(of: load, width: 70, isWhole: true)
        == "ExifCache::load(std::string const&) const cache.cpp:57")
  }

  @Test("what is known instead of a function")
  func unknown() {
    var frame = ReportFrame(module: "/opt/photo", offset: 0x1234)
    #expect(Wording.name(of: frame, width: 40) == "photo+0x1234")
    frame.module = nil
    #expect(Wording.name(of: frame, width: 40) == "0x1234")
    frame.file = "/x/y.c"
    #expect(Wording.name(of: frame, width: 40) == "y.c")
    frame.function = "f"
    frame.file = nil
    frame.module = "/lib/libz.so"
    #expect(Wording.name(of: frame, width: 40) == "f libz.so")
    #expect(Wording.name(of: nil as ReportFrame?, width: 40) == "-")
    #expect(Wording.name(of: nil as ReportStack?, width: 40) == "no stack")
  }

  @Test(
    "names without what their functions take",
    arguments: [
      ("f(int)", "f"), ("a::b(c (*)(int)) const", "a::b"), ("operator()", "operator()"), ("f", "f"),
      ("(anonymous namespace)::f(int)", "(anonymous namespace)::f"), ("", ""), ("(x)", "(x)"),
      ("f)", "f)"), ("f(", "f("),
      ("a::(anonymous namespace)::g()", "a::(anonymous namespace)::g"),
      ("operator()(int)", "operator()"),
      ("std::vector<int (*)()>::at(int)", "std::vector<int (*)()>::at"),
    ])
  func withoutArguments(function: String, bare: String) {
    #expect(Wording.withoutArguments(function) == bare)
  }
}

@Suite("The picture of a timeline")
struct TimelinePictureTests {
  private func picture(
    _ points: [(time: UInt64, largest: UInt64, fits: UInt64)], duration: UInt64 = 6400,
    isUnicode: Bool = true
  ) -> [String] {
    TimelinePicture(
      points: points.map {
        Timeline.Point(
          time: $0.time, event: 0, largestFree: ByteCount($0.largest << 20), freeBytes: .zero,
          pieces: 1, fits: [$0.fits])
      }, duration: duration, style: Style(width: 80, isUnicode: isUnicode)
    ).lines(fitsLabel: "fits")
  }

  @Test("a cell shows the lowest that its time has seen")
  func lows() {
    // High but for a moment in the eleventh of 64 cells.
    let lines = picture([(0, 960, 3), (1050, 40, 0), (1060, 960, 3)])
    #expect(lines.count == 5)
    let cells = lines[3].split(separator: "│")[1]
    #expect(cells == String(repeating: "3", count: 10) + "0" + String(repeating: "3", count: 53))
    #expect(
      lines[2].split(separator: "│")[1].map { $0 == "█" ? "f" : "l" }.joined().contains("flf"))
    #expect(lines.allSatisfy { $0.count <= 79 && !$0.hasSuffix(" ") })
  }

  @Test("what lasts after the last point is shown to the end")
  func tail() {
    let lines = picture([(0, 960, 12), (3200, 480, 1)], isUnicode: false)
    #expect(
      lines[3].hasSuffix(String(repeating: "+", count: 32) + String(repeating: "1", count: 32)))
    #expect(lines[2].hasSuffix(String(repeating: "#", count: 64)))
    #expect(
      lines[0].hasSuffix("| " + String(repeating: "#", count: 32))
        || lines[0].hasSuffix("|" + String(repeating: "#", count: 32)))
  }

  @Test("nothing is drawn of nothing")
  func nothing() {
    #expect(picture([]) == [])
    #expect(picture([(0, 0, 0)]) == [])
    #expect(picture([(0, 10, 0)], duration: 0) == [])
  }

  @Test(
    "seconds",
    arguments: [
      (0, "0.000 s"), (499_999, "0.000 s"), (500_000, "0.001 s"), (4_250_000_000, "4.250 s"),
      (99_999_400_000, "99.999 s"), (100_000_000_000, "100.0 s"), (3_600_060_000_000, "3600.1 s"),
      (UInt64.max, "18446744073.7 s"),
    ] as [(UInt64, String)])
  func seconds(nanoseconds: UInt64, text: String) {
    #expect(nanoseconds.secondsText == text)
  }
}
