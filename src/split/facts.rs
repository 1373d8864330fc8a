//! What the only stage of a file does, instruction by instruction, as a build meets it: values with
//! their variables replaced, paths made absolute, commands taken apart.
//!
//! A value that hangs on a build argument is not known: whoever builds can change it. Nor is one
//! that hangs on a variable which neither the file nor the table of images sets.

use std::collections::BTreeMap;
use std::ops::Range;
use std::rc::Rc;

use super::base::Base;
use super::command::{self, Grammar, Invocation, Shell, Word};
use crate::language::Keyword;
use crate::model::facts::{Definition, VariableKind};
use crate::model::{Model, Stage, mount};
use crate::syntax::expand::{self, Mode, Modifier};
use crate::syntax::{Arguments, Instruction, Placed, View, json};
use crate::text::TextRange;

/// The stage, taken apart.
pub struct Facts<'a> {
    /// The file.
    pub model: &'a Model,
    /// What is known of the image that it starts from.
    pub base: Base,
    /// Whether the name of that image hangs on build arguments; then their defaults were taken.
    pub base_argument: Option<String>,
    /// Its instructions, `FROM` first.
    pub lines: Vec<Line<'a>>,
    end: Rc<Scene>,
}

/// An instruction.
pub struct Line<'a> {
    /// Where it stands.
    pub placed: Placed<'a>,
    /// The line of the file on which it begins, from 1.
    pub number: u32,
    /// What kind it is.
    pub keyword: Keyword,
    /// What it says.
    pub what: What,
    /// What it meets.
    pub scene: Rc<Scene>,
}

/// What holds at an instruction.
#[derive(Clone, Debug, Default)]
pub struct Scene {
    /// Variables; `None` for one whose value is not known before the build.
    pub variables: BTreeMap<String, Option<String>>,
    /// Variables that `ARG` declared: who builds can set them.
    pub arguments: Vec<String>,
    /// The working directory.
    pub workdir: Option<String>,
    /// The user, as the file or the image has it; empty for root.
    pub user: Option<String>,
    /// The shell that runs the commands of shell forms.
    pub shell: Shell,
    /// The home folders of users of whom the file tells; `None` for one that is not known.
    pub homes: BTreeMap<String, Option<String>>,
}

/// What an instruction says, as far as it matters here.
#[derive(Debug)]
pub enum What {
    /// `COPY` or `ADD`.
    Copy(Copy),
    /// `RUN`
    Run(Run),
    /// `CMD`
    Cmd(Form),
    /// `ENTRYPOINT`
    Entrypoint(Form),
    /// `HEALTHCHECK`; `None` for `NONE`.
    Healthcheck(Option<Form>),
    /// `ENV` and `ARG`: the names.
    Variables(Vec<String>),
    /// `VOLUME`: absolute paths.
    Volume(Vec<Option<String>>),
    /// `WORKDIR`, made absolute.
    Workdir(Option<String>),
    /// `USER`
    User(Option<String>),
    /// The ports of `EXPOSE`.
    Expose(Vec<String>),
    /// All others.
    Other,
}

/// A command as `CMD`, `ENTRYPOINT` and `HEALTHCHECK` have it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Form {
    /// The words of an exec form.
    Exec(Vec<String>),
    /// A text for the shell.
    Shell(String),
}

/// What a `COPY` or `ADD` says.
#[derive(Debug, Default)]
pub struct Copy {
    /// The stage or image that is copied from.
    pub from: Option<String>,
    /// What is copied, as far as it is known. Heredocs are not among them.
    pub sources: Vec<Option<String>>,
    /// How many heredocs there are.
    pub heredocs: usize,
    /// The text of the only heredoc, if no variable counts in it.
    pub written: Option<String>,
    /// Where to, made absolute; with a `/` at its end if it is written with one.
    pub destination: Option<String>,
    /// Whether that is written from the working directory.
    pub is_relative: bool,
    /// The value of `--chown`; as it is written where that is not known.
    pub owner: Option<String>,
    /// The patterns of `--exclude`.
    pub excluded: Vec<String>,
    /// Flags that change what lands where: `--parents` and those that are not known.
    pub is_odd: bool,
    /// Whether it is an `ADD`, which unpacks archives.
    pub is_add: bool,
}

