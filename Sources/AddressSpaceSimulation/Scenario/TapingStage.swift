import AddressSpace

/// A stage that gives all that is asked for, and writes it down.
struct TapingStage: LifeStage {
  let layout: Layout
  /// What the heap refuses without asking is the same in every run.
  var failure: StepOutcome.Failure? {
    didSet { if oldValue == nil, let failure { write(.refuse(failure)) } }
  }
  /// Whether what was written down is all that was asked for.
  private(set) var isWhole = true
  /// How many more pages the heap may have, and what may still be written down.
  private var pagesLeft: Int
  private var itemsLeft = 1 << 20
  private var book = StretchBook()
  private var items: [LifeTape.Item] = []
  /// What became of each stretch's pages since it was last told, the brk heap's first.
  private var pages: [[Page]] = [[]]
  /// The stretches of which something is to be told.
  private var changed: Set<Int> = []

  /// What became of a page. None of it moves anything, so only how it ends is told.
  private struct Page: OptionSet {
    let rawValue: UInt8
    static let discarded = Page(rawValue: 1)
    static let committed = Page(rawValue: 2)
    static let touched = Page(rawValue: 4)
  }

  /// Below all stretches of the book.
  static let startOfBreak = Address(1 << 36)

  /// Each takes a byte here.
  private static let mostPages: UInt64 = 1 << 26

  init(_ layout: Layout) {
    self.layout = layout
    pagesLeft = Int(min(layout.space.size.value / layout.pageSize.value, Self.mostPages))
  }

  /// What was asked for since it was last taken.
  mutating func takeItems() -> [LifeTape.Item] {
    for stretch in changed.sorted() { tell(stretch) }
    changed = []
    defer { items = [] }
    return items
  }

  private mutating func tell(_ stretch: Int) {
    let changes: [(Page, LifeTape.Change)] = [
      (.discarded, .discard), (.committed, .commit), (.touched, .touch),
    ]
    let page = layout.pageSize
    for (flag, change) in changes {
      var first = 0
      while let lower = pages[stretch][first...].firstIndex(where: { $0.contains(flag) }) {
        let upper =
          pages[stretch][lower...].firstIndex { !$0.contains(flag) } ?? pages[stretch].count
        write(
          .change(
            change, stretch: stretch, offset: ByteCount(UInt64(lower) * page.value),
            size: ByteCount(UInt64(upper - lower) * page.value)))
        first = upper
      }
    }
    pages[stretch] = Array(repeating: [], count: pages[stretch].count)
  }

  private mutating func mark(_ range: AddressRange, _ change: (inout Page) -> Void) {
    guard let (stretch, offset) = find(range) else { return }
    let page = layout.pageSize.value
    let (lower, upper) = (offset.value / page, (offset + range.size).value + page - 1)
    for index in Int(lower)..<Int(upper / page) { change(&pages[stretch][index]) }
    changed.insert(stretch)
  }

  private func find(_ range: AddressRange) -> (stretch: Int, offset: ByteCount)? {
    if range.lower >= Self.startOfBreak, range.upper <= programBreak {
      return (0, range.lower - Self.startOfBreak)
    }
    return book.find(range).map { ($0.stretch + 1, $0.offset) }
  }

  private func count(ofPagesIn size: ByteCount) -> Int {
    Int((size.value + layout.pageSize.value - 1) / layout.pageSize.value)
  }

  private mutating func write(_ item: LifeTape.Item) {
    itemsLeft -= 1
    if itemsLeft < 0 { isWhole = false }
    if isWhole { items.append(item) }
  }

  /// Pages for a new stretch; nil where no run has as many, or the tape cannot be as long.
  private mutating func addStretch(_ size: ByteCount) -> AddressRange? {
    guard takePages(size.value / layout.pageSize.value) else { return nil }
    pages.append(Array(repeating: [], count: count(ofPagesIn: size)))
    return book.add(size, at: 0)
  }

  private mutating func takePages(_ count: UInt64) -> Bool {
    isWhole = isWhole && count <= pagesLeft
    if isWhole { pagesLeft -= Int(count) }
    return isWhole
  }

  mutating func perform(_ call: StageCall) { write(.stage(call)) }

  mutating func map(_ size: ByteCount, _ mapping: Mapping) -> AddressRange? {
    guard let size = size.roundedUp(to: layout.pageSize) else { return nil }
    write(.map(size, mapping))
    return addStretch(size)
  }

  // Where something lies is not the same in every run.
  mutating func map(at range: AddressRange, _ mapping: Mapping) -> Bool {
    isWhole = false
    return false
  }

  mutating func unmap(_ range: AddressRange) {
    guard let (stretch, offset) = find(range) else { return }
    mark(range) { $0 = [] }
    write(.change(.unmap, stretch: stretch, offset: offset, size: range.size))
    let count = count(ofPagesIn: range.size)
    pagesLeft += count
    if count == pages[stretch].count { pages[stretch] = [] }
  }

  mutating func remap(
    _ range: AddressRange, to size: ByteCount, mayMove: Bool
  ) -> AddressRange? {
    guard mayMove, let size = size.roundedUp(to: layout.pageSize),
      let (stretch, offset) = find(range), stretch > 0, offset == .zero,
      count(ofPagesIn: range.size) == pages[stretch].count
    else {
      isWhole = false
      return nil
    }
    tell(stretch)
    write(.remap(stretch: stretch, size, mayMove: mayMove))
    pagesLeft += pages[stretch].count
    pages[stretch] = []
    return addStretch(size)
  }

  mutating func commit(_ range: AddressRange) { mark(range) { $0.insert(.committed) } }
  mutating func discard(_ range: AddressRange) { mark(range) { $0 = .discarded } }
  mutating func touch(_ range: AddressRange) { mark(range) { $0.insert(.touched) } }

  private(set) var programBreak = Self.startOfBreak

  mutating func moveBreak(to end: Address) -> Bool {
    guard end >= Self.startOfBreak else { return false }
    let size = end - Self.startOfBreak
    let (count, known) = (count(ofPagesIn: size), pages[0].count)
    guard count < known || takePages(UInt64(count - known)) else { return false }
    programBreak = end
    write(.moveBreak(size))
    if count < known {
      pagesLeft += known - count
      pages[0].removeLast(known - count)
    } else {
      pages[0] += Array(repeating: [], count: count - known)
    }
    return true
  }
}
