import AddressSpace
import AddressSpaceStore
import AddressSpaceTrace
import SystemPackage
import TestSupport

/// A recording as a recorder would write it, of a 32-bit program whose cache of pictures' data puts
/// small mappings between its large buffers.
///
/// Names that it holds can be given, for tests of what they may hold.
struct PhotoRecording {
  /// What the function is called that takes the room.
  var culprit = "ExifCache::load(Path const&)"
  /// The source file of that function.
  var file = "/src/photo/exif_cache.cpp"
  /// The program and its module.
  var program = "photo"
  /// Whether it ends as recordings do; else its recorder was killed.
  var isFinished = true

  /// Writes the recording and gives its path.
  @discardableResult
  func write(to folder: FilePath, name: String = "run.addrspace") throws -> String {
    let path = folder.appending(name).string
    let script = try Script(path: path, recording: self)
    try script.play()
    if isFinished {
      try script.sink.finish(TraceEnd(duration: 4_250_000_000, status: 1))
    } else {
      try script.sink.commit()
    }
    return path
  }

  static let start = """
    # addrspace capture 1
    # pid: 4711
    # name: photo
    # word-size: 32
    # machine: i386
    # kernel-machine: x86_64
    # page-size: 4096
    # personality: 0x0
    # randomized: yes
    # stack-limit: 8388608
    # lowest-mapping: 0x00010000
    # legacy-va-layout: no
    # start-of-break: 0x08c4d000
    # first-mapping: 0xf7fa9000-0xf7fde000
    # libc-version: 2.36
    08048000-08060000 r-xp 00000000 08:01 11 /opt/photo/photo
    08060000-08061000 rw-p 00018000 08:01 11 /opt/photo/photo
    08c4d000-08c6e000 rw-p 00000000 00:00 0 [heap]
    f7c00000-f7e20000 r-xp 00000000 08:01 12 /usr/lib/libc.so.6
    f7e20000-f7e23000 rw-p 00220000 08:01 12 /usr/lib/libc.so.6
    f7fa5000-f7fa7000 r-xp 00000000 00:00 0 [vdso]
    f7fa9000-f7fde000 r-xp 00000000 08:01 13 /usr/lib/ld-linux.so.2
    ffeb8000-ffed9000 rw-p 00000000 00:00 0 [stack]

    """
}

/// The events, and the stacks they come from.
private final class Script {
  let sink: RecordingWriter
  private let recording: PhotoRecording
  private var time: UInt64 = 0
  private var frames = 0
  private var nodes = 0

  init(path: String, recording: PhotoRecording) throws {
    self.recording = recording
    sink = try RecordingWriter(path: path)
    try sink.begin(
      TraceHeader(
        command: ["./\(recording.program)", "--batch", "in dir"], began: 1_700_000_000,
        isAttached: false, recorder: "test"))
    try sink.add(
      TraceSpace(pid: 4711, name: recording.program, wordSize: .bits32, isMain: true))
    try sink.add(TraceSpace(pid: 4712, name: "helper", wordSize: .bits64, isMain: false))
    try sink.add(TraceThread(tid: 4711, name: recording.program))
    try sink.add(TraceThread(tid: 4713, name: "worker"))
    try sink.add(TraceModule(path: "/opt/photo/\(recording.program)", buildID: "00c0ffee"))
    try sink.add(TraceModule(path: "/usr/lib/libc.so.6"))
    for space in 0...1 {
      try sink.add(
        TraceSnapshot(
          space: space, time: 0, events: 0, occasion: .start,
          capture: Array((space == 0 ? PhotoRecording.start : SmallMap.wide).utf8)))
    }
  }

