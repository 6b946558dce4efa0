import OwnThread
import Readings

extension Timestamp {
    /// The moment it is now.
    static var current: Timestamp { Timestamp(microsecondsSince1970: SystemTime.wallMicroseconds()) }
}
