//! `stagewright check`: findings in files, and their sure fixes applied.
//!
//! | file | what it does |
//! |---|---|
//! | `discover.rs` | which files to check |
//! | `mend.rs` | sure fixes: rounds, patches, writing |
//! | `../document.rs` | a file's bytes and what they mean |
//! | `../report/` | the formats |

mod discover;
pub mod mend;

use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, ValueEnum};

use self::discover::{Found, Origin};
use super::document::{self, Document, Unreadable};
use super::out::{Color, Out, printable, say};
use super::report::{Format, Printer};
use super::{FAILURE, fail, finish};
use crate::check::{Finding, Severity};

/// The exit code where there are findings.
const FOUND: u8 = 1;

const EXAMPLES: &str = "\
Examples:
  stagewright check                         all Dockerfiles below this folder
  stagewright check Dockerfile --fix        mend what is sure, tell the rest
  stagewright check --diff | git apply      the same, seen before it is done
  stagewright check - < Dockerfile          standard input
  stagewright check --output-format github  annotations in a workflow

Which files:
  A PATH that is a file is checked whatever it is called. In a folder these are: Dockerfile,
  Dockerfile.*, *.dockerfile, and the same with Containerfile, the first letter in either case;
  not Dockerfile.{go,cs,js,ts,py,md}, not *.dockerignore, nothing that .gitignore takes out.

Places:
  Lines and columns count from 1; a column is a character (a Unicode scalar value). In JSON,
  \"offset\" counts the bytes of the file from 0, and \"end\" is behind the last character.

JSON:
  {file, code, severity, message, start, end, fixes, related, link, phase} for each finding, with
  start and end as {line, column, offset}; fixes as [{title, sure, edits: [{start, end, insert}]}],
  the best one first, all edits of one made at once; related as [{message, start, end}]; severity
  one of error, warning, information, hint; phase the part of BuildKit that refuses the file:
  parse, instruction or build, else advice.

Exit code:
  0  nothing at or over the fail level
  1  findings at or over it; with --diff, a patch that is not empty
  2  wrong use, or something could not be read or written

Findings go to standard output; the summary and what went wrong to standard error.";

/// The arguments.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES, after_long_help = EXAMPLES)]
pub struct Check {
    /// Files and folders; `-` is standard input [default: the current folder]
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Apply all sure fixes in place; with `-`, print the mended text and tell the rest on standard
    /// error
    #[arg(long)]
    fix: bool,
    /// Print what --fix would do as a patch, and nothing else
    #[arg(long, conflicts_with = "fix")]
    diff: bool,
    /// How to print findings
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    output_format: Format,
    /// The mildest severity that makes the exit code 1. `warning` is where `docker build --check`
    /// draws the line; a finding of severity `information` wants to be known, not mended
    #[arg(long, value_name = "LEVEL", value_enum, default_value_t)]
    fail_level: FailLevel,
    /// Exit with 0 whatever is found; short for --fail-level none
    #[arg(long, conflicts_with = "fail_level")]
    exit_zero: bool,
    /// The name to give to standard input
    #[arg(long, value_name = "NAME", default_value = "<stdin>")]
    stdin_filename: String,
    /// No summary
    #[arg(short, long)]
    quiet: bool,
    #[command(flatten)]
    color: Color,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum FailLevel {
    Error,
    #[default]
    Warning,
    Information,
    None,
}

impl Check {
    fn is_stdin(&self) -> bool {
        self.paths == [Path::new("-")]
    }

    fn paths(&self) -> Vec<PathBuf> {
        if self.paths.is_empty() { vec![PathBuf::from(".")] } else { self.paths.clone() }
    }
}

/// Checks what the arguments name.
pub fn run(arguments: &Check) -> ExitCode {
    if arguments.paths.len() > 1 && arguments.paths.iter().any(|path| path == Path::new("-")) {
        return fail("`-` stands alone: standard input and files do not go together");
    }
    let mut run = Run::new(arguments);
    let result = run.all();
    if result.is_ok() && !arguments.quiet {
        say(run.tally.summary(arguments));
    }
    finish(result, ExitCode::from(run.tally.code(arguments)))
}

struct Run<'a> {
    arguments: &'a Check,
    out: Out,
    printer: Printer,
    tally: Tally,
}

