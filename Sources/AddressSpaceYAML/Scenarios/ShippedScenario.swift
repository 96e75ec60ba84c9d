/// A scenario that is built in.
public enum ShippedScenario: String, CaseIterable, Sendable {
  case photoOrganizer = "photo-organizer"
  case pythonBatch = "python-batch"
  case embeddedArm = "embedded-armv7"
  case linuxHello = "linux-hello"

  /// Its file.
  public var bytes: [UInt8] {
    switch self {
    case .photoOrganizer: PackageResources.photo_organizer_yaml
    case .pythonBatch: PackageResources.python_batch_yaml
    case .embeddedArm: PackageResources.embedded_armv7_yaml
    case .linuxHello: PackageResources.linux_hello_yaml
    }
  }

  /// What it is about, in a sentence.
  public func about() throws(YAMLError) -> String {
    guard case .mapping(let entries) = try YAMLDocument.read(bytes).content,
      let about = entries.first(where: { $0.key == "about" })
    else { return rawValue }
    return try about.text()
  }
}
