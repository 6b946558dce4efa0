import Charts
import Foundation
import Readings
import Testing

/// A chart that was drawn and read back.
struct Picture {
    let text: String
    let root: XMLElement

    init(_ chart: SeriesChart) throws {
        text = chart.svg()
        root = try StrictXML.read(text)
    }

    init(_ points: [ChartPoint], unit: String? = "µg/m³", zone: Zone = .utc, width: Int = 960) throws {
        try self.init(SeriesChart(title: "HN-KK-01", unit: unit, points: points, zone: zone, width: width))
    }

    /// What is written on the page, not what appears under the pointer.
    var labels: [String] { root.all.filter { $0.name == "text" }.map(\.text) }

    /// What appears under the pointer.
    var tooltips: [String] {
        root.all.filter { $0.name == "g" }.flatMap { $0.children }.filter { $0.name == "title" }.map(\.text)
    }

    var description: String { root.children.first { $0.name == "desc" }?.text ?? "" }

    /// Where the vertical axis ends at the top, and where the plot ends at the right.
    private var plotTop: Double {
        numbers(in: root.children.last { $0.attributes["class"] == "rule" }?.attributes["d"] ?? "").suffix(3).first ?? 0
    }

    /// The paths of a class in the plot, without those of the legend.
    func paths(_ name: String) -> [String] {
        root.all.filter { element in
            guard element.name == "path", let names = element.attributes["class"] else { return false }
            return names.split(separator: " ").first.map(String.init) == name
                && (start(element).last ?? 0) >= plotTop - 20
        }.compactMap { $0.attributes["d"] }
    }

    /// Where the marks of a class stand: the first place of each of their paths.
    func marks(_ name: String) -> [(x: Double, y: Double)] {
        var places: [(x: Double, y: Double)] = []
        for path in paths(name) {
            for part in path.split(separator: "M") {
                let place = numbers(in: String(part))
                places.append((place[0], place[1]))
            }
        }
        return places
    }

    /// The corners of the line, a list for each part without a break.
    func polylines(_ name: String = "line") -> [[(x: Double, y: Double)]] {
        paths(name).flatMap { $0.split(separator: "M") }.map { part in
            part.split(separator: "L").map { corner in
                let place = numbers(in: String(corner))
                return (place[0], place[1])
            }
        }
    }

    private func start(_ element: XMLElement) -> [Double] {
        Array(numbers(in: element.attributes["d"] ?? "").prefix(2))
    }
}

/// The numbers of a path, a letter or a sign beginning a new one.
func numbers(in path: String) -> [Double] {
    path.matches(of: /-?[0-9]+(?:\.[0-9]+)?/).compactMap { Double(String($0.output)) }
}

/// Points so many milliseconds apart, all with one flag where there is a value.
func series(
    _ values: [Double?], every interval: Int64 = 300_000, from start: Int64 = 1_795_392_000_000,
    flag: QualityFlag = .pass
) -> [ChartPoint] {
    values.enumerated().map { index, value in
        ChartPoint(
            time: Timestamp(millisecondsSince1970: start + Int64(index) * interval), value: value,
            flag: value == nil ? .missing : flag)
    }
}

func zone(_ name: String) throws -> Zone {
    let bytes = try Data(contentsOf: URL(fileURLWithPath: "/usr/share/zoneinfo/\(name)"))
    return try #require(Zone(name: name, tzif: Array(bytes)))
}

struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        // SplitMix64.
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
