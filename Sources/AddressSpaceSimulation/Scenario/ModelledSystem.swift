internal import AddressSpace

/// A system that scenarios can run on.
public enum ModelledSystem: Hashable, Sendable {
  /// A Windows, or Wine.
  case windows(WindowsModel)
  /// Linux, by the name of the layout: `linux-i386-4g`.
  case linux(String)

  /// The system of a name such as `windows-7-wow64-2g`; nil where none is called so.
  public init?(named name: String) {
    if let model = WindowsModel(named: name) {
      self = .windows(model)
    } else if LinuxLaunch(layout: name) != nil {
      self = .linux(name)
    } else {
      return nil
    }
  }

  /// The names of all systems.
  public static let names =
    (WindowsModel.all + WindowsModel.wine).map(\.name)
    + LayoutPreset.all.map(\.layout.name).filter { LinuxLaunch(layout: $0) != nil }

  /// What it is called.
  public var name: String {
    switch self {
    case .windows(let model): model.name
    case .linux(let name): name
    }
  }

  /// Whether it runs programs of Windows.
  public var isWindows: Bool { if case .windows = self { true } else { false } }

  /// The names of the programs that it can start.
  public func programs(in catalogue: ImageCatalogue) -> [String] {
    switch self {
    case .windows: catalogue.programs.map(\.name)
    case .linux(let name): LinuxProgram.all(on: name).map(\.name)
    }
  }
}
