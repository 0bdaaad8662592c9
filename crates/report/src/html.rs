//! One HTML file with everything in it.

use std::collections::BTreeSet;
use std::path::Path;

use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::error::{Result, write_file};
use crate::figure::Figure;
use crate::font::printable;
use crate::labels::count;
use crate::manifest::RunManifest;
use crate::svg;
use crate::targets::{Target, TargetCard, anchor};

/// A number to see at first sight.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Card {
    /// What it is.
    pub label: String,
    /// The number, as it is to be read.
    pub value: String,
    /// What to compare it with, or nothing.
    pub note: String,
}

impl Card {
    /// A card with a note; the note may be empty.
    pub fn new(label: impl Into<String>, value: impl Into<String>, note: impl Into<String>) -> Self {
        Self { label: label.into(), value: value.into(), note: note.into() }
    }
}

/// A report under construction. Its parts appear in the order in which they are added; the summary and the cards come
/// first, and from three sections on there is a list of them.
///
/// Prose is plain text with five signs: a blank line ends a paragraph, lines that begin with `- ` are a list, text
/// between backticks is code, text between double asterisks is strong, and `[words](#name)` leads to a name on the same
/// page (see [`target_link`](crate::target_link)). All else stands as it is.
///
/// The file needs no network and runs no script. It follows the reader's light or dark theme, fits a phone, and prints
/// in black on white. Figures carry their title and description for those who do not see them.
#[derive(Debug, Clone, Default)]
pub struct Report {
    title: String,
    subtitle: String,
    summary: String,
    cards: Vec<Card>,
    warnings: Vec<String>,
    parts: Vec<Part>,
    footer: String,
}

#[derive(Debug, Clone)]
enum Part {
    Section { title: String, prose: String },
    Figure { svg: String, name: String, caption: String },
    Table { caption: String, header: Vec<String>, rows: Vec<Vec<String>> },
    Targets(Vec<TargetCard>),
    Details { title: String, content: Markup },
}

impl Report {
    /// An empty report.
    pub fn new(title: impl Into<String>, subtitle: impl Into<String>) -> Self {
        Self { title: title.into(), subtitle: subtitle.into(), ..Self::default() }
    }

    /// What the reader should know who reads no further.
    #[must_use]
    pub fn summary(mut self, prose: impl Into<String>) -> Self {
        self.summary = prose.into();
        self
    }

    /// The numbers to see at first sight.
    #[must_use]
    pub fn cards(mut self, cards: impl IntoIterator<Item = Card>) -> Self {
        self.cards.extend(cards);
        self
    }

    /// What may make the results worth less than they seem: shown in a box before all parts, if there is anything.
    #[must_use]
    pub fn warnings(mut self, warnings: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.warnings.extend(warnings.into_iter().map(Into::into));
        self
    }

    /// A heading and the prose below it, which may be empty.
    #[must_use]
    pub fn section(mut self, title: impl Into<String>, prose: impl Into<String>) -> Self {
        self.parts.push(Part::Section { title: title.into(), prose: prose.into() });
        self
    }

    /// A figure with a caption.
    #[must_use]
    pub fn figure(mut self, figure: &Figure, caption: impl Into<String>) -> Self {
        let number = self.parts.len();
        let svg = svg::inline(figure, &format!("f{number}"));
        self.parts.push(Part::Figure { svg, name: figure.title().to_owned(), caption: caption.into() });
        self
    }

    /// A table. Columns of numbers are set flush right; short rows are filled with empty cells.
    #[must_use]
    pub fn table<H, R, C>(self, header: H, rows: R) -> Self
    where
        H: IntoIterator<Item: Into<String>>,
        R: IntoIterator<Item = C>,
        C: IntoIterator<Item: Into<String>>,
    {
        self.captioned_table("", header, rows)
    }

    /// A table with a caption above it.
    #[must_use]
    pub fn captioned_table<H, R, C>(mut self, caption: impl Into<String>, header: H, rows: R) -> Self
    where
        H: IntoIterator<Item: Into<String>>,
        R: IntoIterator<Item = C>,
        C: IntoIterator<Item: Into<String>>,
    {
        let header = header.into_iter().map(Into::into).collect();
        let rows = rows.into_iter().map(|row| row.into_iter().map(Into::into).collect()).collect();
        self.parts.push(Part::Table { caption: caption.into(), header, rows });
        self
    }

