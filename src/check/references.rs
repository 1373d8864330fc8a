//! Names of stages and images: stages that come too late, that there are not, that nobody can mean.
//!
//! Source: `frontend/dockerfile/dockerfile2llb/convert.go` (`toCommand`, `addState`, `dispatch`,
//! `resolveBaseImage`) and `validations.go` (`validateCircularDependency`).

use super::near::{self, Nearest};
use super::rule::ModelLook;
use super::{Finding, Issue, Phase, Severity};
use crate::image::reference::{self, Malformed};
use crate::language::nearest::nearest;
use crate::language::{Keyword, variable};
use crate::model::{Base, Model, Place, Reference, Relation, Stage, Target};
use crate::syntax::expand::{self, ExpandErrorKind, Mode};
use crate::text::{TextRange, TextSize};

const LINK: &str = "https://docs.docker.com/build/building/multi-stage/";
const FROM_LINK: &str =
    "https://docs.docker.com/reference/dockerfile/#understand-how-arg-and-from-interact";

/// Images with names so short that they are near to those of stages: `bash` is no mistyped `base`.
const SHORT_IMAGES: [&str; 18] = [
    "bash", "caddy", "httpd", "julia", "mongo", "mysql", "nats", "neo4j", "nginx", "node", "perl",
    "php", "pypy", "redis", "ruby", "rust", "storm", "swift",
];

/// What [`Issue::variant`] says here.
const PLAIN: u8 = 0;
const CIRCULAR: u8 = 1;
const HITS_IMAGE: u8 = 2;

/// The look.
pub const LOOK: ModelLook = ModelLook { find, tell };

fn find(model: &Model, issues: &mut Vec<Issue>) {
    let mut circular = model.circular().peekable();
    let mut images = Images::new(model);
    for (number, reference) in model.references().iter().enumerate() {
        let on_circle = circular.next_if(|other| std::ptr::eq(*other, reference)).is_some();
        // Before the first FROM nothing can be built, and that is told of.
        if reference.stage.is_none() {
            continue;
        }
        let stage = match (reference.relation(), &reference.target) {
            (Some(Relation::Earlier), _) => continue,
            (Some(_), Target::Stage(stage)) => Some(*stage),
            (None, Target::Image) if is_surely_image(&reference.name.text) => continue,
            (None, Target::Scratch | Target::Variable | Target::OneOf(_)) => continue,
            // `from=` alone is the build context.
            (None, _) if reference.name.text.is_empty() => continue,
            _ => None,
        };
        // A trigger is read in the file of the build that it fires in, where stages are others.
        let facts = model.facts(reference.item);
        let trigger = facts.is_some_and(|facts| facts.keyword == Some(Keyword::Onbuild));
        if trigger && (stage.is_some() || !fires_here(model, reference)) {
            continue;
        }
        let other = stage.and_then(|stage| model.stages().get(stage)).map(|stage| stage.item);
        let variant = match reference.target {
            Target::Stage(_) if on_circle => CIRCULAR,
            Target::NoSuchIndex if images.hit(number, reference) => HITS_IMAGE,
            _ => PLAIN,
        };
        issues.push(Issue { item: reference.item, other, number, variant });
    }
}

/// Whether a stage that the last one needs is built on the stage of the reference: the triggers of
/// others are not read (`dockerfile2llb/convert.go`, `dispatchOnBuildTriggers`).
fn fires_here(model: &Model, reference: &Reference) -> bool {
    let (Some(stage), Some(last)) = (reference.stage, model.stages().last()) else { return false };
    let mut built = model.names().bases().iter().zip(model.reachable(last.index));
    built.any(|(base, reached)| reached && *base == Base::Stage(stage))
}

/// A well-formed name with a tag, a digest or a path: nothing to tell about, and cheap to know.
fn is_surely_image(name: &str) -> bool {
    let plain =
        |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"/.-:".contains(&byte);
    name.contains(['/', ':']) && name.bytes().all(plain) && reference::problem(name).is_none()
}

fn tell(model: &Model, issue: &Issue) -> Option<Finding> {
    let reference = model.references().get(issue.number)?;
    match &reference.target {
        Target::Stage(stage) => {
            too_late(reference, model.stages().get(*stage)?, issue.variant == CIRCULAR)
        }
        Target::NoSuchIndex => no_such_index(model, reference, issue.variant == HITS_IMAGE),
        Target::Image if reference.place == Place::From => base_image(model, reference),
        Target::Image => image(model, reference, &reference.name.text, Depends::Nothing),
        Target::Unknown => blank_base(model, reference),
        Target::Scratch | Target::Variable | Target::OneOf(_) => None,
    }
}

