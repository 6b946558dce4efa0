/// The text of a document as it grows.
struct SVGPage {
    /// Which part of a label stands at its position.
    enum Anchor: String {
        case start, middle, end
    }

    private var text: String

    init(width: Int, height: Int) {
        text = "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"\(ChartStyle.root)\" role=\"img\""
        text += " width=\"\(width)\" height=\"\(height)\" viewBox=\"0 0 \(width) \(height)\">\n"
    }

    /// Adds what is well-formed already.
    mutating func append(_ markup: String) {
        text += markup
    }

    /// Adds an element without attributes.
    mutating func element(_ name: String, text content: String) {
        text += "<\(name)>\(SVGText.escaped(content))</\(name)>\n"
    }

    /// Adds a line of text; `y` is its baseline.
    mutating func label(_ content: String, class name: String, x: Double, y: Double, anchor: Anchor = .start) {
        let position = "x=\"\(SVGText.coordinate(x))\" y=\"\(SVGText.coordinate(y))\""
        let place = anchor == .start ? "" : " text-anchor=\"\(anchor.rawValue)\""
        text += "<text class=\"\(name)\" \(position)\(place)>\(SVGText.escaped(content))</text>\n"
    }

    /// Adds a path, unless it is empty.
    mutating func path(_ data: String, class name: String) {
        if data.isEmpty { return }
        text += "<path class=\"\(name)\" d=\"\(data)\"/>\n"
    }

    /// The whole document.
    func finished() -> String {
        text + "</svg>\n"
    }
}
