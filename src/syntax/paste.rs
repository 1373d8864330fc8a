//! Text that came through a web page or a word processor: “quotes”, en dashes for `--`, no-break
//! and zero-width spaces, `…` for `...`, HTML entities, Markdown rules and fences, and what stands
//! before lines: shell prompts, marks of quotations and lists, line numbers.
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
    if text.is_ascii() && view.command.keyword.is_some() && !text.contains('&') {
        return None;
    }
    let damage = match stray(source, body, view) {
        Some(patches) => patches,
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
        let same = view.patches.binary_search_by_key(&patch.range.start(), |p| p.range.start());
        same.ok().and_then(|at| view.patches.get(at)) != Some(*patch)
    })
}

fn merge(continuations: &[Patch], mut damage: Vec<Patch>) -> Vec<Patch> {
    let covered = |p: &Patch| {
        let at = damage.partition_point(|d| d.range.end() < p.range.end());
        damage.get(at).is_some_and(|d| d.range.contains_range(p.range))
    };
    let kept: Vec<_> = continuations.iter().filter(|p| !covered(p)).cloned().collect();
    damage.extend(kept);
    damage.sort_by_key(|patch| patch.range.start());
    damage
}

/// A line that is no instruction at all (a Markdown rule or fence, a shell command behind a prompt),
/// or what stands before one.
fn stray(source: &str, body: TextRange, view: &View) -> Option<Vec<Patch>> {
    if view.command.keyword.is_some() {
        return None;
    }
    let text = patched(source, &view.patches, body);
    let all = |chars: &[char], least: usize| {
        text.chars().count() >= least && text.trim_end().chars().all(|c| chars.contains(&c))
    };
    let rule = all(&['-', '—', '–', '―'], 3) || all(&['*'], 3) || all(&['='], 3) || all(&['_'], 3);
    let lone_dash = matches!(text.trim_end(), "—" | "–" | "——" | "––");
    let fence = text.starts_with("```") || text.starts_with("~~~");
    let nothing = |range| Patch { range, insert: "" };
    if rule || lone_dash || fence || text.trim_end() == ">" {
        return Some(vec![nothing(body)]);
    }
    let (lead, behind) = lead(&text)?;
    let command = behind.trim_start();
    let word = command.split_whitespace().next().unwrap_or_default();
    let is_prompt = matches!(lead, Lead::Prompt | Lead::Quotation);
    let is_own = match Keyword::parse(word) {
        // `- Run this` is a list of what to do.
        Some(keyword) => is_prompt || keyword.name() == word,
        None => lead != Lead::List && command.starts_with('#'),
    };
    if !is_own {
        return is_prompt.then(|| vec![nothing(body)]);
    }
    if hides_its_end(source, body, lead) {
        return None;
    }
    let first = view.locate(body, 0..text.len() - command.len());
    let mut patches = vec![nothing(first)];
    let behind = TextRange::new(first.end(), body.end());
    patches.extend(continued_leads(source, body, behind, view, lead)?.into_iter().map(nothing));
    Some(patches)
}

/// What a page or a program wrote before the lines of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Lead {
    /// `$ `
    Prompt,
    /// `> `, of a mail, or of a shell that waits for the rest of a command.
    Quotation,
    /// `* ` and the like.
    List,
    /// `12`, `12.`, `12:`, `12|`
    Number(usize),
}

/// What stands before a line, and the line.
fn lead(line: &str) -> Option<(Lead, &str)> {
    const MARKS: [(&str, Lead); 5] = [
        ("$", Lead::Prompt),
        (">", Lead::Quotation),
        ("*", Lead::List),
        ("-", Lead::List),
        ("•", Lead::List),
    ];
    let is_apart = |rest: &str| rest.starts_with([' ', '\t', '\u{a0}']);
    for (mark, lead) in MARKS {
        if let Some(rest) = line.strip_prefix(mark).filter(|rest| is_apart(rest)) {
            return Some((lead, rest));
        }
    }
    let rest = line.trim_start_matches(|c: char| c.is_ascii_digit());
    let number = line.get(..line.len() - rest.len())?.parse().ok()?;
    let bare = rest.strip_prefix(['.', ':', '|', ')']).unwrap_or(rest);
    is_apart(bare).then_some((Lead::Number(number), bare))
}

