import AddressSpace

extension Mapping {
  /// What a Windows process maps; the columns of a map tell nothing of its kind there.
  static func windows(
    _ owner: String, _ kind: Region.Kind, access: Region.Access = [.read, .write],
    isReserved: Bool = false
  ) -> Mapping {
    var mapping = Mapping(owner, access: access, isReserved: isReserved)
    mapping.kind = kind
    return mapping
  }

  /// An image, of which memory is only promised for what is written to.
  static func image(_ name: String) -> Mapping {
    var mapping = Mapping(access: [.read, .execute], file: MappedFile(name))
    mapping.kind = .image
    return mapping
  }

  /// A view: of a file where it is called like one, else of memory that is shared.
  static func view(_ name: String) -> Mapping {
    guard name.contains(".") else { return .windows(name, .shared, access: [.read, .shared]) }
    var mapping = Mapping(access: [.read, .shared], file: MappedFile(name))
    mapping.kind = .file
    return mapping
  }
}
