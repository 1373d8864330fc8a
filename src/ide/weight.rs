//! What the image of a stage weighs on the disk, as far as the file and its build context tell.
//!
//! That is the image at the bottom, and what each instruction adds. Nothing is taken away: what an
//! instruction removes or writes over stays in the layer below.
//!
//! Each instruction of the stages that lead to a stage is looked at once, and the build context is
//! walked through for each `COPY` and `ADD`, of the first [`MAX_WALKS`].

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use super::Snapshot;
use super::hover::image::{amount, origin};
use super::images::{self, Image, View};
use crate::image::packages;
use crate::image::sizes::Place;
use crate::image::tag::{RELEASES, Tag};
use crate::image::{Amount, Figure, Unit};
use crate::language::Keyword;
use crate::language::mount::MountOption;
use crate::language::platform::Platform;
use crate::model::{self, Base, Facts, Stage, mount, state};
use crate::shell;
use crate::split::command::SHELLS;
use crate::syntax::expand::Mode;
use crate::syntax::{self, Arguments, Heredoc, Instruction, Placed, json};
use crate::workspace::{Context, Copied};

/// How many instructions may be looked up in the build context.
pub const MAX_WALKS: usize = 100;

/// How much of an instruction is repeated, in characters.
const MAX_SHOWN: usize = 40;

/// How much of a reason is told, in characters.
const MAX_REASON: usize = 160;

/// How many instructions are told one by one.
const MAX_ROWS: usize = 8;

/// The build context, or why it is not known: a short text without a full stop.
pub type BuildContext<'a> = Result<&'a Context, &'a str>;

/// What the image of a stage weighs.
#[derive(Clone, Debug)]
pub struct Weight {
    /// What it is built on in the end.
    pub root: Arc<Root>,
    /// The stage that it starts from, if it is one.
    pub below: Option<Below>,
    /// What its own instructions add, in order. Those that only set something are not there.
    pub parts: Vec<Part>,
}

/// What the lowest of the stages starts from.
#[derive(Clone, Debug)]
pub enum Root {
    /// The empty image.
    Scratch,
    /// An image.
    Image {
        /// Which, and for which platform.
        image: Image,
        /// What is known of it.
        figure: Box<Figure>,
    },
    /// What the file does not tell, as written.
    Unknown(String),
}

/// What the stages below a stage add to the image at the bottom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Below {
    /// The number of the stage right below.
    pub stage: usize,
    /// What it is called.
    pub title: String,
    /// What is known of it, in bytes.
    pub disk: Amount,
    /// How many instructions add something.
    pub parts: usize,
    /// Of how many of them it is not known how much.
    pub unknown: usize,
}

/// An instruction that adds something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// The line where it begins, from 1.
    pub line: u32,
    /// The instruction without most flags, or the beginning of it, in one line.
    pub text: String,
    /// How many bytes it adds, or why that is not known: a short text without a full stop.
    pub disk: Result<Amount, String>,
}

impl Root {
    /// What it weighs on the disk, or why that is not known.
    pub fn disk(&self) -> Result<Amount, String> {
        match self {
            Root::Scratch => Ok(Amount::exact(0)),
            Root::Image { figure, .. } => match (&figure.disk, &figure.reason) {
                (Some(disk), _) => Ok(disk.amount),
                (None, Some(reason)) => Err(reason.trim_end_matches('.').to_owned()),
                (None, None) => Err("there is no figure for the disk".to_owned()),
            },
            Root::Unknown(_) => Err("the file does not tell which image it is".to_owned()),
        }
    }

    /// The name of the image.
    pub fn name(&self) -> &str {
        match self {
            Root::Scratch => "scratch",
            Root::Image { image, .. } => &image.name,
            Root::Unknown(written) => written,
        }
    }

    fn row(&self, view: View<'_>) -> [String; 3] {
        let size = match (self, self.disk()) {
            (_, Err(why)) => not_known(&why),
            (Root::Image { figure, .. }, Ok(_)) => figure
                .disk
                .as_ref()
                .map(|size| format!("{}, {}", amount(size, view), origin(size)))
                .unwrap_or_default(),
            (_, Ok(bytes)) => view.unit.show_amount(bytes),
        };
        ["base".to_owned(), shortened(self.name(), MAX_SHOWN), size]
    }
}

impl Weight {
    /// What is known to be added to the image at the bottom.
    pub fn added(&self) -> Amount {
        let below = self.below.as_ref().map_or(Amount::exact(0), |below| below.disk);
        self.parts.iter().filter_map(|part| part.disk.as_ref().ok()).fold(below, |a, b| a.plus(*b))
    }

