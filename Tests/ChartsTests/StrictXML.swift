/// An element of a document that was read strictly.
struct XMLElement {
    var name: String
    var attributes: [String: String]
    var children: [XMLElement] = []
    /// Of the element itself, its entities resolved.
    var text = ""

    /// The element and all within it, in the order of the document.
    var all: [XMLElement] { [self] + children.flatMap(\.all) }
}

/// What a document has that no well-formed one has.
struct XMLFault: Error {
    var reason: String
    var offset: Int
}

/// Reads the part of XML 1.0 that a chart is written in, and refuses everything else.
///
/// There is no declaration, comment, CDATA or processing instruction; only the five predefined entities and decimal
/// references; every character is one that XML allows.
struct StrictXML {
    private let scalars: [Unicode.Scalar]
    private var offset = 0

    static func read(_ text: String) throws(XMLFault) -> XMLElement {
        var reader = StrictXML(scalars: Array(text.unicodeScalars))
        for (offset, scalar) in reader.scalars.enumerated() {
            let isAllowed = scalar.value >= 0x20 && ![0xFFFE, 0xFFFF].contains(scalar.value) || scalar == "\n"
            if !isAllowed || (0x7F...0x9F).contains(scalar.value) {
                throw XMLFault(reason: "a character that XML does not take", offset: offset)
            }
        }
        let root = try reader.element()
        if reader.next == "\n" { reader.offset += 1 }
        if reader.next != nil { throw reader.fault("something after the root element") }
        return root
    }

    private var next: Unicode.Scalar? { offset < scalars.count ? scalars[offset] : nil }

    private func fault(_ reason: String) -> XMLFault { XMLFault(reason: reason, offset: offset) }

    private mutating func take(_ expected: String) throws(XMLFault) {
        for scalar in expected.unicodeScalars {
            guard next == scalar else { throw fault("no '\(expected)'") }
            offset += 1
        }
    }

    private mutating func name() throws(XMLFault) -> String {
        var name = ""
        while let scalar = next,
            scalar.properties.isAlphabetic || (!name.isEmpty && "-:0123456789".unicodeScalars.contains(scalar))
        {
            name.unicodeScalars.append(scalar)
            offset += 1
        }
        if name.isEmpty { throw fault("no name") }
        return name
    }

    private mutating func element() throws(XMLFault) -> XMLElement {
        try take("<")
        var element = XMLElement(name: try name(), attributes: [:])
        while next == " " {
            try take(" ")
            let key = try name()
            try take("=\"")
            let value = try text(until: "\"")
            if element.attributes.updateValue(value, forKey: key) != nil { throw fault("\(key) twice") }
            try take("\"")
        }
        if next == "/" {
            try take("/>")
            return element
        }
        try take(">")
        while true {
            element.text += try text(until: "<")
            if offset + 1 < scalars.count, scalars[offset + 1] == "/" { break }
            element.children.append(try self.element())
        }
        try take("</\(element.name)>")
        return element
    }

    private mutating func text(until end: Unicode.Scalar) throws(XMLFault) -> String {
        var text = ""
        while let scalar = next, scalar != end {
            if scalar == "<" || scalar == ">" { throw fault("a bare \(scalar)") }
            if scalar == "&" {
                text.unicodeScalars.append(try entity())
            } else {
                text.unicodeScalars.append(scalar)
                offset += 1
            }
        }
        return text
    }

    private mutating func entity() throws(XMLFault) -> Unicode.Scalar {
        try take("&")
        var name = ""
        while let scalar = next, scalar != ";" {
            name.unicodeScalars.append(scalar)
            offset += 1
            if name.utf8.count > 8 { throw fault("a bare &") }
        }
        try take(";")
        let known: [String: Unicode.Scalar] = ["amp": "&", "lt": "<", "gt": ">", "quot": "\"", "apos": "'"]
        if let scalar = known[name] { return scalar }
        guard name.hasPrefix("#"), let number = UInt32(name.dropFirst()), let scalar = Unicode.Scalar(number) else {
            throw fault("no such entity: \(name)")
        }
        return scalar
    }
}
