// swift-tools-version: 6.2

import PackageDescription

// One executable a parser, in a folder of its own with its dictionary and seeds. `tools/fuzz`
// builds it with `--sanitize fuzzer`, whose library holds the main function.
let package = Package(
  name: "fuzz",
  dependencies: [.package(name: "addrspace", path: "../..")],
  targets: [
    .executableTarget(
      name: "maps",
      dependencies: [.product(name: "AddressSpace", package: "addrspace")],
      path: "maps",
      exclude: ["dictionary", "seeds"],
      swiftSettings: [.unsafeFlags(["-parse-as-library"])]),
    .executableTarget(
      name: "heap",
      dependencies: [.product(name: "AddressSpace", package: "addrspace")],
      path: "heap",
      exclude: ["dictionary", "seeds"],
      swiftSettings: [.unsafeFlags(["-parse-as-library"])]),
    .executableTarget(
      name: "minidump",
      dependencies: [.product(name: "AddressSpace", package: "addrspace")],
      path: "minidump",
      exclude: ["dictionary", "seeds"],
      swiftSettings: [.unsafeFlags(["-parse-as-library"])]),
    .executableTarget(
      name: "windbg",
      dependencies: [.product(name: "AddressSpace", package: "addrspace")],
      path: "windbg",
      exclude: ["dictionary", "seeds"],
      swiftSettings: [.unsafeFlags(["-parse-as-library"])]),
    .executableTarget(
      name: "vmmap",
      dependencies: [.product(name: "AddressSpace", package: "addrspace")],
      path: "vmmap",
      exclude: ["dictionary", "seeds"],
      swiftSettings: [.unsafeFlags(["-parse-as-library"])]),
    .executableTarget(
      name: "core",
      dependencies: [.product(name: "AddressSpace", package: "addrspace")],
      path: "core",
      exclude: ["dictionary", "seeds"],
      swiftSettings: [.unsafeFlags(["-parse-as-library"])]),
    .executableTarget(
      name: "strace",
      dependencies: [.product(name: "AddressSpace", package: "addrspace")],
      path: "strace",
      exclude: ["dictionary", "seeds"],
      swiftSettings: [.unsafeFlags(["-parse-as-library"])]),
    .executableTarget(
      name: "json",
      dependencies: [.product(name: "AddressSpace", package: "addrspace")],
      path: "json",
      exclude: ["dictionary", "seeds"],
      swiftSettings: [.unsafeFlags(["-parse-as-library"])]),
  ]
)
