import Simulation
import Testing

@Suite struct `Broker login` {
    @Test(
        arguments: [
            ("mqtt://127.0.0.1:1884", "127.0.0.1", 1884, false),
            ("mqtt://broker.example", "broker.example", 1883, false),
            ("mqtts://broker.example/", "broker.example", 8883, true), ("mqtts://[::1]:9000", "::1", 9000, true),
            ("mqtt://[fe80::1]", "fe80::1", 1883, false),
        ] as [(String, String, UInt16, Bool)])
    func `reads a broker's URL`(url: String, host: String, port: UInt16, isEncrypted: Bool) throws {
        let login = try #require(BrokerLogin(url: url))
        #expect(login.host == host)
        #expect(login.port == port)
        #expect(login.isEncrypted == isEncrypted)
    }

    @Test(arguments: [
        "", "broker", "http://broker", "mqtt://", "mqtt://:1883", "mqtt://a:0", "mqtt://a:65536", "mqtt://a:b",
        "mqtt://user@host", "mqtt://a/b", "mqtt://[::1", "mqtt://[::1]x",
    ])
    func `refuses what is none`(url: String) {
        #expect(BrokerLogin(url: url) == nil)
    }
}
