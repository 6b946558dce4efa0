import Mosquitto
import OwnThread
import Readings

/// One connection from its login to its end.
struct MQTTSession: ~Copyable {
    /// A batch is committed when it has so many messages; 5,000 are hardly faster, and twice the memory.
    static let batchMessages = 2000
    /// Or so many bytes.
    static let batchBytes = 1 << 20
    /// The login must be answered within this time.
    static let loginSeconds: Int64 = 15
    /// A connection that lasted so long was a good one: the next back-off starts anew.
    static let stableSeconds: Int64 = 5
    /// How long a clean stop may take, from flushing to the broker's own end.
    static let stopMilliseconds = 1500

    private var connection: MQTTConnection
    private let batch: MessageBatch
    private let offer: BatchOffer
    private let settings: MQTTSourceSettings
    private let grants: any GrantedFilters
    private let events: SourceEvents
    private let board: StatusBoard
    private let stop: StopSwitch
    private var linger: Linger
    private var rate: RateLimit
    private var plan: SubscriptionPlan?
    private var retry = BackOff(firstMilliseconds: 1000, lastMilliseconds: 60_000, seed: 1)
    private var retryAt = Int64.max
    private var hasUnsavedGrants = false
    /// The last read ended at a limit.
    private var hasMore = false
    private let startedAt: Int64
    private var tendedAt: Int64
    private var now: Int64

    init(
        connection: consuming MQTTConnection, batch: MessageBatch, offer: BatchOffer, settings: MQTTSourceSettings,
        grants: any GrantedFilters, events: SourceEvents, board: StatusBoard, stop: StopSwitch
    ) {
        self.connection = connection
        self.batch = batch
        self.offer = offer
        self.settings = settings
        self.grants = grants
        self.events = events
        self.board = board
        self.stop = stop
        now = SystemTime.monotonicNanoseconds()
        startedAt = now
        tendedAt = now
        linger = Linger(milliseconds: settings.lingerMilliseconds)
        rate = RateLimit(perSecond: settings.maxMessagesPerSecond, now: now)
    }

    /// Whether the login was accepted and the connection lasted.
    var wasStable: Bool { plan != nil && now - startedAt >= Self.stableSeconds * 1_000_000_000 }

    /// Serves the connection until stopped.
    ///
    /// - Throws: the end of the connection as an `MQTTError`, after which the batch may hold messages; or what `accept`
    ///   threw. Nothing uncommitted is acknowledged in either case.
    mutating func serve(isReconnect: inout Bool) throws {
        while !stop.isRequested {
            board.progress()
            let allowance = rate.allowance(at: now)
            try waitAndRead(allowance: allowance)
            now = SystemTime.monotonicNanoseconds()
            for answer in connection.takeAnswers() { try note(answer, isReconnect: &isReconnect) }
            if plan == nil, now - startedAt > Self.loginSeconds * 1_000_000_000 {
                throw MQTTError(.timedOut, detail: "the broker did not answer the login")
            }
            if linger.remaining(at: now) == 0 || isFull { try commit() }
            if batch.isEmpty {
                offer.take(from: batch)
                if retryAt <= now { try askAgain() }
                if connection.wantsWrite { try connection.write() }
            }
            // A PINGREQ waits behind the acknowledgements of an open batch: the batch waits for milliseconds only.
            if now - tendedAt >= 1_000_000_000 {
                tendedAt = now
                try connection.tend()
            }
        }
        try finish()
    }

    private var isFull: Bool { batch.count >= Self.batchMessages || batch.bytes.count >= Self.batchBytes }

    private mutating func waitAndRead(allowance: Int) throws {
        var milliseconds = 1000
        if let left = linger.remaining(at: now) { milliseconds = Int((left + 999_999) / 1_000_000) }
        if allowance == 0 { milliseconds = min(milliseconds, rate.millisecondsUntilNext) }
        if hasMore, allowance > 0 { milliseconds = 0 }
        let ready = connection.wait(
            reading: allowance > 0,
            // Something to write is always there while a batch is open: poll would never wait.
            writing: batch.isEmpty && connection.wantsWrite, wake: stop.wake, milliseconds: milliseconds)
        // More may wait, decrypted already, where poll cannot see it.
        guard ready.isReadable || hasMore, allowance > 0 else { return }
        let before = batch.count
        defer {
            rate.spend(batch.count - before)
            if batch.count > before { linger.noteMessages(at: SystemTime.monotonicNanoseconds()) }
        }
        let limit = min(Self.batchMessages, allowance == .max ? .max : before + allowance)
        hasMore = try connection.read(upTo: limit, bytes: Self.batchBytes)
    }

