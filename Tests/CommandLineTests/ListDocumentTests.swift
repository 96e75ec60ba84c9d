import SystemPackage
import TestSupport
import Testing

@Suite("The documents addrspace.layouts/1 and addrspace.doctor/1", .needsProgram)
struct ListDocumentTests {
  @Test("layouts has every preset")
  func layouts() async throws {
    let document = try JSON(try await Program()("layouts", "--json").output)
    #expect(Shape.layouts.faults(of: document) == [])
    let layouts = document["layouts"].items
    let names = layouts.compactMap { $0["name"].text }
    let promised = [
      "linux-i386-3g", "linux-i386-2g", "linux-i386-4g", "linux-armv7-3g", "linux-armv7-2g",
      "linux-arm64-compat", "linux-x86-64", "windows-2g", "windows-3g", "windows-4g", "wine-2g",
      "wine-4g", "wine-new-2g", "wine-new-4g",
    ]
    #expect(Set(names).isSuperset(of: promised))
    #expect(Set(names).count == names.count)
    let granularities = Set(
      layouts.filter { $0["name"].text?.hasPrefix("w") == true }
        .compactMap { $0["granularityBytes"].integer })
    #expect(granularities == [65536])
  }

  @Test("every preset can be chosen by its name")
  func everyLayoutWorks() async throws {
    let document = try JSON(try await Program()("layouts", "--json").output)
    for layout in document["layouts"].items {
      let name = try #require(layout["name"].text)
      let result = try await Program()(
        "inspect", "-", "--json", "--layout", name, input: SmallMap.usual)
      let chosen = try JSON(result.output)
      #expect(chosen["layout"]["name"] == .text(name))
      #expect(chosen.inspectFaults == [], "\(name)")
    }
  }

  @Test("doctor")
  func doctor() async throws {
    let result = try await Program()("doctor", "--json")
    #expect(result.status == 0)
    let document = try JSON(result.output)
    #expect(Shape.doctor.faults(of: document) == [])
    let names = document["checks"].items.compactMap { $0["name"].text }
    #expect(Set(names).isSuperset(of: ["Linux kernel", "32-bit programs", "unwinders"]))
  }

  @Test("Python reads what Foundation reads", .needs("/usr/bin/python3"))
  func python() async throws {
    for command in ["inspect self", "forecast self", "diff self self", "layouts", "doctor"] {
      let result = try await Program().shell(
        "\"$A\" \(command) --json | /usr/bin/python3 -m json.tool >/dev/null")
      #expect(result.status == 0 && result.error == "", "\(command)")
    }
  }
}