    /// Cards side by side, as many as the page is wide, each with a few lines and a small figure; a
    /// [`target_link`](crate::target_link) leads to a card.
    #[must_use]
    pub fn targets(mut self, targets: impl IntoIterator<Item = Target>) -> Self {
        let number = self.parts.len();
        let mut taken: BTreeSet<String> = self
            .parts
            .iter()
            .flat_map(|part| if let Part::Targets(cards) = part { cards.as_slice() } else { &[] })
            .map(|card| card.anchor.clone())
            .collect();
        let ready = |(index, target): (usize, Target)| {
            let name = anchor(&target.id);
            let name = if taken.insert(name.clone()) { name } else { String::new() };
            TargetCard::new(target, name, &format!("f{number}x{index}"))
        };
        let cards = targets.into_iter().enumerate().map(ready).collect();
        self.parts.push(Part::Targets(cards));
        self
    }

    /// Prose that the reader unfolds.
    #[must_use]
    pub fn details(mut self, title: impl Into<String>, prose: impl Into<String>) -> Self {
        let content = self::prose(&prose.into());
        self.parts.push(Part::Details { title: title.into(), content });
        self
    }

    /// The run's record, for the reader to unfold.
    #[must_use]
    pub fn manifest(mut self, manifest: &RunManifest) -> Self {
        self.parts
            .push(Part::Details { title: "How this was made".into(), content: self::manifest(manifest) });
        self
    }

    /// A line at the end.
    #[must_use]
    pub fn footer(mut self, prose: impl Into<String>) -> Self {
        self.footer = prose.into();
        self
    }

    /// The document.
    pub fn html(&self) -> String {
        let sections = self.parts.iter().enumerate().filter_map(|(index, part)| match part {
            Part::Section { title, .. } => Some((index, title)),
            _ => None,
        });
        let sections = sections.collect::<Vec<_>>();
        let page = html! {
            (DOCTYPE)
            html lang="en" {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width,initial-scale=1";
                    meta http-equiv="Content-Security-Policy" content="default-src 'none';style-src 'unsafe-inline';img-src data:";
                    title { (printable(&self.title)) }
                    style { (PreEscaped(include_str!("report.css"))) }
                }
                body {
                    main {
                        header {
                            h1 { (printable(&self.title)) }
                            @if !self.subtitle.is_empty() { p.sub { (printable(&self.subtitle)) } }
                        }
                        @if !self.summary.is_empty() { div.summary { (prose(&self.summary)) } }
                        @if !self.cards.is_empty() { (cards(&self.cards)) }
                        @if !self.warnings.is_empty() {
                            aside.warnings aria-label="Warnings" {
                                strong { "Before you believe it" }
                                ul { @for warning in &self.warnings { li { (inline(warning)) } } }
                            }
                        }
                        @if sections.len() > 2 {
                            nav aria-label="Sections" {
                                ol { @for (index, title) in &sections { li { a href=(format!("#s{index}")) { (printable(title)) } } } }
                            }
                        }
                        @for (index, part) in self.parts.iter().enumerate() { (part.markup(index)) }
                        @if !self.footer.is_empty() { footer { (inline(&self.footer)) } }
                    }
                }
            }
        };
        page.into_string()
    }

    /// Writes the document, whole or not at all.
    ///
    /// # Errors
    /// What the operating system says.
    pub fn write(&self, path: impl AsRef<Path>) -> Result<()> {
        write_file(path.as_ref(), self.html())
    }
}

impl Part {
    fn markup(&self, index: usize) -> Markup {
        match self {
            Self::Section { title, prose } => html! {
                h2 id=(format!("s{index}")) { (printable(title)) }
                (self::prose(prose))
            },
            Self::Figure { svg, name, caption } => html! {
                figure {
                    // Wider than a phone: it scrolls by itself, also with the keyboard.
                    div.wide tabindex="0" role="group" aria-label=(name) { (PreEscaped(svg)) }
                    @if !caption.is_empty() { figcaption { (inline(caption)) } }
                }
            },
            Self::Table { caption, header, rows } => table(caption, header, rows),
            Self::Targets(cards) => crate::targets::cards(cards),
            Self::Details { title, content } => html! {
                details { summary { (printable(title)) } (content) }
            },
        }
    }
}

