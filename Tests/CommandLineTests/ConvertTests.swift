import AddressSpace
import SystemPackage
import TestSupport
import Testing

@Suite("Converted files answer as what they were made of", .needsProgram)
struct ConvertTests {
  static let questions = [
    ["inspect", "--json"],
    ["forecast", "--json", "--buffer", "24MB", "--buffer", "300K", "--buffer", "thread"],
  ]

  /// Saved files of the project, one of each kind.
  static let files = [
    "photo/photo-organizer.maps", "golden/capture.maps", "golden/odd.maps", "golden/full.maps",
    "golden/wide.maps", "golden/pieces.maps", "wine/wine8-2g-fragmented.smaps",
    "wine/wine8-laa-preloader.maps", "malformed/not-utf8.maps", "malformed/odd-names.maps",
    "malformed/impossible.capture", "malformed/abort-text.maps",
  ]

  /// The answers on a target, without where they come from.
  private func answers(on target: String) async throws -> [JSON] {
    var answers: [JSON] = []
    for question in Self.questions {
      let result = try await Program()(question + [target])
      #expect(result.status == 0, "\(target): \(result.error)")
      answers.append(try JSON(result.output).withoutPlaces)
    }
    return answers
  }

  @Test("of every kind", arguments: files, ["maps", "json"])
  func sameAnswers(file: String, form: String) async throws {
    let folder = try TemporaryFolder()
    let source = Fixtures.own.appending(file).string
    let saved = folder.path.appending("saved.\(form)").string
    let result = try await Program()("convert", source, "-q", "-o", saved)
    #expect(result.status == 0 && result.output == "" && result.error == "")
    #expect(try await answers(on: saved) == answers(on: source))
    let diff = try await Program()("diff", "--exit-code", source, saved, "-q")
    #expect(diff.status == 0, "\(diff.output)")
    // And back, through the other form.
    let other = form == "maps" ? "json" : "maps"
    let piped = try await Program().shell(
      "\"$A\" convert '\(saved)' -q --to \(other) | \"$A\" inspect --json -")
    #expect(try await JSON(piped.output).withoutPlaces == answers(on: source)[0])
  }

  @Test("moments of a recording, but for the stacks")
  func recordings() async throws {
    let folder = try TemporaryFolder()
    let path = try PhotoRecording().write(to: folder.path)
    for moment in ["", "@lowest", "@0", "@#3"] {
      for form in ["maps", "json"] {
        let saved = folder.path.appending("saved.\(form)").string
        let result = try await Program()("convert", path + moment, "-o", saved)
        #expect(result.status == 0, "\(result.error)")
        let live = try await answers(on: path + moment).map(\.withoutStacks)
        #expect(try await answers(on: saved).map(\.withoutStacks) == live, "\(moment)")
      }
    }
  }

  @Test("the document is of the promised shape")
  func shape() async throws {
    for file in Self.files {
      let source = Fixtures.own.appending(file).string
      let result = try await Program()("convert", source, "-q", "--to", "json")
      let document = try JSON(result.output)
      #expect(Shape.snapshot.faults(of: document) == [], "\(file)")
      #expect(document["schema"] == .text("addrspace.snapshot/1"))
      let inspected = try JSON(try await Program()("inspect", source, "--json").output)
      for key in ["kind", "pid", "name"] {
        #expect(document["source"][key] == inspected["source"][key])
      }
    }
  }

  @Test("without names the numbers stay")
  func anonymous() async throws {
    let folder = try TemporaryFolder()
    for file in Self.files {
      let source = Fixtures.own.appending(file).string
      let saved = try await Program()("convert", "--anonymize", source, "-q").output
      let path = try folder.file("saved.maps", saved)
      let (plain, named) = (try await answers(on: path), try await answers(on: source))
      for (plain, named) in zip(plain, named) {
        for key in ["totals", "largestRequestBytes", "kinds", "fragmentation"] {
          #expect(plain[key] == named[key], "\(file): \(key)")
        }
        #expect(
          plain["buffers"].items.map { $0["fits"] } == named["buffers"].items.map { $0["fits"] })
        for key in ["low", "high", "largestGainBytes", "joinedBytes", "bufferGain", "action"] {
          #expect(plain["pins"].items.map { $0[key] } == named["pins"].items.map { $0[key] })
        }
      }
    }
    let photo = Fixtures.own.appending("photo/photo-organizer.maps").string
    let text = try await Program()("convert", "--anonymize", photo, "--to", "json").output
    for word in ["photo", "python", "numpy", "usr", "home"] { #expect(!text.contains(word)) }
    #expect(text.contains("libc.so.6") && text.contains("[heap]"))
    #expect(try await Program()("convert", "--anonymize", photo, "--to", "json").output == text)
  }