    /// All that is known together; `None` where the image at the bottom is not.
    pub fn known(&self) -> Option<Amount> {
        Some(self.root.disk().ok()?.plus(self.added()))
    }

    /// How many instructions add what is not known, those of the stages below among them.
    pub fn unknown(&self) -> usize {
        let own = self.parts.iter().filter(|part| part.disk.is_err()).count();
        self.below.as_ref().map_or(0, |below| below.unknown) + own
    }

    /// How many instructions add something, those of the stages below among them.
    pub fn count(&self) -> usize {
        self.below.as_ref().map_or(0, |below| below.parts) + self.parts.len()
    }

    /// All of it in a few letters: `≈ 845 MB`, `≥ 823 MB` where something is not known, and `None`
    /// where nothing is.
    pub fn total(&self, unit: Unit) -> Option<String> {
        let known = self.known().filter(|known| self.unknown() == 0 || known.low > 0)?;
        Some(match self.unknown() {
            0 => format!("≈ {}", unit.show_amount(known).trim_start_matches("≈ ")),
            _ => format!("≥ {}", unit.show(known.low)),
        })
    }

    /// What is base and what is added, each with its size or why that is not known.
    pub fn rows(&self, view: View<'_>) -> Vec<[String; 3]> {
        let mut rows = vec![self.root.row(view)];
        rows.extend(self.below.as_ref().map(|below| {
            let size = counted(below.disk, below.parts, below.unknown, view.unit);
            ["stage".to_owned(), shortened(&below.title, MAX_SHOWN), size]
        }));
        let (told, rest) = self.parts.split_at(MAX_ROWS.min(self.parts.len()));
        rows.extend(told.iter().map(|part| {
            let size = match &part.disk {
                Ok(disk) => view.unit.show_amount(*disk),
                Err(why) => not_known(why),
            };
            [format!("line {}", part.line), part.text.clone(), size]
        }));
        if !rest.is_empty() {
            let known = rest.iter().filter_map(|part| part.disk.as_ref().ok());
            let unknown = rest.len() - known.clone().count();
            let disk = known.fold(Amount::exact(0), |a, b| a.plus(*b));
            let size = counted(disk, rest.len(), unknown, view.unit);
            rows.push([String::new(), format!("{} more", rest.len()), size]);
        }
        rows
    }
}

fn not_known(why: &str) -> String {
    format!("not known: {why}")
}

/// What several instructions add.
fn counted(disk: Amount, parts: usize, unknown: usize, unit: Unit) -> String {
    match unknown {
        0 => unit.show_amount(disk),
        unknown if unknown == parts => format!("not known of {unknown}"),
        unknown => format!("≥ {}, not known of {unknown}", unit.show(disk.low)),
    }
}

/// What the image of the stage of that number weighs.
pub fn weight(
    snapshot: &Snapshot,
    view: View<'_>,
    context: BuildContext<'_>,
    stage: usize,
) -> Option<Weight> {
    let stages = snapshot.model().stages();
    let mut chain = vec![stages.get(stage)?];
    while let Some(Base::Stage(parent)) = chain.last().map(|stage| &stage.base) {
        chain.push(stages.get(*parent)?);
    }
    let mut scale = Scale { snapshot, view, context, walks: 0 };
    let weigh = |below: Option<Weighed>, stage| Some(scale.weigh(stage, below.as_ref()));
    Some(chain.into_iter().rev().fold(None, weigh)?.weight)
}

/// What the images of all stages weigh, in file order.
pub fn weights(snapshot: &Snapshot, view: View<'_>, context: BuildContext<'_>) -> Vec<Weight> {
    let mut scale = Scale { snapshot, view, context, walks: 0 };
    let mut weighed: Vec<Weighed> = Vec::new();
    for stage in snapshot.model().stages() {
        let below = match stage.base {
            Base::Stage(parent) => weighed.get(parent),
            _ => None,
        };
        let next = scale.weigh(stage, below);
        weighed.push(next);
    }
    weighed.into_iter().map(|weighed| weighed.weight).collect()
}

/// A stage that was weighed, and what those built on it need to know.
struct Weighed {
    weight: Weight,
    /// What it is to the stages that start from it.
    below: Below,
    /// Whether the commands at its end are for a shell that is read.
    is_read: bool,
    /// Whether it leaves instructions to those built on it that add something.
    has_triggers: bool,
}

struct Scale<'a> {
    snapshot: &'a Snapshot,
    view: View<'a>,
    context: BuildContext<'a>,
    /// How many instructions were looked up in the build context.
    walks: usize,
}

/// An instruction in place.
struct Step<'a> {
    placed: Placed<'a>,
    instruction: &'a Instruction,
    /// As it was meant.
    meant: &'a syntax::View,
    escape: char,
}

