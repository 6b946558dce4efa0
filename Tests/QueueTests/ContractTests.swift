import QuantracTesting
import Queue
import Testing

@Suite struct `Queue contract` {
    let contract = QueueContract { directory, clock in
        try QueueFixture.open(directory: directory, clock: clock)
    }

    @Test(arguments: QueueContract.Claim.allCases)
    func `holds`(claim: QueueContract.Claim) throws {
        let folder = try Folder()
        try contract.check(claim, in: folder.path)
    }
}
