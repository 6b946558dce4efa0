/// What the broker answered, in the order of its answers.
public enum MQTTAnswer: Sendable, Equatable {
    /// The login was accepted; false: the broker knows nothing of an earlier session.
    case connected(hasSession: Bool)
    /// A subscription was granted with a quality of service of 0 … 2, or refused with a code of 128 or more.
    case subscribed(request: Int32, code: UInt8)
    case unsubscribed(request: Int32)
    /// The broker took over a message published with quality of service 1 or 2; `code` is 128 or more when it refused.
    case published(request: Int32, code: UInt8)
}

/// The words of the protocol's codes.
public enum MQTTCode {
    /// What a code of a CONNACK, SUBACK, PUBACK or DISCONNECT means.
    public static func text(_ code: UInt8) -> String {
        switch code {
        case 1, 132: "the broker does not speak this version of MQTT"
        case 2, 133: "the broker does not accept the client id"
        case 3, 136: "the broker is not available"
        case 4, 134: "wrong user name or password"
        case 5, 135: "not authorised"
        case 128: "refused without a reason"
        case 129, 130: "the broker found an error in our packet"
        case 131: "the broker has a rule against it"
        case 137: "the broker is busy"
        case 138: "we are banned"
        case 139: "the broker is shutting down"
        case 140: "the broker wants another way to authenticate"
        case 141: "the broker heard nothing from us for too long"
        case 142: "another client came with the same client id"
        case 143: "the topic filter is not valid"
        case 144: "the topic name is not valid"
        case 147: "too many messages without acknowledgement"
        case 149: "the packet is too large for the broker"
        case 150: "too many messages in a short time"
        case 151: "the quota is used up"
        case 152: "the broker's operator ended it"
        case 156, 157: "the broker sends us to another broker"
        case 158: "shared subscriptions are not supported"
        case 159: "too many connections in a short time"
        case 162: "wildcard subscriptions are not supported"
        default: "code \(code)"
        }
    }
}
