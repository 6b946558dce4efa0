import Testing

/// What each target may import: the arrows of docs/ARCHITECTURE.md.
///
/// The compiler's import check misses what is reachable transitively, so the `import` lines are read here.
private let arrows: [String: Arrow] = [
    "Readings": Arrow(ours: [], theirs: [], system: ["Swift"]),
    "OwnThread": Arrow(ours: ["CClock"], theirs: [], system: ["Glibc", "Dispatch", "Synchronization"]),
    "Release": Arrow(ours: ["CRelease"], theirs: []),
    "Systemd": Arrow(ours: [], theirs: [], system: ["Glibc"]),
    "Registers": Arrow(ours: [], theirs: [], system: ["Glibc"]),
    "Formats": Arrow(ours: ["Readings"], theirs: []),
    "Registry": Arrow(ours: ["Readings"], theirs: []),
    "Rules": Arrow(ours: ["Readings", "Registry"], theirs: ["Crypto"]),
    "Charts": Arrow(ours: ["Readings"], theirs: []),
    "Modbus": Arrow(
        ours: ["CModbus", "OwnThread", "Registers"], theirs: [], system: ["Glibc", "Synchronization"]),
    "Mosquitto": Arrow(ours: ["CMosquitto", "OwnThread"], theirs: [], system: ["Glibc", "Synchronization"]),
    "SQLite": Arrow(ours: ["CSQLite"], theirs: [], system: ["Glibc"]),
    "Compression": Arrow(ours: ["CZlib", "CZstd"], theirs: []),
    "Acquisition": Arrow(
        ours: ["Readings", "Registers", "Modbus", "Mosquitto", "OwnThread"], theirs: ["Logging"],
        system: ["Glibc", "Synchronization"]),
    "Decoding": Arrow(ours: ["Readings", "Formats"], theirs: [], system: ["Glibc"]),
    "Quality": Arrow(ours: ["Readings", "Registry", "Rules"], theirs: [], system: ["Glibc"]),
    "Queue": Arrow(
        ours: ["Readings", "SQLite", "OwnThread"], theirs: ["Crypto", "Logging"],
        system: ["Dispatch", "Glibc", "Synchronization"]),
    "Delivery": Arrow(
        ours: ["Readings", "Formats", "Queue", "Compression", "OwnThread"],
        theirs: [
            "AsyncHTTPClient", "Crypto", "HTTPTypes", "Hummingbird", "HummingbirdCore", "Logging", "NIOCore",
            "NIOFoundationCompat", "NIOHTTP1", "NIOHTTPTypes", "NIOPosix", "ServiceLifecycle",
        ],
        system: ["Foundation", "FoundationEssentials", "Glibc", "Synchronization"]),
    "Settings": Arrow(
        ours: ["Readings", "Formats", "Registers", "Registry", "Rules"], theirs: ["TOMLKit", "Yams"],
        system: ["Foundation", "FoundationEssentials", "Glibc"]),
    "Pipeline": Arrow(
        ours: [
            "Readings", "Registers", "OwnThread", "Systemd", "Acquisition", "Decoding", "Quality", "Queue", "Delivery",
            "Settings", "Release", "Registry", "Rules", "Formats",
        ],
        theirs: ["Logging", "ServiceLifecycle", "UnixSignals"], system: ["Glibc", "Synchronization"]),
    "Simulation": Arrow(
        ours: ["Readings", "Registers", "Modbus", "Mosquitto", "OwnThread"],
        theirs: ["Logging", "Subprocess", "SystemPackage"],
        system: ["Foundation", "FoundationEssentials", "Glibc", "Synchronization"]),
    "QuantracTesting": Arrow(
        ours: [
            "Readings", "Registers", "OwnThread", "Modbus", "Mosquitto", "SQLite", "Acquisition", "Decoding", "Queue",
        ],
        theirs: ["Crypto", "Logging"],
        system: ["Dispatch", "Foundation", "FoundationEssentials", "Glibc", "Synchronization", "Testing"]),
    "quantrac": Arrow(
        ours: [
            "Readings", "Formats", "Registers", "Registry", "Rules", "Modbus", "OwnThread", "Release", "Systemd",
            "Charts", "Decoding", "Quality", "Queue", "Delivery", "Settings", "Pipeline", "Simulation",
        ],
        theirs: ["ArgumentParser", "Logging"],
        system: ["Dispatch", "Foundation", "FoundationEssentials", "Glibc", "Synchronization"]),
]

private struct Arrow {
    var ours: Set<String>
    var theirs: Set<String>
    var system: Set<String> = []

    var all: Set<String> { ours.union(theirs).union(system) }
}

@Suite struct `Arrows between the targets` {
    @Test(arguments: SwiftSource.sources.map(\.target).uniqued)
    func `are those of the table`(target: String) throws {
        let arrow = try #require(arrows[target], "\(target) is not in the table of the arrows")
        for source in SwiftSource.sources where source.target == target {
            for (module, line) in source.imports where !arrow.all.contains(module) {
                Issue.record("\(source.path):\(line) imports \(module): no arrow leads from \(target) to it")
            }
        }
    }

    /// C modules are system libraries or C targets: a module map, a shim, no Swift.
    @Test func `cover every target of Swift, and none that is gone`() {
        let targets = Set(SwiftSource.sources.map(\.target))
        #expect(Set(arrows.keys).subtracting(targets).isEmpty)
    }

    @Test(arguments: PackageManifest.targets)
    func `are not wider in Package.swift`(target: PackageManifest.Target) {
        guard let arrow = arrows[target.name] else { return }
        for dependency in target.dependencies where !arrow.all.contains(dependency) && !dependency.hasPrefix("C") {
            Issue.record("Package.swift lets \(target.name) depend on \(dependency); the table does not")
        }
    }

    @Test func `let one stage see no other, but Delivery the queue that it serves`() {
        let stages: Set = ["Acquisition", "Decoding", "Quality", "Queue", "Delivery"]
        for stage in stages {
            let seen = arrows[stage]?.ours.intersection(stages) ?? []
            #expect(seen == (stage == "Delivery" ? ["Queue"] : []), "\(stage)")
        }
    }

    @Test func `lead to each outside library from one target`() {
        let shared: Set = ["Logging", "Crypto", "ServiceLifecycle", "SystemPackage"]
        var users: [String: [String]] = [:]
        for (target, arrow) in arrows { for module in arrow.theirs { users[module, default: []].append(target) } }
        for (module, targets) in users where !shared.contains(module) {
            #expect(targets.count == 1, "\(module) is imported by \(targets.sorted())")
        }
    }
}

@Suite struct `The Package.swift reader` {
    @Test func `finds the targets`() {
        let names = Set(PackageManifest.targets.map(\.name))
        #expect(names.isSuperset(of: ["Readings", "Queue", "Pipeline", "quantrac"]))
    }

    @Test func `finds a target's own and outside dependencies`() throws {
        let targets = PackageManifest.targets(
            of: """
                .target(name: "Quality", dependencies: ["Readings"]),
                .executableTarget(
                    name: "tool",
                    dependencies: [
                        "Queue", .target(name: "Delivery"),
                        .product(name: "Logging", package: "swift-log"),
                    ]),
                """)
        #expect(targets.map(\.name) == ["Quality", "tool"])
        #expect(targets.map(\.dependencies) == [["Readings"], ["Queue", "Delivery", "Logging"]])
    }
}
