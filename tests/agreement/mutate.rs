//! Fixtures with something done to them.

use crate::random::Random;

/// Text that changes how what stands around it is read.
pub const PIECES: &[&str] = &[
    " ",
    "  ",
    "\t",
    "\n",
    "\r",
    "\r\n",
    "\u{b}",
    "\u{c}",
    "\u{85}",
    "\u{a0}",
    "\u{2028}",
    "\u{feff}",
    "\u{3000}",
    "\u{2005}",
    "\u{1160}",
    "\u{212a}",
    "İ",
    "ſ",
    "\0",
    "é",
    "à",
    "Å",
    "😀",
    "“",
    "–",
    "\\",
    "\\\\",
    "\\\n",
    "\\ \n",
    "\\\t\r\n",
    "`",
    "``",
    "`\n",
    "` \n",
    "#",
    "# x",
    "# x\n",
    "\n# \n",
    "\n#\n",
    "\n  # y\n",
    "# escape=`\n",
    "# escape=\\\n",
    "# syntax=a\n",
    "# check=skip=all\n",
    "#escape = ` \r\n",
    "<<",
    "<<EOF",
    "<<-EOF",
    "<< EOF",
    "<<'EOF'",
    "<<\"E F\"",
    "3<<E\\OF",
    "<<EOF\nx\nEOF\n",
    "\nEOF\n",
    "EOF",
    "<<-A <<B\n\ta\n\tA\nb\nB\n",
    "<<$X",
    "<<${X:-EOF}",
    "<<<x",
    "\"",
    "'",
    "\"\"",
    "''",
    "\"a b\"",
    "'c d'",
    "'\"'",
    "$",
    "$FOO",
    "${FOO}",
    "${",
    "}",
    "${EMPTY:-x}",
    "${NOPE:-'y'}",
    "${BAR##*/}",
    "${BAR%%.*}",
    "${BAR/a/b}",
    "${BAR//a/\"b\"}",
    "${FOO:+z}",
    "${NOPE?no}",
    "${FOO^}",
    "\\$FOO",
    "--",
    "-- ",
    "--from=b ",
    "--chown=$FOO ",
    "--mount=type=cache,target=/x ",
    "--link ",
    "--platform='a b' ",
    "--x",
    "--a\\ b=c ",
    "--n=\"q ",
    "[",
    "]",
    "[\"a\", \"b\"]",
    "[\"a\",]",
    "[1]",
    "[]",
    "[\"\\u0041\\n\"]",
    "\"a\",",
    ",",
    "=",
    "a=b",
    "a=",
    "=b",
    "a b",
    "a=\"b c\" d='e'",
    "ONBUILD ",
    "\nONBUILD RUN x",
    "FROM a\n",
    "\nFROM scratch AS b\n",
    " AS c",
    "\nRUN x\n",
    "RUN ",
    "\nCOPY a b\n",
    "COPY --from=0 a b",
    "\nENV a b\n",
    "ENV a=b\\\nc=d",
    "ARG x=1 y",
    "ARG FOO\n",
    "LABEL a=b c=\"d\"",
    "\nHEALTHCHECK CMD [\"x\"]\n",
    "HEALTHCHECK NONE",
    "\nVOLUME /a /b\n",
    "EXPOSE 80 $FOO/tcp",
    "\nSHELL [\"a\"]\n",
    "CMD x",
    "ENTRYPOINT [\"x\"]",
    "WORKDIR /",
    "USER a",
    "\nSTOPSIGNAL 9\n",
    "MAINTAINER m",
    "bogus x",
];

/// A text made from `texts` by a few random changes to one of them.
pub fn mutant(texts: &[String], random: &mut Random) -> String {
    let mut text = texts[random.below(texts.len())].clone();
    // Mostly one change: each makes it likelier that the file is refused for another reason.
    let changes = [1, 1, 1, 2, 3, 6];
    for _ in 0..random.pick(&changes) {
        text = change(&text, texts, random);
    }
    text
}

fn change(text: &str, texts: &[String], random: &mut Random) -> String {
    let mut lines: Vec<&str> = text.split_inclusive('\n').collect();
    let line = random.below(lines.len());
    match random.below(16) {
        0 if !lines.is_empty() => drop(lines.remove(line)),
        1 if !lines.is_empty() => lines.insert(line, lines[line]),
        2 if !lines.is_empty() => {
            let other = random.below(lines.len());
            lines.swap(line, other);
        }
        3 => {
            let other: Vec<&str> = texts[random.below(texts.len())].split_inclusive('\n').collect();
            if !other.is_empty() {
                let from = random.below(other.len());
                let count = 1 + random.below(3);
                lines.splice(line..line, other[from..].iter().take(count).copied());
            }
        }
        // Half a line.
        4 if !lines.is_empty() => lines[line] = &lines[line][..place(lines[line], random)],
        5 if !lines.is_empty() => lines[line] = lines[line].trim_end(),
        6 if !lines.is_empty() => lines[line] = lines[line].trim_start(),
        7 => return text.replace('\n', "\r\n"),
        8 => {
            let start = place(text, random);
            let end = start + place(&text[start..], random).min(12);
            let end = (end..=text.len()).find(|at| text.is_char_boundary(*at));
            return [&text[..start], &text[end.unwrap_or(start)..]].concat();
        }
        9 => return text.replace('\\', "`"),
        _ => {
            let at = match random.below(3) {
                0 => lines[..line].iter().map(|line| line.len()).sum(),
                1 => {
                    lines[..line].iter().map(|line| line.len()).sum::<usize>()
                        + lines.get(line).map_or(0, |line| line.trim_end().len())
                }
                _ => place(text, random),
            };
            return [&text[..at], random.pick(PIECES), &text[at..]].concat();
        }
    }
    lines.concat()
}

/// The offset of a character, or the end.
fn place(text: &str, random: &mut Random) -> usize {
    let at = random.below(text.len() + 1);
    (0..=at).rfind(|at| text.is_char_boundary(*at)).unwrap_or_default()
}
