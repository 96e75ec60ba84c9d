import AddressSpace
import AddressSpaceSimulation

/// Reads what is done in steps; remembers what was kept under which names.
struct ScenarioActionReader {
  let system: ModelledSystem
  let hasPython: Bool
  let catalogue: ImageCatalogue
  let remedies: [String]
  let objects: PythonObjectReader
  /// The names under which something is kept, Python objects or other things.
  private var kept: [String: Kept] = [:]
  /// How often what is read is done, and how many things may still be said to be done.
  private var times: UInt64 = 1
  private var left: UInt64 = 1_000_000_000

  private enum Kept {
    case objects
    case memory
  }

  /// What an action can begin with; those behind `wait` have no figures.
  enum Verb: String, CaseIterable {
    case load, unload, threads, allocate, reserve, make, keep, pickle, drop
    case `repeat`, with, without
    case wait, collect

    var isAlone: Bool { [.wait, .collect].contains(self) }
  }

  init(
    system: ModelledSystem, hasPython: Bool, catalogue: ImageCatalogue, remedies: [String],
    objects: PythonObjectReader
  ) {
    self.system = system
    self.hasPython = hasPython
    self.catalogue = catalogue
    self.remedies = remedies
    self.objects = objects
  }

  /// The actions of a list.
  mutating func actions(of entry: YAMLEntry) throws(YAMLError) -> [Scenario.Action] {
    var actions: [Scenario.Action] = []
    for node in try entry.list() {
      if let action = try action(of: node) { actions.append(action) }
    }
    return actions
  }

  /// One action; nil of waiting, which changes no address.
  private mutating func action(of node: YAMLNode) throws(YAMLError) -> Scenario.Action? {
    if case .scalar(let text, _) = node.content {
      switch Verb(rawValue: text) {
      case .wait: return nil
      case .collect:
        try needPython(Verb.collect, at: node.place)
        try spend(1, at: node.place)
        return .collect
      case .some(let verb):
        throw YAMLError(
          node.place, .impossible("\(verb) says nothing to act on. Write \(verb): and what."))
      case nil: throw unknown(text, at: node.place)
      }
    }
    let names = Verb.allCases.filter { !$0.isAlone }.map(\.rawValue)
    let reader = try StrictReader(node, of: "an action", keys: names + ["do"])
    let entries = reader.entries.filter { $0.key != "do" }
    guard let entry = entries.first, let verb = Verb(rawValue: entry.key), entries.count == 1 else {
      throw YAMLError(
        entries.dropFirst().first?.place ?? node.place,
        .impossible("an action does one thing. Begin each with \"- \"."))
    }
    if ![.repeat, .with, .without].contains(verb), let done = reader.entry("do") {
      throw YAMLError(
        done.place, .impossible("\(verb) does nothing else. Take do out, or put it under repeat."))
    }
    return try action(verb, entry, reader)
  }

  private mutating func action(
    _ verb: Verb, _ entry: YAMLEntry, _ reader: StrictReader
  ) throws(YAMLError) -> Scenario.Action {
    if [.make, .keep, .pickle].contains(verb) { try needPython(verb, at: entry.place) }
    switch verb {
    case .load: return .load(try images(of: entry))
    case .unload: return .unload(try images(of: entry))
    case .threads: return try threads(entry)
    case .allocate: return try allocate(entry)
    case .reserve:
      let figures = try StrictReader(entry.value, of: "reserve", keys: ["size", "as"])
      try spend(1, at: entry.place)
      return .reserve(
        try figures.required("size").positiveSize(), as: try keep(figures, as: .memory))
    case .make:
      let figures = try StrictReader(entry.value, of: "make", keys: ["objects", "count", "as"])
      let count = try figures.entry("count")?.count() ?? 1
      try spend(count, at: entry.place)
      return .make(
        try objects.object(try figures.required("objects").value), count: count,
        as: try keep(figures, as: .objects))
    case .keep:
      let figures = try StrictReader(entry.value, of: "keep", keys: ["of", "one-in"])
      let of = try figures.required("of")
      try spend(1, at: entry.place)
      return .keep(
        oneIn: try figures.required("one-in").count(),
        of: try known(of.text(), at: of.value.place, .objects))
    case .pickle: return try pickle(entry)
    case .drop:
      var names: [String] = []
      for node in try entry.oneOrMore() {
        try spend(1, at: node.place)
        names.append(try known(try node.text(of: "\"drop\""), at: node.place, nil))
      }
      return .drop(names)
    case .repeat:
      let count = try entry.count()
      let before = times
      let (all, overflow) = times.multipliedReportingOverflow(by: UInt64(count))
      times = overflow ? .max : all
      defer { times = before }
      return .repeat(count, try actions(of: reader.required("do")))
    case .with, .without:
      var names: [String] = []
      for node in try entry.oneOrMore() {
        let name = try node.text(of: quoted(entry.key))
        guard remedies.contains(name) else {
          throw YAMLError(
            node.place,
            .unknownName(name, of: "remedy", nearest: name.nearest(of: remedies), known: remedies))
        }
        names.append(name)
      }
      guard let last = names.popLast() else {
        throw YAMLError(
          entry.value.place,
          .impossible("\(verb) names no remedy. Write one, or several in a list."))
      }
      let isTaken = verb == .with
      let done = try actions(of: reader.required("do"))
      return names.reversed().reduce(.when(remedy: last, isTaken: isTaken, done)) { inner, name in
        .when(remedy: name, isTaken: isTaken, [inner])
      }
    case .wait, .collect: throw unknown(entry.key, at: entry.place)
    }
  }

