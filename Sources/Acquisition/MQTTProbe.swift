public import Mosquitto
import Readings

/// Tries the settings of a source on its broker, for `quantrac check --connect`.
public enum MQTTProbe {
    /// Logs in under a name of its own, asks for every topic and leaves; the daemon's session is not touched.
    ///
    /// Blocks, for minutes when nobody answers at the address.
    /// - Throws: why the login or a subscription was refused, or why there was no answer.
    public static func check(_ settings: MQTTSourceSettings, timeoutMilliseconds: Int = 10_000) throws(MQTTError) {
        var trial = settings
        trial.isTrial = true
        var connection = try MQTTConnection.open(trial.options, batch: MessageBatch())
        try connection.connect()
        let deadline = ContinuousClock.now + .milliseconds(timeoutMilliseconds)
        var waiting: [Int32: String] = [:]
        var isConnected = false
        while !isConnected || !waiting.isEmpty {
            guard ContinuousClock.now < deadline else { throw MQTTError(.timedOut) }
            let ready = connection.wait(
                reading: true, writing: connection.wantsWrite, wake: nil, milliseconds: 100)
            if ready.isReadable { _ = try connection.read() }
            for answer in connection.takeAnswers() {
                switch answer {
                case .connected:
                    isConnected = true
                    for topic in settings.topics { waiting[try connection.subscribe(topic.filter)] = topic.filter }
                case .subscribed(let request, let code):
                    guard let filter = waiting.removeValue(forKey: request), code >= 128 else { continue }
                    let reason = "subscription to \(filter): \(MQTTCode.text(code))"
                    throw MQTTError(.refused, detail: reason, code: code)
                case .unsubscribed, .published: continue
                }
            }
            if connection.wantsWrite { try connection.write() }
        }
        connection.endGently(within: 500)
    }
}