impl Scale<'_> {
    fn weigh(&mut self, stage: &Stage, below: Option<&Weighed>) -> Weighed {
        let root = match below {
            Some(below) => Arc::clone(&below.weight.root),
            None => Arc::new(self.root(stage)),
        };
        let debian = Debian::of(&root, self.view);
        let mut weight =
            Weight { root, below: below.map(|below| below.below.clone()), parts: Vec::new() };
        let mut is_read = below.is_none_or(|below| below.is_read);
        let mut has_triggers = false;
        for (placed, facts) in self.snapshot.model().instructions_from(stage.item) {
            if placed.start >= stage.range.end() {
                break;
            }
            let Some(instruction) = placed.instruction() else { continue };
            let (meant, escape) = (instruction.meant(), self.snapshot.tree().escape());
            let step = Step { placed, instruction, meant, escape };
            let disk = match facts.keyword {
                Some(keyword @ (Keyword::Add | Keyword::Copy)) => self.copied(&step, keyword),
                Some(Keyword::Run) if !is_read => Err("its shell is not one that is read".into()),
                Some(Keyword::Run) => run(&step, &debian.under(weight.count())),
                Some(Keyword::Shell) => {
                    is_read = is_shell_read(facts);
                    continue;
                }
                Some(Keyword::From) if below.is_some_and(|below| below.has_triggers) => {
                    Err("ONBUILD of the stage below is not followed".to_owned())
                }
                Some(Keyword::Onbuild) => {
                    has_triggers |= step.has_trigger();
                    continue;
                }
                // All others set something for the container, or nothing at all.
                _ => continue,
            };
            let line = self.snapshot.text().line_of(placed.lift(instruction.body).start()) + 1;
            let disk = disk.map_err(|why| shortened(&why, MAX_REASON));
            weight.parts.push(Part { line, text: step.short(), disk });
        }
        let below = Below {
            stage: stage.index,
            title: stage.title(),
            disk: weight.added(),
            parts: weight.count(),
            unknown: weight.unknown(),
        };
        Weighed { weight, below, is_read, has_triggers }
    }

    fn root(&self, stage: &Stage) -> Root {
        if stage.base == Base::Scratch {
            return Root::Scratch;
        }
        let image = images::root(self.snapshot, stage);
        match image.and_then(|image| Some((image.figure(self.view)?, image))) {
            Some((figure, image)) => Root::Image { image, figure: Box::new(figure) },
            None => Root::Unknown(stage.image().map_or_else(String::new, |i| i.text.to_string())),
        }
    }

    /// What a `COPY` or `ADD` adds.
    fn copied(&mut self, step: &Step<'_>, keyword: Keyword) -> Result<Amount, String> {
        if let Some(from) = step.flag("from").filter(|from| !from.is_empty()) {
            let from = shortened(&from, MAX_SHOWN);
            return Err(format!("what it takes out of {from} is known only to the build"));
        }
        let (heredocs, sources) = step.sources();
        if heredocs.is_empty() && sources.is_empty() {
            return Err("it names no source".to_owned());
        }
        if self.walks == MAX_WALKS {
            return Err(format!("more than {MAX_WALKS} instructions copy files"));
        }
        self.walks += 1;
        let state = self.snapshot.model().state_at(step.placed.start);
        let bodies = heredocs.iter().map(|heredoc| step.length(heredoc, &state));
        let bodies = bodies.sum::<Option<u64>>().ok_or_else(hangs_on_a_variable)?;
        let known = |text: &String| images::known(text, step.escape, Mode::WORD, &state);
        let known = |texts: &[String]| -> Result<Vec<String>, String> {
            texts.iter().map(known).collect::<Option<_>>().ok_or_else(hangs_on_a_variable)
        };
        let (sources, excluded) = (known(&sources)?, known(&step.flags("exclude"))?);
        let copied = self.taken(step, keyword, &sources, &excluded)?;
        Ok(Amount::exact(copied.bytes.saturating_add(bodies)))
    }

    /// What an instruction takes from the build context.
    fn taken(
        &self,
        step: &Step<'_>,
        keyword: Keyword,
        sources: &[String],
        excluded: &[String],
    ) -> Result<Copied, String> {
        if sources.is_empty() {
            return Ok(Copied::default());
        }
        if let Some(remote) = sources.iter().find(|source| is_remote(source)) {
            return Err(format!("{} is downloaded", shortened(remote, MAX_SHOWN)));
        }
        let context = self.context?;
        let sources: Vec<&str> = sources.iter().map(String::as_str).collect();
        let excluded: Vec<&str> = excluded.iter().map(String::as_str).collect();
        let copied = match (keyword, step.switch("parents"), step.switch("unpack")) {
            (Keyword::Add, _, None | Some(true)) => context.added(&sources, &excluded),
            (_, Some(true), _) => context.copied_with_parents(&sources, &excluded),
            _ => context.copied(&sources, &excluded),
        };
        copied.map_err(|why| why.to_string())
    }
}