  /// A stack of frames, innermost first.
  private func stack(_ frames: [(module: Int?, symbols: [Symbol], origin: Frame.Origin)]) throws
    -> StackID
  {
    var parent: Int?
    for frame in frames.reversed() {
      try sink.add(
        Frame(module: frame.module, offset: UInt64(0x1234 + 16 * self.frames), origin: frame.origin)
      )
      if !frame.symbols.isEmpty { try sink.add(frame.symbols, ofFrame: self.frames) }
      try sink.add(StackTable.Node(parent: parent, frame: self.frames))
      parent = nodes
      nodes += 1
      self.frames += 1
    }
    return StackID(nodes - 1)
  }

  private func code(
    _ function: String, _ file: String, _ line: Int
  ) -> (module: Int?, symbols: [Symbol], origin: Frame.Origin) {
    (0, [Symbol(function: function, file: file, line: line)], .unwound)
  }

  private func add(
    _ call: MapCall, _ outcome: MapCall.Outcome, stack: StackID?, thread: Int? = 0,
    space: Int = 0
  ) throws {
    time += 125_000_000
    try sink.add(
      TraceEvent(
        time: time, space: space, thread: thread, call: call, outcome: outcome, stack: stack))
  }

  private func map(
    _ low: UInt64, _ size: UInt64, access: Region.Access = [.read, .write], stack: StackID?,
    thread: Int? = 0, space: Int = 0
  ) throws {
    guard let range = AddressRange(Address(low), Address(low + size)) else { return }
    try add(
      .mmap2, .changed(.map(Region(range: range, access: access))), stack: stack, thread: thread,
      space: space)
  }

  private func unmap(_ low: UInt64, _ size: UInt64, stack: StackID?) throws {
    guard let range = AddressRange(Address(low), Address(low + size)) else { return }
    try add(.munmap, .changed(.unmap(range)), stack: stack)
  }

  func play() throws {
    let system: (module: Int?, symbols: [Symbol], origin: Frame.Origin) =
      (1, [Symbol(function: "mmap64")], .call)
    let main = code("main", "/src/photo/main.cpp", 61)
    let load = code("Batch::load(Path const&)", "/src/photo/batch.cpp", 88)
    let picture = try stack([
      system,
      (
        0,
        [
          Symbol(
            function: "Buffer::reserve(unsigned int)", file: "/src/photo/buffer.h", line: 19,
            isInlined: true),
          Symbol(
            function: "Image::allocate(unsigned int)", file: "/src/photo/image.cpp", line: 31),
        ], .unwound
      ), load, main,
    ])
    let cache = try stack([system, code(recording.culprit, recording.file, 57), load, main])
    let python = try stack([
      system,
      (nil, [Symbol(function: "thumbnail", file: "tools/thumb.py", line: 12)], .interpreter),
      (nil, [Symbol(function: "the stack was not copied further")], .note),
    ])
    let bare = try stack([(0, [], .call), (nil, [], .framePointer)])
    let buffer: UInt64 = 0x16E3_8000
    let top: UInt64 = 0xF7A0_0000
    // Three pictures from the top down, a small thing below each.
    for index in UInt64(0)..<6 {
      let low = top - (index + 1) * (buffer + 0x10000)
      try map(low + 0x10000, buffer, stack: picture)
      try map(low, 0x10000, stack: index % 2 == 0 ? cache : python)
    }
    try map(0x0A00_0000, 0x0080_1000, access: [], stack: bare, thread: 1)
    try map(0x7F00_0000_0000, 0x10000, stack: nil, thread: nil, space: 1)
    for index in UInt64(0)..<5 {
      try unmap(top - (index + 1) * (buffer + 0x10000) + 0x10000, buffer, stack: picture)
    }
    for _ in 0..<2 {
      try add(
        .mmap2, .failed(errno: 12, asked: ByteCount(5 * buffer), at: nil), stack: picture)
    }
    try add(.mprotect, .failed(errno: 13, asked: 0x1000, at: 0x0804_8000), stack: cache)
    try map(0xF7FA_0000, 0x1000, stack: nil, thread: nil)
    try sink.commit()
  }
}
