import Foundation
import Registers
import Testing

@testable import Settings

@Suite struct `Models of instruments` {
    /// Each folder holds a file of models, and in `expected.txt` what it gives: its registers, or its faults.
    @Test(arguments: try ModelCase.all())
    func `give what stands beside them`(found: ModelCase) throws {
        let expected = try String(contentsOfFile: found.folder + "/expected.txt", encoding: .utf8)
        #expect(found.outcome == expected, "\(found.name) gives:\n\(found.outcome)")
        #expect(found.outcome.isEmpty == false)
    }

    @Test func `are good or bad by their name`() throws {
        for found in try ModelCase.all() {
            switch ModelFile.load(path: found.file) {
            case .success: #expect(found.name.hasPrefix("good-"), "\(found.name)")
            case .failure: #expect(found.name.hasPrefix("bad-"), "\(found.name)")
            }
        }
    }

    @Test(arguments: try Project.files(in: "deploy/models"))
    func `of real instruments have no fault, and name their source`(name: String) throws {
        let path = Project.root.appending(path: "deploy/models/\(name)").path
        let models = try ModelFile.load(path: path).get()
        #expect(models.map(\.name) == [String(name.prefix { $0 != "." })])
        for model in models {
            let text = try Project.text("deploy/models/\(name)")
            #expect(model.source != nil || text.contains("# Source: "), "\(name)")
            let device = model.device(unit: 1, station: "any")
            #expect(device.faults.isEmpty && device.registers.allSatisfy(\.faults.isEmpty))
            #expect(!device.plan().isEmpty && device.model == model.name)
        }
    }

    @Test func `of real instruments show every key of a model`() throws {
        let texts = try Project.files(in: "deploy/models").map { try Project.text("deploy/models/\($0)") }
        let words = Set(texts.joined().split { !($0.isLetter || $0 == "_") }.map(String.init))
        let fixture = try Project.text("fixtures/modbus-models/good-analyser/model.toml")
        for key in Schema.model.keys {
            #expect(words.contains(key.name) || fixture.contains("\n\(key.name) = "), "\(key.name)")
        }
    }

    @Test func `may be read from anywhere`() throws {
        let folder = try SettingsFolder([
            "x.toml": "[model.m]\nregister = [{ name = \"a\", parameter = \"A\", address = 1 }]"
        ])
        let model = try #require(try ModelFile.load(path: folder.path + "/x.toml").get().first)
        #expect(model.file == folder.path + "/x.toml" && model.description == nil && model.statusRegister == nil)
        guard case .failure(let faults) = ModelFile.load(path: folder.path + "/y.toml") else {
            Issue.record("a file that is not there was read")
            return
        }
        #expect(faults.faults.map(\.kind) == [.unreadable])
    }
}

@Suite struct `Models and devices` {
    static let model = """
        [model.m]
        every = "1m"
        max_registers = 50
        max_gap = 2
        status_register = "state"
        [[model.m.register]]
        name = "flow"
        parameter = "Flow"
        address = 0
        type = "float32"
        [[model.m.register]]
        name = "state"
        address = 2
        status = { 0 = "00" }
        """

    static func settings(_ device: String = "", model: String = Self.model) throws -> SettingsFolder {
        try SettingsFolder([
            "quantrac.toml": """
            node.name = "n"
            [[modbus]]
            name = "a"
            url = "tcp://h"
            [[modbus.device]]
            unit = 1
            station = "HN-1"
            model = "m"
            \(device)
            """, "models/m.toml": model,
        ])
    }

    @Test func `share registers, limits, interval and status`() throws {
        let folder = try Self.settings()
        let configuration = try folder.settings()
        let device = try #require(configuration.modbus.first?.devices.first)
        #expect(device.model == "m" && device.registers.map(\.name) == ["flow", "state"])
        #expect(device.everyMilliseconds == 60_000 && device.statusRegister == 1)
        #expect(device.limits.maxRegisters == 50 && device.limits.maxGap == 2 && device.limits.maxBits == 2000)
        #expect(configuration.files.map { $0.dropFirst(folder.path.count + 1) } == ["quantrac.toml", "models/m.toml"])
    }

    @Test func `the device's own keys and registers come after`() throws {
        let folder = try Self.settings(
            """
            every = "5s"
            max_registers = 10
            status_register = "mine"
            [[modbus.device.register]]
            name = "mine"
            address = 3
            status = { 1 = "01" }
            """)
        let device = try #require(try folder.settings().modbus.first?.devices.first)
        #expect(device.registers.map(\.name) == ["flow", "state", "mine"] && device.statusRegister == 2)
        #expect(device.everyMilliseconds == 5000 && device.limits.maxRegisters == 10 && device.limits.maxGap == 2)
    }

    @Test(
        arguments: [
            (
                "[[modbus.device.register]]\nname = \"flow\"\nparameter = \"F\"\naddress = 9", 10,
                "modbus[a].device[1].register[flow].name", "is already a register of the device's model at"
            ),
            (
                "[[modbus.device.register]]\nname = \"own\"\nparameter = \"F\"\naddress = 1", 9,
                "modbus[a].device[1].register[own]", "overlap"
            ),
            (
                "[[modbus.device.register]]\nname = \"own\"\nparameter = \"Flow\"\naddress = 9", 11,
                "modbus[a].device[1].register[own].parameter", "already comes from the register `flow`"
            ),
            ("max_registers = 1", 9, "modbus[a].device[1]", "takes 2 registers"),
            ("status_register = \"stat\"", 9, "modbus[a].device[1].status_register", "\"stat\" is no register of it"),
            ("status_register = \"flow\"", 9, "modbus[a].device[1].status_register", "holds float32"),
        ] as [(String, Int, String, String)])
    func `contradict each other with file, line and key`(
        device: String, line: Int, key: String, message: String
    ) throws {
        let found = try Self.settings(device).faults()
        #expect(found.count == 1, "\(found)")
        #expect(found.first?.line == line && found.first?.key == key)
        #expect(found.first?.message.contains(message) == true, "\(found)")
        #expect(found.first?.message.contains("expected") == true, "\(found)")
    }