/// What a `RUN` says.
#[derive(Debug)]
pub struct Run {
    /// Its commands in the order in which they run, or why they are not read: a short text.
    pub commands: Result<Vec<Invocation>, String>,
    /// The folders whose content does not stay in the image.
    pub mounts: Vec<Mount>,
    /// The text of its shell form in the file, if it is no heredoc.
    pub text: Option<TextRange>,
}

/// A `--mount` of a `RUN`.
#[derive(Debug, PartialEq, Eq)]
pub struct Mount {
    /// `cache`, `bind`, `tmpfs`, `secret`, `ssh`.
    pub kind: String,
    /// Where it is mounted, made absolute; `None` if that is not known.
    pub target: Option<String>,
    /// What is mounted of the build context: a path from its root; `None` for everything else.
    pub source: Option<String>,
}

impl Scene {
    /// The value of a variable that the file or the image sets.
    pub fn value(&self, name: &str) -> Option<&str> {
        self.variables.get(name)?.as_deref()
    }

    /// A text with its variables replaced, as `BuildKit` does; `None` if one of them is not known.
    pub fn expand(&self, text: &str, escape: char) -> Option<String> {
        let expansion = expand::expand(text, escape, Mode::WORD, self).ok()?;
        let unknown = expand::parse(text, escape, Mode::WORD).uses.into_iter().any(|used| {
            let name = text.get(Range::<usize>::from(used.name)).unwrap_or_default();
            let other = matches!(
                used.modifier,
                Some(Modifier::Default { .. } | Modifier::Alternative { .. })
            );
            // A default does not help where somebody can set the variable.
            let open = self.arguments.iter().any(|argument| argument == name)
                || self.variables.get(name).is_some_and(Option::is_none);
            open || expansion.unmatched.contains(name) && !other
        });
        (!unknown).then_some(expansion.text)
    }

    /// The home folder of who works here; `None` if it is not known.
    ///
    /// Where the file sets no `HOME`, it is that of the user in `/etc/passwd` (`BuildKit`'s
    /// `executor/oci`): below `/home` for those that the file or the image makes for itself. A number
    /// may be anybody's, and the users of a distribution have theirs elsewhere.
    pub fn home(&self) -> Option<String> {
        const NOT_IN_HOME: &[&str] = &[
            "_apt", "bin", "daemon", "games", "mail", "man", "news", "nginx", "nobody", "sys",
            "www-data",
        ];
        if let Some(set) = self.variables.get("HOME") {
            return set.clone();
        }
        let user = self.user.as_deref()?.split(':').next()?;
        match user {
            _ if self.arguments.iter().any(|argument| argument == "HOME") => None,
            "" | "root" | "0" => Some("/root".to_owned()),
            _ if user.starts_with(|c: char| c.is_ascii_digit()) => None,
            _ if NOT_IN_HOME.contains(&user) => None,
            user => match self.homes.get(user) {
                Some(told) => told.clone(),
                None => Some(format!("/home/{user}")),
            },
        }
    }

    /// A path made absolute from the working directory.
    pub fn path(&self, path: &str) -> Option<String> {
        join(self.workdir.as_deref()?, path)
    }
}

impl expand::Env for Scene {
    fn get(&self, name: &str) -> Option<&str> {
        self.value(name)
    }
}

/// `path` seen from `folder`, cleaned; a `/` at its end stays.
pub fn join(folder: &str, path: &str) -> Option<String> {
    let whole = if path.starts_with('/') { path.to_owned() } else { format!("{folder}/{path}") };
    let mut parts: Vec<&str> = Vec::new();
    for part in whole.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    let mut clean = format!("/{}", parts.join("/"));
    if path.ends_with('/') && clean != "/" {
        clean.push('/');
    }
    Some(clean)
}

