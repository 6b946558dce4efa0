/// The colours and strokes of a chart.
///
/// The flags differ by shape first, so that they can be told apart in greyscale, and by hue and lightness; the nearest
/// two colours are 16 apart in CIELAB to a protanope (Machado 2009). Each colour of a sign has at least 3:1 against its
/// paper, text at least 4.5:1 (WCAG 2.2, 1.4.11 and 1.4.3). A page that embeds charts may set the variables itself,
/// under a selector such as `body .quantrac-chart`.
enum ChartStyle {
    /// The class of the outermost element: nothing outside it is styled.
    static let root = "quantrac-chart"

    // No `<` or `&` may stand here: it goes onto the page as it is.
    static let css = """
        .quantrac-chart{--paper:#fff;--ink:#1b2733;--muted:#5b6874;--grid:#e8ecef;--rule:#c3cbd2;--line:#0b6fa8;\
        --suspect:#b87400;--fail:#c3123f;--missing:#4a5560;\
        font-family:system-ui,-apple-system,Segoe UI,Roboto,Noto Sans,DejaVu Sans,sans-serif;font-size:12px}
        @media (prefers-color-scheme:dark){.quantrac-chart{--paper:#14191f;--ink:#e6ebf0;--muted:#9aa7b3;\
        --grid:#252d35;--rule:#44505b;--line:#62b8ea;--suspect:#f2b134;--fail:#ff6f86;--missing:#c6ced6}}
        .quantrac-chart .paper{fill:var(--paper)}
        .quantrac-chart text{fill:var(--ink)}
        .quantrac-chart .title{font-size:16px;font-weight:600}
        .quantrac-chart .note{fill:var(--muted)}
        .quantrac-chart .tick{fill:var(--muted);font-size:11px;font-variant-numeric:tabular-nums}
        .quantrac-chart path{fill:none}
        .quantrac-chart .grid{stroke:var(--grid)}
        .quantrac-chart .rule{stroke:var(--rule)}
        .quantrac-chart .line{stroke:var(--line);stroke-width:1.5;stroke-linejoin:round;stroke-linecap:round}
        .quantrac-chart .unjudged{stroke:var(--line);stroke-width:1.5;stroke-dasharray:4 3}
        .quantrac-chart .thin{stroke-width:1}
        .quantrac-chart .dot{stroke:var(--line);stroke-width:5;stroke-linecap:round}
        .quantrac-chart .arrow{stroke:var(--line);stroke-width:2;stroke-linejoin:round;stroke-linecap:round}
        .quantrac-chart .suspect{fill:var(--suspect);stroke:var(--paper);stroke-width:1}
        .quantrac-chart .suspect-dot{stroke:var(--suspect);stroke-width:4;stroke-linecap:round}
        .quantrac-chart .halo{stroke:var(--paper);stroke-width:5;stroke-linecap:round}
        .quantrac-chart .fail{stroke:var(--fail);stroke-width:2.2;stroke-linecap:round}
        .quantrac-chart .missing{stroke:var(--missing);stroke-width:2}
        .quantrac-chart .hit{fill:none;pointer-events:all}
        """
}
