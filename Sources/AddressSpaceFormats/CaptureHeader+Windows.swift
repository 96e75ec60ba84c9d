import AddressSpace

extension CaptureHeader {
  /// Reads one line of what is known of Windows; answers whether it makes sense.
  mutating func readWindows(_ field: Field, _ value: String) -> Bool {
    var windows = facts.windows ?? WindowsFacts()
    let isRead =
      switch field {
      case .windows: set(&windows.version, value == "unknown" ? nil : value) || value == "unknown"
      case .windows64Bit: set(&windows.is64BitSystem, flag(value))
      case .largeAddressAware: set(&windows.isLargeAddressAware, flag(value))
      case .moduleVersion: readVersion(value, into: &windows)
      case .windowsEnd: set(&windows.end, address(value))
      case .windowsEdges: set(&windows.edges, edges(value))
      default: false
      }
    if isRead { facts.windows = windows }
    return isRead
  }

  /// The lines for `windows`.
  static func fields(of windows: WindowsFacts) -> [(Field, String?)] {
    func word(_ flag: Bool?) -> String? { flag.map { $0 ? "yes" : "no" } }
    return [
      (.windows, windows.version ?? "unknown"),
      (.windows64Bit, word(windows.is64BitSystem)),
      (.largeAddressAware, word(windows.isLargeAddressAware)),
      (.windowsEnd, windows.end?.description),
      (.windowsEdges, windows.edges.map(text(of:))),
    ]
      + windows.versions.sorted { $0.key < $1.key }
      .map { (.moduleVersion, "\($0.value) \($0.key)") }
  }

  /// `VERSION PATH`
  private func readVersion(_ text: String, into windows: inout WindowsFacts) -> Bool {
    let words = text.words(atMost: 2)
    guard words.count == 2, !words[0].isEmpty else { return false }
    windows.versions[words[1]] = words[0]
    return true
  }

  private static func text(of edges: WindowsEdges) -> String {
    "\(edges.name) \(edges.top) \(edges.end) \(edges.low) \(edges.high)"
  }

  /// `NAME TOP END LOW HIGH`
  private func edges(_ text: String) -> WindowsEdges? {
    let words = text.words(atMost: 5)
    let addresses = words.dropFirst().compactMap(address)
    guard words.count == 5, addresses.count == 4 else { return nil }
    return WindowsEdges(
      name: words[0], top: addresses[0], end: addresses[1], low: addresses[2], high: addresses[3])
  }
}
