/// How far randomisation has moved the parts of a Linux address space.
package struct RandomDraw: Hashable, Sendable {
  /// How far `mmap_base` lies below where it would be, or above it in the legacy layout.
  package var base = ByteCount.zero
  /// How far a position-independent program lies above its base.
  package var program = ByteCount.zero
  /// What is left between the end of the program and the heap.
  package var heap = ByteCount.zero
  /// How far the main stack's end lies below the end of stacks.
  package var stack = ByteCount.zero

  /// A draw.
  package init(
    base: ByteCount = .zero, program: ByteCount = .zero, heap: ByteCount = .zero,
    stack: ByteCount = .zero
  ) {
    self.base = base
    self.program = program
    self.heap = heap
    self.stack = stack
  }

  /// What a kernel draws by default, the least and the most of each in all combinations: 8 bits of
  /// pages for the base and the program, 0x7ff pages for the stack; of the heap's 32 MiB also what
  /// lies between, since the heap splits the space that large buffers go to (`docs/layouts.md`).
  static let samples: [RandomDraw] = {
    let page = LinuxFlavor.page.value
    let ends: [UInt64] = [0, 1]
    let most: UInt64 = (32 << 20) / page - 1
    return (0...8).flatMap { heap in
      ends.flatMap { base in
        ends.flatMap { program in
          ends.map { stack in
            RandomDraw(
              base: ByteCount(0xFF * base * page), program: ByteCount(0xFF * program * page),
              heap: ByteCount(most * heap / 8 * page), stack: ByteCount(0x7FF * stack * page))
          }
        }
      }
    }
  }()
}

extension LinuxAnatomy {
  /// What this process drew.
  var draw: RandomDraw {
    var draw = RandomDraw()
    let first = finding.isLegacy ? flavor.unmappedBase : nominalBase
    draw.base =
      finding.isLegacy
      ? distance(from: first, to: finding.unmappedBase)
      : distance(from: finding.mmapBase, to: first)
    if let program = program.first.map({ regions[$0].range.lower }), isRelocatable,
      let base = flavor.programBase(of: program, facts: facts)
    {
      draw.program = distance(from: base, to: program)
    }
    let heap = heap.first.map { regions[$0].range.lower } ?? facts.startOfBreak
    if let heap, let last = program.last {
      draw.heap = distance(from: regions[last].range.upper, to: heap)
    }
    if let stack = top.first.map({ regions[$0].range.upper }) {
      draw.stack = distance(from: stack, to: flavor.stackTop)
    }
    return draw
  }

  /// Where top-down placement begins before randomisation.
  private var nominalBase: Address {
    flavor.mmapBase(stackLimit: facts.stackLimit ?? .mebibytes(8), isRandomized: isRandomized)
  }

  /// Whether the kernel moved its parts about.
  var isRandomized: Bool {
    facts.isRandomized ?? (facts.personality?.contains(.noRandomization) != true)
  }

  private func distance(from low: Address, to high: Address) -> ByteCount {
    low < high ? high - low : .zero
  }
}
