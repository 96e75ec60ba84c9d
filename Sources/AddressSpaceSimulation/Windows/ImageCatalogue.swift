/// The images that programs are made of, by version of Windows, and programs made of them.
public struct ImageCatalogue: Sendable {
  /// The images of each version, in the order of the catalogue.
  public let images: [WindowsVersion: [Image]]
  /// Groups of images that come together, by name: the names of images in the order of their loading.
  public let groups: [String: [String]]
  /// Programs.
  public let programs: [WindowsProgram]
  /// What a source is, by its name.
  public let sources: [String: String]

  private let index: [WindowsVersion: [String: Image]]

  /// A catalogue of these; of images of one name in one version the first counts.
  public init(
    images: [WindowsVersion: [Image]], groups: [String: [String]], programs: [WindowsProgram],
    sources: [String: String]
  ) {
    self.images = images
    self.groups = groups
    self.programs = programs
    self.sources = sources
    index = images.mapValues { images in
      Dictionary(images.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    }
  }

  /// An image by its name, nil where the version has none.
  public func image(_ name: String, in version: WindowsVersion) -> Image? {
    index[version]?[name]
  }

  /// The images of a group that a version has, in the order of their loading.
  public func group(_ name: String, in version: WindowsVersion) -> [Image] {
    (groups[name] ?? []).compactMap { image($0, in: version) }
  }

  /// A program by its name.
  public func program(_ name: String) -> WindowsProgram? {
    programs.first { $0.name == name }
  }

  /// The names of all images and groups.
  public var names: [String] {
    (Set(index.values.flatMap(\.keys)).union(groups.keys)).sorted()
  }

  /// The same where every image's header allows it to be moved.
  var movingAll: ImageCatalogue {
    ImageCatalogue(
      images: images.mapValues { $0.map(\.movable) }, groups: groups,
      programs: programs.map { program in
        var moved = program
        moved.image = program.image.movable
        return moved
      }, sources: sources)
  }
}
