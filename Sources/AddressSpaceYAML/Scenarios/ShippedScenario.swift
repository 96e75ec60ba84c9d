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

  /// What it is about, as its file says, which need not be read for it: every start of the program
  /// would wait for that.
  public var about: String {
    switch self {
    case .photoOrganizer:
      "A photo organiser with Python on 32-bit Windows; an hour of browsing, then an edit"
    case .pythonBatch:
      "A Python job of 32 bits that makes and deletes lists of ten million strings"
    case .embeddedArm:
      "An inspection camera in C on ARMv7; a day of video, then a large picture"
    case .linuxHello:
      "A bare C program at its start, nothing more"
    }
  }
}
