import AddressSpace

/// What lies at an address of its own in every process; sources in `docs/simulation-windows.md`.
struct FixedOccupant: Sendable {
  let name: String
  let range: AddressRange
  /// Whether it can be read.
  let isReadable: Bool

  private init?(_ name: String, _ lower: Address, _ size: ByteCount, isReadable: Bool = false) {
    guard let range = AddressRange(lower, lower + size) else { return nil }
    (self.name, self.range, self.isReadable) = (name, range, isReadable)
  }

  /// Those of a model, whose highest views begin below `highEdge` where that is drawn.
  static func all(of model: WindowsModel, highEdge: Address) -> [FixedOccupant] {
    // Under Wine they are in the space that the program finds.
    guard model.version != .wine else { return [] }
    let shared = FixedOccupant("shared user page", 0x7FFE_0000, slot, isReadable: true)
    return ([shared] + limits(of: model) + views(of: model, highEdge: highEdge)).compactMap {
      $0
    }
  }

  /// What no program may have around 2 GiB and below the limit.
  private static func limits(of model: WindowsModel) -> [FixedOccupant?] {
    guard model.limit == .native3GiB || model.limit == .wow4GiB else { return [] }
    return [
      FixedOccupant("guard", 0x7FFF_0000, slot), FixedOccupant("guard", 0x8000_0000, slot),
      FixedOccupant("no access", model.end, slot),
    ]
  }

  private static let slot = Layout.windowsSlot
  private static let csr = "CSR shared", nls = "code pages"

  private static func views(of model: WindowsModel, highEdge: Address) -> [FixedOccupant?] {
    if model.version == .ten {
      // From the top: the code pages, then the views that windows share.
      let table = (highEdge - .kibibytes(140)).roundedDown(to: slot)
      return [
        FixedOccupant(nls, table, .kibibytes(140), isReadable: true),
        FixedOccupant(csr, table - .mebibytes(1), .mebibytes(1), isReadable: true),
      ]
    }
    if model.limit == .wide {
      let table = model.top - .kibibytes(256)
      return [
        FixedOccupant(csr, table - .mebibytes(1), .mebibytes(1), isReadable: true),
        FixedOccupant(nls, table, .kibibytes(140), isReadable: true),
      ]
    }
    guard model.isWoW64 else {
      return [
        FixedOccupant(csr, 0x7F6F_0000, .mebibytes(1), isReadable: true),
        FixedOccupant(nls, 0x7FFA_0000, .kibibytes(204), isReadable: true),
      ]
    }
    return [
      FixedOccupant(csr, 0x7EFE_0000, .mebibytes(1), isReadable: true),
      FixedOccupant("reserved by WOW64", 0x7F0E_0000, .mebibytes(15)),
      FixedOccupant(
        nls, model.limit == .wow4GiB ? 0xFFFB_0000 : 0x7EFB_0000, .kibibytes(140),
        isReadable: true),
    ]
  }
}
