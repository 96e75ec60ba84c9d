import AddressSpace

extension PEImage {
  /// An ELF file that says of the image what libraries for ELF can understand: its functions, and as
  /// they are its debug and call frame information. Addresses are those that it was linked for.
  public func elf() -> [UInt8] {
    let functions = functions()
    var file = ELFWriter(wordSize)
    var places: [Int: Int] = [:]
    // Many sections may say that they are the same bytes of a file.
    var budget = bytes.count
    for (index, section) in sections.enumerated() {
      if section.isCode {
        places[index] = file.addCode(section.name, at: base + section.offset, size: section.size)
        continue
      }
      guard section.holdsFrames || section.name.hasPrefix(".debug_"),
        section.contents.count <= budget
      else {
        continue
      }
      budget -= section.contents.count
      let contents = bytes.bytes[section.contents]
      if section.holdsFrames {
        file.addLoaded(".eh_frame", at: base + section.offset, contents)
      } else {
        file.add(section.name, contents)
      }
    }
    let symbols = functions.compactMap { function in
      places[function.section].map {
        ELFWriter.Function(
          name: function.name, address: base + function.offset, size: function.size, section: $0)
      }
    }
    file.add(symbols)
    return file.finish(from: base, size: size)
  }
}