impl<'a> Run<'a> {
    fn new(arguments: &'a Check) -> Run<'a> {
        // Where the mended text of standard input goes to standard output, findings cannot.
        let out = match arguments.fix && arguments.is_stdin() {
            true => Out::stderr(arguments.color),
            false => Out::stdout(arguments.color),
        };
        let printer = Printer::new(arguments.output_format);
        Run { arguments, out, printer, tally: Tally::default() }
    }

    fn all(&mut self) -> io::Result<()> {
        if self.arguments.is_stdin() {
            self.stdin()?;
        } else {
            self.files()?;
        }
        if !self.arguments.diff {
            self.printer.end(&mut self.out)?;
        }
        self.out.flush()
    }

    fn stdin(&mut self) -> io::Result<()> {
        let name = self.arguments.stdin_filename.clone();
        match document::read(io::stdin().lock()) {
            Ok(bytes) => self.document(Document::new(name, &bytes), None),
            Err(error) => {
                self.fail(&format!("{name} {error}"));
                Ok(())
            }
        }
    }

    fn files(&mut self) -> io::Result<()> {
        let Found { files, problems } = discover::files(&self.arguments.paths());
        problems.iter().for_each(|problem| self.fail(problem));
        for (path, origin) in &files {
            let name = path.to_string_lossy().into_owned();
            match document::read_file(path) {
                Ok(bytes) => self.document(Document::new(name, &bytes), Some(path))?,
                Err(Unreadable::Binary) if *origin == Origin::Folder => {
                    say(format!("note: {} is a binary file: not checked", printable(&name)));
                }
                Err(error) => self.fail(&format!("{name} {error}")),
            }
        }
        if files.is_empty() && !self.tally.failed {
            say("warning: no Dockerfile found here");
        }
        Ok(())
    }

    /// Checks one document; `path` is where it came from, unless from standard input.
    fn document(&mut self, document: Document, path: Option<&Path>) -> io::Result<()> {
        self.tally.files += 1;
        if !self.arguments.fix && !self.arguments.diff {
            return self.tell(&document);
        }
        let mended = mend::mend(&document).unwrap_or_else(|| {
            self.fail(&format!("{}: its fixes undo each other; left as it is", document.name));
            document.clone()
        });
        if self.arguments.diff {
            return self.patch(&document, &mended);
        }
        let result = self.put(document, mended, path)?;
        self.tell(&result)
    }

    fn patch(&mut self, before: &Document, after: &Document) -> io::Result<()> {
        let patch = mend::diff(&before.name, &before.to_bytes(), &after.to_bytes())?;
        self.tally.mended_files += usize::from(!patch.is_empty());
        self.out.bytes(&patch)
    }

    /// Puts the mended text in its place; which document is there then.
    fn put(
        &mut self,
        before: Document,
        after: Document,
        path: Option<&Path>,
    ) -> io::Result<Document> {
        let (old, new) = (before.to_bytes(), after.to_bytes());
        match path {
            None => Out::stdout(self.arguments.color).bytes(&new)?,
            Some(path) if old != new => {
                if let Err(error) = mend::replace(path, &old, &new) {
                    self.fail(&format!("{} cannot be mended: {error}", before.name));
                    return Ok(before);
                }
            }
            Some(_) => {}
        }
        if old != new {
            self.tally.mended += before.findings().len().saturating_sub(after.findings().len());
            self.tally.mended_files += 1;
        }
        Ok(after)
    }

    fn tell(&mut self, document: &Document) -> io::Result<()> {
        let findings = document.findings();
        findings.iter().for_each(|finding| self.tally.count(finding));
        self.printer.file(&mut self.out, document, &findings)
    }

    fn fail(&mut self, message: &str) {
        say(format!("error: {}", printable(message)));
        self.tally.failed = true;
    }
}

/// What happened.
#[derive(Default)]
struct Tally {
    files: usize,
    errors: usize,
    warnings: usize,
    information: usize,
    /// Findings that have a sure fix.
    sure: usize,
    /// Findings that were mended.
    mended: usize,
    /// Files that were changed, or would be.
    mended_files: usize,
    /// Whether something could not be read or written.
    failed: bool,
}

impl Tally {
    fn count(&mut self, finding: &Finding) {
        match finding.severity {
            Severity::Error => self.errors += 1,
            Severity::Warning => self.warnings += 1,
            Severity::Information => self.information += 1,
            Severity::Hint => {}
        }
        self.sure += usize::from(finding.fixes.iter().any(|fix| fix.sure));
    }

    fn code(&self, arguments: &Check) -> u8 {
        let level = if arguments.exit_zero { FailLevel::None } else { arguments.fail_level };
        let found = match level {
            FailLevel::None => 0,
            _ if arguments.diff => self.mended_files,
            FailLevel::Error => self.errors,
            FailLevel::Warning => self.errors + self.warnings,
            FailLevel::Information => self.errors + self.warnings + self.information,
        };
        match (self.failed, found) {
            (true, _) => FAILURE,
            (false, 0) => 0,
            (false, _) => FOUND,
        }
    }

    fn summary(&self, arguments: &Check) -> String {
        let files = count(self.files, "file");
        if arguments.diff {
            return format!("Checked {files}: {} would change", self.mended_files);
        }
        let mut summary = format!("Checked {files}");
        if self.mended_files > 0 {
            let (findings, files) =
                (count(self.mended, "finding"), count(self.mended_files, "file"));
            summary += &format!(", mended {findings} in {files}");
        }
        let numbers = [
            (self.errors, count(self.errors, "error")),
            (self.warnings, count(self.warnings, "warning")),
            (self.information, format!("{} for information", self.information)),
        ];
        let some: Vec<_> =
            numbers.into_iter().filter_map(|(n, text)| (n > 0).then_some(text)).collect();
        let none = if self.mended_files > 0 { "nothing left" } else { "nothing found" };
        summary +=
            &format!(": {}", if some.is_empty() { none.to_owned() } else { some.join(", ") });
        if self.sure > 0 && !arguments.fix {
            summary += &format!(" ({} can be mended with --fix)", self.sure);
        }
        summary
    }
}

fn count(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}