impl<'a> Facts<'a> {
    /// Reads a stage that starts from `base`.
    pub fn read(model: &'a Model, stage: &Stage, base: Base) -> Facts<'a> {
        Facts::read_chain(model, &[stage], base)
    }

    /// Reads stages as one, of which each starts from the one before, and the first from `base`.
    pub fn read_chain(model: &'a Model, chain: &[&Stage], base: Base) -> Facts<'a> {
        let mut reader = Reader::new(model, &base);
        let mut lines = Vec::new();
        for stage in chain {
            // An `ARG` counts to the end of its stage.
            Rc::make_mut(&mut reader.scene).arguments.clear();
            let own = model.instructions_from(stage.item);
            for (placed, facts) in own.take_while(|(placed, _)| placed.start < stage.range.end()) {
                let (Some(instruction), Some(keyword)) = (placed.instruction(), facts.keyword)
                else {
                    continue;
                };
                let scene = Rc::clone(&reader.scene);
                let part =
                    Part { placed, instruction, view: instruction.meant(), escape: reader.escape };
                let what = reader.what(&part, keyword, &facts.definitions);
                let number = reader.line_number(&part);
                lines.push(Line { placed, number, keyword, what, scene });
            }
        }
        Facts { model, base, base_argument: None, lines, end: reader.scene }
    }

    /// What holds at the end.
    pub fn last_scene(&self) -> Rc<Scene> {
        Rc::clone(&self.end)
    }

    /// All commands of all `RUN`s that are read, each with the number of its line in `lines`.
    pub fn invocations(&self) -> impl Iterator<Item = (usize, &Invocation)> {
        self.lines.iter().enumerate().flat_map(|(index, line)| {
            let commands = match &line.what {
                What::Run(run) => run.commands.as_deref().unwrap_or_default(),
                _ => &[],
            };
            commands.iter().map(move |invocation| (index, invocation))
        })
    }

    /// The commands within another, in its `$(…)`.
    pub fn inside(&self, line: usize, around: &Invocation) -> impl Iterator<Item = &Invocation> {
        let range = around.range;
        let own = self.invocations().filter(move |(number, one)| {
            *number == line && one.range != range && range.contains_range(one.range)
        });
        own.map(|(_, one)| one)
    }

    /// Whether a command gets what `curl` or `wget` fetches from an address with that part.
    pub fn is_fed(&self, line: usize, invocation: &Invocation, part: &str) -> bool {
        let start = invocation.range.start();
        let before = self
            .invocations()
            .filter(|(number, one)| *number == line && one.range.end() <= start && one.is_piped);
        let names = |word: &Word| word.or_empty().contains(part) || word.head.contains(part);
        before.last().is_some_and(|(_, one)| {
            matches!(one.name(), Some("curl" | "wget")) && one.args().iter().any(names)
        })
    }

    /// The last line of that kind.
    pub fn last(&self, keyword: Keyword) -> Option<&Line<'a>> {
        self.lines.iter().rev().find(|line| line.keyword == keyword)
    }
}

/// An instruction while it is read.
struct Part<'a> {
    placed: Placed<'a>,
    instruction: &'a Instruction,
    view: &'a View,
    escape: char,
}

impl<'a> Part<'a> {
    fn source(&self) -> &'a str {
        &self.placed.item.text
    }

    fn text(&self, range: TextRange) -> String {
        self.view.text(self.source(), range).into_owned()
    }

    /// The values of all flags of that name.
    fn flags(&self, name: &str) -> impl Iterator<Item = String> {
        let flags = self.view.command.flags.iter();
        flags.filter(move |flag| self.view.flag_name(self.source(), flag) == name).map(|flag| {
            let text = self.view.flag_text(self.source(), flag, self.escape);
            text.split_once('=').map_or(String::new(), |(_, value)| value.to_owned())
        })
    }

    /// The words of the arguments, quotes of an exec form gone.
    fn words(&self) -> Vec<String> {
        let decode = matches!(self.view.command.arguments, Arguments::Exec(_));
        let words = self.view.command.words().iter().map(|word| self.text(*word));
        words.map(|word| if decode { json::decode(&word) } else { word }).collect()
    }
}

struct Reader {
    scene: Rc<Scene>,
    escape: char,
}

