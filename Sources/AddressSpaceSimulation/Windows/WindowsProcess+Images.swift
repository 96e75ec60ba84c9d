public import AddressSpace

/// An image in a process.
public struct LoadedImage: Hashable, Sendable {
  /// What it is.
  public let image: Image
  /// Where it lies.
  public let range: AddressRange
  /// How it came there.
  public let placement: Placement

  /// How an image came to where it lies.
  public enum Placement: String, Sendable {
    /// At the base that its header names.
    case preferred
    /// Where it lies in every process of this boot.
    case boot
    /// At the lowest place that was free, since its own was taken or it has none.
    case relocated
  }
}

extension WindowsProcess {
  /// Loads an image as `LoadLibrary` does; one that is there stays where it is.
  ///
  /// - Returns: nil where no free span has room for it.
  @discardableResult
  public mutating func load(
    _ image: Image, in system: inout some MemorySystem
  ) -> LoadedImage? {
    if let loaded = images[image.name] { return loaded }
    guard let (range, placement) = place(image, in: &system) else { return nil }
    let loaded = LoadedImage(image: image, range: range, placement: placement)
    images[image.name] = loaded
    return loaded
  }

  /// Unloads an image; the boot keeps its base for whoever loads it next.
  public mutating func unload(_ name: String, in system: inout some MemorySystem) {
    guard let loaded = images.removeValue(forKey: name) else { return }
    system.unmap(loaded.range)
  }

  private mutating func place(
    _ image: Image, in system: inout some MemorySystem
  ) -> (AddressRange, LoadedImage.Placement)? {
    guard let size = image.size.roundedUp(to: .kibibytes(4)) else { return nil }
    let mapping = Mapping.image(image.name)
    let isMoved = image.isRandomized && model.rules.imageBiasBits != nil
    if isMoved, let base = boot.base(of: image), let range = AddressRange(base, base + size),
      system.map(at: range, mapping)
    {
      return (range, .boot)
    }
    if let preferred = base(of: image, isMoved: isMoved),
      let range = AddressRange(preferred, preferred + size), system.map(at: range, mapping)
    {
      return (range, isMoved ? .relocated : .preferred)
    }
    return system.map(size, mapping).map { ($0, .relocated) }
  }

  /// Its preferred base, or one near it where the area of images had no room for it.
  private mutating func base(of image: Image, isMoved: Bool) -> Address? {
    guard isMoved else { return image.preferredBase }
    switch model.rules.overflow {
    case .lowest: return nil
    case .nearPreferred:
      let distance = ByteCount((1 + random.next(bits: 8)) * Layout.windowsSlot.value)
      return (image.preferredBase ?? Image.usualBase).lowered(by: distance)
    }
  }

  /// Places the program itself; it cannot be moved unless its header allows it.
  mutating func placeProgram(in system: inout some MemorySystem) -> Bool {
    let image = program.image
    let preferred = image.preferredBase ?? 0x40_0000
    let base: Address? =
      switch model.rules.program {
      case _ where !image.isRandomized: preferred
      case .preferred: preferred
      case .above(let slots): preferred + draw(slots)
      case .anywhere(let slots): Address(0) + draw(slots)
      }
    guard let base, let range = AddressRange(base, base + image.size) else { return false }
    let isPlaced = system.map(at: range, .image(image.name))
    if isPlaced {
      images[image.name] = LoadedImage(
        image: image, range: range, placement: base == preferred ? .preferred : .boot)
    }
    return isPlaced
  }

  private mutating func draw(_ slots: ClosedRange<UInt64>) -> ByteCount {
    let slot = slots.lowerBound + random.next(below: slots.upperBound - slots.lowerBound + 1)
    return ByteCount(slot * Layout.windowsSlot.value)
  }
}