/// Whether the last line of an instruction is a comment or blank behind a lead. Without the lead it
/// ends the instruction no more, which then takes in the line below.
fn hides_its_end(source: &str, body: TextRange, first: Lead) -> bool {
    let text = source.get(std::ops::Range::<usize>::from(body)).unwrap_or_default();
    let Some((_, last)) = text.rsplit_once('\n') else { return false };
    // A mark at the end of a line has lost its blank.
    let line = format!("{} ", last.trim());
    lead(&line).is_some_and(|(own, behind)| {
        let behind = behind.trim();
        std::mem::discriminant(&own) == std::mem::discriminant(&first)
            && (behind.is_empty() || behind.starts_with('#'))
    })
}

/// What stands before the continuation lines in `behind` of an instruction that begins with `first`:
/// all have it, or none. `None` where it is not clear.
fn continued_leads(
    source: &str,
    body: TextRange,
    behind: TextRange,
    view: &View,
    first: Lead,
) -> Option<Vec<TextRange>> {
    let continuations = view.patches.iter().filter(|patch| behind.contains_range(patch.range));
    let starts = continuations.map(|patch| patch.range.end());
    let found: Vec<Option<TextRange>> = starts
        .map(|start| {
            let line = source.get(start.into()..body.end().into())?;
            let content = line.trim_start_matches([' ', '\t']);
            let (own, behind) = lead(content)?;
            let above = source.get(body.start().into()..start.into())?;
            let expected = match first {
                Lead::Number(number) => Lead::Number(number + above.matches('\n').count()),
                other => other,
            };
            // What is quoted stands behind one blank.
            let blank = behind.chars().next().filter(|_| own == Lead::Quotation);
            let length = line.len() - behind.len() + blank.map_or(0, char::len_utf8);
            (own == expected).then(|| TextRange::at(start, size(length)))
        })
        .collect();
    match found.iter().flatten().count() {
        0 => Some(Vec::new()),
        // It may be an argument or an item of its own.
        _ if matches!(first, Lead::Prompt | Lead::List) => None,
        count if count == found.len() => Some(found.into_iter().flatten().collect()),
        _ => None,
    }
}

/// Where the entities of HTML in an instruction are damage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Entities {
    Nowhere,
    /// Some characters were not encoded, so one in quotes may be meant.
    OutsideOfQuotes,
    Everywhere,
}

/// The characters that a page cannot show as they are, encoded, and what they stand for.
const ENTITIES: [(&str, &str); 16] = [
    ("&amp;", "&"),
    ("&lt;", "<"),
    ("&gt;", ">"),
    ("&quot;", "\""),
    ("&apos;", "'"),
    ("&nbsp;", " "),
    ("&#38;", "&"),
    ("&#60;", "<"),
    ("&#62;", ">"),
    ("&#34;", "\""),
    ("&#39;", "'"),
    ("&#039;", "'"),
    ("&#160;", " "),
    ("&#x27;", "'"),
    ("&#x22;", "\""),
    ("&#x26;", "&"),
];

/// The entity that a text begins with, and what it stands for.
fn entity(text: &str) -> Option<(&'static str, &'static str)> {
    ENTITIES.iter().copied().find(|(written, _)| text.starts_with(written))
}

