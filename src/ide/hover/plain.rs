//! Markdown as plain text, for editors that show no other.

use std::borrow::Cow;

/// `markdown` without its marks: fences, emphasis and code marks go, the address of a link follows
/// its text. Only the marks that our own texts use are known.
pub fn plain(markdown: &str) -> String {
    let mut text = String::with_capacity(markdown.len());
    let mut fenced = false;
    for line in markdown.lines() {
        if line.starts_with("```") {
            fenced = !fenced;
            continue;
        }
        match fenced {
            true => text.push_str(line),
            false => inline(line, &mut text),
        }
        text.push('\n');
    }
    text.truncate(text.trim_end().len());
    text
}

/// Appends a line: code as it is, strong text without its asterisks, `[text](address)` as
/// `text: address`.
fn inline(line: &str, text: &mut String) {
    let mut rest = line;
    while let Some(at) = rest.find(['`', '*', '[']) {
        let (before, mark) = rest.split_at(at);
        text.push_str(before);
        let read = code(mark).or_else(|| link(mark));
        rest = match (read, mark.strip_prefix("**")) {
            (Some((part, behind)), _) => {
                text.push_str(&part);
                behind
            }
            (None, Some(behind)) => behind,
            (None, None) => {
                let mut chars = mark.chars();
                text.extend(chars.next());
                chars.as_str()
            }
        };
    }
    text.push_str(rest);
}

/// The content of the code mark that `text` begins with, and what is behind it.
fn code(text: &str) -> Option<(Cow<'_, str>, &str)> {
    let fence = text.get(..text.len() - text.trim_start_matches('`').len())?;
    if fence.is_empty() {
        return None;
    }
    let (content, behind) = text.get(fence.len()..)?.split_once(fence)?;
    let padded = content.strip_prefix(' ').and_then(|content| content.strip_suffix(' '));
    Some((padded.unwrap_or(content).into(), behind))
}

/// The link that `text` begins with, and what is behind it.
fn link(text: &str) -> Option<(Cow<'_, str>, &str)> {
    let (label, address) = text.strip_prefix('[')?.split_once("](")?;
    let (address, behind) = address.split_once(')')?;
    Some((format!("{label}: {address}").into(), behind))
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn marks_go() {
        for (markdown, expected) in [
            ("**a** is `b`", "a is b"),
            ("```dockerfile\nRUN **x** `y`\n```\nafter", "RUN **x** `y`\nafter"),
            ("[Reference](https://example.com/#a) end", "Reference: https://example.com/#a end"),
            ("- `` ` `` or `\\`", "- ` or \\"),
            ("`[\"a\"](b` **c**", "[\"a\"](b c"),
            ("`` a`b `` and `**`", "a`b and **"),
            ("a * b [c] ` d", "a * b [c] ` d"),
            ("a\n\nb\n", "a\n\nb"),
            ("", ""),
        ] {
            assert_eq!(plain(markdown), expected, "{markdown}");
        }
    }
}
