//! Text that came through a web page or a word processor: “quotes”, en dashes for `--`, no-break
//! and zero-width spaces, `…` for `...`, Markdown rules and fences, shell prompts.
//!
//! Such characters are read twice: as they stand, which is what `BuildKit` does, and as they were
//! meant, which keeps the stage model, definition and completion alive in a pasted file. The
//! second reading is a [`View`] with more patches. A character counts as damage only where its
//! ASCII relative would have a function: a dash that begins a word, quotes that begin and end one.
//! In prose (`LABEL text="it’s – fine"`) they are left alone.

use super::command::{self, View, size};
use super::patch::{Map, Patch, patched};
use crate::language::Keyword;
use crate::text::TextRange;

/// The reading of an instruction with paste damage undone, or `None` where there is none.
pub(super) fn mend(source: &str, body: TextRange, view: &View, escape: char) -> Option<View> {
    let text = source.get(std::ops::Range::<usize>::from(body))?;
    if text.is_ascii() && view.command.keyword.is_some() {
        return None;
    }
    let damage = match stray(source, body, view) {
        Some(patch) => vec![patch],
        None => Mender::new(source, body, view, escape).run(),
    };
    if damage.is_empty() {
        return None;
    }
    let patches = merge(&view.patches, damage);
    let joined = patched(source, &patches, body);
    let map = Map::new(&patches, body);
    // Errors of the second reading say nothing about the file as it stands.
    let command = command::parse(&joined, &map, escape, &mut Vec::new());
    Some(View { patches, command })
}

/// The pieces of `mended` that `view` does not have: the damage, in order.
pub fn damage<'a>(view: &'a View, mended: &'a View) -> impl Iterator<Item = &'a Patch> {
    mended.patches.iter().filter(|patch| {
        view.patches.binary_search_by_key(&patch.range.start(), |p| p.range.start()).is_err()
    })
}

fn merge(continuations: &[Patch], mut damage: Vec<Patch>) -> Vec<Patch> {
    let last = damage.last().map(|patch| patch.range);
    let covered = |p: &Patch| damage.len() == 1 && last.is_some_and(|r| r.contains_range(p.range));
    let kept: Vec<_> = continuations.iter().filter(|p| !covered(p)).cloned().collect();
    damage.extend(kept);
    damage.sort_by_key(|patch| patch.range.start());
    damage
}

/// A line that is no instruction at all: a Markdown rule or fence, a prompt, a shell command
/// behind a prompt.
fn stray(source: &str, body: TextRange, view: &View) -> Option<Patch> {
    let text = patched(source, &view.patches, body);
    let all = |chars: &[char], least: usize| {
        text.chars().count() >= least && text.trim_end().chars().all(|c| chars.contains(&c))
    };
    let rule = all(&['-', '—', '–', '―'], 3) || all(&['*'], 3) || all(&['='], 3) || all(&['_'], 3);
    let lone_dash = matches!(text.trim_end(), "—" | "–" | "——" | "––");
    let fence = text.starts_with("```") || text.starts_with("~~~");
    if rule || lone_dash || fence {
        return Some(Patch { range: body, insert: "" });
    }
    let behind = ["$ ", "> ", "$\u{a0}", ">\u{a0}"].iter().find_map(|p| text.strip_prefix(p))?;
    let command = behind.trim_start();
    let word = command.split_whitespace().next().unwrap_or_default();
    if Keyword::parse(word).is_none() {
        return Some(Patch { range: body, insert: "" });
    }
    let prompt = view.locate(body, 0..text.len() - command.len());
    Some(Patch { range: prompt, insert: "" })
}

struct Mender<'a> {
    source: &'a str,
    body: TextRange,
    gaps: &'a [Patch],
    escape: char,
    /// Quotes stand where exec form wants JSON ones.
    exec: bool,
    double: bool,
    single: bool,
}