/// A reference to its own stage or a later one.
fn too_late(reference: &Reference, stage: &Stage, circular: bool) -> Option<Finding> {
    let name = &reference.name.text;
    let named = stage.name().or_else(|| stage.image())?;
    let (code, message) = match (reference.relation()?, circular) {
        (Relation::Own, _) => (
            "circular-stage",
            format!("`{name}` is the stage that this stands in. Name an earlier one."),
        ),
        (_, true) => (
            "circular-stage",
            format!(
                "The stage `{}` needs this one, so this one cannot need it. Take one of the two \
                 references away.",
                stage.title()
            ),
        ),
        (_, false) => (
            "later-stage",
            format!(
                "The stage `{}` stands further down. Move it above this one: a stage can use \
                 earlier ones only.",
                stage.title()
            ),
        ),
    };
    Some(
        Finding::refused(code, Phase::Build, reference.name.range, message)
            .with_related(named.range, format!("the stage `{}`", stage.title()))
            .with_link(LINK),
    )
}

fn no_such_index(model: &Model, reference: &Reference, hits_image: bool) -> Option<Finding> {
    let count = model.stages().len();
    let name = &reference.name.text;
    let message = match count.saturating_sub(1) {
        0 => format!("There is no stage {name}: the only one has the number 0."),
        last => format!("There is no stage {name}: they are numbered from 0 to {last}."),
    };
    let message = format!("{message} Name the stage instead.");
    let range = reference.name.range;
    let finding = match hits_image {
        // BuildKit counts images among the stages as it meets them; no one can mean that.
        true => Finding::new("stage-index", Severity::Warning, range, message),
        false => Finding::refused("stage-index", Phase::Build, range, message),
    };
    Some(finding.with_link(LINK))
}

/// How many images `COPY --from` and mounts have named so far, at the most: `BuildKit` appends those
/// to its list of stages, and a nameless one for each mount without `from`.
struct Images<'a> {
    model: &'a Model,
    /// References that were counted.
    references: usize,
    /// Items that were counted.
    items: usize,
    count: usize,
}

impl<'a> Images<'a> {
    fn new(model: &'a Model) -> Self {
        Images { model, references: 0, items: 0, count: 0 }
    }

    /// Whether the number that reference `number` is may be that of an image named before. To be
    /// asked in the order of the file: each part of it is counted once.
    fn hit(&mut self, number: usize, reference: &Reference) -> bool {
        let Ok(index) = reference.name.text.parse::<usize>() else { return false };
        let references = self.model.references().iter().take(number).skip(self.references);
        let images = references.filter(|other| {
            other.place != Place::From && matches!(other.target, Target::Image | Target::Scratch)
        });
        self.count += images.count();
        self.references = number;
        let tree = self.model.tree();
        let runs = (self.items..=reference.item).filter_map(|item| tree.item(item)?.instruction());
        let runs = runs.map(|instruction| &instruction.view.command);
        let runs = runs.filter(|command| command.keyword == Some(Keyword::Run));
        self.count += runs.map(|command| command.flags.len()).sum::<usize>();
        self.items = self.items.max(reference.item + 1);
        index < self.model.stages().len() + self.count
    }
}

/// A `FROM` that names no earlier stage.
fn base_image(model: &Model, reference: &Reference) -> Option<Finding> {
    let written = &reference.name.text;
    let stage = model.stages().get(reference.stage?)?;
    let Base::Image(name) = &stage.base else { return None };
    if let Some(later) = later_namesake(model, reference) {
        let message = format!(
            "`{written}` is an image here: the stage of that name stands further down. Move the \
             stage above this one, if it is meant."
        );
        let range = reference.name.range;
        let finding = match reference::problem(name) {
            Some(_) => Finding::refused("later-stage", Phase::Build, range, message),
            None => Finding::new("later-stage", Severity::Warning, range, message),
        };
        return Some(
            finding
                .with_related(later.name()?.range, format!("the stage `{}`", later.title()))
                .with_link(LINK),
        );
    }
    image(model, reference, name, depends(model, written))
}