    @Test func `two devices of one model tell their common series once`() throws {
        let second = "[[modbus.device]]\nunit = 2\nstation = \"HN-1\"\nmodel = \"m\""
        let found = try Self.settings(second).faults()
        #expect(found.map(\.line) == [12] && found.map(\.key) == ["modbus[a].device[2].model"])
        #expect(try Self.settings(second.replacing("HN-1", with: "HN-2")).faults().isEmpty)
        #expect(try Self.settings(second + "\nsensor = 2").faults().isEmpty)
    }

    @Test func `a model that is not there is told with those that are`() throws {
        let folder = try Self.settings(model: Self.model.replacing("model.m", with: "model.mm"))
        let fault = try #require(folder.faults().first)
        #expect(fault.line == 8 && fault.key == "modbus[a].device[1].model" && fault.suggestion == "mm")
        #expect(fault.message.contains("there is no model \"m\""))
        let without = try Self.settings(model: "").faults()
        #expect(without.map(\.message).first?.contains("models/m.csv") == true, "\(without)")
    }

    @Test func `a file of models that cannot be parsed makes no other faults`() throws {
        let found = try Self.settings(model: "[model.m").faults()
        #expect(found.map(\.kind) == [.syntax] && found.first?.file.hasSuffix("models/m.toml") == true)
    }

    @Test func `a model's faults are told once, not at its devices`() throws {
        let found = try Self.settings(model: Self.model.replacing("\"float32\"", with: "\"flaot32\"")).faults()
        #expect(found.map(\.key) == ["model.m.register[flow].type"] && found.first?.suggestion == "float32")
        #expect(found.first?.line == 10)
    }

    @Test func `a model that nobody uses is checked`() throws {
        let folder = try SettingsFolder(["quantrac.toml": "node.name = \"n\"", "models/x.toml": "[model.x]"])
        #expect(folder.faults().map(\.key) == ["model.x.register"])
    }

    @Test func `the same model twice names both places`() throws {
        let table = "name,address\nx,1"
        let folder = try SettingsFolder([
            "quantrac.toml": "node.name = \"n\"", "models/m.csv": table, "models/z.toml": Self.model,
            "models/notes.txt": "no model", "models/.hidden.toml": "no model",
        ])
        let found = folder.faults()
        #expect(found.map(\.kind) == [.duplicate] && found.first?.file.hasSuffix("models/z.toml") == true)
        #expect(found.first?.message.contains("models/m.csv:1") == true)
    }

    @Test func `a model among the settings is sent to models`() throws {
        let fault = try #require(try readFaults("[model.m]\nevery = \"1m\"").first)
        #expect(fault.kind == .unknownKey && fault.line == 2 && fault.message.contains("in models/*.toml"))
    }
}

/// A folder of fixtures/modbus-models.
struct ModelCase: Sendable, CustomTestStringConvertible {
    let name: String
    let folder: String
    let file: String

    var testDescription: String { name }

    static func all() throws -> [ModelCase] {
        let folder = Project.root.appending(path: "fixtures/modbus-models").path
        return try FileManager.default.contentsOfDirectory(atPath: folder).sorted().map { name in
            let files = try FileManager.default.contentsOfDirectory(atPath: "\(folder)/\(name)")
            let file = try #require(files.first { $0 != "expected.txt" })
            return ModelCase(name: name, folder: "\(folder)/\(name)", file: "\(folder)/\(name)/\(file)")
        }
    }

    /// A line for each model and register, or for each fault.
    var outcome: String {
        switch ModelFile.load(path: file) {
        case .failure(let faults):
            faults.faults.map { $0.description.replacing(folder + "/", with: "") + "\n" }.joined()
        case .success(let models):
            models.map { model in
                "\(model.name)\n" + model.registers.enumerated().map { text(of: $1, at: $0, model) + "\n" }.joined()
            }.joined()
        }
    }

    private func text(of register: RegisterDefinition, at index: Int, _ model: DeviceModel) -> String {
        var words = ["  \(register.number) \(register.name): \(register.parameter ?? "no parameter")"]
        words.append("\(register.type.rawValue) \(register.order?.rawValue ?? "-")")
        if register.type == .bit || register.type == .bits || register.type == .string {
            words.append("bit \(register.bit) width \(register.width)")
        }
        words.append("x \(register.scale) + \(register.offset) \(register.unit ?? "-")")
        if !register.missing.isEmpty { words.append("missing \(numbers(register.missing))") }
        if !register.saturated.isEmpty { words.append("saturated \(numbers(register.saturated))") }
        if let status = register.status?.sorted(by: { $0.key < $1.key }) {
            words.append("status " + status.map { "\($0.key)=\($0.value)" }.joined(separator: " "))
        }
        if model.statusRegister == index { words.append("of all") }
        return words.joined(separator: ", ")
    }

    private func numbers(_ numbers: [RawNumber]) -> String {
        numbers.map { number in
            switch number {
            case .integer(let integer): "\(integer)"
            case .real(let real): "\(real)"
            }
        }.joined(separator: " ")
    }
}