impl<'a> Step<'a> {
    fn text(&self, range: crate::text::TextRange) -> Cow<'a, str> {
        self.meant.text(&self.placed.item.text, range)
    }

    /// The instruction in one line, without the flags that do not say what it adds.
    fn short(&self) -> String {
        let command = &self.meant.command;
        let from = command.flag("from", self.meant, &self.placed.item.text);
        let words = [Some(command.keyword_range), from.map(|flag| flag.range), Some(command.rest)];
        let words: Vec<_> = words.into_iter().flatten().map(|range| self.text(range)).collect();
        shortened(&words.join(" "), MAX_SHOWN)
    }

    /// Whether an `ONBUILD` holds what adds something.
    fn has_trigger(&self) -> bool {
        let Arguments::Nested(inner) = &self.meant.command.arguments else { return false };
        matches!(inner.keyword, Some(Keyword::Add | Keyword::Copy | Keyword::Run))
    }

    /// The values of the flags of that name; that of one without a value is empty.
    fn flags(&self, name: &str) -> Vec<String> {
        let source = &self.placed.item.text;
        let flags = self.meant.command.flags.iter();
        let flags = flags.filter(|flag| self.meant.flag_name(source, flag) == name);
        flags
            .map(|flag| self.meant.flag_text(source, flag, self.escape))
            .map(|text| text.split_once('=').map_or(String::new(), |(_, value)| value.to_owned()))
            .collect()
    }

    /// The value of the first flag of that name.
    fn flag(&self, name: &str) -> Option<String> {
        self.flags(name).into_iter().next()
    }

    /// Whether a flag is on or off, if it is there.
    fn switch(&self, name: &str) -> Option<bool> {
        let value = self.flag(name)?;
        Some(value.is_empty() || value.eq_ignore_ascii_case("true"))
    }

    /// What a `COPY` or `ADD` copies: heredocs, and everything else as written.
    fn sources(&self) -> (Vec<&'a Heredoc>, Vec<String>) {
        let (mut heredocs, mut others) = (Vec::new(), Vec::new());
        let command = &self.meant.command;
        let Some((_, words)) = command.words().split_last() else { return (heredocs, others) };
        for word in words {
            let text = self.text(*word);
            let heredoc = self.instruction.heredocs.iter().find(|heredoc| heredoc.word == *word);
            match (heredoc, &command.arguments) {
                (Some(heredoc), _) => heredocs.push(heredoc),
                (None, Arguments::Exec(_)) => others.push(json::decode(&text)),
                (None, _) => others.push(text.into_owned()),
            }
        }
        (heredocs, others)
    }

    /// How long the file is that a heredoc makes; `None` if that hangs on a variable.
    fn length(&self, heredoc: &Heredoc, state: &model::State) -> Option<u64> {
        let body = self.placed.item.text.get(Range::<usize>::from(heredoc.body))?;
        let body: Cow<'_, str> = match heredoc.chomp {
            true => body.split_inclusive('\n').map(|line| line.trim_start_matches('\t')).collect(),
            false => body.into(),
        };
        let body = match heredoc.expand {
            true => images::known(&body, '\\', Mode::HEREDOC_BODY, state)?.into(),
            false => body,
        };
        u64::try_from(body.len()).ok()
    }

    /// The folders in which a `RUN` leaves nothing behind in the image.
    fn mounts(&self) -> Vec<String> {
        let source = &self.placed.item.text;
        let flags = self.meant.command.flags.iter();
        let flags = flags.filter(|flag| self.meant.flag_name(source, flag) == "mount");
        flags
            .flat_map(|flag| mount::fields(flag, self.meant, source, self.escape))
            .filter(|field| MountOption::parse(&field.key.text).is_some_and(|o| o.name == "target"))
            .filter_map(|field| Some(field.value?.text.to_string()))
            .collect()
    }
}

/// Whether `ADD` fetches a source: by its protocol, or as `user@host:path`.
fn is_remote(source: &str) -> bool {
    let host = source.split_once('@').map(|(_, host)| host);
    source.contains("://") || host.is_some_and(|host| host.contains(':'))
}

fn hangs_on_a_variable() -> String {
    "it hangs on a variable".to_owned()
}

/// A text in one line that is not long.
fn shortened(text: &str, limit: usize) -> String {
    let mut words = String::new();
    for word in text.split_whitespace() {
        if !words.is_empty() {
            words.push(' ');
        }
        words.push_str(word);
        if let Some((end, _)) = words.char_indices().nth(limit) {
            words.truncate(end);
            words.push('…');
            break;
        }
    }
    words
}

