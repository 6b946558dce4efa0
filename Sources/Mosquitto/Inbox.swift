import CMosquitto
import Glibc

/// What libmosquitto's callbacks write to; they run inside `read` and `write`, on the thread of the connection.
final class Inbox {
    let batch: MessageBatch
    let keepsRetained: Bool
    let maxPayloadBytes: Int
    let cutBytes: Int
    var answers: [MQTTAnswer] = []
    /// Counts the packets that were read to their end, as far as a callback tells.
    var packets = 0
    var nowMicroseconds: Int64 = 0
    /// The code of a CONNACK that refused us.
    var refusal: UInt8?
    /// The code of a DISCONNECT that the broker sent; MQTT 5.
    var farewell: UInt8?
    /// What the library last logged as an error: the only place where the reason of a TLS failure is told.
    var complaint = ""

    init(batch: MessageBatch, options: MQTTOptions) {
        self.batch = batch
        keepsRetained = options.keepsRetained
        maxPayloadBytes = options.maxPayloadBytes
        cutBytes = min(options.cutBytes, options.maxPayloadBytes)
    }

    /// Copies one message; no pointer outlives this call.
    @safe func receive(_ message: UnsafePointer<mosquitto_message>) {
        packets += 1
        let isRetained = unsafe message.pointee.retain
        guard keepsRetained || !isRetained else {
            batch.retainedIgnored += 1
            return
        }
        let topicStart = batch.bytes.count
        if let topic = unsafe message.pointee.topic {
            unsafe batch.bytes.append(contentsOf: UnsafeRawBufferPointer(start: topic, count: strlen(topic)))
        }
        let bodyStart = batch.bytes.count
        let fullLength = unsafe Int(message.pointee.payloadlen)
        let isCut = fullLength > maxPayloadBytes
        let body = unsafe UnsafeRawBufferPointer(start: message.pointee.payload, count: fullLength)
        unsafe batch.bytes.append(contentsOf: isCut ? UnsafeRawBufferPointer(rebasing: body.prefix(cutBytes)) : body)
        let bodyEnd = batch.bytes.count
        if isCut, let digest = batch.digest {
            unsafe batch.bytes.append(contentsOf: digest(body.bindMemory(to: UInt8.self).span))
        }
        batch.entries.append(
            MessageBatch.Entry(
                topic: topicStart..<bodyStart, body: bodyStart..<bodyEnd, fullLength: fullLength,
                digest: bodyEnd..<batch.bytes.count, receivedMicroseconds: nowMicroseconds, isRetained: isRetained,
                qualityOfService: unsafe UInt8(truncatingIfNeeded: message.pointee.qos)))
    }

    /// Has the library call this inbox. The inbox must live as long as `handle`.
    @safe func install(on handle: OpaquePointer) {
        unsafe mosquitto_user_data_set(handle, Unmanaged.passUnretained(self).toOpaque())
        unsafe mosquitto_message_callback_set(handle) { _, context, message in
            guard let message = unsafe message else { return }
            Inbox.at(context)?.receive(message)
        }
        unsafe mosquitto_connect_v5_callback_set(handle) { _, context, code, flags, _ in
            Inbox.at(context)?.connected(code: code, flags: flags)
        }
        unsafe mosquitto_disconnect_v5_callback_set(handle) { _, context, code, _ in
            // Below 128 it is a code of the library, which the failing call returns as well.
            if code >= 128 { Inbox.at(context)?.farewell = UInt8(truncatingIfNeeded: code) }
        }
        unsafe mosquitto_subscribe_v5_callback_set(handle) { _, context, request, count, codes, _ in
            guard let inbox = Inbox.at(context), let codes = unsafe codes, count > 0 else { return }
            inbox.answer(.subscribed(request: request, code: unsafe UInt8(truncatingIfNeeded: codes[0])))
        }
        unsafe mosquitto_unsubscribe_v5_callback_set(handle) { _, context, request, _ in
            Inbox.at(context)?.answer(.unsubscribed(request: request))
        }
        unsafe mosquitto_publish_v5_callback_set(handle) { _, context, request, code, _ in
            let code = UInt8(truncatingIfNeeded: code)
            Inbox.at(context)?.answer(.published(request: request, code: code))
        }
        unsafe mosquitto_log_callback_set(handle) { _, context, level, text in
            // 8 is MOSQ_LOG_ERR, a macro with a cast that Swift does not import.
            guard level == 8, let text = unsafe text else { return }
            Inbox.at(context)?.complaint = unsafe String(cString: text)
        }
    }

    private func connected(code: Int32, flags: Int32) {
        packets += 1
        if code == 0 {
            answers.append(.connected(hasSession: flags & 1 != 0))
        } else {
            refusal = UInt8(truncatingIfNeeded: code)
        }
    }

    private func answer(_ answer: MQTTAnswer) {
        packets += 1
        answers.append(answer)
    }

    @safe private static func at(_ context: UnsafeMutableRawPointer?) -> Inbox? {
        guard let context = unsafe context else { return nil }
        return unsafe Unmanaged<Inbox>.fromOpaque(context).takeUnretainedValue()
    }
}
