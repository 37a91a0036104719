//! As much SVG as the plots need.

use std::fmt::Write;

/// A picture under construction, with its own background, so that it is readable on dark pages too.
pub(super) struct Svg {
    width: f64,
    height: f64,
    body: String,
}

/// The anchor of a text.
#[derive(Clone, Copy)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

#[derive(Clone, Copy)]
pub(super) struct Font {
    pub(super) size: f64,
    pub(super) bold: bool,
    pub(super) color: &'static str,
    pub(super) anchor: Anchor,
}

pub(super) const INK: &str = "#0f172a";
pub(super) const FAINT: &str = "#64748b";
pub(super) const GRID: &str = "#e2e8f0";

pub(super) const PLAIN: Font = Font {
    size: 13.0,
    bold: false,
    color: INK,
    anchor: Anchor::Start,
};
pub(super) const TITLE: Font = Font {
    size: 18.0,
    bold: true,
    ..PLAIN
};
pub(super) const SMALL: Font = Font {
    size: 11.5,
    color: FAINT,
    ..PLAIN
};

/// The margin of a plot.
pub(super) const MARGIN: f64 = 24.0;

impl Svg {
    pub(super) fn new(width: f64, height: f64) -> Self {
        Self {
            width,
            height,
            body: String::new(),
        }
    }

    pub(super) fn rect(&mut self, (x, y): (f64, f64), size: (f64, f64), fill: &str) {
        self.push(format_args!(
            r#"<rect x="{x:.1}" y="{y:.1}" width="{:.1}" height="{:.1}" rx="2" fill="{fill}"/>"#,
            size.0, size.1
        ));
    }

    pub(super) fn line(&mut self, from: (f64, f64), to: (f64, f64), stroke: &str, dashed: bool) {
        let pattern = if dashed {
            r#" stroke-dasharray="4 3""#
        } else {
            ""
        };
        self.push(format_args!(
            r#"<line x1="{:.1}" y1="{:.1}" x2="{:.1}" y2="{:.1}" stroke="{stroke}"{pattern}/>"#,
            from.0, from.1, to.0, to.1
        ));
    }

    pub(super) fn text(&mut self, (x, y): (f64, f64), font: Font, content: &str) {
        let anchor = match font.anchor {
            Anchor::Start => "start",
            Anchor::Middle => "middle",
            Anchor::End => "end",
        };
        let weight = if font.bold { "700" } else { "400" };
        self.push(format_args!(
            r#"<text x="{x:.1}" y="{y:.1}" font-size="{}" font-weight="{weight}" fill="{}" text-anchor="{anchor}">{content}</text>"#,
            font.size, font.color
        ));
    }

    pub(super) fn push(&mut self, element: std::fmt::Arguments<'_>) {
        // Writing to a string does not fail.
        let _ = writeln!(self.body, "{element}");
    }

    pub(super) fn finish(self, title: &str) -> String {
        let Self {
            width,
            height,
            body,
        } = self;
        format!(
            r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img" aria-label="{title}" font-family="Helvetica, Arial, 'DejaVu Sans', sans-serif">
<rect width="{width}" height="{height}" rx="8" fill="#ffffff" stroke="#e2e8f0"/>
{body}</svg>
"##
        )
    }
}
