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

  @Test("layouts says of every model what is assumed, and each can be simulated")
  func models() async throws {
    let document = try JSON(try await Program()("layouts", "--json").output)
    let names = document["models"].items.compactMap { $0["name"].text }
    #expect(names.count == 15 && Set(names).count == 15)
    for model in document["models"].items {
      #expect(model["basis"] == .text("modelled, not measured"))
    }
    let text = try await Program()("layouts").output
    let scenario = """
      scenario: own
      about: a program that starts
      system: windows-xp-2g
      program: photo-wx
      steps: [{step: start}]

      """
    for name in names {
      #expect(text.contains("  \(name) "))
      let result = try await Program()(
        "simulate", "-", "--runs", "2", "--layout", name, "--json", input: scenario)
      #expect(try JSON(result.output)["layout"]["name"] == .text(name), "\(result.error)")
    }
    let refused = try await Program()("inspect", "self", "--layout", "windows-7-2g")
    #expect(refused.status == 64)
    #expect(refused.error.contains("windows-7-2g is a model of a system, for 'simulate'"))
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