/// The later stage that bears the name of the base. `FROM alpine AS alpine` is no such case: there
/// the image is meant.
fn later_namesake<'a>(model: &'a Model, reference: &Reference) -> Option<&'a Stage> {
    let later = model.names().stages(&reference.name.text);
    let later = later.iter().find(|number| Some(**number) > reference.stage)?;
    let stage = model.stages().get(*later)?;
    let same = stage.image().is_some_and(|image| image.text == reference.name.text);
    (!same).then_some(stage)
}

/// What the text of a base depends on besides the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Depends {
    /// Nothing, or the defaults of arguments that nobody can pass.
    Nothing,
    /// A variable that no `ARG` declares: it has a finding of its own.
    Undeclared,
    /// An argument that can be passed to the build.
    Passed,
    /// A variable that the builder sets.
    Builder,
}

fn depends(model: &Model, written: &str) -> Depends {
    let uses = expand::parse(written, model.tree().escape(), Mode::WORD).uses;
    let mut depends = Depends::Nothing;
    for found in uses.iter().filter(|found| found.sound) {
        let name = written.get(std::ops::Range::<usize>::from(found.name)).unwrap_or_default();
        depends = match (super::variables::global(model, name), variable::predefined(name)) {
            (_, Some(_)) => return Depends::Builder,
            (Some(_), None) => Depends::Passed,
            (None, None) if depends == Depends::Nothing => Depends::Undeclared,
            (None, None) => depends,
        };
    }
    depends
}

/// A name that is no stage: an image, unless it is malformed or nearly a stage.
fn image(model: &Model, reference: &Reference, name: &str, depends: Depends) -> Option<Finding> {
    let written = &*reference.name.text;
    let range = reference.name.range;
    let told = matches!(depends, Depends::Undeclared | Depends::Builder);
    let problem = reference::problem(name).filter(|_| !told);
    if let Some(finding) = stage_case(model, reference) {
        return Some(finding);
    }
    // Where an image can have the name, it may be meant.
    let near = near_stage(model, reference)
        .filter(|_| written == name)
        .map(|near| Nearest { sure: near.sure && problem.is_some(), ..near });
    let finding = match (problem, &near) {
        (None, None) => return None,
        (None, Some(near)) => {
            let message = format!(
                "There is no stage `{written}`, so this is taken for an image. Did you mean the \
                 stage `{}`?",
                near.name
            );
            Finding::new("unknown-stage", Severity::Warning, range, message)
        }
        (Some(_), Some(near)) => {
            let message = format!(
                "There is no stage `{written}`, nor can an image have that name. Did you mean the \
                 stage `{}`?",
                near.name
            );
            Finding::refused("image-name", Phase::Build, range, message)
        }
        (Some(problem), None) if depends == Depends::Passed => {
            let message = by_default(model, written, name, &problem);
            Finding::new("image-name", Severity::Warning, range, message)
        }
        (Some(problem), None) => no_image(model, reference, name, &problem),
    };
    let finding = finding.with_link(LINK);
    Some(match near {
        Some(near) => near.fix(finding, range, near.name),
        None => finding,
    })
}

/// A stage that `FROM` names in another letter case than its own.
fn stage_case(model: &Model, reference: &Reference) -> Option<Finding> {
    let written = &*reference.name.text;
    let range = reference.name.range;
    let lower = written.to_lowercase();
    let is_one = lower != *written && earlier_names(model, reference).any(|name| name == lower);
    let message = format!(
        "FROM knows a stage by its name in small letters only. Write `{lower}`: `{written}` would \
         be an image, and cannot be one."
    );
    (is_one && reference.place == Place::From).then(|| {
        Finding::refused("stage-case", Phase::Build, range, message)
            .replace(format!("Change to `{lower}`"), range, lower)
            .with_link(LINK)
    })
}

/// What is wrong with the name that the defaults of arguments make.
fn by_default(model: &Model, written: &str, name: &str, problem: &Malformed) -> String {
    match without_default(model, written) {
        Some(empty) => format!(
            "`{empty}` has no default, so without `--build-arg {empty}=…` this is `{name}`, which \
             no image is called. Write a default behind `ARG {empty}`."
        ),
        None => format!(
            "With the defaults of its ARGs this is `{name}`, which {problem}, unless every build is \
             given other values."
        ),
    }
}

