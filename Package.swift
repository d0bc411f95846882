// swift-tools-version: 6.2
import PackageDescription

/// Every target is held to the Swift 6 language mode with warnings as errors.
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
]

/// From the engine up, unsafe code has to be spelled out: pointers stay in the modules below.
let safe: [SwiftSetting] = strict + [.strictMemorySafety()]

let package = Package(
    name: "redwing",
    products: [
        .library(name: "Redwing", targets: ["Redwing"]),
        .library(name: "RedwingTesting", targets: ["RedwingTesting"]),
        .executable(name: "redwing-server", targets: ["redwing-server"]),
    ],
    traits: [
        .default(enabledTraits: ["TLS"]),
        .trait(name: "TLS", description: "TLS for clients, by OpenSSL"),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2")
    ],
    targets: [
        .target(name: "CLinux"),
        .systemLibrary(
            name: "CLZ4", pkgConfig: "liblz4", providers: [.apt(["liblz4-dev"])]),
        .systemLibrary(
            name: "CXXHash", pkgConfig: "libxxhash", providers: [.apt(["libxxhash-dev"])]),
        .systemLibrary(
            name: "CLua", pkgConfig: "lua5.1",
            providers: [.apt(["liblua5.1-0-dev", "lua-cjson-dev", "lua-bitop-dev"])]),
        .target(name: "CLuaBridge", dependencies: ["CLua"]),
        .systemLibrary(
            name: "COpenSSL", pkgConfig: "openssl", providers: [.apt(["libssl-dev"])]),
        .target(name: "RedwingLinux", dependencies: ["CLinux"], swiftSettings: strict),
        .target(name: "RedwingContainers", dependencies: ["CLinux"], swiftSettings: strict),
        .target(
            name: "RedwingRESP", dependencies: ["RedwingContainers", "CLinux"],
            swiftSettings: strict),
        .target(
            name: "RedwingEngine", dependencies: ["RedwingContainers", "RedwingRESP"],
            swiftSettings: safe),
        .target(
            name: "RedwingLua",
            dependencies: ["CLua", "CLuaBridge", "RedwingContainers", "RedwingRESP"],
            swiftSettings: strict),
        .target(
            name: "RedwingScripting",
            dependencies: ["RedwingContainers", "RedwingEngine", "RedwingLua", "RedwingRESP"],
            swiftSettings: safe),
        .target(
            name: "RedwingPersistence",
            dependencies: [
                "RedwingContainers", "RedwingEngine", "RedwingLinux", "CLZ4", "CXXHash",
            ], swiftSettings: safe + [.enableExperimentalFeature("Lifetimes")]),
        .target(
            name: "Redwing",
            dependencies: [
                "RedwingEngine", "RedwingPersistence", "RedwingScripting", "RedwingLinux",
                .target(name: "COpenSSL", condition: .when(traits: ["TLS"])),
                .product(name: "Logging", package: "swift-log"),
            ], swiftSettings: safe),
        .target(name: "RedwingTesting", dependencies: ["Redwing"], swiftSettings: safe),
        .executableTarget(
            name: "redwing-server",
            dependencies: [
                "Redwing", "RedwingEngine", "RedwingLinux",
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: safe),
        .testTarget(
            name: "RedwingLinuxTests", dependencies: ["RedwingLinux"], swiftSettings: strict),
        .testTarget(
            name: "RedwingContainersTests", dependencies: ["RedwingContainers"],
            swiftSettings: strict),
        .testTarget(
            name: "RedwingLuaTests",
            dependencies: ["RedwingContainers", "RedwingLua", "RedwingRESP"],
            swiftSettings: strict),
        .testTarget(
            name: "RedwingScriptingTests",
            dependencies: ["Redwing", "RedwingScripting", "RedwingTesting"],
            swiftSettings: strict),
        .testTarget(name: "RedwingRESPTests", dependencies: ["RedwingRESP"], swiftSettings: strict),
        .testTarget(
            name: "RedwingEngineTests", dependencies: ["RedwingEngine", "RedwingTesting"],
            swiftSettings: strict),
        .testTarget(
            name: "RedwingPersistenceTests",
            dependencies: [
                "RedwingContainers", "RedwingLinux", "RedwingPersistence", "RedwingTesting",
            ],
            swiftSettings: strict),
        .testTarget(
            name: "RedwingTests", dependencies: ["Redwing", "RedwingLinux", "RedwingTesting"],
            swiftSettings: strict),
        .testTarget(name: "TidyTests", swiftSettings: strict),
    ]
)
