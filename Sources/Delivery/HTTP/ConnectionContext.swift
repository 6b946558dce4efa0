import HTTPTypes
import Hummingbird
import NIOCore
import NIOHTTPTypes

/// What a request knows of its connection.
struct ConnectionContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    let wire: Wire

    init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        wire = Wire(source.channel)
    }
}

/// A connection, to send a large answer at the pace at which its client takes it.
///
/// The writer of an answer's body takes slices as long as the event loop has not come to tell it that the connection is
/// full: a whole answer, often. Then nobody knows any more that its memory is in use.
struct Wire: Sendable {
    private let channel: any Channel

    /// What is handed to the connection at once, so that a time-out can see the client take it.
    private static let sliceBytes = 128 << 10

    init(_ channel: any Channel) {
        self.channel = channel
    }

    /// Sends a part of an answer's body and returns when the kernel has all of it.
    ///
    /// - Throws: when the connection ends before; also `CancellationError`, and the connection is closed then, because
    ///   the answer can never be whole.
    func send(_ bytes: ByteBuffer) async throws {
        var rest = bytes
        try await withTaskCancellationHandler {
            while let slice = rest.readSlice(length: min(rest.readableBytes, Self.sliceBytes)), slice.readableBytes > 0
            {
                try Task.checkCancellation()
                try await channel.writeAndFlush(HTTPResponsePart.body(slice)).get()
            }
        } onCancel: {
            channel.close(promise: nil)
        }
    }
}