/// A name that no image can have, and the one that is meant.
fn no_image(model: &Model, reference: &Reference, name: &str, problem: &Malformed) -> Finding {
    let range = reference.name.range;
    let part = part(reference, name, problem);
    let finding =
        Finding::refused("image-name", Phase::Build, part, format!("`{name}` {problem}."));
    let Some(meant) = meant_image(name).filter(|_| *reference.name.text == *name) else {
        return finding;
    };
    // Elsewhere it may be a stage; `FROM BASE` may be one for `$BASE`, `CHANGE-ME` wants another name,
    // and `MyOrg` may be a registry.
    let is_sure = reference.place == Place::From
        && capital_owner(name).is_none()
        && name.contains(|c: char| c.is_ascii_lowercase())
        && super::variables::global(model, name).is_none();
    let title = format!("Change to `{meant}`");
    match is_sure {
        true => finding.replace(title, range, meant),
        false => finding.maybe_replace(title, range, meant),
    }
}

/// The image that is meant by a name that none can have: in small letters, or with `@` before the
/// digest.
fn meant_image(name: &str) -> Option<String> {
    let repository = reference::Parts::of(name).repository;
    let repository = capital_owner(name).map_or(repository.start, |_| 0)..repository.end;
    let (before, behind) = (name.get(..repository.start)?, name.get(repository.end..)?);
    let lower = format!("{before}{}{behind}", name.get(repository)?.to_lowercase());
    let digest = name.replacen(":sha256:", "@sha256:", 1);
    let mut names = [lower, digest].into_iter();
    names.find(|meant| meant != name && reference::problem(meant).is_none())
}

/// The first part of a name that is taken for a registry for nothing but its capitals: `MyOrg/img`.
fn capital_owner(name: &str) -> Option<&str> {
    let registry = reference::Parts::of(name).registry.and_then(|range| name.get(range))?;
    let is_capital = registry.contains(char::is_uppercase) && !registry.contains(['.', ':']);
    is_capital.then_some(registry)
}

/// The first argument in a name that the file gives no value.
fn without_default(model: &Model, written: &str) -> Option<String> {
    let globals = model.stages().first().map(|first| model.globals_at(first.start))?;
    let uses = expand::parse(written, model.tree().escape(), Mode::WORD).uses;
    let names = uses
        .iter()
        .filter(|found| found.sound)
        .filter_map(|found| written.get(std::ops::Range::<usize>::from(found.name)));
    let mut empty = names.filter(|name| {
        let value = globals.variables.get(*name).map(|global| global.shown());
        value.is_some_and(|value| value.is_none_or(str::is_empty))
    });
    empty.next().map(str::to_owned)
}

/// The part of a name that is wrong, where the name stands in the file as it is.
fn part(reference: &Reference, name: &str, problem: &Malformed) -> TextRange {
    let whole = reference.name.range;
    let verbatim = *reference.name.text == *name && usize::from(whole.len()) == name.len();
    let part = name.get(problem.range.clone()).filter(|part| verbatim && !part.is_empty());
    let Some(part) = part else { return whole };
    let before = name.get(..problem.range.start).unwrap_or_default();
    TextRange::at(whole.start() + TextSize::of(before), TextSize::of(part))
}

/// The stages that a reference could name, in lower case.
fn earlier_names<'a>(model: &'a Model, reference: &Reference) -> impl Iterator<Item = &'a str> {
    let stage = reference.stage;
    model.names().all().filter(move |name| {
        model.names().stages(name).first().is_some_and(|first| Some(*first) < stage)
    })
}

/// The stage whose name is nearly that of a reference.
fn near_stage<'a>(model: &'a Model, reference: &Reference) -> Option<Nearest<'a>> {
    let written = &*reference.name.text;
    if written.contains(['/', ':', '@', '$']) || written.chars().count() < 3 {
        return None;
    }
    let mut names: Vec<&str> = earlier_names(model, reference).collect();
    names.sort_unstable();
    let near = near::any_case(written, names.into_iter())?;
    // Images that are based on elsewhere are meant; so is the plain one beside `node18`.
    let is_base = |stage: &Stage| matches!(&stage.base, Base::Image(image) if **image == *written);
    let others = model.stages().iter().filter(|stage| Some(stage.index) != reference.stage);
    let without_digits =
        |name: &str| name.trim_end_matches(|c: char| c.is_ascii_digit()).to_owned();
    let number = without_digits(near.name) == without_digits(written);
    // In a short name two other letters make another name, unless it is half of the stage's.
    let short = written.chars().count() < 6 && !near.name.starts_with(&written.to_lowercase());
    let far = short && nearest(written, std::iter::once(near.name), 1).is_none();
    let far = far || SHORT_IMAGES.contains(&written);
    if number || far || others.into_iter().any(is_base) {
        return None;
    }
    Some(near)
}