const DOUBLE: [char; 5] = ['“', '”', '„', '‟', '″'];
const SINGLE: [char; 5] = ['‘', '’', '‚', '‛', '′'];
const HYPHENS: [char; 3] = ['\u{2010}', '\u{2011}', '\u{2212}'];
const DASHES: [char; 4] = ['–', '—', '‒', '―'];

impl<'a> Mender<'a> {
    fn new(source: &'a str, body: TextRange, view: &'a View, escape: char) -> Self {
        let text = patched(source, &view.patches, body);
        let behind_bracket =
            text.split('[').skip(1).filter_map(|rest| rest.trim_start().chars().next());
        let exec = behind_bracket.into_iter().any(|c| DOUBLE.contains(&c) || SINGLE.contains(&c));
        let prose = text
            .split_whitespace()
            .next()
            .is_some_and(|word| word.eq_ignore_ascii_case("maintainer"));
        Mender {
            source,
            body,
            gaps: &view.patches,
            escape,
            exec,
            double: exec || !prose && wraps_a_word(&text, &DOUBLE),
            single: exec || !prose && wraps_a_word(&text, &SINGLE),
        }
    }

    fn run(&self) -> Vec<Patch> {
        let mut patches: Vec<Patch> = Vec::new();
        let mut quote = None;
        let mut previous = ' ';
        let mut escaped = false;
        let mut dashed = false;
        let text = self.source.get(..self.body.end().into()).unwrap_or_default();
        let mut gaps = self.gaps.iter().peekable();
        for (at, c) in text.char_indices().skip_while(|(at, _)| *at < self.body.start().into()) {
            while gaps.next_if(|gap| usize::from(gap.range.end()) <= at).is_some() {}
            if gaps.peek().is_some_and(|gap| usize::from(gap.range.start()) <= at) {
                continue;
            }
            let next = text.get(at + c.len_utf8()..).unwrap_or_default();
            let insert = match (c.is_ascii(), quote) {
                (false, None) => self.replacement(c, previous, dashed, next),
                _ => None,
            };
            if let Some(insert) = insert {
                let range = TextRange::at(size(at), size(c.len_utf8()));
                patches.push(Patch { range, insert });
            }
            dashed =
                insert.is_some_and(|i| i.starts_with('-')) || c == '-' && previous.is_whitespace();
            if !escaped && (c == '"' || c == '\'') && quote.is_none_or(|open| open == c) {
                quote = if quote.is_some() { None } else { Some(c) };
            }
            escaped = !escaped && c == self.escape;
            previous = match insert {
                Some("") => previous,
                Some(insert) => insert.chars().next_back().unwrap_or(c),
                None => c,
            };
        }
        patches
    }

    /// What `c` stands for between `previous` and `next`; `dashed`: a dash at a word's start was
    /// just read.
    fn replacement(
        &self,
        c: char,
        previous: char,
        dashed: bool,
        next: &str,
    ) -> Option<&'static str> {
        let starts_word = previous.is_whitespace();
        let following = next.chars().next().unwrap_or(' ');
        match c {
            '\u{a0}'
            | '\u{1680}'
            | '\u{2000}'..='\u{200a}'
            | '\u{202f}'
            | '\u{205f}'
            | '\u{3000}' => Some(" "),
            '\u{200b}' | '\u{2060}' | '\u{feff}' | '\u{ad}' | '\u{200e}' | '\u{200f}' => Some(""),
            '\u{200c}' | '\u{200d}' if previous.is_ascii() && following.is_ascii() => Some(""),
            _ if HYPHENS.contains(&c) && (starts_word || dashed) => Some("-"),
            _ if DASHES.contains(&c) && dashed => Some("-"),
            _ if DASHES.contains(&c) && starts_word => dash(next),
            _ if self.double && DOUBLE.contains(&c) => Some("\""),
            _ if self.exec && SINGLE.contains(&c) => Some("\""),
            _ if self.single
                && SINGLE.contains(&c)
                && !(previous.is_alphanumeric() && following.is_alphanumeric()) =>
            {
                Some("'")
            }
            '…' if previous == '/' => Some("..."),
            _ => None,
        }
    }
}

