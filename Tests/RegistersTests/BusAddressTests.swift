import Registers
import Testing

@Suite struct `Bus address` {
    private static func line(_ change: (inout SerialLine) -> Void = { _ in }) -> SerialLine {
        var line = SerialLine()
        change(&line)
        return line
    }

    private static let good: [(String, BusAddress)] = [
        ("tcp://10.0.0.7", .tcp(host: "10.0.0.7", port: 502)),
        ("tcp://10.0.0.7:1502", .tcp(host: "10.0.0.7", port: 1502)),
        ("tcp://gateway.plant-7.vn:65535", .tcp(host: "gateway.plant-7.vn", port: 65_535)),
        ("tcp://GateWay:1", .tcp(host: "gateway", port: 1)),
        ("TCP://g", .tcp(host: "g", port: 502)),
        ("tcp://serial_server", .tcp(host: "serial_server", port: 502)),
        ("tcp://[::1]:503", .tcp(host: "::1", port: 503)),
        ("tcp://[2001:DB8::0042]", .tcp(host: "2001:db8::42", port: 502)),
        ("tcp://[::ffff:10.0.0.7]", .tcp(host: "::ffff:a00:7", port: 502)),
        ("tcp://[1:0:0:2:0:0:0:3]", .tcp(host: "1:0:0:2::3", port: 502)),
        ("tcp://[1:0:0:2:3:0:0:4]", .tcp(host: "1::2:3:0:0:4", port: 502)),
        ("tcp://[1:0:2:3:4:5:6:7]", .tcp(host: "1:0:2:3:4:5:6:7", port: 502)),
        ("tcp://[1:0:0:0:0:0:0:0]", .tcp(host: "1::", port: 502)), ("tcp://[::]", .tcp(host: "::", port: 502)),
        ("rtu+tcp://10.0.0.8", .rtuOverTCP(host: "10.0.0.8", port: 502)),
        ("rtu+tcp://moxa:4001", .rtuOverTCP(host: "moxa", port: 4001)),
        ("rtu:///dev/ttyS0", .rtu(device: "/dev/ttyS0", line())),
        ("rtu:///dev/ttyS0?", .rtu(device: "/dev/ttyS0", line())),
        ("rtu:////dev//ttyS0/", .rtu(device: "/dev/ttyS0", line())),
        ("rtu:///dev/ttyS0?baud=19200", .rtu(device: "/dev/ttyS0", line { $0.baud = 19_200 })),
        ("rtu:///dev/ttyS0?baud=1200", .rtu(device: "/dev/ttyS0", line { $0.baud = 1200 })),
        ("rtu:///dev/ttyS0?baud=921600", .rtu(device: "/dev/ttyS0", line { $0.baud = 921_600 })),
        (
            "rtu:///dev/ttyS0?parity=none&stop_bits=2",
            .rtu(
                device: "/dev/ttyS0",
                line {
                    $0.parity = .none; $0.stopBits = 2
                })
        ),
        ("rtu:///dev/ttyS0?parity=odd", .rtu(device: "/dev/ttyS0", line { $0.parity = .odd })),
        ("rtu:///dev/ttyS0?parity=even&data_bits=8&stop_bits=1&rs485=false", .rtu(device: "/dev/ttyS0", line())),
        ("rtu:///dev/ttyS0?rs485=true", .rtu(device: "/dev/ttyS0", line { $0.isRS485 = true })),
        (
            "rtu:///dev/serial/by-path/pci-0000:00:14.0-usb-0:2:1.0-port0#1",
            .rtu(device: "/dev/serial/by-path/pci-0000:00:14.0-usb-0:2:1.0-port0#1", line())
        ),
    ]

    @Test(arguments: good)
    func `is read from its URL`(url: String, expected: BusAddress) throws {
        #expect(try BusAddress(url: url) == expected)
    }

    @Test(arguments: good)
    func `reads its own description again`(url: String, expected: BusAddress) throws {
        #expect(try BusAddress(url: expected.description) == expected)
        #expect(try BusAddress(url: url).description == expected.description)
    }

    @Test(arguments: [
        ("tcp://Host", "tcp://host:502"), ("rtu+tcp://[::1]", "rtu+tcp://[::1]:502"),
        ("rtu:///dev/ttyS0", "rtu:///dev/ttyS0?baud=9600&parity=even&data_bits=8&stop_bits=1&rs485=false"),
        (
            "rtu:///dev/ttyS1?rs485=true&stop_bits=2&parity=none&baud=115200",
            "rtu:///dev/ttyS1?baud=115200&parity=none&data_bits=8&stop_bits=2&rs485=true"
        ),
    ])
    func `describes itself in full`(url: String, expected: String) throws {
        #expect(try BusAddress(url: url).description == expected)
    }