fn cards(cards: &[Card]) -> Markup {
    html! {
        dl.cards {
            @for card in cards {
                div.card {
                    dt { (printable(&card.label)) }
                    dd {
                        (printable(&card.value))
                        @if !card.note.is_empty() { span.note { (printable(&card.note)) } }
                    }
                }
            }
        }
    }
}

fn table(caption: &str, header: &[String], rows: &[Vec<String>]) -> Markup {
    let columns = rows.iter().map(Vec::len).chain([header.len()]).max().unwrap_or(0);
    let cell =
        |row: &[String], column: usize| row.get(column).map(|cell| printable(cell)).unwrap_or_default();
    let numeric: Vec<bool> = (0..columns)
        .map(|column| {
            let mut cells =
                rows.iter().map(|row| cell(row, column)).filter(|cell| !cell.is_empty()).peekable();
            cells.peek().is_some() && cells.all(|cell| is_number(without_link(&cell)))
        })
        .collect();
    let class = |column: usize| numeric.get(column).copied().unwrap_or(false).then_some("n");
    html! {
        div.wide.table tabindex="0" role="group" aria-label=(if caption.is_empty() { "Table" } else { caption }) {
            table {
                @if !caption.is_empty() { caption { (inline(caption)) } }
                thead { tr { @for column in 0..columns { th scope="col" class=[class(column)] { (cell(header, column)) } } } }
                tbody { @for row in rows { tr { @for column in 0..columns { td class=[class(column)] { (inline(&cell(row, column))) } } } } }
            }
        }
    }
}

/// Whether a cell reads as a number, perhaps with a unit sign, an interval or an error.
fn is_number(cell: &str) -> bool {
    let dash = matches!(cell, "–" | "—" | "-");
    let signs = |letter: char| letter.is_ascii_digit() || "+-−–.,±×()[] %<>≈e⁰¹²³⁴⁵⁶⁷⁸⁹⁻".contains(letter);
    dash || (cell.chars().any(|letter| letter.is_ascii_digit()) && cell.chars().all(signs))
}

