// swift-tools-version: 6.2

import PackageDescription

// The Makefile and the packaging name the commit. git itself is not asked: the manifest is cached across commits.
let commit = Context.environment["QUANTRAC_COMMIT"] ?? "unknown"

// The arrows between the targets are those of docs/ARCHITECTURE.md; Tests/TidyTests holds the same table and reads the
// `import` lines, because the compiler's import check misses what is reachable transitively.
let package = Package(
    name: "quantrac",
    products: [
        .executable(name: "quantrac", targets: ["quantrac"])
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.2"),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: []),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/LebJe/TOMLKit", from: "0.6.0"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2", traits: []),
    ],
    targets: [
        // The vocabulary and the C libraries.
        .target(name: "Readings"),
        .systemLibrary(name: "CClock"),
        .systemLibrary(name: "CModbus", pkgConfig: "libmodbus", providers: [.apt(["libmodbus-dev"])]),
        .systemLibrary(name: "CMosquitto", pkgConfig: "libmosquitto", providers: [.apt(["libmosquitto-dev"])]),
        .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),
        .target(name: "CRelease", cSettings: [.define("QUANTRAC_COMMIT", to: "\"\(commit)\"")]),
        .target(name: "Release", dependencies: ["CRelease"]),
        .target(name: "OwnThread", dependencies: ["CClock"]),
        .target(name: "Systemd"),
        .target(name: "Registers"),
        .target(name: "Formats", dependencies: ["Readings"]),
        .target(name: "Registry", dependencies: ["Readings"]),
        .target(
            name: "Rules", dependencies: ["Readings", "Registry", .product(name: "Crypto", package: "swift-crypto")]),
        .target(name: "Charts", dependencies: ["Readings"]),
        .target(name: "Modbus", dependencies: ["CModbus", "OwnThread", "Registers"]),
        .target(name: "Mosquitto", dependencies: ["CMosquitto", "OwnThread"]),
        .target(name: "SQLite", dependencies: ["CSQLite"]),
        .target(name: "Compression", dependencies: ["CZlib", "CZstd"]),

        // The stages, in the order in which a reading meets them.
        .target(
            name: "Acquisition",
            dependencies: [
                "Readings", "Registers", "Modbus", "Mosquitto", "OwnThread",
                .product(name: "Logging", package: "swift-log"),
            ]),
        .target(name: "Decoding", dependencies: ["Readings", "Formats"]),
        .target(name: "Quality", dependencies: ["Readings", "Registry", "Rules"]),
        .target(
            name: "Queue",
            dependencies: [
                "Readings", "SQLite", "OwnThread",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Logging", package: "swift-log"),
            ]),
        .target(
            name: "Delivery",
            dependencies: [
                "Readings", "Formats", "Queue", "Compression", "OwnThread",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOFoundationCompat", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ]),

        // What joins them.
        .target(
            name: "Settings",
            dependencies: [
                "Readings", "Formats", "Registers", "Registry", "Rules", .product(name: "TOMLKit", package: "TOMLKit"),
                .product(name: "Yams", package: "Yams"),
            ]),
        .target(
            name: "Pipeline",
            dependencies: [
                "Readings", "Formats", "Registers", "OwnThread", "Release", "Systemd", "Acquisition", "Decoding",
                "Quality",
                "Queue", "Delivery", "Registry", "Rules", "Settings",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ]),
        .target(
            name: "Simulation",
            dependencies: [
                "Readings", "Registers", "Modbus", "Mosquitto", "OwnThread",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Subprocess", package: "swift-subprocess"),
                .product(name: "SystemPackage", package: "swift-system"),
            ]),
        .executableTarget(
            name: "quantrac",
            dependencies: [
                "Readings", "Formats", "Registers", "Registry", "Rules", "Modbus", "OwnThread", "Release", "Systemd",
                "Charts", "Decoding", "Quality", "Queue", "Delivery", "Settings", "Pipeline", "Simulation",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
            ]),

        // What measures it.
        .target(name: "CLoop", dependencies: ["CModbus", "CSQLite"], path: "Benchmarks/CLoop"),
        .executableTarget(
            name: "bench",
            dependencies: [
                "CLoop", "Readings", "Formats", "Registers", "Registry", "Rules", "Acquisition", "Decoding", "Modbus",
                "Quality",
                "Queue", "Mosquitto", "OwnThread", "SQLite",
                .product(name: "Logging", package: "swift-log"),
            ],
            path: "Benchmarks/Bench"),

        // What keeps it true.
        .target(
            name: "QuantracTesting",
            dependencies: [
                "Readings", "Registers", "Acquisition", "Decoding", "Modbus", "Mosquitto", "OwnThread", "Queue",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Logging", package: "swift-log"),
            ]),
        .target(name: "CModbusPeer", dependencies: ["CModbus"], path: "Tests/CModbusPeer"),
        .target(name: "CCrashVFS", dependencies: ["CSQLite"], path: "Tests/CCrashVFS"),
        .testTarget(
            name: "AcquisitionTests",
            dependencies: [
                "Acquisition", "Modbus", "OwnThread", "QuantracTesting", "Readings", "Registers",
                .product(name: "Logging", package: "swift-log"),
            ]),
        .testTarget(
            name: "CrashTests",
            dependencies: [
                "CCrashVFS", "Mosquitto", "OwnThread", "Quality", "Queue", "QuantracTesting", "Readings", "SQLite",
                "quantrac",
            ]),
        .testTarget(name: "ChartsTests", dependencies: ["Charts", "Readings"]),
        .testTarget(name: "CompressionTests", dependencies: ["Compression"]),
        .testTarget(name: "DecodingTests", dependencies: ["Decoding", "Formats", "QuantracTesting", "Readings"]),
        .testTarget(name: "FormatsTests", dependencies: ["Formats", "Readings"]),
        .testTarget(
            name: "DeliveryTests",
            dependencies: [
                "QuantracTesting", "Compression", "Delivery", "Queue", "Readings",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOFoundationCompat", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ]),
        .testTarget(
            name: "IntegrationTests",
            dependencies: [
                "Acquisition", "CModbusPeer", "Decoding", "Modbus", "Mosquitto", "OwnThread", "Pipeline",
                "QuantracTesting", "Registers", "Settings", "Simulation",
                "quantrac", "Compression", "Delivery", "Queue", "Readings",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOFoundationCompat", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ]),
        .testTarget(name: "ModbusTests", dependencies: ["Modbus", "OwnThread", "QuantracTesting", "Registers"]),
        .testTarget(name: "MosquittoTests", dependencies: ["Mosquitto", "OwnThread", "QuantracTesting"]),
        .testTarget(name: "OwnThreadTests", dependencies: ["OwnThread"]),
        .testTarget(
            name: "QualityTests", dependencies: ["QuantracTesting", "Quality", "Readings", "Registry", "Rules"]),
        .testTarget(
            name: "QuantracTests",
            dependencies: [
                "quantrac", "Delivery", "Modbus", "Queue", "Readings", "Registers", "Settings", "Simulation",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]),
        .testTarget(
            name: "QueueTests",
            dependencies: ["Quality", "Queue", "QuantracTesting", "Readings", "Registry", "Rules", "SQLite"]),
        .testTarget(name: "ReadingsTests", dependencies: ["Readings"]),
        .testTarget(name: "RegistersTests", dependencies: ["Registers"]),
        .testTarget(name: "SQLiteTests", dependencies: ["SQLite"]),
        .testTarget(
            name: "SettingsTests",
            dependencies: [
                "Settings", "Readings", "Formats", "Registers", "Registry", "Rules",
                .product(name: "TOMLKit", package: "TOMLKit"),
            ]),
        .testTarget(
            name: "SimulationTests", dependencies: ["Simulation", "Modbus", "OwnThread", "Readings", "Registers"]),
        .testTarget(name: "SystemdTests", dependencies: ["QuantracTesting", "Systemd"]),
        .testTarget(name: "TidyTests", dependencies: ["Readings", "Formats", "Decoding"]),
    ]
)

for target in package.targets where target.type != .system {
    target.swiftSettings =
        (target.swiftSettings ?? []) + [
            .enableUpcomingFeature("ExistentialAny"),
            .enableUpcomingFeature("InternalImportsByDefault"),
            .enableUpcomingFeature("MemberImportVisibility"),
            .strictMemorySafety(),
            .treatAllWarnings(as: .error),
        ]
}