impl<'a> Reader {
    fn new(model: &Model, base: &Base) -> Reader {
        let variables =
            base.env.iter().map(|(name, value)| ((*name).to_owned(), Some(value.clone())));
        let scene = Scene {
            variables: variables.collect(),
            arguments: Vec::new(),
            workdir: Some(base.workdir.to_owned()),
            user: Some(base.user.to_owned()),
            shell: Shell::Posix,
            homes: BTreeMap::new(),
        };
        Reader { scene: Rc::new(scene), escape: model.tree().escape() }
    }

    fn line_number(&self, part: &Part<'a>) -> u32 {
        let before = usize::from(part.instruction.body.start());
        let lines = part.source().get(..before).map_or(0, |text| text.matches('\n').count());
        part.placed.line + u32::try_from(lines).unwrap_or(0) + 1
    }

    fn what(&mut self, part: &Part<'a>, keyword: Keyword, definitions: &[Definition]) -> What {
        match keyword {
            Keyword::Copy | Keyword::Add => What::Copy(self.copy(part, keyword == Keyword::Add)),
            Keyword::Run => {
                let run = self.run(part);
                let commands = run.commands.as_deref().unwrap_or_default();
                let told = commands.iter().flat_map(told_homes).collect::<Vec<_>>();
                if !told.is_empty() {
                    Rc::make_mut(&mut self.scene).homes.extend(told);
                }
                What::Run(run)
            }
            Keyword::Cmd => What::Cmd(form(part, &part.view.command.arguments)),
            Keyword::Entrypoint => What::Entrypoint(form(part, &part.view.command.arguments)),
            Keyword::Healthcheck => What::Healthcheck(match &part.view.command.arguments {
                Arguments::Health(kind, inner) if part.text(*kind).eq_ignore_ascii_case("cmd") => {
                    Some(form(part, inner))
                }
                _ => None,
            }),
            Keyword::Env | Keyword::Arg => {
                self.define(definitions);
                What::Variables(definitions.iter().map(|d| d.name.text.to_string()).collect())
            }
            Keyword::Workdir => {
                let path = part.words().first().and_then(|word| self.expand(word));
                let path = path.and_then(|path| self.scene.path(&path));
                let path = path.map(|path| match path.as_str() {
                    "/" => path,
                    _ => path.trim_end_matches('/').to_owned(),
                });
                Rc::make_mut(&mut self.scene).workdir.clone_from(&path);
                What::Workdir(path)
            }
            Keyword::User => {
                let user = part.words().first().and_then(|word| self.expand(word));
                Rc::make_mut(&mut self.scene).user.clone_from(&user);
                What::User(user)
            }
            Keyword::Volume => {
                let paths = part.words().into_iter().map(|word| self.path(&word));
                What::Volume(paths.collect())
            }
            Keyword::Expose => What::Expose(part.words()),
            Keyword::Shell => {
                let program = part.words().into_iter().next().unwrap_or_default();
                Rc::make_mut(&mut self.scene).shell = Shell::of(&program);
                What::Other
            }
            _ => What::Other,
        }
    }

    fn expand(&self, text: &str) -> Option<String> {
        self.scene.expand(text, self.escape)
    }

    fn path(&self, text: &str) -> Option<String> {
        self.scene.path(&self.expand(text)?)
    }

    fn define(&mut self, definitions: &[Definition]) {
        let values: Vec<_> = definitions
            .iter()
            .map(|definition| {
                let value = definition.value.as_ref().and_then(|value| self.expand(&value.text));
                (definition, value)
            })
            .collect();
        let scene = Rc::make_mut(&mut self.scene);
        for (definition, value) in values {
            let name = definition.name.text.to_string();
            match definition.kind {
                VariableKind::Env => {
                    scene.arguments.retain(|argument| *argument != name);
                    scene.variables.insert(name, value);
                }
                // An `ENV` of the same name stays in force.
                VariableKind::Arg => {
                    let is_env = scene.variables.contains_key(&name);
                    if !is_env && !scene.arguments.contains(&name) {
                        scene.arguments.push(name);
                    }
                }
            }
        }
    }

    fn copy(&self, part: &Part<'a>, is_add: bool) -> Copy {
        let mut words = part.words();
        let written = words.pop().and_then(|word| self.expand(&word));
        let is_relative = written.as_deref().is_none_or(|word| !word.starts_with('/'));
        let destination = written.and_then(|word| self.scene.path(&word));
        let is_heredoc =
            |word: &TextRange| part.instruction.heredocs.iter().any(|h| h.word == *word);
        let ranges = part.view.command.words();
        let heredocs = ranges.iter().filter(|word| is_heredoc(word)).count();
        let sources = words.into_iter().zip(ranges).filter(|(_, range)| !is_heredoc(range));
        const PLAIN: [&str; 6] = ["from", "chown", "chmod", "link", "exclude", "checksum"];
        let name = |flag| part.view.flag_name(part.source(), flag);
        Copy {
            from: part.flags("from").next().filter(|from| !from.is_empty()),
            sources: sources.map(|(word, _)| self.expand(&word)).collect(),
            heredocs,
            written: written_text(part),
            destination,
            is_relative,
            owner: part.flags("chown").next().map(|owner| self.expand(&owner).unwrap_or(owner)),
            excluded: part.flags("exclude").collect(),
            is_odd: part.view.command.flags.iter().any(|flag| !PLAIN.contains(&&*name(flag))),
            is_add,
        }
    }

    fn run(&self, part: &Part<'a>) -> Run {
        let mounts = self.mounts(part);
        let text = match part.view.command.arguments {
            Arguments::Text(text) if part.instruction.heredocs.is_empty() => {
                Some(part.placed.lift(text))
            }
            _ => None,
        };
        Run { commands: self.commands(part), mounts, text }
    }

    fn commands(&self, part: &Part<'a>) -> Result<Vec<Invocation>, String> {
        if let Arguments::Exec(_) = part.view.command.arguments {
            let range = part.placed.lift(part.view.command.rest);
            return Ok(vec![Invocation::exec(&part.words(), range, &self.scene)]);
        }
        if self.scene.shell == Shell::Other {
            return Err("its shell is not one that is read".to_owned());
        }
        let (text, place) = script(part)?;
        command::read(&text, &self.scene, &|range| part.placed.lift(place(range)))
    }

    fn mounts(&self, part: &Part<'a>) -> Vec<Mount> {
        let flags = part.view.command.flags.iter();
        let flags = flags.filter(|flag| part.view.flag_name(part.source(), flag) == "mount");
        flags
            .map(|flag| {
                let fields = mount::fields(flag, part.view, part.source(), part.escape);
                let value = |names: &[&str]| {
                    let field = fields
                        .iter()
                        .find(|f| names.contains(&f.key.text.to_ascii_lowercase().as_str()));
                    field.and_then(|field| Some(field.value.as_ref()?.text.to_string()))
                };
                let kind = value(&["type"]).unwrap_or_else(|| "bind".to_owned());
                let target = value(&["target", "dst", "destination"]);
                let target = match (target, kind.as_str()) {
                    (None, "secret" | "ssh") => Some("/run/secrets".to_owned()),
                    (target, _) => target.and_then(|target| self.path(&target)),
                };
                let from = value(&["from"]);
                let source = (kind == "bind" && from.is_none())
                    .then(|| self.expand(&value(&["source", "src"]).unwrap_or_default()))
                    .flatten();
                Mount { kind, target, source }
            })
            .collect()
    }
}

