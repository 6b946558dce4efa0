extension Schema {
    /// The tables of docs/configuration.md, which a test compares with the file.
    static func reference() -> String {
        (tables + [model]).map { section($0, path: "") }.joined(separator: "\n")
    }

    private static func section(_ table: TableSpec, path: String) -> String {
        let name = path.isEmpty ? table.name : "\(path).\(table.name)"
        let heading = TableSpec(name: name, shape: table.shape, meaning: "", keys: []).heading
        var text = "\(path.isEmpty ? "##" : "###") `\(heading)`\n\n\(table.meaning)"
        if !table.isSupported { text += " **Not acted on by this version**: it is refused when it is there." }
        text += table.keys.isEmpty ? "\n" : "\n\n| Key | Type | Default | Range | Meaning |\n|---|---|---|---|---|\n"
        for key in table.keys {
            let note = key.isSupported ? "" : " **Not acted on by this version.**"
            text +=
                "| `\(key.name)` | \(key.kind.typeName) | \(fallback(key)) | \(cell(key.kind.rangeText)) "
                + "| \(cell(key.meaning))\(note) |\n"
        }
        let inside = table.shape == .named ? "\(name).NAME" : name
        for inner in table.tables { text += "\n" + section(inner, path: inside) }
        return text
    }

    private static func fallback(_ key: KeySpec) -> String {
        switch key.fallback {
        case .required: "required"
        case .absent: "none"
        case .value(let value): "`\(value.toml)`"
        case .derived(let words): cell(words)
        }
    }

    /// A bar would end the cell.
    private static func cell(_ text: String) -> String {
        text.split(separator: "|", omittingEmptySubsequences: false).joined(separator: "\\|")
    }
}
