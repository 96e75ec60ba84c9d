import SystemPackage
import TestSupport
import Testing

@Suite("The document addrspace.report/1", .needsProgram)
struct ReportDocumentTests {
  private func document(_ options: String...) async throws -> JSON {
    let folder = try TemporaryFolder()
    let path = try PhotoRecording().write(to: folder.path)
    let result = try await Program()(["report", path, "--json"] + options)
    #expect(result.status == 0 && result.error == "")
    let document = try JSON(result.output)
    #expect(Shape.report.faults(of: document) == [])
    #expect(document["source"]["path"] == .text(path))
    return document
  }

  @Test(
    "has every key in its type",
    arguments: [
      [], ["--at", "lowest"], ["--at", "#0"], ["--by", "function"], ["--by", "module"],
      ["--pid", "4712"], ["--top", "1"], ["--buffer", "1M", "--buffer", "16x16x1x1"],
      ["--allocator", "mmap"],
    ])
  func shape(options: [String]) async throws {
    let folder = try TemporaryFolder()
    var recording = PhotoRecording()
    for isFinished in [true, false] {
      recording.isFinished = isFinished
      let path = try recording.write(to: folder.path, name: "\(isFinished)")
      let result = try await Program()(["report", path, "--json"] + options)
      #expect(result.status == 0, "\(result.error)")
      let document = try JSON(result.output)
      #expect(Shape.report.faults(of: document) == [])
      #expect((document["durationSeconds"] == .null) == !isFinished)
    }
  }

  @Test("what happened")
  func values() async throws {
    let document = try await document()
    #expect(
      document["command"] == .list([.text("./photo"), .text("--batch"), .text("in dir")]))
    #expect(document["durationSeconds"].number == 4.25)
    #expect(
      document["events"]
        == .object(["mmap2": .integer(16), "munmap": .integer(5), "mprotect": .integer(1)]))
    let drops = document["drops"].items
    #expect(drops.map { $0["from"].integer } == [10, 9, 8, 7, 6, 5])
    #expect(drops.map { $0["to"].integer } == [9, 8, 7, 6, 5, 4])
    #expect(drops.allSatisfy { $0["buffer"] == .text("8000x6000x4x2") })
    #expect(drops[0]["event"]["call"] == .text("mmap2"))
    #expect(drops[0]["event"]["low"] == .text("0xe0bc8000"))
    #expect(drops[0]["event"]["bytes"] == .integer(0x16E3_8000))
    #expect(drops[0]["event"]["thread"] == .integer(4711))
    #expect(drops[0]["event"]["threadName"] == .text("photo"))
    #expect(drops[0]["stack"][1]["inlined"] == .flag(true))
    #expect(document["lows"].items.last?["largestFreeBytes"] == .integer(1_673_850_880))
    let failures = document["failures"].items
    #expect(failures.map { $0["errno"].text } == ["ENOMEM", "ENOMEM", "EACCES"])
    #expect(failures.map { $0["wall"].text } == ["fragmented", "fragmented", "not-permitted"])
    #expect(document["buffers"][0]["nextFit"]["owners"].items.count == 3)
    // What was there before, and what was found.
    #expect(document["unattributed"]["withoutStack"]["regions"] == .integer(1))
    let sum = ["before", "found", "withoutStack"].reduce(0 as UInt64) {
      $0 + (document["unattributed"][$1]["bytes"].integer ?? 0)
    }
    #expect(document["unattributed"]["bytes"] == .integer(sum))
  }

  @Test("live bytes of callers and of what nobody made are what is mapped")
  func sums() async throws {
    for at in ["end", "lowest", "#5"] {
      let document = try await document("--at", at)
      let held = document["callers"].items.reduce(0 as UInt64) { $0 + ($1["bytes"].integer ?? 0) }
      let rest = document["unattributed"]["bytes"].integer ?? 0
      #expect(document["totals"]["mappedBytes"] == .integer(held + rest))
    }
  }

  @Test("two runs give the same bytes, and plain says the same")
  func deterministic() async throws {
    let folder = try TemporaryFolder()
    let path = try PhotoRecording().write(to: folder.path)
    for format in ["text", "plain", "json"] {
      let first = try await Program()("report", path, "--format", format).output
      #expect(try await Program()("report", path, "--format", format).output == first)
    }
    let plain = try await Program()("report", path, "--plain").output
    let records = plain.split(separator: "\n").map {
      $0.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
    }
    #expect(records.count { $0[0] == "drop" && $0[3] == "8000x6000x4x2" } == 6)
    #expect(records.contains(["events", "mmap2", "14", "2"]))
    #expect(records.contains { $0[0] == "frame" && $0[1] == "ExifCache::load(Path const&)" })
    #expect(records.first { $0[0] == "failure" }?[5] == "ENOMEM")
  }
}

