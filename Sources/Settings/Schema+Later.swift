/// The tables that this version knows and does not act on; each is refused, so that nothing is silently ignored.
extension Schema {
    static let token = TableSpec(
        name: "token", shape: .list, identity: "name", meaning: "Who may use the API from elsewhere.",
        isSupported: false,
        keys: [
            KeySpec("name", .text(.name), .required, "Its name."),
            KeySpec("role", .text(.role), .required, "What it allows."),
            KeySpec("sha256", .text(.sha256), .required, "Of the token; the token itself is stored nowhere."),
        ])
}