/// Whether a `SHELL` names a shell whose commands are read.
fn is_shell_read(facts: &Facts) -> bool {
    let Some(setting) = &facts.setting else { return false };
    let words = state::shell_words(&state::Setting {
        value: setting.text.to_string(),
        range: setting.range,
    });
    let program = words.first().map_or("", |word| word.rsplit('/').next().unwrap_or_default());
    SHELLS.contains(&program)
}

/// What a `RUN` adds.
fn run(step: &Step<'_>, base: &packages::Base<'_>) -> Result<Amount, String> {
    let Arguments::Text(text) = step.meant.command.arguments else {
        return Err("only commands for the shell are read".to_owned());
    };
    if !step.instruction.heredocs.is_empty() {
        return Err("commands in a heredoc are not read".to_owned());
    }
    let commands = shell::commands(&step.text(text));
    let commands = commands.ok_or("it is more than a list of plain commands")?;
    let is_apt = |word: &shell::PlainWord| matches!(word.text.as_str(), "apt" | "apt-get");
    let mut words = commands.iter().flatten();
    if base.release.is_empty() && words.any(is_apt) {
        return Err("it is not known to be on a release of Debian".to_owned());
    }
    let mounts = step.mounts();
    let mounts: Vec<&str> = mounts.iter().map(String::as_str).collect();
    let added = packages::added(&commands, &mounts, base);
    added.map(|added| added.disk).map_err(|packages::Unknown(why)| why)
}

/// What is known of the Debian that an image stands on.
struct Debian {
    /// The release; empty for another distribution.
    release: String,
    platform: Platform,
    /// Whether it is one of Debian's own images, and nothing else.
    is_own: bool,
    is_slim: Option<bool>,
}

impl Debian {
    fn of(root: &Root, view: View<'_>) -> Debian {
        let mut debian = Debian {
            release: String::new(),
            platform: view.platform.clone(),
            is_own: false,
            is_slim: None,
        };
        let Root::Image { image, figure } = root else { return debian };
        let Ok(reference) = image.reference() else { return debian };
        debian.platform = image.platform(view);
        let tag = Tag::parse(reference.effective_tag().unwrap_or_default());
        let is_slim = tag.has("slim");
        let is_official = Place::of(&reference, &debian.platform).repository == "debian";
        let told = |name: &str| figure.family == "debian" && figure.release == name;
        let release = tag.release.or_else(|| RELEASES.iter().find(|release| told(release.name)));
        if let Some(release) = release.filter(|release| release.distribution == "debian") {
            debian.release = release.name.to_owned();
        }
        debian.is_own = is_official && tag.flavour.iter().all(|word| *word == "slim");
        debian.is_slim = (is_official || is_slim).then_some(is_slim);
        debian
    }

    /// What commands meet behind that many instructions, each of which may have installed anything.
    fn under(&self, parts: usize) -> packages::Base<'_> {
        packages::Base {
            release: &self.release,
            platform: &self.platform,
            is_bare: self.is_own && parts == 0,
            is_slim: self.is_slim,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use proptest::prelude::*;

    use super::*;
    use crate::ide::images::tests::view;
    use crate::workspace::{Disk, Memory};

    fn context(files: Memory) -> Context {
        Context::open(Arc::new(files), Path::new("/c"), Path::new("Dockerfile")).expect("opens")
    }

    /// A small project: each file has a length of its own.
    fn project() -> Context {
        context(
            Memory::default()
                .file("/c/go.mod", "x")
                .file("/c/main.go", "x".repeat(10))
                .file("/c/web/index.html", "x".repeat(100))
                .file("/c/web/logo.png", "x".repeat(1_000))
                .file("/c/logs/old.log", "x".repeat(10_000))
                .file("/c/app.tar.gz", b"\x1f\x8b\x08 packed")
                .file("/c/.dockerignore", "logs\n.dockerignore\n"),
        )
    }

    fn last(text: &str, context: BuildContext<'_>) -> Weight {
        let snapshot = Snapshot::new(text);
        let stage = snapshot.model().stages().len() - 1;
        weight(&snapshot, view(), context, stage).expect("a stage")
    }

    /// What is base and what is added in the last stage.
    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let rows = last(text, Ok(&project())).rows(view());
        let lines: Vec<_> = rows.iter().map(|row| row.join(" | ")).collect();
        assert_eq!(lines, expected, "{text}");
    }

    /// How many bytes the only instruction of a stage adds.
    #[track_caller]
    fn check_bytes(instruction: &str, bytes: u64) {
        let weight = last(&format!("FROM scratch\n{instruction}\n"), Ok(&project()));
        let [part] = &weight.parts[..] else { panic!("{instruction}: {weight:?}") };
        assert_eq!(part.disk, Ok(Amount::exact(bytes)), "{instruction}");
    }

