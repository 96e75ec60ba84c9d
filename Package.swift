// swift-tools-version: 6.2

import PackageDescription

// The levels of CONTRIBUTING.md: a target depends only on targets of lower levels.
// `tools/check-levels` reads this manifest and refuses anything else.

/// What every target of this package is compiled with.
let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .treatAllWarnings(as: .error),
]

/// Targets that never touch memory, files or clocks: no unsafe construct at all, or (at a C library's
/// edge) only what says so.
let pure: [SwiftSetting] = strict + [.strictMemorySafety()]

/// The commit that is built: Swift has no string macros, so a C file carries it.
let commit = Context.gitInformation.map { String($0.currentCommit.prefix(12)) } ?? ""

let package = Package(
  name: "addrspace",
  products: [
    .executable(name: "addrspace", targets: ["addrspace"]),
    .library(
      name: "AddressSpace",
      targets: ["AddressSpace", "AddressSpaceFormats", "AddressSpaceProcess"]),
    .library(name: "AddressSpaceSimulation", targets: ["AddressSpaceSimulation"]),
    // Apart, so that the others can be had without libyaml.
    .library(name: "AddressSpaceYAML", targets: ["AddressSpaceYAML"]),
    // For tests: it brings Swift Testing and XCTest along.
    .library(name: "AddressSpaceTesting", targets: ["AddressSpaceTesting"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
    .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2"),
  ],
  targets: [
    // level 0: values, layouts, placement, answers
    .target(name: "AddressSpace", swiftSettings: pure),

    // level 1: bytes to map and facts
    .target(
      name: "AddressSpaceFormats",
      dependencies: ["AddressSpace"],
      swiftSettings: pure),

    .target(
      name: "AddressSpaceTrace",
      dependencies: ["AddressSpace"],
      swiftSettings: pure),

    .target(
      name: "AddressSpaceSimulation",
      dependencies: ["AddressSpace"],
      swiftSettings: pure),

    // level 2: the edges
    .target(
      name: "AddressSpaceProcess",
      dependencies: [
        "AddressSpace", "AddressSpaceFormats",
        .product(name: "SystemPackage", package: "swift-system"),
      ],
      swiftSettings: strict),
    .target(
      name: "AddressSpaceReport",
      dependencies: ["AddressSpace", "AddressSpaceSimulation", "AddressSpaceTrace"],
      swiftSettings: pure),
    .target(
      name: "AddressSpaceStore",
      dependencies: [
        "AddressSpace", "AddressSpaceTrace", "CSQLite",
        .product(name: "SystemPackage", package: "swift-system"),
      ],
      swiftSettings: strict),
    .systemLibrary(
      name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),

    .target(
      name: "AddressSpaceYAML",
      dependencies: ["AddressSpace", "AddressSpaceSimulation", "CYAML"],
      resources: [.embedInCode("Resources")],
      swiftSettings: pure),
    .systemLibrary(
      name: "CYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),

    .target(
      name: "CAddressSpaceRecorder",
      cSettings: [
        .enableWarning("all"), .enableWarning("extra"), .treatAllWarnings(as: .error),
      ],
      linkerSettings: [
        .linkedLibrary("dw"), .linkedLibrary("elf"), .linkedLibrary("unwind-generic"),
        .linkedLibrary("iberty"),
      ]),
    .target(
      name: "AddressSpaceRecorder",
      dependencies: ["AddressSpace", "AddressSpaceTrace", "CAddressSpaceRecorder"],
      swiftSettings: strict),

    .target(
      name: "CBuildInfo",
      cSettings: [.define("ADDRSPACE_COMMIT", to: "\"\(commit)\"")]),

    // level 3: the front door
    .executableTarget(
      name: "addrspace",
      dependencies: [
        "AddressSpace", "AddressSpaceFormats", "AddressSpaceProcess", "AddressSpaceReport",
        "AddressSpaceRecorder", "AddressSpaceSimulation", "AddressSpaceStore",
        "AddressSpaceTrace", "AddressSpaceYAML", "CBuildInfo",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "SystemPackage", package: "swift-system"),
      ],
      swiftSettings: strict),

    // level 3: assertions for tests, in Swift Testing and in XCTest
    .target(
      name: "AddressSpaceTesting",
      dependencies: [
        "AddressSpace", "AddressSpaceFormats", "AddressSpaceProcess", "AddressSpaceReport",
        "AddressSpaceSimulation", "AddressSpaceYAML",
        .product(name: "SystemPackage", package: "swift-system"),
      ],
      swiftSettings: strict),

    // tests: one suite a target, one for the whole program, one against real processes
    .target(
      name: "TestSupport",
      dependencies: [
        "AddressSpace", "AddressSpaceFormats", "AddressSpaceTrace",
        .product(name: "Subprocess", package: "swift-subprocess"),
        .product(name: "SystemPackage", package: "swift-system"),
      ],
      path: "Tests/TestSupport", swiftSettings: strict),
    .test("AddressSpaceTests", of: ["AddressSpace"]),
    .test("AddressSpaceFormatsTests", of: ["AddressSpace", "AddressSpaceFormats"]),
    .test(
      "AddressSpaceTraceTests",
      of: ["AddressSpace", "AddressSpaceFormats", "AddressSpaceTrace"]),
    .test(
      "AddressSpaceSimulationTests",
      of: [
        "AddressSpace", "AddressSpaceFormats", "AddressSpaceProcess", "AddressSpaceSimulation",
        "AddressSpaceYAML",
      ]),
    .test(
      "AddressSpaceProcessTests",
      of: ["AddressSpace", "AddressSpaceFormats", "AddressSpaceProcess"]),
    .test(
      "AddressSpaceReportTests",
      of: ["AddressSpace", "AddressSpaceFormats", "AddressSpaceTrace", "AddressSpaceReport"]),
    .test(
      "AddressSpaceStoreTests",
      of: ["AddressSpace", "AddressSpaceTrace", "AddressSpaceStore", "CSQLite", "recording-child"]),
    // What the store's tests let be killed, and let write to a full disk.
    .executableTarget(
      name: "recording-child",
      dependencies: [
        "AddressSpaceStore", "AddressSpaceTrace", "TestSupport",
        .product(name: "SystemPackage", package: "swift-system"),
      ],
      path: "Tests/RecordingChild", swiftSettings: strict),
    .test(
      "AddressSpaceRecorderTests",
      of: [
        "AddressSpace", "AddressSpaceRecorder", "AddressSpaceStore", "AddressSpaceTrace",
        "CAddressSpaceRecorder",
      ]),
    .test(
      "AddressSpaceYAMLTests", of: ["AddressSpace", "AddressSpaceSimulation", "AddressSpaceYAML"],
      exclude: ["tree.py"]),
    .test(
      "AddressSpaceTestingTests",
      of: ["AddressSpace", "AddressSpaceFormats", "AddressSpaceTesting"]),
    .test(
      "CommandLineTests",
      of: ["AddressSpace", "AddressSpaceStore", "AddressSpaceTrace", "addrspace"]),
    .test(
      "RealityTests",
      of: [
        "AddressSpace", "AddressSpaceFormats", "AddressSpaceProcess", "AddressSpaceSimulation",
      ],
      exclude: ["minidump_parser.py", "second_parser.py"]),
  ]
)

extension Target {
  /// A suite for some targets, with what all suites share.
  static func test(
    _ name: String, of targets: [Dependency], exclude: [String] = []
  ) -> Target {
    .testTarget(
      name: name,
      dependencies: targets + [
        "TestSupport", .product(name: "SystemPackage", package: "swift-system"),
      ],
      exclude: exclude, swiftSettings: strict)
  }
}
