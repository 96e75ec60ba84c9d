extension WindowsModel {
  /// What it is and what is drawn.
  public var about: String {
    version == .wine
      ? "Wine 8 on 64-bit Linux, \(limit == .wow4GiB ? "" : "not ")large address aware; \(drawn)"
      : "\(limit.description); \(drawn)"
  }

  private var drawn: String {
    switch version {
    case .xp:
      "images at preferred bases, moved where these are taken; only the process block is drawn"
    case .seven: "drawn are image bias (8 bits), program (8), heaps (5), stacks (5)"
    case .wine: "drawn is what Linux randomises"
    case .ten: "drawn are both edges (8 bits each), image bias (8), program (8), heaps (8)"
    }
  }

  /// What no source tells for certain and is assumed, each with the key under `assume` that changes it.
  public var assumed: [String] {
    if version == .wine {
      return [
        "Debian 12's Wine 8.0 in the locale C.UTF-8, without display and sound",
        "drivers and Linux's libraries that further images bring are left out",
      ]
    }
    var sentences: [String] = []
    if rules.imageBiasBits != nil {
      let (least, most) = (rules.loadedElsewhere.lowerBound, rules.loadedElsewhere.upperBound)
      sentences.append(
        "other programs have loaded \(least) to \(most) of images (loaded-elsewhere)")
      if rules.shufflesKnownImages {
        sentences.append("shared images come in random order at each boot (shuffled-images)")
      }
    }
    if limit == .wide {
      sentences.append(
        "images are as large as those of 32 bits; where they lie, and what describes a heap, is not sourced"
      )
    }
    if limit.isWoW64, version != .seven {
      sentences.append(
        version == .xp
          ? "blocks and shared views lie as on Windows 7"
          : "a thread's 64-bit stack takes \(rules.wowStack), as Windows 10 of 2018 shows (wow-stack)"
      )
    }
    if limit == .native3GiB {
      sentences.append("process and thread blocks lie below 3 GiB, the guards of 2 GiB are there")
    }
    if version == .ten {
      sentences.append("where a program lies: seen, not specified")
      sentences.append("no control flow guard (control-flow-guard)")
    }
    if version == .seven {
      sentences.append("heap segments grow up to 16192 KiB, as on Windows 10 (largest-segment)")
    }
    return sentences
  }
}

extension WindowsLimit: CustomStringConvertible {
  /// The limit in words.
  public var description: String {
    switch self {
    case .native2GiB: "2 GiB on 32-bit Windows"
    case .wow2GiB: "2 GiB on 64-bit Windows, not large address aware"
    case .native3GiB: "3 GiB on 32-bit Windows with /3GB, large address aware"
    case .wow4GiB: "4 GiB on 64-bit Windows, large address aware"
    case .wide: "a 64-bit program: address space is not its limit"
    }
  }
}
