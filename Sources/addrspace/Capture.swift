import AddressSpaceFormats
import ArgumentParser

struct Capture: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "capture",
    abstract: "Saves a process's map with all that decides its layout, still valid maps text.")

  @Argument(help: "A process id, or 'self'.")
  var target: Target

  @Option(name: .short, help: ArgumentHelp("Write to a file.", valueName: "file"))
  var output: String?

  func run() throws {
    guard let pid = try target.pid() else {
      throw Failure(.usage, "capture takes a process id, not \"\(target.text)\".")
    }
    let (snapshot, text) = try Target.live(pid)
    let capture = CaptureText.write(snapshot, maps: text)
    if let output {
      try Console.write(capture, toFile: output)
    } else {
      try Console.write(String(decoding: capture, as: UTF8.self))
    }
  }
}
