import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import NIOFoundationCompat

/// The body of a request: one JSON object whose members are all known.
enum StrictJSON {
    /// - Parameter mayBeMissing: No body at all is an object without members.
    /// - Throws: 400 with a sentence, 413 beyond the limit, 415 for another media type.
    static func decode<Body: Decodable>(
        _ type: Body.Type, from request: Request, mayBeMissing: Bool = false
    ) async throws -> Body {
        if let mediaType = request.headers[.contentType]?.split(separator: ";").first,
            mediaType.trimmingCharacters(in: .whitespaces).lowercased() != "application/json"
        {
            throw HTTPProblem(.unsupportedMediaType, "The body must be application/json; it is \(mediaType).")
        }
        let limit = HTTPServiceSettings.requestBodyBytesMax
        if let length = request.headers[.contentLength].flatMap({ Int($0) }), length > limit { throw tooLarge }
        let buffer: ByteBuffer
        do {
            buffer = try await request.body.collect(upTo: limit)
        } catch is NIOTooManyBytesError {
            throw tooLarge
        }
        do {
            let isMissing = mayBeMissing && buffer.readableBytes == 0
            return try JSONDecoder().decode(type, from: isMissing ? Data("{}".utf8) : Data(buffer.readableBytesView))
        } catch let error as DecodingError {
            throw HTTPProblem(.badRequest, "The body cannot be used: \(sentence(error))")
        }
    }

    /// Refuses members that nobody reads: a misspelt one would be silently without effect.
    static func refuseUnknown(_ known: [String], in decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: AnyKey.self)
        for key in container.allKeys.sorted(by: { $0.stringValue < $1.stringValue })
        where !known.contains(key.stringValue) {
            throw DecodingError.dataCorrupted(
                DecodingError.Context(
                    codingPath: decoder.codingPath,
                    debugDescription:
                        "there is no member \"\(key.stringValue.prefix(40))\"; known are \(known.joined(separator: ", "))"
                ))
        }
    }

    private static var tooLarge: HTTPProblem {
        HTTPProblem(.contentTooLarge, "The body is larger than 1 MiB.")
    }

    private static func sentence(_ error: DecodingError) -> String {
        switch error {
        case .keyNotFound(let key, _): "the member \"\(key.stringValue)\" is missing."
        case .typeMismatch(_, let context), .valueNotFound(_, let context):
            "the member \"\(path(context))\" is of another type than it must be."
        case .dataCorrupted(let context):
            context.codingPath.isEmpty && context.underlyingError != nil
                ? "it is no JSON object." : "\(context.debugDescription)."
        @unknown default: "it is not what this request takes."
        }
    }

    private static func path(_ context: DecodingError.Context) -> String {
        context.codingPath.map { $0.intValue.map { "[\($0)]" } ?? $0.stringValue }.joined(separator: ".")
    }

    struct AnyKey: CodingKey {
        var stringValue: String
        var intValue: Int? { nil }

        init(stringValue: String) {
            self.stringValue = stringValue
        }

        init?(intValue: Int) {
            return nil
        }
    }
}