/// A base that expands to nothing, or that cannot be expanded without a value for an argument.
fn blank_base(model: &Model, reference: &Reference) -> Option<Finding> {
    let written = &*reference.name.text;
    let range = reference.name.range;
    let env = model.globals_at(range.start());
    let expanded = expand::expand(written, model.tree().escape(), Mode::WORD, &env);
    let blank = match &expanded {
        Ok(expansion) => expansion.text.is_empty(),
        Err(error) => matches!(error.kind, ExpandErrorKind::Required { .. }),
    };
    let finding = match depends(model, written) {
        _ if !blank => return None,
        Depends::Undeclared | Depends::Builder => return None,
        Depends::Passed => {
            let message = format!(
                "`{written}` is empty unless every build is given a value. Write a default behind \
                 its ARG."
            );
            Finding::new("blank-base", Severity::Warning, range, message)
        }
        Depends::Nothing => {
            let message = format!("`{written}` comes to nothing. Write the image to start from.");
            Finding::refused("blank-base", Phase::Build, range, message)
        }
    };
    Some(finding.with_link(FROM_LINK))
}

#[cfg(test)]
mod tests {
    use crate::check::Severity;
    use crate::check::testing::*;

    #[test]
    fn stages_that_come_too_late() {
        check("FROM a AS b\nCOPY --from=⟦b⟧ x y\n", &["circular-stage"]);
        check("FROM a AS b\nCOPY --from=⟦0⟧ x y\n", &["circular-stage"]);
        check("FROM a AS b\nRUN --mount=from=⟦c⟧,target=/x y\nFROM a AS c\n", &["later-stage"]);
        check(
            "FROM a AS b\nCOPY --from=⟦c⟧ x y\nFROM a AS c\nCOPY --from=b x y\n",
            &["circular-stage"],
        );
        check("FROM ⟦c⟧ AS b\nFROM a AS c\n", &["later-stage"]);
        // There the image is meant, and here the trigger fires elsewhere.
        check("FROM alpine AS b\nFROM alpine AS alpine\n", &[]);
        check("FROM a AS b\nONBUILD COPY --from=b x y\n", &[]);
        check("FROM a AS b\nONBUILD COPY --from=9 x y\nFROM b\nFROM c\n", &[]);
        check("FROM a AS b\nONBUILD COPY --from=⟦9⟧ x y\nFROM b\n", &["stage-index"]);
        // The last of a name counts.
        check(
            "FROM a AS b\nFROM a AS ⟦b⟧\nCOPY --from=⟦b⟧ x y\n",
            &["duplicate-stage", "circular-stage"],
        );
    }

    #[test]
    fn numbers_of_stages() {
        let code = "stage-index";
        check("FROM a\nCOPY --from=⟦1⟧ x y\n", &[code]);
        check("FROM a\nCOPY --from=⟦-1⟧ x y\n", &[code]);
        check("FROM a\nFROM b\nCOPY --from=0 x y\nRUN --mount=from=0,target=/x y\n", &[]);
        let severity = |text| findings(text)[0].severity;
        assert_eq!(severity("FROM a\nCOPY --from=1 x y\n"), Severity::Error);
        let mount = "FROM a\nRUN --mount=type=cache,target=/x y\nCOPY --from=1 x y\n";
        assert_eq!(severity(mount), Severity::Warning);
        assert_eq!(severity("FROM a\nCOPY --from=b x y\nCOPY --from=1 x y\n"), Severity::Warning);
    }

