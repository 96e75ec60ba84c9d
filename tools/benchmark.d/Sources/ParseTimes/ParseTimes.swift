import AddressSpace
import AddressSpaceFormats
import Foundation

/// `ParseTimes FILE RUNS`: reads a saved map once, parses it so often, and prints the nanoseconds
/// that each took. What was parsed is given up between two measurements.
@main
struct ParseTimes {
  static func main() throws {
    let arguments = CommandLine.arguments
    guard arguments.count == 3, let runs = Int(arguments[2]) else {
      FileHandle.standardError.write(Data("usage: ParseTimes FILE RUNS\n".utf8))
      exit(64)
    }
    let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: arguments[1])))
    let clock = ContinuousClock()
    for _ in 0..<runs {
      let start = clock.now
      let snapshot = try MapsParser.parse(bytes)
      let took = clock.now - start
      print(snapshot.map.regions.count, Int(took / .nanoseconds(1)))
    }
  }
}
