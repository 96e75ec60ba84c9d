// swift-tools-version: 6.2

import PackageDescription

// What `tools/benchmark` builds. The package `Benchmark` comes without its traits: they count
// allocations, which nobody reads here, and would put a header before each.
let package = Package(
  name: "benchmarks",
  dependencies: [
    .package(name: "addrspace", path: "../.."),
    .package(url: "https://github.com/ordo-one/benchmark", from: "1.38.1", traits: []),
  ],
  targets: [
    .target(
      name: "SyntheticSpace",
      dependencies: [.product(name: "AddressSpace", package: "addrspace")]),
    .executableTarget(
      name: "ParseTimes",
      dependencies: [.product(name: "AddressSpace", package: "addrspace")]),
    .executableTarget(
      name: "PlaceTimes",
      dependencies: [
        .product(name: "AddressSpace", package: "addrspace"),
        .product(name: "AddressSpaceSimulation", package: "addrspace"),
      ]),
    .executableTarget(
      name: "Growth",
      dependencies: [
        "SyntheticSpace",
        .product(name: "AddressSpace", package: "addrspace"),
        .product(name: "Benchmark", package: "benchmark"),
      ],
      path: "Benchmarks/Growth",
      plugins: [.plugin(name: "BenchmarkPlugin", package: "benchmark")]),
  ],
  swiftLanguageModes: [.v6]
)