    #[test]
    fn names_of_images() {
        let code = "image-name";
        check("FROM ⟦Alpine⟧\n", &[code]);
        check("FROM ⟦a:⟧\n", &[code]);
        check("FROM a\nCOPY --from=⟦a..b⟧ x y\n", &[code]);
        check("FROM a\nRUN --mount=from=⟦-⟧,target=/x y\n", &[code]);
        check("ARG V=:\nFROM ⟦a:$V⟧\n", &[code]);
        fixed("FROM Alpine:3 AS b\n", code, "FROM alpine:3 AS b\n");
        let digest = "0".repeat(64);
        fixed(&format!("FROM a/b:sha256:{digest}\n"), code, &format!("FROM a/b@sha256:{digest}\n"));
        not_sure("FROM a\nCOPY --from=Nginx x y\n", code);
        not_sure("ARG Base=a\nFROM Base\n", code);
        not_sure("FROM CHANGE-ME\n", code);
        fixed("FROM MyOrg/Img:A\n", code, "FROM myorg/img:A\n");
        not_sure("FROM MyOrg/Img\n", code);
        fixed("FROM My.Org/Img\n", code, "FROM My.Org/img\n");
        check("FROM A/b\nFROM localhost:5000/a:B\nFROM a AS x..y\nFROM x..y\n", &[]);
        check("FROM a:$TARGETARCH\nARG TARGETARCH\n", &[]);
        let severity = |text| findings(text)[0].severity;
        assert_eq!(severity("FROM a:\n"), Severity::Error);
        assert_eq!(severity("ARG V\nFROM a:$V\n"), Severity::Warning);
        let message = |text| findings(text)[0].message.clone();
        let told = message("ARG V\nFROM golang:${V}-alpine\n");
        assert!(told.starts_with("`V` has no default, so without `--build-arg V=…`"), "{told}");
        let told = message("ARG V=.\nFROM golang:${V}-alpine\n");
        assert!(told.starts_with("With the defaults of its ARGs"), "{told}");
        let told = findings("FROM {{IMAGE}}\n");
        assert!(told.iter().any(|it| it.message.contains("placeholder")), "{told:?}");
    }

    #[test]
    fn names_that_are_nearly_a_stage() {
        let start = "FROM a AS builder\n";
        let text = |rest: &str| format!("{start}{rest}");
        check(&text("FROM b\nCOPY --from=⟦bulder⟧ x y\n"), &["unknown-stage"]);
        check(&text("FROM b\nCOPY --from=⟦Bulder⟧ x y\n"), &["image-name"]);
        check(&text("FROM ⟦buidler⟧\n"), &["unknown-stage"]);
        check("FROM a AS build\nFROM b\nCOPY --from=⟦biuld⟧ x y\n", &["unknown-stage"]);
        check(&text("FROM ⟦Builder⟧\n"), &["stage-case"]);
        check(&text("FROM b\nCOPY --from=BUILDER x y\n"), &[]);
        check(&text("FROM builder:1\nCOPY --from=x/bulder x y\nCOPY --from=nginx x y\n"), &[]);
        // Short names that are images.
        check("FROM node AS base\nFROM bash\nCOPY --from=bush x y\n", &[]);
        check("FROM node AS run\nFROM node\nCOPY --from=bui x y\n", &[]);
        check("FROM node AS base\nFROM node\nCOPY --from=⟦bases⟧ x y\n", &["unknown-stage"]);
        check("FROM node AS build\nFROM node\nCOPY --from=⟦bui⟧ x y\n", &["unknown-stage"]);
        // An image that stages are based on, and the plain one beside one with a number.
        check("FROM node AS nodes\nFROM node\n", &[]);
        check("FROM node:18 AS node18\nFROM node\n", &[]);
        fixed(
            &text("FROM b\nCOPY --from=bulder x y\n"),
            "unknown-stage",
            &text("FROM b\nCOPY --from=builder x y\n"),
        );
        fixed(&text("FROM Builder\n"), "stage-case", &text("FROM builder\n"));
        not_sure(&text("FROM buidler\n"), "unknown-stage");
        not_sure(&text("FROM b\nCOPY --from=bulder x y\n"), "unknown-stage");
    }

    #[test]
    fn bases_that_come_to_nothing() {
        let code = "blank-base";
        check("FROM ⟦\"\"⟧\n", &[code]);
        check("ARG BASE\nFROM ⟦$BASE⟧\n", &[code]);
        check("ARG BASE=\nFROM ⟦${BASE}⟧\n", &[code]);
        check("ARG BASE\nFROM ${BASE:-alpine}\n", &[]);
        check("FROM $TARGETARCH\n", &[]);
        let severity = |text| findings(text)[0].severity;
        assert_eq!(severity("FROM \"\"\n"), Severity::Error);
        assert_eq!(severity("ARG BASE\nFROM $BASE\n"), Severity::Warning);
    }
}
