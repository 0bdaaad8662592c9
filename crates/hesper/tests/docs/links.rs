//! Links between pages.

use std::path::Path;

use crate::page::Page;
use crate::{root, walk};

/// The targets of a line's links and pictures.
fn targets(line: &str) -> impl Iterator<Item = &str> {
    let after = |mark: &'static str, end: char| {
        line.split(mark).skip(1).filter_map(move |rest| rest.split_once(end)).map(|(target, _)| target)
    };
    after("](", ')').chain(after("src=\"", '"')).chain(after("{{#include ", '}'))
}

/// Links of a page that lead nowhere.
pub(crate) fn broken(page: &Page) -> Vec<String> {
    let mut complaints = Vec::new();
    for (number, line) in page.prose() {
        for target in targets(line) {
            if target.starts_with("https://") || target.starts_with("http://") {
                continue;
            }
            let (file, anchor) = target.split_once('#').map_or((target, None), |(f, a)| (f, Some(a)));
            let path =
                if file.is_empty() { page.path.clone() } else { page.path.parent().unwrap().join(file) };
            if !path.exists() {
                complaints.push(format!("{}: {target} does not exist", page.at(number)));
            } else if anchor
                .is_some_and(|anchor| path.is_file() && !headings(&path).contains(&anchor.to_owned()))
            {
                complaints.push(format!("{}: {target} has no such heading", page.at(number)));
            }
        }
    }
    complaints
}

/// The anchors of a page's headings.
fn headings(path: &Path) -> Vec<String> {
    let page = Page::read(path.to_owned());
    let slug = |heading: &str| -> String {
        let heading = heading.trim_start_matches('#').trim().to_lowercase();
        let kept = heading.chars().filter(|c| c.is_alphanumeric() || ['-', '_', ' '].contains(c));
        kept.map(|c| if c == ' ' { '-' } else { c }).collect()
    };
    page.prose().into_iter().filter(|(_, line)| line.starts_with('#')).map(|(_, line)| slug(line)).collect()
}

/// Pages of the book that its table of contents does not name.
pub(crate) fn unlisted() -> Vec<String> {
    let book = root().join("docs/src");
    let summary = std::fs::read_to_string(book.join("SUMMARY.md")).unwrap();
    let mut paths = Vec::new();
    walk(&book, &mut paths);
    paths
        .iter()
        .map(|path| path.strip_prefix(&book).unwrap().display().to_string())
        .filter(|name| name != "SUMMARY.md" && !summary.contains(&format!("({name})")))
        .map(|name| format!("docs/src/SUMMARY.md does not name {name}"))
        .collect()
}
