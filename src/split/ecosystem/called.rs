//! Programs that the sources of an interpreted language name where they start others, and the shell
//! scripts that they start.
//!
//! Sources are not understood: a name in quotes counts wherever it stands in a file that starts
//! programs. Shell scripts count only if there is such a file, as start scripts are followed on their
//! own; in them, the words of their commands.

use std::collections::HashSet;

use crate::split::world::base_name;

/// What may stand right before the name of a program in sources.
const BEFORE: &[&str] =
    &["\"", "'", "`", "/", "%x(", "%x{", "%x[", "&& ", "; ", "| ", "$(", "sudo "];

/// Commands whose words are text.
const TALK: &[&str] = &["echo", "printf"];

/// The texts in which programs are looked for.
#[derive(Debug, Default)]
pub struct Called {
    /// Sources that start programs.
    sources: Vec<String>,
    /// The texts of shell scripts.
    scripts: Vec<String>,
}

impl Called {
    /// Takes a file that has been read; `starts` are the words of sources that start programs.
    pub fn take(&mut self, path: &str, text: &str, starts: &[&str]) {
        if path.ends_with(".sh") {
            self.scripts.push(text.to_owned());
            return;
        }
        // What a comment names in quotes is only spoken of.
        let lines = text.lines().filter(|line| !line.trim_start().starts_with('#'));
        let text = lines.collect::<Vec<_>>().join("\n");
        if starts.iter().any(|word| text.contains(word)) {
            self.sources.push(text);
        }
    }

    /// The packages of those of these programs that are named, each program with its package.
    pub fn packages(&self, programs: &[(&str, &str)]) -> Vec<String> {
        let commands: HashSet<&str> =
            self.reached().iter().flat_map(|text| commands(text)).collect();
        let mut found: Vec<String> = Vec::new();
        for (program, package) in programs {
            let is_named =
                self.sources.iter().any(|text| names(text, program)) || commands.contains(program);
            if is_named && !found.iter().any(|own| own == package) {
                found.push((*package).to_owned());
            }
        }
        found
    }

    /// Whether sources start programs, of which some may have no name in them.
    pub fn is_any(&self) -> bool {
        !self.sources.is_empty()
    }

    /// The texts of the scripts that sources may start. By which name they do is not known for sure:
    /// it may be computed, or come from settings or a list of the folder.
    fn reached(&self) -> &[String] {
        if self.is_any() { &self.scripts } else { &[] }
    }
}

/// Whether a text names a program: `"git"`, `'git log'`, `` `git log` ``.
fn names(text: &str, program: &str) -> bool {
    text.match_indices(program).any(|(at, _)| {
        let ahead = &text[..at];
        let after = text[at + program.len()..].chars().next();
        BEFORE.iter().any(|mark| ahead.ends_with(mark))
            && matches!(after, Some('"' | '\'' | '`' | ' ' | '\n') | None)
    })
}

/// The words of the commands of a script, without folders. Comments and what is only printed are left
/// out.
fn commands(text: &str) -> impl Iterator<Item = &str> {
    let lines = text.lines().map(str::trim).filter(|line| !line.starts_with('#'));
    let commands = lines.flat_map(|line| line.split([';', '|', '&', '(', '`']));
    let commands = commands.map(|one| {
        let is_mark = |c: char| "\"')".contains(c);
        one.split_whitespace().map(move |word| base_name(word.trim_matches(is_mark)))
    });
    commands
        .filter(|words| words.clone().next().is_none_or(|first| !TALK.contains(&first)))
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::Called;

    const STARTS: &[&str] = &["subprocess", "system"];
    const PROGRAMS: &[(&str, &str)] =
        &[("git", "git"), ("file", "file"), ("curl", "curl"), ("ssh", "openssh-client")];

    #[track_caller]
    fn check(files: &[(&str, &str)], expected: &[&str]) {
        let mut called = Called::default();
        for (path, text) in files {
            called.take(path, text, STARTS);
        }
        assert_eq!(called.packages(PROGRAMS), expected, "{files:?}");
    }

    #[test]
    fn sources_that_start_programs() {
        check(&[("a.py", "subprocess.run(['git', 'log'])")], &["git"]);
        check(&[("a.py", "subprocess.run('/usr/bin/git log')")], &["git"]);
        check(&[("a.rb", "system 'x'; `git log`; %x(ssh h)")], &["git", "openssh-client"]);
        check(&[("a.rb", "system 'cd /tmp && git log | file -'")], &["git", "file"]);
        check(&[("a.rb", "system 'x=$(git log); sudo ssh h'")], &["git", "openssh-client"]);
        check(&[("a.py", "print('git')")], &[]);
        check(&[("a.rb", "  # `git` by system\nsystem 'x'\n")], &[]);
        check(&[("a.py", "subprocess.run(digit, 'legit')")], &[]);
    }

    #[test]
    fn scripts_count_where_something_starts_them() {
        let licence =
            "#!/bin/sh\n# you may not use this file here\necho see this file \ncurl -f x\n";
        check(&[("setup.sh", licence)], &[]);
        check(&[("setup.sh", licence), ("a.py", "subprocess.run(['./setup.sh'])")], &["curl"]);
        let all = [
            ("a.py", "subprocess.run(['one.sh'])"),
            ("one.sh", ". ./two.sh\n"),
            ("two.sh", "x=$(git log) && echo ssh\n"),
            ("other.sh", "curl x\n"),
        ];
        check(&all, &["git", "curl"]);
        let script = ("hooks/b.sh", "timeout 5 curl x");
        for starts in [
            "subprocess.run(f'{name}.sh')",
            "subprocess.run('hooks/%s.sh' % name)",
            "subprocess.run([conf.SCRIPT])",
            "for f in os.listdir('hooks'): subprocess.run([f])",
        ] {
            check(&[("a.py", starts), script], &["curl"]);
        }
    }
}
