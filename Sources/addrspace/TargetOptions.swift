import ArgumentParser

/// What is asked about: a target, or a simulated launch in its place.
struct TargetOptions: ParsableArguments {
  @Argument(help: "A process id, 'self', a saved file, a recording, or '-'.")
  var named: Target?

  @OptionGroup(title: "A simulated launch in the place of the target")
  var simulated: SimulatedTarget

  func validate() throws {
    guard named != nil || simulated.launch != nil else {
      throw ValidationError("Missing expected argument '<target>'")
    }
    if let named, simulated.launch != nil {
      throw ValidationError(
        "--simulate stands in the place of the target \"\(named.text)\". Leave out one of them.")
    }
  }

  var target: Target { named ?? Target(simulated.launch) }
}
