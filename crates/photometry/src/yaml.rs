//! As much of YAML as the heads of ECSV files have: maps and lists in block and flow style, quoted and plain words. Tags
//! are passed over, anchors and several documents are not known.

use crate::fault::Fault;

/// Deeper heads are not written by anyone, and would fill the stack.
const DEEPEST: usize = 32;

/// A value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Yaml {
    /// A word or number; empty for none.
    Word(String),
    List(Vec<Yaml>),
    Map(Vec<(String, Yaml)>),
}

impl Yaml {
    /// The value of a key: of a map, or of the first map in a list of maps that has it.
    pub(crate) fn get(&self, key: &str) -> Option<&Yaml> {
        match self {
            Self::Map(entries) => entries.iter().find(|(name, _)| name == key).map(|(_, value)| value),
            Self::List(items) => {
                items.iter().filter(|item| matches!(item, Self::Map(_))).find_map(|item| item.get(key))
            }
            Self::Word(_) => None,
        }
    }

    /// All keys and values: of a map, or of the maps in a list of maps.
    pub(crate) fn entries(&self) -> Vec<(&str, &Yaml)> {
        match self {
            Self::Map(entries) => entries.iter().map(|(key, value)| (key.as_str(), value)).collect(),
            Self::List(items) => items
                .iter()
                .filter(|item| matches!(item, Self::Map(_)))
                .flat_map(|item| item.entries())
                .collect(),
            Self::Word(_) => Vec::new(),
        }
    }

    /// The word, unless it is none.
    pub(crate) fn word(&self) -> Option<&str> {
        match self {
            Self::Word(word) if !["", "null", "~", "Null", "NULL"].contains(&word.as_str()) => Some(word),
            _ => None,
        }
    }
}

/// Parses lines; each comes with its number in the file.
pub(crate) fn parse(lines: &[(u64, &str)]) -> Result<Yaml, Fault> {
    let mut lines: Vec<Line> = lines
        .iter()
        .filter(|(_, text)| !text.trim().is_empty())
        .map(|(number, text)| Line {
            number: *number,
            indent: text.len() - text.trim_start().len(),
            text: text.trim().to_owned(),
        })
        .collect();
    let mut at = 0;
    let value = block(&mut lines, &mut at, 0, 0)?;
    match lines.get(at) {
        None => Ok(value),
        Some(line) => Err(line.fault("stands outside what comes before")),
    }
}

struct Line {
    number: u64,
    indent: usize,
    text: String,
}

impl Line {
    fn fault(&self, what: &str) -> Fault {
        let text = crate::fault::shown(self.text.as_bytes());
        Fault::at(self.number, format!("the head is no YAML, for {text} {what}: write the file again"))
    }
}

/// The value that begins with the line at hand, whose indent is at least `indent`.
fn block(lines: &mut [Line], at: &mut usize, indent: usize, depth: usize) -> Result<Yaml, Fault> {
    let Some(first) = lines.get(*at).filter(|line| line.indent >= indent) else {
        return Ok(Yaml::Word(String::new()));
    };
    if depth > DEEPEST {
        return Err(first.fault("is nested too deeply"));
    }
    let indent = first.indent;
    let is_item = |text: &str| text == "-" || text.starts_with("- ");
    let (mut items, mut entries) = (Vec::new(), Vec::new());
    let is_list = is_item(&first.text);
    if !is_list && key(&first.text).is_none() {
        let text = joined(lines, at, None);
        let number = lines[*at - 1].number;
        return inline(&text, number);
    }
    while let Some(line) = lines.get_mut(*at).filter(|line| line.indent == indent) {
        if is_item(&line.text) != is_list {
            if is_list {
                break;
            }
            return Err(line.fault("is an item among keys"));
        }
        if is_list {
            let rest = line.text[1..].trim_start();
            if rest.is_empty() {
                *at += 1;
                items.push(block(lines, at, indent + 1, depth + 1)?);
                continue;
            }
            let (number, rest) = (line.number, rest.to_owned());
            if !is_item(&rest) && key(&rest).is_none() {
                let text = joined(lines, at, Some((indent, untagged(&rest).to_owned())));
                items.push(inline(&text, number)?);
                continue;
            }
            // The rest of the item's line is the first line of its value.
            line.indent += line.text.len() - rest.len();
            line.text = rest;
            let inner = line.indent;
            items.push(block(lines, at, inner, depth + 1)?);
            continue;
        }
        let Some((name, rest)) = key(&line.text) else {
            return Err(line.fault("has no colon"));
        };
        let (number, rest) = (line.number, untagged(&rest).to_owned());
        if rest.is_empty() {
            *at += 1;
            let deeper = lines
                .get(*at)
                .is_some_and(|next| next.indent > indent || (next.indent == indent && is_item(&next.text)));
            let value = match deeper {
                true => block(lines, at, indent, depth + 1)?,
                false => Yaml::Word(String::new()),
            };
            entries.push((name, value));
        } else {
            let text = joined(lines, at, Some((indent, rest)));
            entries.push((name, inline(&text, number)?));
        }
    }
    Ok(if is_list { Yaml::List(items) } else { Yaml::Map(entries) })
}