    /// Why it is not known how many bytes the only instruction of a stage adds.
    #[track_caller]
    fn check_not(base: &str, instruction: &str, why: &str) {
        let weight = last(&format!("FROM {base}\n{instruction}\n"), Ok(&project()));
        let [part] = &weight.parts[..] else { panic!("{instruction}: {weight:?}") };
        assert_eq!(part.disk, Err(why.to_owned()), "{instruction}");
        assert_eq!((weight.unknown(), weight.count()), (1, 1));
    }

    #[test]
    fn base_and_what_is_added() {
        check(
            "FROM golang:1.22\nENV A=1\nWORKDIR /src\nCOPY . .\nRUN go build -o /app .\nCMD [\"/app\"]\n",
            &[
                "base | golang:1.22 | 823 MB, measured 2025-01-16",
                "line 4 | COPY . . | 1.12 kB",
                "line 5 | RUN go build -o /app . | not known: `go build` is not measured",
            ],
        );
        check("FROM scratch\nLABEL a=b\nUSER 1\n", &["base | scratch | 0 B"]);
        check(
            "FROM acme/app:1\nCOPY main.go /\n",
            &[
                "base | acme/app:1 | not known: `acme/app` is not in the catalogue",
                "line 2 | COPY main.go / | 10 B",
            ],
        );
        check("FROM $X\n", &["base | $X | not known: the file does not tell which image it is"]);
    }

    #[test]
    fn stages_stand_on_stages() {
        check(
            "FROM scratch AS a\nCOPY main.go /\nFROM a AS B\nCOPY web /\nRUN [\"x\"]\nFROM b\nCOPY go.mod /\n",
            &[
                "base | scratch | 0 B",
                "stage | b | ≥ 1.11 kB, not known of 1",
                "line 7 | COPY go.mod / | 1 B",
            ],
        );
        let file =
            "FROM scratch AS a\nCOPY main.go /\nRUN [\"x\"]\nFROM b\nFROM a\nCOPY main.go /\n";
        let snapshot = Snapshot::new(file);
        let all = weights(&snapshot, view(), Ok(&project()));
        assert_eq!(all.len(), 3);
        for (stage, weight) in all.iter().enumerate() {
            let alone = super::weight(&snapshot, view(), Ok(&project()), stage).expect("a stage");
            assert_eq!(alone.rows(view()), weight.rows(view()), "{stage}");
        }
        let known = |stage: usize| all[stage].known();
        assert_eq!(known(0), Some(Amount::exact(10)));
        assert_eq!(known(1), None);
        assert_eq!(known(2), Some(Amount::exact(20)), "written over is not taken away");
        assert!(weight(&snapshot, view(), Ok(&project()), 3).is_none());
    }

    #[test]
    fn what_a_stage_leaves_to_others_is_not_followed() {
        let check = |trigger: &str, counts: [usize; 3]| {
            let text = format!("FROM scratch AS a\nONBUILD {trigger}\nFROM a AS b\nFROM b\n");
            let all = weights(&Snapshot::new(&text), view(), Ok(&project()));
            assert_eq!(all.iter().map(Weight::unknown).collect::<Vec<_>>(), counts, "{trigger}");
        };
        check("COPY . .", [0, 1, 1]);
        check("ENV A=1", [0, 0, 0]);
    }

    #[test]
    fn the_total() {
        let check = |text: &str, expected: Option<&str>| {
            let weight = last(text, Ok(&project()));
            assert_eq!(weight.total(Unit::Decimal).as_deref(), expected, "{text}");
        };
        check("FROM golang:1.22\nCOPY . .\n", Some("≈ 823 MB"));
        check("FROM golang:1.22\nRUN make\n", Some("≥ 823 MB"));
        check("FROM scratch\n", Some("≈ 0 B"));
        check("FROM scratch\nCOPY --from=x / /\n", None);
        check("FROM acme/app\n", None);
        let estimated = last("FROM golang:1.19\n", Ok(&project())).total(Unit::Decimal);
        assert!(estimated.as_ref().is_some_and(|t| t.contains('–')), "{estimated:?}");
    }

