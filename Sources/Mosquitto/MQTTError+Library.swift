import CMosquitto
import Glibc

extension MQTTError {
    /// The meaning of a code of libmosquitto; `reason` is what a failed system call means to the caller.
    init(result: Int32, errno code: Int32, complaint: String, reason: Reason?) {
        let said = complaint.isEmpty ? unsafe String(cString: mosquitto_strerror(result)) : complaint
        switch mosq_err_t(rawValue: result) {
        case MOSQ_ERR_EAI:
            self.init(.nameNotFound, detail: unsafe String(cString: gai_strerror(code)))
        case MOSQ_ERR_LOOKUP:
            self.init(.nameNotFound, detail: said)
        case MOSQ_ERR_TLS, MOSQ_ERR_TLS_HANDSHAKE, MOSQ_ERR_OCSP:
            self.init(.certificate, detail: said)
        case MOSQ_ERR_CONN_LOST, MOSQ_ERR_NO_CONN:
            self = complaint.isEmpty ? Self(.lost) : Self(.certificate, detail: complaint)
        case MOSQ_ERR_KEEPALIVE:
            self.init(.keepAlive)
        case MOSQ_ERR_PROTOCOL, MOSQ_ERR_MALFORMED_PACKET, MOSQ_ERR_MALFORMED_UTF8, MOSQ_ERR_DUPLICATE_PROPERTY:
            self.init(.protocolViolation, detail: said)
        case MOSQ_ERR_INVAL, MOSQ_ERR_NOT_SUPPORTED, MOSQ_ERR_PAYLOAD_SIZE, MOSQ_ERR_OVERSIZE_PACKET:
            self.init(reason == .certificate ? .certificate : .badArgument, detail: said)
        // The library reports a failed TLS record as EPROTO and says why in its log.
        case MOSQ_ERR_ERRNO where code == EPROTO:
            self.init(.certificate, detail: said)
        case MOSQ_ERR_ERRNO:
            self.init(reason ?? .lost, detail: unsafe String(cString: strerror(code)))
        default:
            self.init(reason ?? .system, detail: said)
        }
    }
}

/// The library's own set-up, once in a process.
enum Library {
    static let isReady: Bool = mosquitto_lib_init() == 0
}