    /// Offers the batch, and acknowledges it when it is durable.
    private mutating func commit() throws {
        let count = batch.count
        offer.take(from: batch)
        // Beyond the keep-alive time the broker believes us dead; the acknowledgements that are queued must not leave
        // with a PINGREQ, so the link goes first.
        let limit = now + Int64(settings.keepAliveSeconds) * 800_000_000
        switch try offer.run(untilNanoseconds: limit) {
        case .durable:
            linger.noteCommit(of: count)
            try publishReplies()
            try connection.write()
        case .outOfTime:
            throw MQTTError(.notDurable, detail: board.snapshot.detail ?? "")
        case .stopped:
            throw Stopped()
        }
    }

    /// Queues what the decoder wants to be told of again, such as a birth that was missed.
    ///
    /// With quality of service 0, as Sparkplug 3.0 has it for commands; one that is lost is asked for again later.
    private func publishReplies() throws(MQTTError) {
        for reply in offer.takeReplies() {
            _ = try connection.publish(reply.body.span, to: reply.topic, qualityOfService: 0)
            events.replied(topic: reply.topic)
        }
    }

    /// Commits what was read, acknowledges it, and ends the connection so that the broker gets it.
    private mutating func finish() throws {
        offer.take(from: batch)
        guard try offer.run(untilNanoseconds: 0) == .durable else { return }
        let deadline = SystemTime.monotonicNanoseconds() + Int64(Self.stopMilliseconds) * 1_000_000
        do throws(MQTTError) {
            try connection.write()
            while connection.wantsWrite, SystemTime.monotonicNanoseconds() < deadline {
                _ = connection.wait(reading: false, writing: true, wake: nil, milliseconds: 100)
                try connection.write()
            }
        } catch {
            // The link broke while stopping: the broker sends again what it did not hear of.
            return
        }
        let left = (deadline - SystemTime.monotonicNanoseconds()) / 1_000_000
        connection.endGently(within: max(100, Int(left)))
    }

    private mutating func note(_ answer: MQTTAnswer, isReconnect: inout Bool) throws {
        switch answer {
        case .connected(let hasSession):
            connection.silence()
            try begin(hasSession: hasSession, isReconnect: isReconnect)
            isReconnect = true
        case .subscribed(let request, let code):
            guard let change = plan?.noteAnswer(request: request, code: code) else { return }
            try note(change)
        case .unsubscribed(let request):
            guard let change = plan?.noteReturn(request: request) else { return }
            try note(change)
        case .published:
            break
        }
    }

    private mutating func begin(hasSession: Bool, isReconnect: Bool) throws {
        if isReconnect { board.update { $0.reconnects += 1 } }
        events.connected(hasSession: hasSession)
        let remembered = try rememberedGrants()
        if !hasSession, !remembered.isEmpty {
            board.update { $0.sessionsLost += 1 }
            events.sessionLost()
        }
        plan = SubscriptionPlan(
            wanted: settings.topics.map(\.filter), remembered: remembered, hasSession: hasSession)
        // Not before the broker has granted the topics: until then it drops what is published, acknowledged or not.
        if plan?.isComplete == true { board.enter(.connected) }
        try ask()
    }

    private mutating func ask() throws {
        for filter in plan?.toSubscribe ?? [] {
            plan?.noteSubscribe(filter, request: try connection.subscribe(filter))
        }
        for filter in plan?.toUnsubscribe ?? [] {
            plan?.noteUnsubscribe(filter, request: try connection.unsubscribe(filter))
        }
    }

    private mutating func askAgain() throws {
        retryAt = .max
        if hasUnsavedGrants { try saveGrants() }
        try ask()
    }

    private func rememberedGrants() throws -> [String] {
        do {
            return try grants.granted(source: board.snapshot.name)
        } catch let error as any TransientError where error.isTransient {
            throw MQTTError(.system, detail: "the granted filters cannot be read: \(error)")
        }
    }

    /// Without them a restart asks for everything again, which is safe; so a full disk is no reason to stop.
    private mutating func saveGrants() throws {
        do {
            try grants.setGranted(source: board.snapshot.name, filters: plan?.granted ?? [])
            hasUnsavedGrants = false
        } catch let error as any TransientError where error.isTransient {
            hasUnsavedGrants = true
            retryAt = now + Int64(retry.next()) * 1_000_000
        }
    }

    private mutating func note(_ change: SubscriptionPlan.Change) throws {
        switch change {
        case .granted(let filter): events.subscribed(filter: filter)
        case .returned(let filter): events.unsubscribed(filter: filter)
        case .refused(let filter, let code):
            board.update { $0.subscriptionsRefused += 1 }
            let reason = code == 0 ? "the broker grants QoS 0 only" : MQTTCode.text(code)
            if board.enter(.subscriptionRefused, detail: "\(filter): \(reason)") {
                events.subscriptionRefused(filter: filter, reason: reason)
            }
            retryAt = now + Int64(retry.next()) * 1_000_000
            return
        }
        try saveGrants()
        if plan?.isComplete == true { board.enter(.connected) }
    }
}

/// The stop came while a batch was on offer.
struct Stopped: Error {}