/// Options of `useradd` and `usermod`, as shadow's manual page has them.
const USERADD: Grammar = Grammar {
    values: &[
        "-b",
        "--base-dir",
        "-c",
        "--comment",
        "-d",
        "--home",
        "--home-dir",
        "-e",
        "-f",
        "-g",
        "--gid",
        "-G",
        "--groups",
        "-k",
        "--skel",
        "-K",
        "-md",
        "-ms",
        "-p",
        "--password",
        "-rms",
        "-s",
        "--shell",
        "-u",
        "--uid",
    ],
    switches: &[
        "-a",
        "--append",
        "--create-home",
        "-l",
        "-m",
        "-M",
        "--move-home",
        "--no-create-home",
        "--no-log-init",
        "--no-user-group",
        "-N",
        "--non-unique",
        "-o",
        "-r",
        "--system",
        "-U",
        "--user-group",
    ],
    joined: &[],
};

/// Options of `adduser`, Debian's and BusyBox's.
const ADDUSER: Grammar = Grammar {
    values: &[
        "-Dh",
        "-Ds",
        "-G",
        "-g",
        "--gecos",
        "--gid",
        "-h",
        "--home",
        "--ingroup",
        "-k",
        "-s",
        "--shell",
        "-u",
        "--uid",
    ],
    switches: &[
        "-D",
        "--disabled-login",
        "--disabled-password",
        "--force-badname",
        "--group",
        "-H",
        "--no-create-home",
        "--quiet",
        "-S",
        "--system",
    ],
    joined: &[],
};

/// The users whom a command gives home folders of their own, and these as far as they are known: with
/// options that are not, any word may be the user's name.
fn told_homes(invocation: &Invocation) -> Vec<(String, Option<String>)> {
    let grammar = match invocation.name() {
        Some("useradd" | "usermod") => &USERADD,
        Some("adduser") => &ADDUSER,
        _ => return Vec::new(),
    };
    let options = grammar.read(invocation.args());
    let users = options.operands.iter().filter_map(|word| word.text.clone());
    if options.unknown.is_some() {
        return users.map(|user| (user, None)).collect();
    }
    // Behind the user, `adduser` takes a group.
    let Some(user) = users.into_iter().next() else { return Vec::new() };
    let own = options.value(&["-d", "--home", "--home-dir", "-md", "-h", "-Dh"]);
    let base = options.value(&["-b", "--base-dir"]);
    match (own, base) {
        (Some(folder), _) => vec![(user, folder.map(str::to_owned))],
        (None, Some(base)) => {
            let folder = base.and_then(|base| join(base, &user));
            vec![(user, folder)]
        }
        (None, None) => Vec::new(),
    }
}