/// One typographic dash before a word: `--name`, or `-x` for a single letter.
fn dash(next: &str) -> Option<&'static str> {
    let mut chars = next.chars();
    let first = chars.next()?;
    if DASHES.contains(&first) || HYPHENS.contains(&first) || first == '-' {
        return Some("-");
    }
    let second = chars.next().unwrap_or(' ');
    let long = second.is_ascii_alphanumeric() || second == '-';
    first.is_ascii_alphabetic().then_some(if long { "--" } else { "-" })
}

/// Whether a quote of `quotes` opens a word and a later one closes a word.
fn wraps_a_word(text: &str, quotes: &[char]) -> bool {
    let chars: Vec<char> = text.chars().collect();
    let opens = chars.windows(2).position(|w| {
        matches!(w, [before, c] if quotes.contains(c) && (before.is_whitespace() || "=[,:(".contains(*before)))
    });
    let Some(open) = opens else { return false };
    let rest = chars.get(open + 2..).unwrap_or_default();
    rest.iter().enumerate().any(|(at, c)| {
        let after = rest.get(at + 1).copied().unwrap_or(' ');
        quotes.contains(c) && (after.is_whitespace() || ",]);&|".contains(after))
    })
}

#[cfg(test)]
mod tests {
    use crate::syntax::Tree;

    /// The mended joined text of the only instruction; `None` where nothing is damaged.
    fn mended(text: &str) -> Option<String> {
        let tree = Tree::parse(text);
        let (placed, instruction) = tree.instructions().next()?;
        let view = instruction.mended.as_deref()?;
        Some(view.text(&placed.item.text, instruction.body).into_owned())
    }

    #[test]
    fn damage_is_undone() {
        for (text, expected) in [
            ("COPY –from=builder /main .", "COPY --from=builder /main ."),
            ("COPY —from=b a c", "COPY --from=b a c"),
            ("COPY -–from=b a c", "COPY --from=b a c"),
            ("COPY ––from=b a c", "COPY --from=b a c"),
            ("CMD [“/main”]", "CMD [\"/main\"]"),
            ("CMD [‘a’, ‘b’]", "CMD [\"a\", \"b\"]"),
            ("CMD [“nginx”, “-g”, “daemon off;”]", "CMD [\"nginx\", \"-g\", \"daemon off;\"]"),
            ("RUN go test -v ./…", "RUN go test -v ./..."),
            (
                "RUN apt-get install –y –no-install-recommends x",
                "RUN apt-get install -y --no-install-recommends x",
            ),
            ("FROM\u{a0}golang:1.21\u{a0}AS\u{a0}builder", "FROM golang:1.21 AS builder"),
            ("FROM gol\u{200b}ang", "FROM golang"),
            ("ENV a=“b c”", "ENV a=\"b c\""),
            ("FROM golang:1.21 AS “builder”", "FROM golang:1.21 AS \"builder\""),
            ("RUN a \\\n –bc", "RUN a  --bc"),
            ("$ FROM a", "FROM a"),
            ("> RUN x", "RUN x"),
            ("$ docker build -t x .", ""),
            ("---", ""),
            ("—", ""),
            ("```dockerfile", ""),
        ] {
            assert_eq!(mended(text).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn prose_is_left_alone() {
        for text in [
            "LABEL text=\"it’s – fine “really” …\"",
            "RUN echo don’t",
            "RUN echo 'a – b'",
            "MAINTAINER Zoë “Z” O’Neil – x",
            "ENV GREETING=Grüße",
            "RUN echo a–b",
            "RUN echo Loading…",
            "FOO bar",
        ] {
            assert_eq!(mended(text), None, "{text}");
        }
    }
}
