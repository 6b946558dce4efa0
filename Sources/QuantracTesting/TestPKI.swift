import Glibc

/// An authority with a certificate for a server on 127.0.0.1 and one for a client, made for one test.
public final class TestPKI: Sendable {
    private let folder: TestFolder
    public var authority: String { folder.path("ca.pem") }
    public var serverCertificate: String { folder.path("server.pem") }
    public var serverKey: String { folder.path("server.key") }
    public var clientCertificate: String { folder.path("client.pem") }
    public var clientKey: String { folder.path("client.key") }

    public init() throws {
        folder = try TestFolder()
        try openssl(
            [
                "req", "-x509", "-subj", "/CN=Quantrac test authority", "-keyout", folder.path("ca.key"),
                "-out", authority,
            ] + Self.newKey)
        try sign(name: "server", subject: "/CN=localhost", extension: "subjectAltName=DNS:localhost,IP:127.0.0.1")
        try sign(name: "client", subject: "/CN=quantrac", extension: "extendedKeyUsage=clientAuth")
    }

    /// The authority's certificate as text, to be written elsewhere.
    public func authorityText() throws -> String { try folder.read("ca.pem") }

    private static let newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]

    private func sign(name: String, subject: String, extension text: String) throws {
        try openssl(
            [
                "req", "-x509", "-CA", authority, "-CAkey", folder.path("ca.key"), "-subj", subject, "-addext", text,
                "-addext", "basicConstraints=critical,CA:FALSE",
                "-keyout", folder.path("\(name).key"), "-out", folder.path("\(name).pem"),
            ] + Self.newKey)
        // The broker runs as another user.
        unsafe chmod(folder.path("\(name).key"), 0o644)
    }

    private func openssl(_ arguments: [String]) throws {
        let command = ["/usr/bin/openssl"] + arguments
        let child = try ChildProcess(command, log: folder.path("openssl.log"))
        guard child.wait() == 0 else { throw TestingError("openssl: \(try folder.read("openssl.log"))") }
    }
}
