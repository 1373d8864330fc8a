//! Arguments that have a closed or a usual list of values, and the end of a heredoc.

use super::{Kind, List};
use crate::ide::hover::help::Topic;
use crate::language::Keyword;
use crate::language::argument::{DEFAULT_SHELL, DEFAULT_SHELL_WINDOWS, LABELS, PROTOCOLS};
use crate::language::signal::SIGNALS;
use crate::syntax::{Arguments, Heredoc};
use crate::text::{TextRange, TextSize};

/// Shells that people choose, besides the default ones.
const SHELLS: &[&[&str]] = &[
    &["/bin/bash", "-o", "pipefail", "-c"],
    &["/bin/ash", "-eo", "pipefail", "-c"],
    &[
        "powershell",
        "-Command",
        "$ErrorActionPreference = 'Stop'; $ProgressPreference = 'SilentlyContinue';",
    ],
    &["pwsh", "-Command", "$ErrorActionPreference = 'Stop';"],
];

/// A plain argument.
pub fn word(list: &mut List<'_>, index: usize) {
    match (list.keyword(), index) {
        (Some(Keyword::Stopsignal), 0) => {
            for signal in SIGNALS {
                let item = list.push(signal.name, Kind::Value);
                item.detail(signal.summary).topic(Topic::Signal(signal));
            }
        }
        (Some(Keyword::Expose), _) => protocols(list),
        _ => {}
    }
}

/// Behind `PORT/`.
fn protocols(list: &mut List<'_>) {
    let typed = list.typed();
    let Some((port, _)) = typed.rsplit_once('/') else { return };
    let start = list.context.range.start() + TextSize::of(port) + TextSize::of('/');
    let range = TextRange::new(start, list.context.range.end());
    for protocol in PROTOCOLS {
        let item = list.push(protocol.value, Kind::Value);
        item.detail(protocol.summary).insert.range = range;
    }
}

/// Keys of `LABEL`.
pub fn labels(list: &mut List<'_>) {
    if list.keyword() != Some(Keyword::Label) {
        return;
    }
    let Some(within) = list.context.within else { return };
    let has_value = list.next() == Some('=');
    let pairs = match &within.command.arguments {
        Arguments::Pairs(pairs) => pairs.as_slice(),
        _ => &[],
    };
    let others = pairs.iter().filter(|p| within.placed.lift(p.name) != list.context.range);
    let given: Vec<_> = others.map(|pair| within.text(pair.name)).collect();
    for label in LABELS.iter().filter(|label| !given.iter().any(|name| name == label.value)) {
        let item = list.push(label.value, Kind::Property);
        item.detail(label.summary);
        if !has_value {
            item.text(format!("{}=", label.value));
            item.insert.snippet = Some(format!("{}=\"$1\"", label.value));
        }
    }
}

/// What `SHELL` is mostly set to.
pub fn shells(list: &mut List<'_>) {
    let Some(within) = list.context.within else { return };
    let rest = within.command.rest;
    let begun = within.text(rest);
    if list.keyword() != Some(Keyword::Shell) || begun.contains([' ', ',']) {
        return;
    }
    let range = if rest.is_empty() { list.context.range } else { within.placed.lift(rest) };
    for shell in SHELLS.iter().chain(&[DEFAULT_SHELL, DEFAULT_SHELL_WINDOWS]) {
        let words: Vec<_> = shell.iter().map(|word| format!("\"{word}\"")).collect();
        list.push(format!("[{}]", words.join(", ")), Kind::Value).insert.range = range;
    }
}

