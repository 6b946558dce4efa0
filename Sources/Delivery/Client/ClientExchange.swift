import AsyncHTTPClient
import Foundation
import HTTPTypes
import NIOCore
import NIOFoundationCompat
import NIOHTTP1

/// One request and its whole answer.
struct ClientExchange: Sendable {
    let client: HTTPClient
    /// Without a slash at the end.
    let base: String

    struct Answer: Sendable {
        var status: Int
        var headers: HTTPHeaders
        var body: ByteBuffer

        /// The sentence of a problem, or the status when there is none.
        var detail: String {
            struct Problem: Decodable { var detail: String }
            do {
                return try JSONDecoder().decode(Problem.self, from: Data(body.readableBytesView)).detail
            } catch {
                return "the answer was HTTP \(status)"
            }
        }
    }

    /// - Throws: `ClientError` when there is no answer.
    func send(
        _ method: HTTPMethod, _ path: String, headers: [(String, String)] = [], body: String? = nil,
        timeout: TimeAmount, limit: Int
    ) async throws -> Answer {
        var request = HTTPClientRequest(url: base + path)
        request.method = method
        request.headers.add(contentsOf: headers)
        if let body {
            request.headers.replaceOrAdd(name: "Content-Type", value: "application/json")
            request.body = .bytes(ByteBuffer(string: body))
        }
        do {
            let response = try await client.execute(request, timeout: timeout)
            let body = try await response.body.collect(upTo: limit)
            return Answer(status: Int(response.status.code), headers: response.headers, body: body)
        } catch let error as CancellationError {
            throw error
        } catch is NIOTooManyBytesError {
            throw ClientError(.protocolBroken, "\(base) sent more than \(limit) bytes in one answer")
        } catch let error as HTTPClientError where error == .cancelled {
            throw CancellationError()
        } catch let error as HTTPClientError where error == .invalidURL || error == .emptyHost || error == .emptyScheme
        {
            throw ClientError(.usage, "\(base) is no address such as http://node:8780")
        } catch {
            throw ClientError(.unreachable, "\(base) does not answer (\(error))")
        }
    }

    /// The base of a server on a socket in the file system.
    static func base(socketPath: String) -> String {
        let plain = CharacterSet(charactersIn: "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~")
        return "http+unix://" + (socketPath.addingPercentEncoding(withAllowedCharacters: plain) ?? "")
    }

    /// A name as one segment of a path.
    static func segment(_ name: String) -> String {
        let plain = CharacterSet(charactersIn: "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~")
        return name.addingPercentEncoding(withAllowedCharacters: plain) ?? ""
    }

    static var configuration: HTTPClient.Configuration {
        var configuration = HTTPClient.Configuration()
        configuration.timeout.connect = .seconds(5)
        // A port that refuses is an answer; who goes on trying does it at the pace of section 7.
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.redirectConfiguration = .disallow
        return configuration
    }
}

/// Why a request to a node came to nothing.
public struct ClientError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What went wrong.
    public enum Reason: Sendable, Equatable {
        /// What was asked cannot be: a bad address, a bad name.
        case usage
        /// Nobody answers.
        case unreachable
        /// The node answered and refused, with this HTTP status.
        case refused(status: Int)
        /// The answer is not what docs/pull-protocol.md promises.
        case protocolBroken
        /// What was received cannot be stored.
        case notStored
    }

    public let reason: Reason
    /// What happened, to what, and what to do about it.
    public let message: String
    /// Seconds that the node asked us to wait.
    var retryAfterSeconds: Int?

    public init(_ reason: Reason, _ message: String) {
        self.reason = reason
        self.message = message
    }

    public var description: String { message }

    /// Whether the same may succeed later although nothing is changed.
    public var isTransient: Bool {
        switch reason {
        case .unreachable, .protocolBroken: true
        case .refused(let status): status >= 500 || status == 408 || status == 429
        case .usage, .notStored: false
        }
    }
}
