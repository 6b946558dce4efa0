import OwnThread
import Readings

/// The messages that every row sends: 100 stations of 10 parameters each, 1,000 series, in the order of their times.
///
/// The bytes lie in one array, topics before bodies, so that a row spends no time on making them.
struct Corpus {
    static let stations = 100
    static let parameters = 10
    static let series = stations * parameters

    private(set) var bytes: [UInt8] = []
    private(set) var messages: [Message] = []
    let readingsPerMessage: Int

    struct Message {
        var body: Range<Int>
        var station: Int
        var time: Timestamp
    }

    var readings: Int { messages.count * readingsPerMessage }

    static let topics = (0..<stations).map { "quantrac/v1/\(name(ofStation: $0))/readings" }
    private static let parameterNames = ["PM2.5", "PM10", "SO2", "NO2", "CO", "O3", "TEMP", "RH", "WS", "WD"]

    static let stationNames = (0..<stations).map { name(ofStation: $0) }

    private static func name(ofStation number: Int) -> String {
        "HN-KK-\(number < 10 ? "0" : "")\(number)"
    }

    /// - Parameter readingsPerMessage: 1, or 10 for all parameters of a station at once.
    /// - Parameter start: The time of the first readings of every series.
    /// - Parameter stepMilliseconds: From one reading of a series to its next.
    /// - Parameter firstRound: How many readings each series has had before.
    init(messages count: Int, readingsPerMessage: Int, start: Int64, stepMilliseconds: Int64, firstRound: Int = 0) {
        precondition(readingsPerMessage == 1 || readingsPerMessage == Self.parameters)
        self.readingsPerMessage = readingsPerMessage
        let messagesPerRound = Self.series / readingsPerMessage
        messages.reserveCapacity(count)
        bytes.reserveCapacity(count * (110 + 55 * readingsPerMessage))
        for number in 0..<count {
            let place = number % messagesPerRound
            let round = firstRound + number / messagesPerRound
            let time = Timestamp(millisecondsSince1970: start + Int64(round) * stepMilliseconds)
            let station = place % Self.stations
            let first = bytes.count
            append("{\"station\":\"\(Self.name(ofStation: station))\",\"time\":\"")
            time.appendRFC3339(to: &bytes)
            append("\",\"sequence\":\(round),\"status\":\"00\",\"readings\":[")
            for index in 0..<readingsPerMessage {
                let parameter = readingsPerMessage == 1 ? place / Self.stations : index
                let value = (number * readingsPerMessage + index) % 1000
                append(index == 0 ? "{\"parameter\":\"" : ",{\"parameter\":\"")
                append(Self.parameterNames[parameter])
                append("\",\"value\":\(value / 10).\(value % 10),\"unit\":\"ug/m3\"}")
            }
            append("]}")
            messages.append(Message(body: first..<bytes.count, station: station, time: time))
        }
    }

    private mutating func append(_ text: String) {
        bytes.append(contentsOf: text.utf8)
    }

    /// Puts a message into a batch as a source does: topic and body, one after the other.
    func add(_ number: Int, to intake: inout Intake, received: Timestamp) {
        let message = messages[number]
        let topic = intake.bytes.count
        intake.bytes.append(contentsOf: Self.topics[message.station].utf8)
        let body = intake.bytes.count
        intake.bytes.append(contentsOf: bytes[message.body])
        intake.payloads.append(
            Payload(
                topic: TextRange(inBytes: topic..<body), body: TextRange(inBytes: body..<intake.bytes.count),
                received: received, fullLength: message.body.count))
    }
}