  private mutating func allocate(_ entry: YAMLEntry) throws(YAMLError) -> Scenario.Action {
    let figures = try StrictReader(
      entry.value, of: "allocate", keys: ["buffer", "count", "by", "as"])
    let asked = try figures.required("buffer").value
    let buffer = try asked.buffer(of: quoted("buffer"), countedBy: quoted("count"))
    guard !buffer.isThread, buffer.alignment == nil else {
      throw YAMLError(
        asked.place,
        .impossible(
          buffer.isThread
            ? "a thread is not allocated. Write threads: 1."
            : "a buffer of a scenario is not aligned. Leave out the part from '@'."))
    }
    let by = try figures.entry("by").map { by throws(YAMLError) in try allocator(by) }
    if by == .pillow, buffer.image == nil {
      throw YAMLError(
        asked.place,
        .impossible(AllocatorError.needsPicture(buffer.text).description))
    }
    let count = try figures.entry("count")?.count() ?? 1
    try spend(count, at: entry.place)
    return .allocate(buffer, count: count, by: by, as: try keep(figures, as: .memory))
  }

  /// An allocator that the scenario's system has.
  func allocator(_ entry: YAMLEntry) throws(YAMLError) -> Allocator.Family {
    let family = try entry.choice(Allocator.Family.self, sort: "allocator")
    let isOfWindows = [.virtualalloc, .heapalloc].contains(family)
    let isOfLinux = family == .mmap
    guard system.isWindows ? !isOfLinux : !isOfWindows else {
      throw YAMLError(
        entry.value.place,
        .impossible("\(family.rawValue) does not exist on this system. Write another allocator."))
    }
    return family
  }

  private mutating func threads(_ entry: YAMLEntry) throws(YAMLError) -> Scenario.Action {
    guard case .mapping = entry.value.content else {
      let count = try entry.count()
      try spend(count, at: entry.place)
      return .startThreads(count, stack: nil, allocate: false)
    }
    let figures = try StrictReader(
      entry.value, of: "threads", keys: ["count", "stack", "allocate"])
    let count = try figures.required("count").count()
    try spend(count, at: entry.place)
    return .startThreads(
      count, stack: try figures.entry("stack")?.positiveSize(),
      allocate: try figures.entry("allocate")?.flag() ?? false)
  }

  private mutating func pickle(_ entry: YAMLEntry) throws(YAMLError) -> Scenario.Action {
    try spend(1, at: entry.place)
    guard case .mapping = entry.value.content else {
      return .pickle(try known(entry.text(), at: entry.value.place, .objects), bytes: .zero)
    }
    let figures = try StrictReader(entry.value, of: "pickle", keys: ["of", "bytes"])
    let of = try figures.required("of")
    return .pickle(
      try known(of.text(), at: of.value.place, .objects),
      bytes: try figures.entry("bytes")?.size() ?? .zero)
  }

  private func needPython(_ verb: Verb, at place: YAMLPlace) throws(YAMLError) {
    guard hasPython else {
      throw YAMLError(
        place, .impossible("\(verb.rawValue) needs a Python. Write python: and its release."))
    }
  }

  private mutating func spend(_ count: Int, at place: YAMLPlace) throws(YAMLError) {
    let (things, overflow) = times.multipliedReportingOverflow(by: UInt64(count))
    guard !overflow, things <= left else {
      throw YAMLError(
        place,
        .impossible("up to here the scenario does more than 1000000000 things. Write less."))
    }
    left -= things
  }

  private mutating func images(of entry: YAMLEntry) throws(YAMLError) -> [String] {
    guard system.isWindows else {
      throw YAMLError(
        entry.place,
        .impossible("the catalogue has images of Windows only. Leave out \(entry.key)."))
    }
    let known = catalogue.names
    var names: [String] = []
    for node in try entry.oneOrMore() {
      let name = try node.text(of: quoted(entry.key))
      try spend(1, at: node.place)
      guard known.contains(name) else {
        throw YAMLError(
          node.place,
          .unknownName(
            name, of: "image", nearest: name.nearest(of: known),
            known: catalogue.groups.keys.sorted()))
      }
      names.append(name)
    }
    return names
  }

  private mutating func keep(
    _ figures: StrictReader, as kind: Kept
  ) throws(YAMLError) -> String {
    let entry = try figures.required("as")
    let name = try entry.text()
    if let other = kept[name], other != kind {
      throw YAMLError(
        entry.value.place,
        .impossible(
          "\(quoted(name)) holds \(other == .objects ? "Python objects" : "memory") already. Write "
            + "another name."))
    }
    kept[name] = kind
    return name
  }

  private func known(
    _ name: String, at place: YAMLPlace, _ kind: Kept?
  ) throws(YAMLError) -> String {
    guard let found = kept[name], kind == nil || found == kind else {
      let names = kept.filter { kind == nil || $0.value == kind }.keys.sorted()
      throw YAMLError(
        place,
        .unknownName(
          name, of: kind == .objects ? "Python object" : "thing that is kept",
          nearest: name.nearest(of: names), known: names))
    }
    return name
  }

  private func unknown(_ text: String, at place: YAMLPlace) -> YAMLError {
    let known = Verb.allCases.map(\.rawValue)
    return YAMLError(
      place, .unknownName(text, of: "action", nearest: text.nearest(of: known), known: known))
  }
}

extension YAMLEntry {
  /// The values of its list, or its one value.
  fileprivate func oneOrMore() throws(YAMLError) -> [YAMLNode] {
    if case .list = value.content { return try list() }
    return [value]
  }

  /// Its value as a number of things, at least one.
  func count() throws(YAMLError) -> Int {
    let number = try number()
    guard (1...1_000_000_000).contains(number) else {
      throw YAMLError(
        value.place, .impossible("\(number) is no number of things. Write 1 to 1000000000."))
    }
    return Int(number)
  }
}