/// In the body of a heredoc that is not closed: the line that closes it.
pub fn heredoc_end(list: &mut List<'_>, heredoc: &Heredoc) {
    if heredoc.terminator.is_some() {
        return;
    }
    let text = list.snapshot.text();
    let offset = list.context.offset;
    let line = text.line_of(offset);
    let (start, end) = (text.line_start(line), text.line_end(line));
    let typed = text.slice(TextRange::new(start, offset));
    let rest = text.slice(TextRange::new(offset, end));
    let name = &*heredoc.name;
    let indent = typed.len() - typed.trim_start().len();
    let word = typed.get(indent..).unwrap_or_default();
    if !name.starts_with(word) || !rest.trim().is_empty() {
        return;
    }
    // Only tabs may stand before it, and only with `<<-`.
    let tabs = typed.get(..indent).unwrap_or_default().chars().all(|c| c == '\t');
    let kept = if heredoc.chomp && tabs { indent } else { 0 };
    let replaced = typed.get(kept..).unwrap_or_default();
    let item = list.push(name, Kind::Text);
    item.detail("End of the heredoc");
    item.insert.range =
        TextRange::new(start + TextSize::of(typed.get(..kept).unwrap_or_default()), offset);
    let blanks = replaced.len() - replaced.trim_start().len();
    item.filter =
        (blanks > 0).then(|| format!("{}{name}", replaced.get(..blanks).unwrap_or_default()));
}

#[cfg(test)]
mod tests {
    use super::super::tests::{check, check_accept, items};

    #[test]
    fn signals() {
        let first = |marked| items(marked).into_iter().map(|item| item.label).next();
        for marked in
            ["FROM x\nSTOPSIGNAL $0", "FROM x\nSTOPSIGNAL S$0", "FROM x\nSTOPSIGNAL SIG$0KILL"]
        {
            assert_eq!(first(marked).as_deref(), Some("SIGTERM"), "{marked}");
        }
        check_accept("FROM x\nSTOPSIGNAL SIGK$0", "SIGKILL", "FROM x\nSTOPSIGNAL SIGKILL");
    }

    #[test]
    fn protocols() {
        check("FROM x\nEXPOSE 80/$0", &["tcp", "udp", "sctp"]);
        check("FROM x\nEXPOSE 80/tcp 90/u$0", &["tcp", "udp", "sctp"]);
        check("FROM x\nEXPOSE 8$0", &[]);
        check_accept("FROM x\nEXPOSE 90/u$0", "udp", "FROM x\nEXPOSE 90/udp");
    }

    #[test]
    fn labels() {
        assert_eq!(items("FROM x\nLABEL $0").len(), 14);
        assert_eq!(items("FROM x\nLABEL a=b or$0").len(), 14);
        check("FROM x\nLABEL a=$0", &[]);
        let title = "org.opencontainers.image.title";
        assert_eq!(items(&format!("FROM x\nLABEL {title}=a or$0")).len(), 13);
        check("FROM x\nENV $0", &[]);
        let title = "org.opencontainers.image.title";
        check_accept("FROM x\nLABEL or$0", title, &format!("FROM x\nLABEL {title}="));
        check_accept("FROM x\nLABEL or$0=y", title, &format!("FROM x\nLABEL {title}=y"));
    }

    #[test]
    fn shells() {
        let bash = "[\"/bin/bash\", \"-o\", \"pipefail\", \"-c\"]";
        for marked in ["FROM x\nSHELL $0", "FROM x\nSHELL [$0", "FROM x\nSHELL [\"$0\"]"] {
            check_accept(marked, bash, &format!("FROM x\nSHELL {bash}"));
        }
        check("FROM x\nSHELL [\"a\", $0]", &[]);
        check("FROM x\nCMD [$0", &[]);
    }

    #[test]
    fn ends_of_heredocs() {
        check("FROM x\nRUN <<EOF\n$0", &["EOF"]);
        check("FROM x\nRUN <<EOF\na\n$0\nRUN b", &["EOF"]);
        check("FROM x\nRUN <<EOF\na\nE$0", &["EOF"]);
        check("FROM x\nCOPY <<\"EOF\" <<B /x\na\nEOF\n$0", &["B"]);
        check("FROM x\nRUN <<EOF\necho E$0", &[]);
        check("FROM x\nRUN <<EOF\nE$0\nEOF", &[]);
        check("FROM x\nRUN <<EOF\n$0a", &[]);
        check_accept("FROM x\nRUN <<EOF\n  $0", "EOF", "FROM x\nRUN <<EOF\nEOF");
        check_accept("FROM x\nRUN <<-EOF\n\tE$0\n", "EOF", "FROM x\nRUN <<-EOF\n\tEOF\n");
    }
}
