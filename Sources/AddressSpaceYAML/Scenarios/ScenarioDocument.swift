import AddressSpace
public import AddressSpaceSimulation

/// Scenarios as files: `docs/simulate.md` has their form.
public enum ScenarioDocument {
  /// Reads a scenario of programs and images that `catalogue` knows.
  public static func read(
    _ bytes: [UInt8], catalogue: ImageCatalogue
  ) throws(YAMLError) -> Scenario {
    let document = try StrictReader(
      YAMLDocument.read(bytes), of: "a scenario",
      keys: [
        "scenario", "about", "program", "buffers", "allocator", "objects", "steps", "remedies",
        "compare-after",
      ] + ScenarioSettingsReader.keys)
    let (settings, system) = try settings(of: document, catalogue)
    let remedies = try remedies(of: document, for: settings, catalogue)
    var objects = PythonObjectReader()
    if let templates = document.entry("objects") { try objects.readTemplates(of: templates) }
    var actions = ScenarioActionReader(
      system: system, hasPython: settings.python != nil, catalogue: catalogue,
      remedies: remedies.map(\.name), objects: objects)
    var steps: [Scenario.Step] = []
    for node in try document.required("steps").list() {
      let step = try StrictReader(node, of: "a step", keys: ["step", "do"])
      let name = try step.required("step")
      let text = try name.text()
      guard !steps.contains(where: { $0.name == text }) else {
        throw YAMLError(
          name.value.place,
          .impossible("a step \(quoted(text)) stands above. Give this one another name."))
      }
      let done = try step.entry("do").map { entry throws(YAMLError) in
        try actions.actions(of: entry)
      }
      steps.append(Scenario.Step(text, done ?? []))
    }
    return Scenario(
      name: try document.required("scenario").text(), about: try document.required("about").text(),
      settings: settings, buffers: try buffers(of: document),
      allocator: try document.entry("allocator").map { entry throws(YAMLError) in
        Allocator(try actions.allocator(entry))
      },
      steps: steps, remedies: remedies,
      comparedStep: try document.entry("compare-after").map { entry throws(YAMLError) in
        try place(of: entry, in: steps)
      })
  }

  private static func settings(
    of document: StrictReader, _ catalogue: ImageCatalogue
  ) throws(YAMLError) -> (Scenario.Settings, ModelledSystem) {
    let system = try document.required("system").system()
    let program = try document.required("program")
    let text = try program.text()
    let known = system.programs(in: catalogue)
    guard known.contains(text) else {
      throw YAMLError(
        program.value.place,
        .unknownName(text, of: "program", nearest: text.nearest(of: known), known: known))
    }
    let settings = Scenario.Settings(system: system.name, program: text)
    return (settings.with(try ScenarioSettingsReader.changes(in: document)), system)
  }

  /// The place of the step that an entry names.
  private static func place(
    of entry: YAMLEntry, in steps: [Scenario.Step]
  ) throws(YAMLError) -> Int {
    let (name, known) = (try entry.text(), steps.map(\.name))
    guard let place = known.firstIndex(of: name) else {
      throw YAMLError(
        entry.value.place,
        .unknownName(name, of: "step", nearest: name.nearest(of: known), known: known))
    }
    return place
  }

  private static func buffers(of document: StrictReader) throws(YAMLError) -> [BufferRequest] {
    guard let entry = document.entry("buffers") else { return [] }
    var buffers: [BufferRequest] = []
    for node in try entry.list() {
      buffers.append(try node.buffer(of: "a buffer", countedBy: nil))
    }
    return buffers
  }

  private static func remedies(
    of document: StrictReader, for settings: Scenario.Settings, _ catalogue: ImageCatalogue
  ) throws(YAMLError) -> [Scenario.Remedy] {
    guard let entry = document.entry("remedies") else { return [] }
    var remedies: [Scenario.Remedy] = []
    for node in try entry.list() {
      let reader = try StrictReader(
        node, of: "a remedy", keys: ["remedy", "about"] + ScenarioSettingsReader.keys)
      let name = try reader.required("remedy")
      let text = try name.text()
      guard text != "none", !text.contains("+"), !remedies.contains(where: { $0.name == text })
      else { throw YAMLError(name.value.place, .impossible(complaint(ofRemedy: text))) }
      let changes = try ScenarioSettingsReader.changes(in: reader)
      if let entry = reader.entry("system") {
        let system = try entry.system()
        guard system.programs(in: catalogue).contains(settings.program) else {
          throw YAMLError(
            entry.value.place,
            .impossible(
              "\(system.name) does not run \(settings.program). Write another system."))
        }
      }
      remedies.append(
        Scenario.Remedy(text, about: try reader.required("about").text(), changes: changes))
    }
    return remedies
  }

  private static func complaint(ofRemedy name: String) -> String {
    if name == "none" { return "\"none\" means no remedy at all. Write another name." }
    return name.contains("+")
      ? "a remedy's name has no '+', which joins several. Write another one."
      : "a remedy \(quoted(name)) stands above. Give this one another name."
  }
}