/// A place in a script to the place in the instruction's item.
type Place<'a> = Box<dyn Fn(Range<usize>) -> TextRange + 'a>;

/// The text for the shell: that of the instruction, or the body of the only heredoc.
fn script<'a>(part: &Part<'a>) -> Result<(String, Place<'a>), String> {
    let Arguments::Text(range) = part.view.command.arguments else {
        return Err("it has no command".to_owned());
    };
    let text = part.text(range);
    let heredocs = &part.instruction.heredocs;
    let Some(heredoc) = heredocs.first() else {
        let map = part.view.map(range);
        return Ok((text, Box::new(move |sub| map.range(sub.start, sub.end))));
    };
    let is_alone = heredocs.len() == 1 && range == heredoc.word;
    if !is_alone {
        return written_file(part, range)
            .ok_or_else(|| "a heredoc is given to a command".to_owned());
    }
    let body = part.source().get(Range::<usize>::from(heredoc.body)).unwrap_or_default();
    if body.starts_with("#!") {
        return Err("its heredoc is for another program".to_owned());
    }
    let start = heredoc.body.start();
    let place = move |sub: Range<usize>| {
        let at = |offset: usize| start + syntax_size(offset);
        TextRange::new(at(sub.start), at(sub.end.max(sub.start)))
    };
    if heredoc.chomp {
        let body = body.split_inclusive('\n').map(|line| line.trim_start_matches('\t')).collect();
        let whole = heredoc.body;
        return Ok((body, Box::new(move |_| whole)));
    }
    Ok((body.to_owned(), Box::new(place)))
}

/// The text of the only heredoc, if it is what stands there.
fn written_text(part: &Part<'_>) -> Option<String> {
    let [heredoc] = &part.instruction.heredocs[..] else { return None };
    let body = part.source().get(Range::<usize>::from(heredoc.body))?;
    let is_plain = !heredoc.expand || !body.contains(['$', '\\', '`']);
    let strips = |line| if heredoc.chomp { str::trim_start_matches(line, '\t') } else { line };
    is_plain.then(|| body.split_inclusive('\n').map(strips).collect())
}

/// The command of `cat > file <<EOF` without the heredoc, whose text it writes as it is.
fn written_file<'a>(part: &Part<'a>, range: TextRange) -> Option<(String, Place<'a>)> {
    let [heredoc] = part.instruction.heredocs.as_slice() else { return None };
    let body = part.source().get(Range::<usize>::from(heredoc.body)).unwrap_or_default();
    if heredoc.expand && body.contains(['$', '`', '\\']) {
        return None;
    }
    let text = part.text(range);
    let word = part.text(heredoc.word);
    let (before, behind) = text.split_once(word.as_str())?;
    let words: Vec<&str> = before.split_whitespace().chain(behind.split_whitespace()).collect();
    let is_plain = |word: &&str| !word.contains(['$', ';', '&', '|', '(', '`', '<', '"', '\'']);
    let path = match words.as_slice() {
        ["cat", ">" | ">>", path] => path,
        ["cat", path] => path.trim_start_matches('>'),
        ["tee", path] => path,
        _ => return None,
    };
    (is_plain(&path) && !path.contains('>')).then(|| {
        let whole = heredoc.word;
        (format!("cat > {path}"), Box::new(move |_| whole) as Place<'a>)
    })
}

fn syntax_size(length: usize) -> crate::text::TextSize {
    crate::text::TextSize::try_from(length).unwrap_or_default()
}

fn form(part: &Part<'_>, arguments: &Arguments) -> Form {
    match arguments {
        Arguments::Exec(words) => {
            Form::Exec(words.iter().map(|word| json::decode(&part.text(*word))).collect())
        }
        Arguments::Text(text) => Form::Shell(part.text(*text)),
        _ => Form::Exec(Vec::new()),
    }
}
