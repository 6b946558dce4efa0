import Acquisition
import Testing

@Suite struct `MQTT address` {
    @Test(arguments: [
        ("mqtt://broker.example", "broker.example", 1883, false),
        ("mqtts://broker.example/", "broker.example", 8883, true),
        ("mqtt://10.0.0.7:11883", "10.0.0.7", 11883, false), ("mqtts://[::1]:8884", "::1", 8884, true),
        ("mqtt://[::1]", "::1", 1883, false), ("mqtt://b:65535", "b", 65535, false),
    ])
    func `reads`(text: String, host: String, port: Int, isEncrypted: Bool) throws {
        let address = try #require(MQTTAddress(text))
        #expect(address.host == host)
        #expect(Int(address.port) == port)
        #expect(address.isEncrypted == isEncrypted)
        #expect(MQTTAddress(address.description) == address)
    }

    @Test(arguments: [
        "", "broker.example", "mqtt://", "mqtts://:8883", "http://b", "MQTT://b", "mqtt://b:0", "mqtt://b:65536",
        "mqtt://b:", "mqtt://b:x", "mqtt://b:-1", "mqtt://user@b", "mqtt://b/path", "mqtt://[::1", "mqtt://[::1]x",
        "mqtt://b b", "mqtt://b?x", " mqtt://b",
    ])
    func `refuses`(text: String) {
        #expect(MQTTAddress(text) == nil)
    }
}
