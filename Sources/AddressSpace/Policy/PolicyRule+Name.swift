extension PolicyRule {
  /// What rules are called: the word that a rule as text begins with, and a rule's key in a file.
  public enum Name: String, CaseIterable, Sendable {
    case largestFree = "largest-free"
    case free
    case fragmentation
    case fits
    case regions
    case kind
    case owner
    case origin
    case module
    case pins
    case new
    case newPins = "new-pins"
    case growth
    case loss
  }
}

extension PolicyRule.Name {
  /// All of them, as they are written.
  public static let all = allCases.map(\.rawValue)

  /// The form that `PolicyRule.init(text:)` reads, with the bound that is usual.
  public var form: String {
    switch self {
    case .largestFree: "largest-free >= SIZE"
    case .free: "free >= SIZE"
    case .fragmentation: "fragmentation <= N%"
    case .fits: "fits BUFFER [by ALLOCATOR] >= N"
    case .regions: "regions <= N"
    case .kind: "kind KIND <= SIZE"
    case .owner: "owner PATTERN <= SIZE"
    case .origin: "origin PATTERN <= SIZE"
    case .module: "module PATTERN <= SIZE"
    case .pins: "pins < SIZE between SIZE <= N"
    case .new: "new <= SIZE"
    case .newPins: "new-pins [< SIZE] [between SIZE] <= N"
    case .growth: "growth of SUBJECT <= LIMIT [over N]"
    case .loss: "loss of SUBJECT <= LIMIT [over N]"
    }
  }

  /// What is measured, for help.
  public var meaning: String {
    switch self {
    case .largestFree: "the largest contiguous free span"
    case .free: "all free bytes"
    case .fragmentation: "how much of the free space lies outside the largest span"
    case .fits: "how many more of a buffer will fit"
    case .regions: "how many mappings there are"
    case .kind: "the bytes of all mappings of a kind"
    case .owner: "the bytes of all mappings of such names"
    case .origin: "the bytes that such users have"
    case .module: "the bytes of such programs and libraries"
    case .pins:
      "how many things smaller than the first size lie between free spans larger than the second"
    case .new: "the bytes of mappings that the baseline has not"
    case .newPins: "how many pins the baseline has not"
    case .growth:
      "how far kind, owner, origin, module, regions or pins has grown since the baseline or the "
        + "first look, or within N looks"
    case .loss: "how far free, largest-free or fits has become less"
    }
  }

  /// A rule of this form.
  var example: String {
    switch self {
    case .largestFree: "largest-free >= 400MiB"
    case .free: "free >= 1GiB"
    case .fragmentation: "fragmentation <= 60%"
    case .fits: "fits 8000x6000x4x2 by malloc >= 2"
    case .regions: "regions <= 30000"
    case .kind: "kind image <= 200MiB"
    case .owner: "owner *.nls <= 16MiB"
    case .origin: "origin thread stack <= 64MiB"
    case .module: "module */libicu*.so* <= 40MiB"
    case .pins: "pins < 64KiB between 100MiB <= 0"
    case .new: "new <= 1MiB"
    case .newPins: "new-pins between 16MiB <= 0"
    case .growth: "growth of origin obmalloc* <= 4MiB over 10"
    case .loss: "loss of largest-free <= 16MiB"
    }
  }
}

extension PolicyRule.Subject {
  /// The name of the rules on it.
  public var name: PolicyRule.Name {
    switch self {
    case .largestFree: .largestFree
    case .free: .free
    case .fragmentation: .fragmentation
    case .fits: .fits
    case .regions: .regions
    case .kind: .kind
    case .owner(let owner):
      switch owner.grouping {
      case .name: .owner
      case .origin: .origin
      case .module: .module
      }
    case .pins: .pins
    case .new: .new
    case .newPins: .newPins
    case .change(let change): change.subject.isWorseWithMore == false ? .loss : .growth
    }
  }

  /// Whether more of it is worse; nil where there is no telling how far it has changed.
  public var isWorseWithMore: Bool? {
    switch self {
    case .largestFree, .free, .fits: false
    case .regions, .kind, .owner, .pins: true
    case .fragmentation, .new, .newPins, .change: nil
    }
  }
}
