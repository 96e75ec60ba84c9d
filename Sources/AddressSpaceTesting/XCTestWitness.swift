#if canImport(XCTest)
  import Synchronization
  import XCTest

  /// Counts the failures that XCTest takes down: of one outside of its tests it says nothing.
  final class XCTestWitness: XCTestObservation, Sendable {
    static let shared: XCTestWitness = {
      let witness = XCTestWitness()
      XCTestObservationCenter.shared.addTestObserver(witness)
      return witness
    }()

    private let seen = Mutex(0)

    var count: Int { seen.withLock { $0 } }

    func testCase(
      _ testCase: XCTestCase, didFailWithDescription description: String, inFile filePath: String?,
      atLine lineNumber: Int
    ) {
      seen.withLock { $0 += 1 }
    }
  }
#endif
