import AddressSpace
import AddressSpaceFormats
import TestSupport
import Testing

@Suite("Snapshots in JSON")
struct SnapshotReaderTests {
  /// As somebody else might write one: other blanks, other order, keys of later versions.
  static let foreign = #"""
    {"schema":"addrspace.snapshot/1","later":{"a":[1,-2.5e+3,true,false,null,{"b":"\u00e9\ud83d\ude00"}]},
     "regions":[{"high":"0x8049000","low":"8048000","access":"r-xp","name":"\/bin\/ph\u006fto"},
      {"low":"0x10000000","high":"0x10100000","access":"rw-p","kind":"heap","traits":["no-reserve","later"],
       "later":null}, "not a region", {"low":"0x1","high":"0x1","access":"rwxp"}],
     "facts":{"word-size":"32","later":"x","task-limit":["pids.max 100 7"],"page-size":"4095"},
     "source":{"kind":"core","pid":12,"path":"/secret","name":null,"later":1}}
    """#

  @Test("of any spelling")
  func spelling() throws {
    let snapshot = try SavedFile.read(Array(Self.foreign.utf8))
    #expect(snapshot.source == Source(kind: .core, pid: 12))
    #expect(snapshot.facts.wordSize == .bits32 && snapshot.facts.isRead)
    #expect(snapshot.facts.threads?.limits == [TaskLimit(.group, limit: 100, used: 7)])
    let regions = snapshot.map.regions
    #expect(regions.map(\.name) == ["/bin/photo", ""])
    #expect(regions.map(\.range.lower) == [0x804_8000, 0x1000_0000])
    #expect(regions.map(\.kind) == [.image, .heap])
    #expect(regions.map(\.traits) == [[], .noReserve])
    #expect(
      snapshot.diagnostics.kept.map(\.message).sorted() == [
        "\"4095\" is no page-size; line skipped",
        "not a region with low, high and access; it was left out",
        "not a region with low, high and access; it was left out",
      ])
    #expect(snapshot.diagnostics.kept.allSatisfy { ($0.line ?? 0) > 2 })
  }

  @Test(
    "what is none",
    arguments: [
      (#"{"schema": "addrspace.inspect/1", "source": {}}"#, "an answer of this program"),
      (#"{"schema": "addrspace.snapshot/2", "regions": []}"#, "version 2"),
      (#"{"schema": "addrspace.snapshot/1", "regions": []}"#, "no mapping found"),
      (#"{"schema": "addrspace.snapshot/1", "regions": [}"#, "value is expected"),
      (#"{"schema": "addrspace.snapshot/1""#, "cut off"),
      (#"{"other": 1}"#, "no mapping found"), ("{}", "no mapping found"),
    ])
  func refused(text: String, sentence: String) {
    let error = #expect(throws: FormatError.self) { try SavedFile.read(Array(text.utf8)) }
    #expect(error?.description.contains(sentence) == true, "\(String(describing: error))")
  }

  @Test(
    "not JSON at some place: what stands before it is kept, and said",
    arguments: [
      ",]", "{\"low\": \"0x20000000\",}", "\"\\x\"", "\"\u{1}\"", "\"\\ud800\"",
      "\"\\ud800\\u0041\"",
      "\"\\u12g4\"", "tru", "+", "01x", "\"never ends", "{\"offset\": -1}", "{\"inode\": 1e3}",
      "{\"offset\": 18446744073709551616}", "{\"low\" \"x\"}", "{1: 2}",
      String(repeating: "[", count: 200), String(repeating: "{\"a\":", count: 200),
    ])
  func syntax(text: String) throws {
    let region = #"{"low": "0x8048000", "high": "0x8049000", "access": "r-xp"}"#
    let document = "{\"schema\": \"addrspace.snapshot/1\",\n\"regions\": [\(region),\n\(text)"
    let snapshot = try SavedFile.read(Array(document.utf8))
    #expect(snapshot.map.regions.count == 1)
    #expect(snapshot.diagnostics.kept.last?.line == 3, "\(snapshot.diagnostics)")
    var options = SavedFile.Options()
    options.strict = true
    #expect(throws: FormatError.self) {
      try SavedFile.read(Array(document.utf8), options: options)
    }
  }

  /// Reads what may be anything, and asks it.
  private func ask(_ bytes: [UInt8]) throws {
    do throws(FormatError) {
      let snapshot = try SavedFile.read(bytes)
      #expect(!snapshot.map.regions.isEmpty)
      let layout = Layout.inferred(from: snapshot.map, facts: snapshot.facts)
      let room = Room(map: snapshot.map, layout: layout, facts: snapshot.facts)
      #expect(room.freeBytes + room.mappedBytes == layout.space.size)
    } catch {
      #expect(!error.description.isEmpty)
    }
  }

  @Test("every prefix, and every byte lost or changed")
  func damaged() throws {
    let whole = try SavedFile.read(Array(CutFilesTests.rich.utf8))
    let documents = [SnapshotText.write(whole), Array(Self.foreign.utf8)]
    var random = SeededGenerator(seed: 73)
    for bytes in documents {
      for index in bytes.indices {
        try ask(Array(bytes.prefix(index)))
        var lost = bytes
        lost.remove(at: index)
        try ask(lost)
        var changed = bytes
        changed[index] = UInt8.random(in: 0...255, using: &random)
        try ask(changed)
      }
    }
  }

  @Test("a snapshot by a number that a file with one does not have")
  func snapshots() throws {
    for bytes in [Array(Self.foreign.utf8), Array(CaptureTests.maps.utf8)] {
      var options = SavedFile.Options()
      options.snapshot = 1
      #expect(throws: Never.self) { try SavedFile.read(bytes, options: options) }
      options.snapshot = 2
      #expect(throws: FormatError.noSnapshot(2, of: 1)) {
        try SavedFile.read(bytes, options: options)
      }
    }
  }
}
