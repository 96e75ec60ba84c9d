import AddressSpace
import AddressSpaceFormats
import AddressSpaceTesting
import SystemPackage
import TestSupport
import Testing

@Suite("Assertions on rules: what holds, what does not, what cannot be measured")
struct PolicyAssertionTests {
  static let golden = Fixtures.own.appending("golden")
  static let photo = SpaceUnderTest.file(golden.appending("photo.maps").string)
  static let full = SpaceUnderTest.file(golden.appending("full.maps").string)

  @Test("what holds says nothing, and a byte more is a failure at the caller's line")
  func limits() throws {
    let snapshot = try Fixtures.snapshot(Self.golden.appending("photo.maps"))
    let layout = Layout.inferred(from: snapshot.map, facts: snapshot.facts)
    let room = Room(map: snapshot.map, layout: layout, facts: snapshot.facts)
    let largest = try #require(room.largestFreeSpan).size
    for space in [Self.photo, .snapshot(snapshot), .room(room)] {
      expectLargestFreeSpan(of: space, atLeast: largest)
      expectLargestFreeSpan(of: space, atLeast: "174MiB")
      expectFits("64MiB", count: 11, in: space, by: .mmap)
      expectPolicy("regions <= 35", of: space)
      expectPolicy(["free >= 1GiB", "module libjpeg.so* <= 1MiB"], of: space)
      expectPolicy(.policy(Policy([PolicyRule(.regions, .atMost(35))])), of: space)

      var lines: [Int] = []
      func here(_ line: Int = #line) { lines.append(line) }
      let failed = failures {
        expectLargestFreeSpan(of: space, atLeast: largest + 1); here()
        expectLargestFreeSpan(of: space, atLeast: "175MiB"); here()
        expectFits("64MiB", count: 12, in: space, by: .mmap); here()
        expectFits("8000x6000x4x2", count: 1, in: space); here()
        expectPolicy("regions <= 34", of: space); here()
        expectPolicy(["free >= 1GiB", "module photo <= 512KiB"], of: space); here()
        expectPolicy(.policy(Policy([PolicyRule(.regions, .atMost(34))])), of: space); here()
      }
      #expect(failed.map(\.line) == lines)
      #expect(failed.allSatisfy { $0.file == "PolicyAssertionTests.swift" })
      #expect(!failed.contains { $0.text.contains("could not measure") })
    }
  }

  @Test("a failure: the limit and what is, the space in a line, three pins, what to ask next")
  func text() throws {
    let failed = failures { expectLargestFreeSpan(of: Self.photo, atLeast: "400MiB") }
    let path = Self.golden.appending("photo.maps").string
    #expect(
      failed.map(\.text) == [
        """
        photo.maps: largest-free is 174.2 MiB, 225.8 MiB too little for largest-free >= 400MiB.
          0x00010000 ··▓██▓··||▒████▓▒██▓▓██▒▒██░▓████▓▒█████▒·░·▓▓·| 0xc0000000
                       2 MiB   0xa8000000 SYSV00000000 (deleted) - unmap it: leaves 246 MiB
                      64 KiB   0x225f7000 anon 64 KiB - free it: leaves 238.3 MiB
                   366.2 MiB   0x8a5d7000 anon 366.2 MiB - free it: leaves 528.2 MiB
                  and 9 more
        More:  addrspace inspect \(path) --top 0
        """
      ])
  }

  @Test("what the source does not tell is a failure too, of its own wording")
  func undecided() throws {
    let failed = failures {
      expectFits("64MiB", count: 1, in: Self.full)
      expectPolicy(["free >= 1GiB", "fits 64MiB >= 1"], of: Self.full)
    }
    let sentence =
      "could not measure fits 64MiB >= 1 of full.maps: the source does not tell what the program's "
      + "heap would serve; a capture does. It is at most 46; the limit is 1."
    #expect(failed.count == 2)
    #expect(failed.first?.text.split(separator: "\n").first == Substring(sentence))
    // What is broken is said before.
    let lines = try #require(failed.last).text.split(separator: "\n").map(String.init)
    #expect(lines.first?.hasPrefix("full.maps: free is ") == true)
    #expect(lines.dropFirst().contains(sentence))
  }

  @Test("however many rules are broken, a failure has 20 lines at most")
  func length() throws {
    for count in [1, 2, 3, 5, 8, 13, 16, 17, 18, 19, 20, 21, 40] {
      let rules = (0..<count).map { "largest-free >= \(400 + $0)MiB" }
      let failed = failures { expectPolicy(.rules(rules), of: Self.photo) }
      let text = try #require(failed.first).text
      let lines = text.split(separator: "\n")
      #expect(lines.count <= 20)
      #expect(lines.last?.hasPrefix("More:  addrspace inspect ") == true)
      let told = lines.count { $0.contains("too little for largest-free") }
      let rest = lines.compactMap { $0.hasPrefix("and ") ? Int($0.split(separator: " ")[1]) : nil }
      #expect(told + (rest.first ?? 0) == count)
    }
  }

  @Test("a file of rules, and one that is refused with its place")
  func files() throws {
    let folder = try TemporaryFolder()
    let good = try folder.file("room.yaml", "rules:\n  - free: 1GiB\n  - regions: {at-most: 35}\n")
    expectPolicy(.file(good), of: Self.photo)
    let tight = try folder.file("tight.yaml", "rules: [{regions: {at-most: 34}}]")
    let bad = try folder.file("bad.yaml", "rules:\n  - largest-fre: 400MiB\n")
    let texts = failures {
      expectPolicy(.file(tight), of: Self.photo)
      expectPolicy(.file(bad), of: Self.photo)
      expectPolicy(.file(good + "s"), of: Self.photo)
    }.map(\.text)
    #expect(texts.count == 3)
    #expect(texts[0].hasPrefix("photo.maps: regions is 35, 1 too many for regions <= 34."))
    #expect(texts[1].hasPrefix("\(bad):2:5: ") && texts[1].contains("largest-free"))
    #expect(texts[2] == "\(good)s cannot be read: No such file or directory.")
  }

  @Test("rules that say nothing, or nothing that can be read, never pass")
  func refusedRules() {
    let texts = failures {
      expectPolicy([], of: Self.photo)
      expectPolicy(.policy(Policy([])), of: Self.photo)
      expectPolicy("largest-fre >= 4MiB", of: Self.photo)
      expectPolicy("free >= 0", of: Self.photo)
      expectLargestFreeSpan(of: Self.photo, atLeast: 0)
      expectLargestFreeSpan(of: Self.photo, atLeast: "lots")
      expectFits("64MiB", count: 0, in: Self.photo)
      expectFits("64MiB", count: -1, in: Self.photo)
      expectFits("64MiB*2", count: 1, in: Self.photo)
      expectFits("64MiB", count: 1, in: Self.photo, by: .virtualalloc)
    }.map(\.text)
    let parts = [
      "no rule to check.", "no rule to check.", "Did you mean largest-free?", "holds whatever",
      "holds whatever", "\"lots\"", "holds whatever", "\"-1\"", "count of its own",
      "virtualalloc does not exist in the layout linux-i386-3g.",
    ]
    #expect(texts.count == parts.count)
    for (text, part) in zip(texts, parts) { #expect(text.contains(part)) }
  }
}
