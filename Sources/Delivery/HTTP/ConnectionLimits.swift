import NIOCore
import NIOHTTPTypes

/// Closes connections that keep us waiting: a request that does not arrive, an answer that is not taken.
///
/// An idle time-out alone is renewed by every byte, which is all that a slow-loris client needs.
final class ConnectionLimits: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    struct Durations: Sendable {
        /// From the connection's beginning, or from a later request's first line, to the request's end.
        var request: TimeAmount
        /// From an answer's end to the next request's first line.
        var idle: TimeAmount
        /// Without progress of an answer.
        var write: TimeAmount
    }

    private let durations: Durations
    private var reading: Scheduled<Void>?
    private var writing: Scheduled<Void>?
    private var lastProgress = NIODeadline.now()
    private var requestsInHand = 0

    init(_ durations: Durations) {
        self.durations = durations
    }

    func handlerAdded(context: ChannelHandlerContext) {
        if context.channel.isActive { awaitRequest(within: durations.request, context) }
    }

    func channelActive(context: ChannelHandlerContext) {
        awaitRequest(within: durations.request, context)
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        stop()
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        stop()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head:
            requestsInHand += 1
            awaitRequest(within: durations.request, context)
        case .end:
            reading?.cancel()
            reading = nil
        case .body: break
        }
        context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let isEnd: Bool
        if case .end = unwrapOutboundIn(data) { isEnd = true } else { isEnd = false }
        let written = promise ?? context.eventLoop.makePromise(of: Void.self)
        if writing == nil {
            lastProgress = .now()
            watchProgress(context)
        }
        written.futureResult.assumeIsolated().whenComplete { _ in
            self.lastProgress = .now()
            if isEnd { self.answerEnded(context) }
        }
        context.write(data, promise: written)
    }

    private func answerEnded(_ context: ChannelHandlerContext) {
        requestsInHand -= 1
        guard requestsInHand <= 0 else { return }
        writing?.cancel()
        writing = nil
        if reading == nil && context.channel.isActive { awaitRequest(within: durations.idle, context) }
    }

    private func awaitRequest(within time: TimeAmount, _ context: ChannelHandlerContext) {
        reading?.cancel()
        reading = context.eventLoop.assumeIsolated().scheduleTask(in: time) {
            context.close(promise: nil)
        }
    }

    private func watchProgress(_ context: ChannelHandlerContext) {
        writing = context.eventLoop.assumeIsolated().scheduleTask(deadline: lastProgress + durations.write) {
            if self.lastProgress + self.durations.write <= .now() {
                context.close(promise: nil)
            } else {
                self.watchProgress(context)
            }
        }
    }

    private func stop() {
        reading?.cancel()
        writing?.cancel()
        reading = nil
        writing = nil
    }
}