    #[test]
    fn files_of_the_context() {
        check_bytes("COPY main.go /", 10);
        check_bytes("COPY [\"main.go\", \"go.mod\", \"/\"]", 11);
        check_bytes("COPY --chmod=755 --link w\\\neb main.go /", 1_110);
        check_bytes("COPY --exclude=*.png --exclude=x web /", 100);
        check_bytes("COPY --parents web/./*.png /", 1_000);
        check_bytes("ADD *.go /", 10);
        check_bytes("ADD --unpack=false app.tar.gz /", 10);
        check_bytes("ENV F=main.go\nCOPY $F /", 10);
        check_bytes("COPY ${F:-go.mod} /", 1);
        check_not("scratch", "COPY logs /", "there is no logs in the build context");
        check_not("scratch", "COPY $F /", "it hangs on a variable");
        check_not("scratch", "COPY --exclude=$F . /", "it hangs on a variable");
        check_not("scratch", "COPY /", "it names no source");
        check_not(
            "scratch",
            "COPY --from=b / /",
            "what it takes out of b is known only to the build",
        );
    }

    #[test]
    fn what_add_does_besides() {
        let packed = "app.tar.gz may be an archive, which is unpacked";
        check_not("scratch", "ADD app.tar.gz /", packed);
        check_not("scratch", "ADD https://a.example/b /", "https://a.example/b is downloaded");
        check_not("scratch", "ADD git@a.example:b.git /", "git@a.example:b.git is downloaded");
    }

    #[test]
    fn heredocs_are_files() {
        check_bytes("COPY <<a <<b main.go /\n12\na\n3\nb", 3 + 2 + 10);
        check_bytes("COPY <<-a /\n\t\t12\n\ta", 3);
        check_bytes("ENV F=1234\nCOPY <<a /\n$F\na", 5);
        check_bytes("COPY <<'a' /\n$F\na", 3);
        check_not("scratch", "COPY <<a /\n$F\na", "it hangs on a variable");
    }

    #[test]
    fn without_a_context_nothing_is_made_up() {
        let weight = last("FROM scratch\nCOPY . .\nCOPY <<a /\n1\na\n", Err("no folder"));
        let disks: Vec<_> = weight.parts.into_iter().map(|part| part.disk).collect();
        assert_eq!(disks, [Err("no folder".to_owned()), Ok(Amount::exact(2))]);
    }

    #[test]
    fn measured_installations() {
        let run = |base: &str, run: &str| {
            let weight = last(&format!("FROM {base}\n{run}\n"), Ok(&project()));
            weight.parts.last().expect("a part").disk.clone()
        };
        let install =
            "RUN apt-get update && apt-get install -y curl && rm -rf /var/lib/apt/lists/*";
        let slim = run("debian:bookworm-slim", install).expect("measured");
        assert!(slim.low > 5_000_000 && slim.high < 50_000_000, "{slim:?}");
        assert_eq!(run("debian:12-slim", install), Ok(slim));
        assert_eq!(run("debian:12-slim", &install.replace("&& rm", "\\\n  && rm")), Ok(slim));
        let full = run("debian:bookworm", install).expect("measured");
        assert!(full.low > slim.low, "{full:?}");
        let behind = run("debian:12-slim", &format!("RUN x\n{install}")).expect("measured");
        assert_eq!(behind.low, 0, "it may be there");
        assert_eq!(run("golang:1.22", install).expect("measured").low, 0, "it may be there");

        let lists = "apt-get update && apt-get install -y curl";
        let cached = format!("RUN --mount=type=cache,target=/var/lib/apt {lists}");
        assert_eq!(run("debian:12-slim", &cached), Ok(slim));
        let kept = run("debian:12-slim", &format!("RUN {lists}")).expect("measured");
        assert!(kept.low > slim.low, "{kept:?}");
        assert_eq!(run("alpine:3.20", "RUN mkdir /a"), Ok(Amount::exact(0)));
    }

    #[test]
    fn other_commands_are_not_known() {
        let apt = "RUN apt-get update";
        check_not("ubuntu:24.04", apt, "it is not known to be on a release of Debian");
        check_not("acme/app", apt, "it is not known to be on a release of Debian");
        check_not(
            "debian:bullseye",
            apt,
            "apt-get is not measured on Debian bullseye for linux/amd64",
        );
        check_not("alpine:3.20", "RUN apk add curl", "`apk add` is not measured");
        check_not(
            "debian:12",
            "RUN [\"apt-get\", \"update\"]",
            "only commands for the shell are read",
        );
        check_not("debian:12", "RUN <<a\napt-get update\na", "commands in a heredoc are not read");
        check_not("debian:12", "RUN a | b", "it is more than a list of plain commands");
        check_not(
            "debian:12",
            "SHELL [\"powershell\"]\nRUN apt-get update",
            "its shell is not one that is read",
        );
        let known = last("FROM debian:12\nSHELL [\"/bin/bash\", \"-c\"]\nRUN true\n", Err("no"));
        assert_eq!(known.unknown(), 0);
    }