/// A shell would take what an entity begins with for the end of a command, so outside of quotes none
/// is meant. In `ENV`, `LABEL` and `ARG` any text may be, but for a quote that opens a value.
fn entities(text: &str, keyword: Option<Keyword>, escape: char) -> Entities {
    let is_value =
        matches!(keyword, Some(Keyword::Env | Keyword::Label | Keyword::Arg | Keyword::Maintainer));
    let (mut is_damaged, mut is_bare) = (false, false);
    let mut quote = None;
    let mut previous = ' ';
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        let found = text.get(at..).and_then(entity);
        if c == escape && quote != Some('\'') {
            chars.next();
        } else if c == '&' {
            is_bare |= found.is_none();
            let is_damage = |(_, meant)| !is_value || previous == '=' && meant == "\"";
            is_damaged |= quote.is_none() && found.is_some_and(is_damage);
        } else if quote == Some(c) {
            quote = None;
        } else if quote.is_none() && matches!(c, '"' | '\'') {
            quote = Some(c);
        }
        previous = c;
    }
    match (is_damaged, is_bare) {
        (false, _) => Entities::Nowhere,
        (true, true) => Entities::OutsideOfQuotes,
        (true, false) => Entities::Everywhere,
    }
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
    entities: Entities,
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
            entities: entities(&text, view.command.keyword, escape),
        }
    }

    fn run(&self) -> Vec<Patch> {
        let mut patches: Vec<Patch> = Vec::new();
        let mut quote = None;
        let mut previous = ' ';
        let mut escaped = false;
        let mut dashed = false;
        // Where the entity ends that was just read.
        let mut behind = 0;
        let text = self.source.get(..self.body.end().into()).unwrap_or_default();
        let mut gaps = self.gaps.iter().peekable();
        for (at, c) in text.char_indices().skip_while(|(at, _)| *at < self.body.start().into()) {
            while gaps.next_if(|gap| usize::from(gap.range.end()) <= at).is_some() {}
            if gaps.peek().is_some_and(|gap| usize::from(gap.range.start()) <= at) {
                continue;
            }
            if at < behind {
                continue;
            }
            if let Some((written, meant)) = text.get(at..).and_then(entity)
                && (self.entities == Entities::Everywhere
                    || self.entities == Entities::OutsideOfQuotes && quote.is_none())
            {
                behind = at + written.len();
                patches.push(Patch {
                    range: TextRange::at(size(at), size(written.len())),
                    insert: meant,
                });
                previous = meant.chars().next_back().unwrap_or(' ');
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
            ("> # syntax=x", "# syntax=x"),
            ("> RUN a \\\n>   && b", "RUN a   && b"),
            ("2 RUN a \\\n3   && b", "RUN a    && b"),
            ("12: RUN x", "RUN x"),
            ("1. FROM a", "FROM a"),
            ("* COPY a b", "COPY a b"),
            ("RUN a &amp;&amp; b &gt; 'c &lt; d'", "RUN a && b > 'c < d'"),
            ("RUN a && b &gt; 'c &lt; d'", "RUN a && b > 'c &lt; d'"),
            ("CMD [&quot;sh&quot;]", "CMD [\"sh\"]"),
            ("ENV A=&quot;b c&quot;", "ENV A=\"b c\""),
            ("$ docker build -t x .", ""),
            ("---", ""),
            ("—", ""),
            ("```dockerfile", ""),
        ] {
            assert_eq!(mended(text).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn a_continuation_above_the_lead() {
        assert_eq!(mended("\\\n> RUN x").as_deref(), Some("RUN x"));
        assert_eq!(mended("\\\n> #"), None);
        assert_eq!(mended("\\\n> RUN a \\\n> b").as_deref(), Some("RUN a b"));
        assert_eq!(mended(">\\\n RUN a \\\n> b").as_deref(), Some("RUN a b"));
        assert_eq!(mended("\\\n---").as_deref(), Some(""));
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
            "RUN sed 's/&/\\&amp;/'",
            "RUN echo \"a &amp; b\"",
            "RUN echo \\&amp;",
            "LABEL a=b&amp;c",
            "- Run the tests",
            "1. Add a file",
            "80 443",
            "2 RUN a \\\n9 b \\\n4 c",
            // What ends them would end them no more.
            "2 RUN a \\\n3 b \\\n4 # c",
            "2 RUN a \\\n3",
            "> RUN a \\\n> # b",
            "> RUN a \\\n>",
            "* RUN a \\\n* b",
            "$ RUN a \\\n$ b",
        ] {
            assert_eq!(mended(text), None, "{text}");
        }
    }
}
