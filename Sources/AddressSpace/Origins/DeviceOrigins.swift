/// Memory that drivers, servers and runtimes share with a program, by the name of its file.
struct DeviceOrigins: OriginRule {
  init?(_ scene: OriginScene) {
    guard scene.system == .linux || scene.system == .wine else { return nil }
  }

  func origin(at index: Int, in scene: OriginScene) -> Origin? {
    let name = scene.regions[index].name
    guard !name.isEmpty else { return nil }
    return Self.owner(of: name).map { Origin($0, .certain) }
  }

  /// The owner of memory whose file is called this, nil where that says nothing.
  static func owner(of name: String) -> Origin.Owner? {
    for (prefix, families) in folders where name.hasPrefix(prefix) {
      let rest = name.dropFirst(prefix.count)
      return families.first { rest.hasPrefix($0.prefix) }?.owner
    }
    if name.hasPrefix("/"), name.contains("/wine/server-"),
      name.lastPathComponent.hasPrefix("tmpmap-")
    {
      return .windowsSection
    }
    return kernelFiles.contains(where: name.hasPrefix) ? .gpu : nil
  }

  /// What a name begins with that tells its owner, nil where that says nothing.
  static func knownBeginning(of name: String) -> String? {
    for (prefix, families) in folders where name.hasPrefix(prefix) {
      let rest = name.dropFirst(prefix.count)
      return families.first { rest.hasPrefix($0.prefix) }.map { prefix + $0.prefix }
    }
    return kernelFiles.first(where: name.hasPrefix)
  }

  private typealias Families = [(prefix: String, owner: Origin.Owner)]

  private static let folders: [(prefix: String, families: Families)] = [
    ("/dev/shm/", [("pulse-shm-", .audio), ("wayland", .display)]),
    ("/dev/ashmem/", [("AudioFlinger", .audio), ("dalvik-", .artTables), ("gralloc", .gpu)]),
    ("/dev/snd/", [("", .audio)]),
    ("/dev/dri/", [("", .gpu)]),
    ("/dev/dma_heap/", [("", .gpu)]),
    ("/dev/", devices),
    (
      "/memfd:",
      [
        ("pulseaudio", .audio), ("pipewire", .audio), ("doublemapper", .dotnetCode),
        ("jit-cache", .artCode), ("jit-zygote-cache", .artCode), ("wayland", .display),
        ("gdk-wayland", .display), ("xshmfence", .display), ("mesa", .gpu),
      ]
    ),
  ]

  private static let devices: Families = [
    ("nvidia", .gpu), ("nvmap", .gpu), ("nvhost", .gpu), ("kgsl", .gpu), ("mali", .gpu),
    ("pvr", .gpu), ("galcore", .gpu), ("kfd", .gpu), ("fb", .gpu), ("ion", .gpu),
    ("video", .camera), ("dsp", .audio),
  ]

  /// Files of memory that the kernel's graphics drivers make without a path.
  private static let kernelFiles = [
    "/drm mm object", "/i915", "anon_inode:i915", "anon_inode:dmabuf", "anon_inode:[i915",
    "anon_inode:[drm", "/dmabuf:",
  ]
}