    #[test]
    fn what_is_long_is_cut() {
        let text = format!("FROM scratch\nCOPY {} /\n", "é".repeat(10_000));
        let part = &last(&text, Ok(&project())).parts[0];
        assert_eq!(part.text, format!("COPY {}…", "é".repeat(MAX_SHOWN - 5)));
        let why = part.disk.as_ref().expect_err("no such file");
        assert_eq!(why.chars().count(), MAX_REASON + 1);

        let many = format!("FROM scratch\n{}RUN x\n", "COPY main.go /\n".repeat(MAX_WALKS + 1));
        let weight = last(&many, Ok(&project()));
        assert_eq!(weight.known(), Some(Amount::exact(10 * MAX_WALKS as u64)));
        assert_eq!((weight.unknown(), weight.count()), (2, MAX_WALKS + 2));
        let rows = weight.rows(view());
        assert_eq!(rows.len(), 1 + MAX_ROWS + 1);
        assert_eq!(rows[MAX_ROWS + 1], ["", "94 more", "≥ 920 B, not known of 2"]);
    }

    /// A folder of `fixtures/seeds` and a Dockerfile in it.
    fn seed(folder: &str, file: &str) -> (String, Context) {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/seeds").join(folder);
        let text = std::fs::read_to_string(root.join(file)).expect("a seed");
        (text, Context::open(Arc::new(Disk), &root, Path::new(file)).expect("opens"))
    }

    #[test]
    fn the_author_of_a_tutorial_told_what_his_image_weighs() {
        let (text, context) = seed("go-web", "single.Dockerfile");
        let weight = last(&text, Ok(&context));
        let source = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/seeds/go-web/http.go");
        let bytes = std::fs::metadata(source).expect("a file").len();
        let disks: Vec<_> = weight.parts.iter().map(|part| part.disk.clone()).collect();
        assert_eq!(disks[0], Ok(Amount::exact(bytes)));
        assert_eq!(disks[1], Err("`go mod` is not measured".to_owned()));
        assert!(disks[2].is_err() && disks.len() == 3, "{disks:?}");
        let known = weight.known().expect("golang:1.17 is known");
        // With what `go build` made and left in its cache it weighed 962 MB.
        assert!(known.low < 962_000_000 && known.high > 900_000_000, "{known:?}");
        assert!(weight.total(Unit::Decimal).is_some_and(|total| total.starts_with("≥ ")));
    }

    #[test]
    fn what_the_ignore_file_leaves_of_a_folder_counts_to_the_byte() {
        let (text, context) = seed("go-gin", "single.Dockerfile");
        let weight = last(&text, Ok(&context));
        let all =
            weight.parts.iter().find(|part| part.text.starts_with("COPY . ")).expect("a COPY");
        let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/seeds/go-gin"));
        // Its ignore file leaves out the Dockerfiles and itself.
        let files = ["go.mod", "go.sum", "main.go", "main_test.go"];
        let length = |file| std::fs::metadata(folder.join(file)).expect("a file").len();
        let bytes = files.map(length).into_iter().sum();
        assert_eq!(all.disk, Ok(Amount::exact(bytes)));
    }

    /// Instructions of every kind.
    fn instruction() -> impl Strategy<Value = &'static str> {
        prop::sample::select(vec![
            "COPY . .",
            "COPY main.go /",
            "COPY none /",
            "COPY --from=x /a /b",
            "COPY <<a /\nx\na",
            "ADD web /",
            "ADD https://a.example /",
            "ENV A=1",
            "SHELL [\"powershell\"]",
            "RUN true",
            "RUN rm -rf /usr",
            "RUN apt-get update && apt-get install -y curl",
            "RUN apt-get install -y git",
            "FROM a AS b",
            "FROM scratch AS a",
            "ONBUILD RUN x",
            "NONSENSE",
        ])
    }

    proptest! {
        #[test]
        fn one_more_instruction_never_makes_it_lighter(
            base in prop::sample::select(vec!["scratch", "debian:12-slim", "golang:1.19"]),
            instructions in prop::collection::vec(instruction(), 1..12),
        ) {
            let context = project();
            let known = |count: usize| {
                let text = format!("FROM {base} AS a\n{}\n", instructions[..count].join("\n"));
                let weight = weights(&Snapshot::new(&text), view(), Ok(&context)).remove(0);
                (weight.known().expect("a known base"), weight.unknown(), weight.count())
            };
            let mut before = known(0);
            for count in 1..=instructions.len() {
                let after = known(count);
                prop_assert!(before.0.low <= after.0.low && before.0.high <= after.0.high);
                prop_assert!(after.0.low <= after.0.bytes && after.0.bytes <= after.0.high);
                prop_assert!(before.1 <= after.1 && before.2 <= after.2);
                before = after;
            }
        }
    }
}
