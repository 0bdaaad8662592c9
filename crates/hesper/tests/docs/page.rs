//! A page of Markdown: its fenced blocks and the commands in them.

use std::ops::Range;
use std::path::PathBuf;

use crate::root;

/// A page, line by line.
pub(crate) struct Page {
    pub(crate) path: PathBuf,
    pub(crate) lines: Vec<String>,
}

/// A fenced block.
pub(crate) struct Block {
    /// What stands behind the fence, at the commas.
    pub(crate) tags: Vec<String>,
    /// The lines between the fences.
    pub(crate) lines: Range<usize>,
}

/// A command and what is quoted of its output.
pub(crate) struct Command {
    pub(crate) text: String,
    /// The command's first line.
    pub(crate) line: usize,
    pub(crate) output: Range<usize>,
}

impl Block {
    pub(crate) fn is(&self, tag: &str) -> bool {
        self.tags.iter().any(|known| known == tag)
    }

    /// The name of the file that the block is.
    pub(crate) fn file(&self) -> Option<&str> {
        self.tags.iter().find_map(|tag| tag.strip_prefix("file="))
    }
}

impl Page {
    pub(crate) fn read(path: PathBuf) -> Self {
        let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        Self { lines: text.lines().map(str::to_owned).collect(), path }
    }

    pub(crate) fn write(&self) {
        std::fs::write(&self.path, self.lines.join("\n") + "\n").unwrap();
    }

    /// The path from the root of the repository.
    pub(crate) fn name(&self) -> String {
        self.path.strip_prefix(root()).unwrap_or(&self.path).display().to_string()
    }

    /// The place of a line, for a complaint.
    pub(crate) fn at(&self, line: usize) -> String {
        format!("{}:{}", self.name(), line + 1)
    }

    pub(crate) fn blocks(&self) -> Vec<Block> {
        let mut blocks = Vec::new();
        let mut open: Option<(usize, Vec<String>)> = None;
        for (number, line) in self.lines.iter().enumerate() {
            let Some(info) = line.strip_prefix("```") else { continue };
            match open.take() {
                None => {
                    let tags = info.split(',').map(|tag| tag.trim().to_owned()).collect();
                    open = Some((number + 1, tags));
                }
                Some((start, tags)) => blocks.push(Block { tags, lines: start..number }),
            }
        }
        assert!(open.is_none(), "{}: a fenced block has no end", self.name());
        blocks
    }

    /// The lines outside fenced blocks, with their numbers.
    pub(crate) fn prose(&self) -> Vec<(usize, &str)> {
        let blocks = self.blocks();
        let fenced = |line: usize| {
            blocks.iter().any(|block| (block.lines.start - 1..block.lines.end + 1).contains(&line))
        };
        self.lines
            .iter()
            .enumerate()
            .filter(|(number, _)| !fenced(*number))
            .map(|(number, line)| (number, line.as_str()))
            .collect()
    }

    /// The commands of a block. A command goes on over lines that end in a backslash.
    pub(crate) fn commands(&self, block: &Block) -> Vec<Command> {
        let mut commands: Vec<Command> = Vec::new();
        let mut continued = false;
        for number in block.lines.clone() {
            let line = &self.lines[number];
            match (line.strip_prefix("$ "), commands.last_mut()) {
                (_, Some(command)) if continued => {
                    command.text.push('\n');
                    command.text.push_str(line);
                    command.output = number + 1..number + 1;
                }
                (Some(text), _) => commands.push(Command {
                    text: text.to_owned(),
                    line: number,
                    output: number + 1..number + 1,
                }),
                (None, Some(command)) => command.output.end = number + 1,
                (None, None) => panic!("{}: output stands before any command", self.at(number)),
            }
            continued = line.ends_with('\\') && commands.last().is_some_and(|c| c.output.is_empty());
        }
        commands
    }

    /// The reason given for not running a block.
    pub(crate) fn reason(&self, block: &Block) -> Option<&str> {
        let before = self.lines[..block.lines.start - 1].iter().rev().find(|line| !line.trim().is_empty())?;
        before.trim().strip_prefix("<!-- not run: ")?.strip_suffix(" -->")
    }

    /// Complaints about commands that no test would run, and blocks left out without a reason.
    pub(crate) fn loose_commands(&self) -> Vec<String> {
        let mut complaints = Vec::new();
        for block in self.blocks() {
            let line = block.lines.start;
            let language = block.tags.first().map(String::as_str).unwrap_or_default();
            if language == "console" {
                if block.is("norun") && self.reason(&block).is_none() {
                    complaints.push(format!("{}: say why it is not run: <!-- not run: … -->", self.at(line)));
                }
                for tag in &block.tags[1..] {
                    if !["fails", "data", "python", "near", "norun"].contains(&tag.as_str()) {
                        complaints.push(format!("{}: unknown tag {tag:?}", self.at(line)));
                    }
                }
            } else if ["sh", "bash", "shell", "shell-session"].contains(&language)
                || self.lines[block.lines.clone()].iter().any(|line| line.starts_with("$ "))
            {
                complaints.push(format!("{}: put commands into ```console blocks", self.at(line)));
            }
        }
        complaints
    }
}
