extension Snapshot {
  /// The same space without names: of programs, files, and what a program calls its memory. What
  /// answers depend on stays (`docs/formats.md`), and the same name stays the same.
  public func anonymized() -> Snapshot {
    var names = NameChanger()
    var kinds: [AddressRange: Region.Kind] = [:]
    let regions = map.regions.map { region in
      kinds[region.range] = region.kind
      return Region(
        range: region.range, access: region.access, offset: region.offset, inode: region.inode,
        name: names.replacement(for: region.name), traits: region.traits)
    }
    var diagnostics = Diagnostics()
    if self.diagnostics.count > 0 {
      diagnostics.append(
        Diagnostic("\(self.diagnostics.count) things of the source could not be read"))
    }
    return Snapshot(
      source: Source(kind: source.kind), map: AddressMap.assembling(regions).map,
      facts: facts.anonymized(&names), kinds: kinds, diagnostics: diagnostics)
  }
}

extension LayoutFacts {
  /// The facts without the names in them.
  fileprivate func anonymized(_ names: inout NameChanger) -> LayoutFacts {
    var facts = self
    if let versions = facts.windows?.versions, !versions.isEmpty {
      facts.windows?.versions = [:]
      // In an order, so that the same input gives the same names.
      for (path, version) in versions.sorted(by: { $0.key < $1.key }) {
        facts.windows?.versions[names.replacement(for: path)] = version
      }
    }
    if let evidence = facts.wine?.evidence, evidence.hasPrefix(Self.headerOfProgram) {
      facts.wine?.evidence = Self.headerOfProgram + "the program"
    }
    if let contents = facts.contents {
      facts.contents = ContentFacts(
        contents.pieces.map { piece in
          Origin.Owner.known.contains(piece.origin.owner)
            ? piece
            : ContentFacts.Piece(
              piece.range, Origin(Origin.Owner("somebody"), piece.origin.certainty))
        }, isComplete: contents.isComplete)
    }
    return facts
  }

  private static let headerOfProgram = "the header of "
}