    @Test(arguments: [
        ("", "scheme"), ("10.0.0.7:502", "scheme"), ("tcp:/host", "scheme"), ("udp://host", "unknown scheme"),
        ("rtu-tcp://host", "unknown scheme"), ("://host", "unknown scheme"),
        ("tcp://", "no usable host"), ("tcp://:502", "no usable host"), ("tcp://ho st", "no usable host"),
        ("tcp://-host", "no usable host"), ("tcp://host-", "no usable host"), ("tcp://a..b", "no usable host"),
        ("tcp://host.", "no usable host"), ("tcp://trạm", "no usable host"), ("tcp://10.7", "no usable host"),
        ("tcp://10.0.0.256", "no usable host"), ("tcp://10.0.0.07", "no usable host"),
        ("tcp://10.0.0.0.1", "no usable host"), ("tcp://1.2.3.99999999999", "no usable host"),
        ("tcp://\(String(repeating: "a", count: 64))", "no usable host"),
        ("tcp://host:0", "port `0`"), ("tcp://host:65536", "port `65536`"), ("tcp://host:", "port ``"),
        ("tcp://host:+1", "port `+1`"), ("tcp://host:5o2", "port `5o2`"),
        ("tcp://host:99999999999999999999", "1 … 65535"),
        ("tcp://host/", "has `/`"), ("tcp://host:502?baud=9600", "has `?`"), ("tcp://u@host", "has `@`"),
        ("tcp://host#x", "has `#`"),
        ("tcp://fe80::1", "in brackets"), ("tcp://[::1", "no `]`"), ("tcp://[::1]502", "after the `]`"),
        ("tcp://[10.0.0.7]", "no IPv6"), ("tcp://[1:2:3:4:5:6:7]", "no IPv6"), ("tcp://[1::2::3]", "no IPv6"),
        ("tcp://[1:2:3:4:5:6:7:8:9]", "no IPv6"), ("tcp://[fe80::1%25eth0]", "no IPv6"),
        ("tcp://[1:2:3:4:5:6:7::8]", "no IPv6"), ("tcp://[::12345]", "no IPv6"), ("tcp://[::+1]", "no IPv6"),
        ("rtu://dev/ttyS0", "three slashes"), ("rtu://", "three slashes"), ("rtu://?baud=9600", "three slashes"),
        ("rtu:///", "path"), ("rtu:////?baud=9600", "path"), ("rtu:///dev/../ttyS0", "`..`"),
        ("rtu:///dev/./ttyS0", "`.`"), ("rtu:///dev/tty S0", "space"), ("rtu:///dev/tty\u{0}", "control"),
        ("rtu:///dev/ttyS0?baud=fast", "baud `fast`"), ("rtu:///dev/ttyS0?baud=", "baud ``"),
        ("rtu:///dev/ttyS0?baud", "baud ``"), ("rtu:///dev/ttyS0?baud=600", "1200, 2400"),
        ("rtu:///dev/ttyS0?baud=1000000", "576000, 921600"), ("rtu:///dev/ttyS0?baud=14400", "9600, 19200"),
        ("rtu:///dev/ttyS0?baud=+9600", "baud `+9600`"),
        ("rtu:///dev/ttyS0?parity=mark", "none, even or odd"), ("rtu:///dev/ttyS0?parity=E", "none, even or odd"),
        ("rtu:///dev/ttyS0?data_bits=7", "expected: 8, as RTU"), ("rtu:///dev/ttyS0?data_bits=9", "expected: 8"),
        ("rtu:///dev/ttyS0?stop_bits=0", "1 or 2"), ("rtu:///dev/ttyS0?stop_bits=3", "1 or 2"),
        ("rtu:///dev/ttyS0?rs485=yes", "true or false"), ("rtu:///dev/ttyS0?rs485", "true or false"),
        ("rtu:///dev/ttyS0?speed=9600", "unknown parameter `speed`"),
        ("rtu:///dev/ttyS0?Baud=9600", "unknown parameter `Baud`"),
        ("rtu:///dev/ttyS0?baud=9600&", "unknown parameter ``"),
        ("rtu:///dev/ttyS0?baud=9600&parity=odd&baud=9600", "`baud` twice"),
    ])
    func `is refused with what is expected`(url: String, part: String) {
        let error = #expect(throws: BusAddressError.self) { try BusAddress(url: url) }
        #expect(error?.reason.contains(part) == true, "\(error?.reason ?? "")")
        #expect(error?.reason.contains("expected") == true)
        #expect(error?.reason.hasSuffix(".") == false)
    }

    @Test(arguments: [
        ("tcp://Host:502", "rtu+tcp://host"), ("tcp://[::1]", "rtu+tcp://[0::0:1]:502"),
        ("rtu:///dev/ttyS0?baud=9600", "rtu:////dev/ttyS0//?baud=19200&parity=none"),
    ])
    func `is one bus whatever its parameters`(one: String, other: String) throws {
        #expect(try BusAddress(url: one).identity == BusAddress(url: other).identity)
    }

    @Test(arguments: [
        ("tcp://host:502", "tcp://host:503"), ("tcp://host", "tcp://host2"),
        ("rtu:///dev/ttyS0", "rtu:///dev/ttyS1"), ("rtu:///dev/ttyS0", "rtu:///dev/ttys0"),
    ])
    func `is another bus on another port`(one: String, other: String) throws {
        #expect(try BusAddress(url: one).identity != BusAddress(url: other).identity)
    }

    @Test func `has its identity also when it was not read from a URL`() {
        #expect(
            BusAddress.tcp(host: "HOST", port: 502).identity == BusAddress.rtuOverTCP(host: "host", port: 502).identity)
        #expect(BusAddress.tcp(host: "::1", port: 502).description == "tcp://[::1]:502")
        #expect(BusAddress.rtu(device: "/dev//ttyS0/", SerialLine()).identity == "/dev/ttyS0")
    }

    @Test(arguments: [
        ("rtu:///dev/ttyUSB0", false), ("rtu:////dev//ttyUSB12", false), ("rtu:///dev/ttyACM1", false),
        ("rtu:///dev/ttyS0", true), ("rtu:///dev/ttyAMA0", true), ("rtu:///dev/serial/by-id/usb-FTDI-if00", true),
        ("rtu:///dev/serial/by-path/x", true), ("tcp://host", true), ("rtu+tcp://host", true),
    ])
    func `says when the kernel may give its name to another tty`(url: String, expected: Bool) throws {
        #expect(try BusAddress(url: url).isStableDevicePath == expected)
    }
}
