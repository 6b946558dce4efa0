import Mosquitto
import QuantracTesting
import Testing

@Suite struct `MQTT connection` {
    private func options(port: UInt16 = 1) -> MQTTOptions {
        MQTTOptions(host: "127.0.0.1", port: port, clientID: "test")
    }

    /// What `open` and `connect` throw.
    private func failure(of options: MQTTOptions) -> MQTTError? {
        do throws(MQTTError) {
            let connection = try MQTTConnection.open(options, batch: MessageBatch())
            try connection.connect()
            return nil
        } catch {
            return error
        }
    }

    @Test func `says that nobody listens`() throws {
        // Port 1 (tcpmux) is not in use on any machine of ours.
        let error = try #require(failure(of: options()))
        #expect(error.reason == .unreachable)
        #expect(error.isTransient)
        #expect(error.description == "broker not reachable: Connection refused")
    }

    @Test func `says that the name is unknown`() throws {
        var options = options()
        options.host = "broker.invalid"
        #expect(failure(of: options)?.reason == .nameNotFound)
    }

    @Test func `names the file of a secret that is missing`() throws {
        var options = options()
        options.username = "u"
        options.passwordFile = "/nonexistent/password"
        let error = try #require(failure(of: options))
        #expect(error.reason == .file)
        #expect(error.detail == "/nonexistent/password: No such file or directory")
        #expect(error.isTransient)
    }

    @Test func `names the TLS file that is missing or no certificate`() throws {
        var options = options()
        options.tls = MQTTOptions.TLS(authorityFile: "/nonexistent/ca.pem")
        #expect(failure(of: options)?.detail == "/nonexistent/ca.pem: No such file or directory")
        let folder = try TestFolder()
        try options.tls?.authorityFile = folder.write("no certificate", to: "ca.pem")
        #expect(failure(of: options) != nil)
    }

    @Test func `gives every code words`() {
        #expect(MQTTCode.text(5) == "not authorised")
        #expect(MQTTCode.text(135) == "not authorised")
        #expect(MQTTCode.text(4) == "wrong user name or password")
        #expect(MQTTCode.text(255) == "code 255")
    }
}
