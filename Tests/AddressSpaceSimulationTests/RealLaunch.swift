import AddressSpaceFormats
import SystemPackage
import TestSupport
import Testing

@testable import AddressSpace
@testable import AddressSpaceSimulation

/// How `hello` is started, really and in the model.
struct StartOfHello: CustomTestStringConvertible, Sendable {
  var program = "hello"
  /// Of `setarch`.
  var options: [String] = []
  /// In KiB.
  var stack: UInt64? = 8192

  var testDescription: String {
    "\(program) \(options.joined(separator: " ")) stack \(stack.map(String.init) ?? "unlimited")"
  }

  /// What so many launches wrote.
  func launches(_ count: Int) async throws -> [RealLaunch] {
    let victim = try #require(Machine.victim(program))
    let limit = stack.map(String.init) ?? "unlimited"
    let command =
      "ulimit -s \(limit); for i in $(seq \(count)); do env -i setarch linux64 "
      + "\(options.joined(separator: " ")) \(victim) 384000000; echo; done"
    let result = try await run("/bin/sh", ["-c", command])
    #expect(result.status == 0, "\(result.error)")
    return try result.output.split(separator: "\n\n\n").flatMap { try RealLaunch.all($0) }
  }

  /// The same in the model: the images from their files, the rest from the system's settings.
  func model(of real: RealLaunch) throws -> LinuxLaunch {
    let name = options.contains("-3") ? "linux-i386-3g" : "linux-i386-4g"
    var launch = try #require(
      LinuxLaunch(layout: name, program: program(of: real), kernel: .x86_64))
    launch.isRandomized = !options.contains("-R")
    launch.isLegacy = options.contains("-L")
    launch.stackLimit = stack.map { .kibibytes($0) } ?? LayoutFacts.unlimitedStack
    let bits = try Fixtures.text("/proc/sys/vm/mmap_rnd_compat_bits")
    launch.randomBits = try #require(Int(bits.filter(\.isNumber)))
    launch.kernelPages = real.map.regions.filter { $0.name.hasPrefix("[v") }.map {
      .init($0.name, $0.size, $0.access)
    }
    return launch
  }

  private func program(of real: RealLaunch) throws -> LinuxProgram {
    let names = Set(real.map.regions.map(\.name)).filter { $0.hasPrefix("/") }
    let own = try #require(names.first { $0.hasSuffix("/" + program) })
    let image = try ElfFile(own).image
    guard let loader = names.first(where: { $0.contains("/ld-linux") }) else {
      // What the first thread needs comes from the brk heap.
      return LinuxProgram(image, steps: [.heap(0x22000)])
    }
    let libc = try #require(names.first { $0.contains("libc.so") })
    let cache = try Fixtures.bytes("/etc/ld.so.cache").count
    return LinuxProgram(
      image, loader: try ElfFile(loader).image,
      steps: [
        .memory(.kibibytes(8), owner: ""), .open("/etc/ld.so.cache", ByteCount(UInt64(cache))),
        .library(try ElfFile(libc).image), .close("/etc/ld.so.cache"), .heap(0x22000),
      ])
  }
}

/// What one run of `hello` wrote.
struct RealLaunch {
  let map: AddressMap
  /// Where the brk heap ends.
  let heap: UInt64
  /// Where its buffers went.
  let buffers: [UInt64]

  static func all(_ text: Substring) throws -> [RealLaunch] {
    let parts = text.split(separator: "\n\n")
    return try stride(from: 0, to: parts.count - 1, by: 2).map { index in
      let lines = parts[index + 1].split(separator: "\n").map { $0.split(separator: " ") }
      func numbers(_ name: String) -> [UInt64] {
        lines.filter { $0[0] == name }.compactMap { UInt64($0[1], radix: 16) }
      }
      let map = try MapsParser.parse(Array(parts[index].utf8) + [0x0A], path: nil).map
      return RealLaunch(map: map, heap: numbers("heap")[0], buffers: numbers("buffer"))
    }
  }
}

/// The program headers of a 32-bit little-endian ELF file.
struct ElfFile {
  let image: LinuxImage

  init(_ path: String) throws {
    let bytes = try Fixtures.bytes(FilePath(path))
    func number(_ place: Int, _ size: Int = 4) -> UInt64 {
      (0..<size).reduce(0) { $0 | UInt64(bytes[place + $1]) << UInt64(8 * $1) }
    }
    var segments: [LinuxImage.Segment] = []
    var readOnly: Range<UInt64>?
    for index in 0..<Int(number(0x2C, 2)) {
      let header = Int(number(0x1C)) + index * Int(number(0x2A, 2))
      let address = number(header + 8)
      let flags = number(header + 24)
      var access: Region.Access = []
      if flags & 4 != 0 { access.insert(.read) }
      if flags & 2 != 0 { access.insert(.write) }
      if flags & 1 != 0 { access.insert(.execute) }
      switch number(header) {
      case 1:
        segments.append(
          .init(
            number(header + 4), at: address, fileSize: number(header + 16),
            memorySize: number(header + 20), access))
      case 0x6474_E552: readOnly = address..<address + number(header + 20)
      default: break
      }
    }
    image = LinuxImage(
      path, segments, readOnlyAfterStart: readOnly, isRelocatable: number(0x10, 2) == 3)
  }
}