@Suite("export", .needsProgram)
struct ExportTests {
  private func export(_ options: String...) async throws -> String {
    let folder = try TemporaryFolder()
    let path = try PhotoRecording().write(to: folder.path)
    let result = try await Program()(["export", path] + options)
    #expect(result.status == 0 && result.error == "")
    return result.output
  }

  @Test("folded stacks: outermost first, a weight behind the last blank")
  func folded() async throws {
    let lines = try await export("--format", "folded").split(separator: "\n").map(String.init)
    #expect(
      lines.contains(
        "main (main.cpp:61);Batch::load(Path const&) (batch.cpp:88);"
          + "ExifCache::load(Path const&) (exif_cache.cpp:57);mmap64 196608"))
    #expect(lines.contains("[no stack taken] 4096"))
    for line in lines {
      #expect(line.split(separator: " ").last.flatMap { UInt64($0) } ?? 0 > 0)
    }
    let gain = try await export("--format", "folded", "--weight", "gain")
    #expect(gain.contains("0x12e4;photo+0x12f4 28913664\n") && !gain.contains("[no stack"))
  }

  /// The schema of https://www.speedscope.app/file-format-schema.json by hand: a file of sampled
  /// profiles.
  private func faults(of document: JSON) -> [String] {
    var faults = Shape.object([
      "$schema": .word(["https://www.speedscope.app/file-format-schema.json"]),
      "exporter": .text, "name": .text, "activeProfileIndex": .integer,
      "shared": .object(["frames": .list(.any)]),
      "profiles": .list(
        .object([
          "type": .word(["sampled"]), "name": .text, "unit": .word(["bytes"]),
          "startValue": .integer, "endValue": .integer, "samples": .list(.list(.integer)),
          "weights": .list(.integer),
        ])),
    ]).faults(of: document)
    let frames = document["shared"]["frames"].items
    for item in frames {
      guard case .object(let members) = item else { return faults + ["a frame is no object"] }
      var shape: [String: Shape] = ["name": .text]
      if members["file"] != nil { shape["file"] = .text }
      if members["line"] != nil { shape["line"] = .integer }
      faults += Shape.object(shape).faults(of: item)
    }
    for profile in document["profiles"].items {
      let samples = profile["samples"].items
      let weights = profile["weights"].items.compactMap(\.integer)
      if samples.count != weights.count { faults.append("weights are not as many as samples") }
      if profile["endValue"].integer != weights.reduce(0, +) {
        faults.append("the end is not the sum")
      }
      for index in samples.flatMap(\.items).compactMap(\.integer) where index >= frames.count {
        faults.append("frame \(index) is not there")
      }
    }
    return faults
  }

  @Test("speedscope takes it", arguments: ["bytes", "gain"])
  func speedscope(weight: String) async throws {
    let document = try JSON(try await export("--format", "speedscope", "--weight", weight))
    #expect(faults(of: document) == [])
    let profile = document["profiles"][0]
    #expect(profile["samples"].items.count > 0)
    let names = document["shared"]["frames"].items.map { $0["name"].text }
    // Outermost first, and equal frames once.
    #expect(Set(document["shared"]["frames"].items.map { "\($0)" }).count == names.count)
    let chains = profile["samples"].items.map { sample in
      sample.items.compactMap(\.integer).map { names[Int($0)] ?? "" }
    }
    if weight == "bytes" {
      #expect(
        chains.contains([
          "main", "Batch::load(Path const&)", "ExifCache::load(Path const&)", "mmap64",
        ]))
    }
  }

  @Test("to a file, at a moment")
  func toFile() async throws {
    let folder = try TemporaryFolder()
    let path = try PhotoRecording().write(to: folder.path)
    let file = folder.path.appending("out").string
    let result = try await Program()(
      "export", path, "--at", "#1", "--format", "folded", "-o", file)
    #expect(result.status == 0 && result.output == "")
    let lines = try Fixtures.text(FilePath(file)).split(separator: "\n")
    #expect(lines.count == 2 && lines[0].hasSuffix(";mmap64 384008192"))
    #expect(lines[1].hasPrefix("[there before the recording] "))
    let refused = try await Program()(
      "export", path, "--format", "folded", "-o", "/nonexistent/out")
    #expect(refused.status == 74)
  }
}
