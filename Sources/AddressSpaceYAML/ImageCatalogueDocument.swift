public import AddressSpaceSimulation

/// Catalogues of images as files: `Resources/images.yaml` is the one that is built in.
public enum ImageCatalogueDocument {
  /// Reads a catalogue.
  public static func read(_ bytes: [UInt8]) throws(YAMLError) -> ImageCatalogue {
    let document = try StrictReader(
      YAMLDocument.read(bytes), of: "a catalogue",
      keys: ["sources", "images", "groups", "programs"])
    var reader = ImageCatalogueReader()
    for node in try document.required("sources").list() { try reader.readSource(node) }
    for node in try document.required("images").list() { try reader.readImage(node) }
    for node in try document.required("groups").list() { try reader.readGroup(node) }
    for node in try document.required("programs").list() { try reader.readProgram(node) }
    return reader.catalogue()
  }

  /// The catalogue that is built in.
  public static func builtIn() throws(YAMLError) -> ImageCatalogue {
    try read(PackageResources.images_yaml)
  }
}
