import OwnThread
import Readings
import Synchronization

/// The one place where a source's thread writes its status and others read it.
final class StatusBoard: Sendable {
    private let status: Mutex<SourceStatus>

    init(name: String) {
        status = Mutex(SourceStatus(name: name, since: Self.now()))
    }

    var snapshot: SourceStatus { status.withLock { $0 } }

    /// Enters a state; true when state or detail are new, which is when a log line is due.
    @discardableResult
    func enter(_ state: SourceStatus.State, detail: String? = nil) -> Bool {
        status.withLock { status in
            guard status.state != state || status.detail != detail else { return false }
            if status.state != state { status.since = Self.now() }
            status.state = state
            status.detail = detail
            status.isConnected = state == .connected || state == .subscriptionRefused
            return true
        }
    }

    func update(_ body: (inout SourceStatus) -> Void) {
        status.withLock { body(&$0) }
    }

    /// The loop turned.
    func progress() {
        status.withLock { $0.lastProgress = SystemTime.monotonicNanoseconds() }
    }

    /// The loop is not expected to turn for a while.
    func pause() {
        status.withLock { $0.lastProgress = nil }
    }

    static func now() -> Timestamp {
        Timestamp(microsecondsSince1970: SystemTime.wallMicroseconds())
    }
}