  @Test(
    "wrong usage",
    arguments: [
      (["MAP", "-o", "x.addrspace"], "only a log of strace"),
      (["MAP", "--to", "xml"], "--to"), (["MAP", "--snapshot", "2"], "no snapshot 2"),
      (["MAP", "--snapshot", "0"], "from 1 up"), (["self", "--snapshot", "2"], "a process has"),
      (["RUN", "--snapshot", "2"], "Name a moment"), ([], "<target>"),
    ])
  func usage(arguments: [String], sentence: String) async throws {
    let folder = try TemporaryFolder()
    let map = try folder.file("small.maps", SmallMap.usual)
    let run = try PhotoRecording().write(to: folder.path)
    let words = arguments.map { $0 == "MAP" ? map : $0 == "RUN" ? run : $0 }
    let result = try await Program(directory: folder.path)(["convert"] + words)
    #expect(result.status == 64 && result.output == "")
    #expect(result.error.contains(sentence), "\(result.error)")
    #expect(!Fixtures.exists(folder.path.appending("x.addrspace")))
  }

  @Test(
    "--snapshot 1 is that of every file with one", arguments: ["inspect", "forecast", "convert"])
  func onlySnapshot(command: String) async throws {
    let one = try await Program()(command, "-", "--snapshot", "1", input: SmallMap.usual)
    #expect(one.status == 0)
    #expect(one.output == (try await Program()(command, "-", input: SmallMap.usual)).output)
    let two = try await Program()(command, "-", "--snapshot", "2", input: SmallMap.usual)
    #expect(two.status == 64 && two.error.contains("leave out --snapshot"))
  }

  @Test("input that is refused and output that cannot be written")
  func statuses() async throws {
    let bad = try await Program()("convert", "-", input: "Dear reader,\n")
    #expect(bad.status == 65 && bad.output == "")
    let strict = try await Program()("convert", "-", "--strict", input: SmallMap.usual + "x y\n")
    #expect(strict.status == 65 && strict.error.contains(":7:"))
    let lax = try await Program()("convert", "-", input: SmallMap.usual + "x y\n")
    #expect(lax.status == 0 && lax.error.contains("standard input:7: not a mapping"))
    // What could not be read is known of what was converted too.
    let again = try await Program()("inspect", "-", "--strict", input: lax.output)
    #expect(again.status == 65 && again.error.contains("line 7: not a mapping"))
    let full = try await Program()("convert", "-", "-o", "/dev/full", input: SmallMap.usual)
    #expect(full.status == 74)
    #expect(try await Program()("convert", "/nonexistent").status == 66)
  }
}

extension JSON {
  /// The same without its source, and without the lines of what could not be read.
  var withoutPlaces: JSON {
    guard case .object(var members) = self else { return self }
    members["source"] = nil
    members["diagnostics"] = .list(
      members["diagnostics"]?.items.map { item in
        let place = item["line"].integer.map { "line \($0): " } ?? ""
        return .text(place + (item["message"].text ?? ""))
      } ?? [])
    return .object(members)
  }

  /// The same without the stacks of its pins.
  fileprivate var withoutStacks: JSON {
    guard case .object(var members) = self, case .list(let pins)? = members["pins"] else {
      return self
    }
    members["pins"] = .list(
      pins.map { pin in
        guard case .object(var inner) = pin else { return pin }
        inner["stack"] = nil
        return .object(inner)
      })
    return .object(members)
  }
}
