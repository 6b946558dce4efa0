import Decoding
import Foundation
import QuantracTesting
import Testing

@Suite struct `Payload fixtures` {
    @Test(arguments: PayloadCase.all)
    func `are decoded as their folder says`(_ payload: PayloadCase) throws {
        let outcome = try payload.outcome(of: try payload.input())
        if ProcessInfo.processInfo.environment["QUANTRAC_RECORD"] != nil { try payload.record(outcome) }
        let answer = try payload.answer()
        #expect(outcome.readings == answer.readings)
        #expect(outcome.faults == answer.faults)
    }

    @Test(arguments: DecoderCatalog.names)
    func `exist for every decoder of the catalog`(decoder: String) {
        #expect(DecoderCatalog.make(decoder)?.name == decoder)
        #expect(!contents(of: "payloads/\(decoder)").isEmpty)
    }

    @Test(arguments: contents(of: "payloads"))
    func `are those of a decoder in the catalog`(decoder: String) {
        #expect(DecoderCatalog.names.contains(decoder))
    }

    @Test(arguments: PayloadCase.all)
    func `cut anywhere are a fault or fewer readings`(_ payload: PayloadCase) throws {
        #expect(try payload.violationsWhenCut() == [])
    }

    @Test(arguments: PayloadCase.all)
    func `keep the contract when they are damaged`(_ payload: PayloadCase) throws {
        let input = try payload.input()
        guard input.count < 4000 else { return }
        #expect(try payload.contract().damage(input, seed: seed) == [])
    }

    /// The first case of each decoder that is taken without a fault and needs no payload before it.
    @Test(arguments: DecoderCatalog.names)
    func `keep the contract of a payload decoder`(decoder: String) throws {
        let payload = try #require(
            PayloadCase.all.first { payload in
                guard payload.decoder == decoder, let answer = try? payload.answer() else { return false }
                return answer.faults.isEmpty && !answer.readings.isEmpty && (try? payload.settings().before) == nil
            })
        #expect(try payload.contract().violations(seed: seed) == [])
    }
}
