// swift-tools-version: 6.2

import PackageDescription

let library: Target.Dependency = .product(name: "AddressSpace", package: "addrspace")

let yaml: Target.Dependency = .product(name: "AddressSpaceYAML", package: "addrspace")

let simulation: Target.Dependency = .product(
  name: "AddressSpaceSimulation", package: "addrspace")

/// One executable a parser, in a folder of its own with its dictionary and seeds. `tools/fuzz`
/// builds it with `--sanitize fuzzer`, whose library holds the main function.
func driver(_ name: String, needs dependencies: [Target.Dependency] = [library]) -> Target {
  .executableTarget(
    name: name, dependencies: dependencies + ["Invariants"], path: name,
    exclude: ["dictionary", "seeds"],
    swiftSettings: [.unsafeFlags(["-parse-as-library"])])
}

let package = Package(
  name: "fuzz",
  dependencies: [.package(name: "addrspace", path: "../..")],
  targets: [.target(name: "Invariants", dependencies: [library], path: "Invariants")]
    + ["maps", "heap", "minidump", "windbg", "vmmap", "core", "strace", "crashlog", "json"]
    .map { driver($0) } + [
      driver("policy", needs: [library, yaml]),
      driver("scenario", needs: [library, simulation, yaml]),
    ]
)