/// The text of a value and of the deeper lines after it, which continue it.
fn joined(lines: &[Line], at: &mut usize, start: Option<(usize, String)>) -> String {
    let (indent, mut text) =
        start.unwrap_or_else(|| (lines[*at].indent, untagged(&lines[*at].text).to_owned()));
    *at += 1;
    while let Some(line) = lines.get(*at).filter(|line| line.indent > indent) {
        text.push(' ');
        text.push_str(&line.text);
        *at += 1;
    }
    text
}

/// The key of `key: rest`, and the rest.
fn key(text: &str) -> Option<(String, String)> {
    if text.starts_with(['{', '[']) {
        return None;
    }
    let mut flow = Flow { text, at: 0 };
    let name = if text.starts_with(['\'', '"']) {
        flow.quoted()?
    } else {
        let colon = text.find(": ").or_else(|| text.ends_with(':').then(|| text.len() - 1))?;
        flow.at = colon;
        text[..colon].to_owned()
    };
    let rest = flow.rest().strip_prefix(':')?;
    (rest.is_empty() || rest.starts_with(' ')).then(|| (name, rest.trim().to_owned()))
}

/// A value without its tag.
fn untagged(text: &str) -> &str {
    match text.strip_prefix('!') {
        Some(rest) => rest.split_once(' ').map_or("", |(_, value)| value.trim_start()),
        None => text,
    }
}

/// A value on one line.
fn inline(text: &str, number: u64) -> Result<Yaml, Fault> {
    let fault = || {
        let text = crate::fault::shown(text.as_bytes());
        Fault::at(number, format!("the head is no YAML, for {text} does not end well: write the file again"))
    };
    if !text.starts_with(['{', '[', '\'', '"']) {
        return Ok(Yaml::Word(text.to_owned()));
    }
    let mut flow = Flow { text, at: 0 };
    let value = flow.value(0).ok_or_else(fault)?;
    if flow.rest().trim().is_empty() { Ok(value) } else { Err(fault()) }
}

/// A value in flow style, and how far it is read.
struct Flow<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Flow<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn skip_spaces(&mut self) {
        self.at += self.rest().len() - self.rest().trim_start().len();
    }

    fn take(&mut self, wanted: char) -> bool {
        self.skip_spaces();
        let found = self.rest().starts_with(wanted);
        self.at += if found { wanted.len_utf8() } else { 0 };
        found
    }

    fn value(&mut self, depth: usize) -> Option<Yaml> {
        self.skip_spaces();
        if depth > DEEPEST {
            return None;
        }
        if self.rest().starts_with('!') {
            self.at += self.rest().find([' ', ',', ']', '}']).unwrap_or(self.rest().len());
            self.skip_spaces();
        }
        match self.rest().chars().next() {
            Some('[') => self.list(depth),
            Some('{') => self.map(depth),
            Some('\'' | '"') => self.quoted().map(Yaml::Word),
            _ => Some(Yaml::Word(self.plain())),
        }
    }

    fn list(&mut self, depth: usize) -> Option<Yaml> {
        self.take('[');
        let mut items = Vec::new();
        while !self.take(']') {
            items.push(self.value(depth + 1)?);
            if !self.take(',') {
                return self.take(']').then_some(Yaml::List(items));
            }
        }
        Some(Yaml::List(items))
    }

    fn map(&mut self, depth: usize) -> Option<Yaml> {
        self.take('{');
        let mut entries = Vec::new();
        while !self.take('}') {
            self.skip_spaces();
            let name = match self.rest().starts_with(['\'', '"']) {
                true => self.quoted()?,
                false => self.plain_key(),
            };
            let value = if self.take(':') { self.value(depth + 1)? } else { Yaml::Word(String::new()) };
            entries.push((name, value));
            if !self.take(',') {
                return self.take('}').then_some(Yaml::Map(entries));
            }
        }
        Some(Yaml::Map(entries))
    }

    fn plain(&mut self) -> String {
        let end = self.rest().find([',', ']', '}']).unwrap_or(self.rest().len());
        let word = self.rest()[..end].trim().to_owned();
        self.at += end;
        word
    }

    fn plain_key(&mut self) -> String {
        let end = self.rest().find([':', ',', ']', '}']).unwrap_or(self.rest().len());
        let word = self.rest()[..end].trim().to_owned();
        self.at += end;
        word
    }

    /// A word in quotes: `''` is a quote within single ones, a backslash escapes within double ones.
    fn quoted(&mut self) -> Option<String> {
        let mut letters = self.rest().char_indices();
        let quote = letters.next()?.1;
        let mut word = String::new();
        while let Some((_, letter)) = letters.next() {
            if letter == '\\' && quote == '"' {
                word.push(match letters.next()?.1 {
                    'n' => '\n',
                    't' => '\t',
                    other => other,
                });
            } else if letter != quote {
                word.push(letter);
            } else if quote == '\'' && letters.as_str().starts_with('\'') {
                letters.next();
                word.push('\'');
            } else {
                self.at = self.text.len() - letters.as_str().len();
                return Some(word);
            }
        }
        None
    }
}

#[cfg(test)]
#[path = "yaml_tests.rs"]
mod tests;