fn manifest(manifest: &RunManifest) -> Markup {
    let seconds = |seconds: f64| format!("{seconds:.1} s");
    let optional = |number: Option<String>| number.unwrap_or_else(|| "–".into());
    let rows = [
        ("Version", manifest.version.clone()),
        ("Command", format!("`{}`", manifest.command_line.join(" ").replace('`', "'"))),
        ("Started", manifest.started.clone()),
        ("Wall time", seconds(manifest.wall_seconds)),
        ("Processor time", optional(manifest.cpu_seconds.map(seconds))),
        ("Seed", optional(manifest.seed.map(|seed| seed.to_string()))),
        ("Threads", optional(manifest.threads.map(|threads| threads.to_string()))),
    ];
    html! {
        div.wide.table {
            table {
                tbody {
                    @for (name, value) in rows { tr { th scope="row" { (name) } td { (inline(&value)) } } }
                    @for input in &manifest.inputs {
                        tr {
                            th scope="row" { "Input" }
                            td {
                                (printable(&input.path)) br;
                                (count(input.bytes as f64)) " bytes in " (count(input.files as f64))
                                (if input.files == 1 { " file" } else { " files" }) br;
                                code { "sha256 " (input.sha256) }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// Paragraphs and lists.
fn prose(text: &str) -> Markup {
    let text = text.replace("\r\n", "\n");
    let blocks = text.split("\n\n").map(str::trim).filter(|block| !block.is_empty());
    html! {
        @for block in blocks {
            @let (lines, items) = split_list(block);
            @if !lines.is_empty() { p { (inline(&lines)) } }
            @if !items.is_empty() { ul { @for item in &items { li { (inline(item)) } } } }
        }
    }
}

/// A block's lines before its list, and the list's items.
fn split_list(block: &str) -> (String, Vec<String>) {
    let mut before = String::new();
    let mut items: Vec<String> = Vec::new();
    for line in block.lines().map(str::trim) {
        if let Some(item) = line.strip_prefix("- ") {
            items.push(item.to_owned());
        } else {
            let part = items.last_mut().unwrap_or(&mut before);
            part.push(' ');
            part.push_str(line);
        }
    }
    (before, items)
}

/// Text with code and strong parts, and with links to names on the page.
pub(crate) fn inline(text: &str) -> Markup {
    let text = printable(text);
    let mut out = String::new();
    for (index, part) in pieces(&text, "`").into_iter().enumerate() {
        if index % 2 == 1 {
            out.push_str(&html! { code { (part) } }.into_string());
            continue;
        }
        for (index, part) in pieces(part, "**").into_iter().enumerate() {
            let piece = if index % 2 == 1 {
                html! { strong { (linked(part)) } }
            } else {
                linked(part)
            };
            out.push_str(&piece.into_string());
        }
    }
    PreEscaped(out)
}

/// The first link of a text: what stands before it, its words, the name it leads to, what stands after it.
fn link(text: &str) -> Option<(&str, &str, &str, &str)> {
    const MIDDLE: &str = "](#";
    let plain = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '.' | '_');
    text.match_indices(MIDDLE).find_map(|(at, _)| {
        let begin = text[..at].rfind('[')?;
        let rest = &text[at + MIDDLE.len()..];
        let name = &rest[..rest.find(')')?];
        let whole = !name.is_empty() && !text[begin..at].contains("](") && name.chars().all(plain);
        whole.then(|| (&text[..begin], &text[begin + 1..at], name, &rest[name.len() + 1..]))
    })
}

/// Text with its links.
fn linked(text: &str) -> Markup {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, words, name, after)) = link(rest) {
        out.push_str(&html! { (before) a href=(format!("#{name}")) { (words) } }.into_string());
        rest = after;
    }
    out.push_str(&html! { (rest) }.into_string());
    PreEscaped(out)
}

/// A text's words, if it is nothing but a link.
fn without_link(text: &str) -> &str {
    match link(text) {
        Some(("", words, _, "")) => words,
        _ => text,
    }
}

/// The text split at a sign that comes in pairs; a last sign without its fellow stands for itself.
fn pieces<'a>(text: &'a str, sign: &str) -> Vec<&'a str> {
    let signs: Vec<usize> = text.match_indices(sign).map(|(at, _)| at).collect();
    let mut pieces = Vec::new();
    let mut from = 0;
    for at in &signs[..signs.len() / 2 * 2] {
        pieces.push(&text[from..*at]);
        from = at + sign.len();
    }
    pieces.push(&text[from..]);
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prose_has_five_signs_and_escapes_the_rest() {
        let html =
            prose("A `<b>` and **strong** <i>.\n\nList:\n- one\n- two\n  more\n\nOdd ` sign").into_string();
        assert_eq!(
            html,
            "<p>A <code>&lt;b&gt;</code> and <strong>strong</strong> &lt;i&gt;.</p><p>List:</p>\
             <ul><li>one</li><li>two more</li></ul><p>Odd ` sign</p>"
        );
    }

    #[test]
    fn links_lead_to_names_on_the_page_only() {
        let html =
            inline("See [<a> b](#target-1) and **[c](#d_20_.e)**, [x](http:), [y](#a b), [z](#), ](#q)");
        assert_eq!(
            html.into_string(),
            "See <a href=\"#target-1\">&lt;a&gt; b</a> and <strong><a href=\"#d_20_.e\">c</a></strong>, [x](http:), \
             [y](#a b), [z](#), ](#q)"
        );
        assert_eq!(inline("`[a](#b)`").into_string(), "<code>[a](#b)</code>");
        assert_eq!([without_link("[1](#a)"), without_link("x [1](#a)")], ["1", "x [1](#a)"]);
    }

    #[test]
    fn columns_of_numbers_are_known() {
        for cell in ["0.343", "−1,000", "<1 %", "0.34 ± 0.02", "1.00×10³⁰", "[0.1, 0.2]", "–"] {
            assert!(is_number(cell), "{cell}");
        }
        for cell in ["Ia", "e", "12 days", "()"] {
            assert!(!is_number(cell), "{cell}");
        }
    }
}
