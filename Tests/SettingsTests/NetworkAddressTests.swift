import Testing

@testable import Settings

@Suite struct `Network address` {
    @Test(
        arguments: [
            ("127.0.0.1:8780", "127.0.0.1", 8780, true), ("127.1.2.3:1", "127.1.2.3", 1, true),
            ("[::1]:8780", "::1", 8780, true), ("[0:0:0:0:0:0:0:1]:1", "0:0:0:0:0:0:0:1", 1, true),
            ("localhost:0", "localhost", 0, true), ("0.0.0.0:80", "0.0.0.0", 80, false), ("[::]:80", "::", 80, false),
            ("[2001:db8::7]:80", "2001:db8::7", 80, false), ("[::ffff:10.0.0.7]:80", "::ffff:10.0.0.7", 80, false),
            ("broker.example:65535", "broker.example", 65_535, false),
            ("localhost.example:1", "localhost.example", 1, false),
        ] as [(String, String, UInt16, Bool)])
    func `reads host and port`(text: String, host: String, port: UInt16, isLoopback: Bool) throws {
        let address = try #require(NetworkAddress(text))
        #expect(address == NetworkAddress(host: host, port: port))
        #expect(address.isLoopback == isLoopback)
        #expect(address.description == text)
    }

    @Test(arguments: [
        "", ":8780", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1", "127.0.0.1:+1", "127.0.0.1:8o",
        "::1:80",
        "[::1]", "[::1]80", "[::1:80", "[1:2]:80", "[1::2::3]:80", "[12345::]:80", "[::g]:80", "256.0.0.1:80",
        "1.2.3:80",
        "a b:80", "-a:80", "a..b:80", "http://a:80", "[127.0.0.1]:80", "[1:2:3:4:5:6:7:8:9]:1", "[+1::]:80",
    ])
    func `refuses what is none`(text: String) {
        #expect(NetworkAddress(text) == nil)
    }
}

@Suite struct `Broker address` {
    @Test(
        arguments: [
            ("mqtt://broker.example", "broker.example", 1883, false),
            ("mqtts://broker.example", "broker.example", 8883, true),
            ("mqtt://10.0.0.7:1884/", "10.0.0.7", 1884, false), ("mqtts://[2001:db8::7]", "2001:db8::7", 8883, true),
            ("MQTTS://[::1]:99", "::1", 99, true),
        ] as [(String, String, UInt16, Bool)])
    func `reads a URL`(text: String, host: String, port: UInt16, isEncrypted: Bool) throws {
        let broker = try BrokerAddress(url: text)
        #expect(broker.address == NetworkAddress(host: host, port: port))
        #expect(broker.isEncrypted == isEncrypted)
    }

    @Test(arguments: [
        ("broker.example", "is not a broker's URL"), ("http://broker.example", "scheme `http`"),
        ("mqtt://me:secret@broker.example", "`password_file`"), ("mqtt://broker.example/topic", "more than host"),
        ("mqtt://broker.example:0", "no host and port"), ("mqtt://", "no host and port"),
        ("mqtt://::1", "no host and port"),
        ("mqtt://broker.example?x", "more than host"),
    ])
    func `says what is wrong with a URL`(text: String, reason: String) {
        let misfit = #expect(throws: Misfit.self) { try BrokerAddress(url: text) }
        #expect(misfit?.reason.contains(reason) == true)
    }
}
