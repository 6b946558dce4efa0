import Foundation
import HTTPTypes
import Hummingbird
import Queue
import Readings

extension API {
    /// `GET /v1/readings`.
    func readings(_ request: Request, over wire: Wire, _ query: QueryParameters) async throws -> Response {
        var query = query
        var wanted = ReadingQuery()
        wanted.station = query.text("station")
        wanted.parameter = query.text("parameter")
        wanted.from = try query.time("from")
        wanted.to = try query.time("to")
        wanted.after = try query.integer("after", in: 0...Int64.max, default: 0)
        wanted.limit = Int(try query.integer("limit", in: 1...50_000, default: 10_000))
        try query.finish()
        if let from = wanted.from, let to = wanted.to, to <= from {
            throw HTTPProblem(.badRequest, "\"to\" must be later than \"from\".")
        }
        let form = try BodyForm(accepting: request.headers)
        let hold = await pageBudget.hold(Desk.batchBytesMax)
        let (body, next) = try await archive.readings(wanted, form: form)
        hold.shrink(to: body.bytes.readableBytes)
        var headers: HTTPFields = [.quantracDigest: ContentDigest.hexadecimal(body.digest)]
        if let next {
            headers[.quantracNextAfter] = String(next)
            headers[.link] = "<\(Self.address(wanted, after: next))>; rel=\"next\""
        }
        return answer(body, headers, over: wire, hold: hold)
    }

    private static func address(_ query: ReadingQuery, after: Int64) -> String {
        var parameters: [(String, String)] = []
        if let station = query.station { parameters.append(("station", station)) }
        if let parameter = query.parameter { parameters.append(("parameter", parameter)) }
        if let from = query.from { parameters.append(("from", from.description)) }
        if let to = query.to { parameters.append(("to", to.description)) }
        parameters.append(("after", String(after)))
        parameters.append(("limit", String(query.limit)))
        // RFC 3986, 2.3: what may stand in a query as it is, without the signs that mean something there.
        let plain = CharacterSet(charactersIn: "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~")
        let pairs = parameters.map { name, value in
            "\(name)=\(value.addingPercentEncoding(withAllowedCharacters: plain) ?? "")"
        }
        return "/v1/readings?" + pairs.joined(separator: "&")
    }
}
