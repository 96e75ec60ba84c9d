import AddressSpace
import AddressSpaceFormats
import AddressSpaceProcess
import AddressSpaceReport
import SystemPackage

/// What a space is like at one moment.
struct Look: Sendable {
  let source: Source
  let room: Room
  /// What failures call it.
  let title: String
  /// As the command line takes it, empty where it cannot have it.
  var word: String
  /// The process as it was, nil where it is none.
  var capture: KeptCapture?

  /// The same with its capture kept, where somebody wants that.
  func kept() -> Look {
    var look = self
    look.word = capture?.write()?.shellWord ?? word
    return look
  }
}

/// Why there was nothing to look at: a sentence.
struct NotMeasured: Error {
  let reason: String
}

extension SpaceUnderTest {
  /// Looks at it now.
  func look() throws(NotMeasured) -> Look {
    switch place {
    case .process(let pid): return try look(at: pid)
    case .file(let path, let number, let layout):
      var options = SavedFile.Options()
      options.path = path
      options.strict = true
      options.snapshot = number
      let snapshot = try Self.saved(path, options)
      let chosen = try Self.layout(layout, of: snapshot)
      return Look(snapshot, under: chosen, word: path.shellWord)
    case .snapshot(let snapshot):
      let word = snapshot.source.path ?? snapshot.source.pid.map(String.init) ?? ""
      return Look(snapshot, under: try Self.layout(nil, of: snapshot), word: word)
    case .room(let room, let name):
      return Look(source: Source(kind: .maps, name: name), room: room, title: name, word: "")
    case .launch(let launch): return try launch.look()
    case .moment(let look): return try look.get()
    }
  }

  private func look(at pid: Int32) throws(NotMeasured) -> Look {
    do throws(ProcessError) {
      let (snapshot, text) = try LiveProcess(pid: pid).snapshot()
      let layout = Layout.inferred(from: snapshot.map, facts: snapshot.facts)
      var look = Look(
        snapshot, under: layout, word: "\(pid)", title: isCurrentProcess ? "this process" : nil)
      look.capture = KeptCapture(snapshot: snapshot, text: text)
      return look
    } catch {
      if case .noSuchProcess = error {
        throw NotMeasured(reason: "there is no process \(pid).")
      }
      throw NotMeasured(reason: error.description)
    }
  }

  private static func saved(
    _ path: String, _ options: SavedFile.Options
  ) throws(NotMeasured) -> Snapshot {
    do {
      if let file = try OpenFile(path) { return try read(file, options) }
      guard let bytes = try OpenFile.all(of: path, atMost: 1 << 30) else {
        throw FormatError.tooLarge
      }
      return try read(bytes, options)
    } catch let error as Errno {
      throw NotMeasured(reason: "\(path) cannot be read: \(error).")
    } catch let error as FormatError {
      let place = error.line.map { "\(path):\($0)" } ?? path
      throw NotMeasured(reason: "\(place): \(sentence(error))")
    } catch {
      throw NotMeasured(reason: "\(path): \(error)")
    }
  }

  private static func read(
    _ file: some FileBytes, _ options: SavedFile.Options
  ) throws(FormatError) -> Snapshot {
    guard !file.bytes(at: 0, count: recording.count).elementsEqual(recording) else {
      throw .foreign(
        "a recording", remedy: "Give a moment of it: addrspace convert FILE@lowest -o lowest.maps.")
    }
    return try SavedFile.read(file, options: options)
  }

  /// How SQLite's files begin.
  private static let recording = Array("SQLite format 3\0".utf8)

  private static func sentence(_ error: FormatError) -> String {
    if case .refused(_, let message) = error { return "\(message)." }
    return error.description
  }

  private static func layout(
    _ name: String?, of snapshot: Snapshot
  ) throws(NotMeasured) -> Layout {
    guard let name else { return .inferred(from: snapshot.map, facts: snapshot.facts) }
    guard let layout = Layout.named(name, map: snapshot.map, facts: snapshot.facts) else {
      throw NotMeasured(reason: "no layout \"\(name)\". 'addrspace layouts' lists them.")
    }
    return layout
  }
}

extension Look {
  fileprivate init(
    _ snapshot: Snapshot, under layout: Layout, word: String, title: String? = nil
  ) {
    source = snapshot.source
    room = Room(map: snapshot.map, layout: layout, facts: snapshot.facts)
    self.title = title ?? snapshot.source.calling
    self.word = word
  }
}
