//! The explanation of a file as text.

use super::facts::{Explanation, SettingFacts, StageFacts, VariableFacts};
use super::graph;
use super::size::SizeFacts;
use super::splits::SplitFacts;
use super::start::{Part, Start};
use crate::check::Finding;
use crate::cli::document::Document;
use crate::cli::out::printable;
use crate::cli::report;
use crate::ide::hover::image::aligned;

/// The whole text.
pub fn render(
    explanation: &Explanation<'_>,
    document: &Document,
    findings: &[Finding],
    styled: bool,
) -> String {
    let mut text = head(explanation);
    if !explanation.stages.is_empty() {
        text += "\nStages\n";
        graph::draw(explanation).iter().for_each(|line| text += &format!("  {line}\n"));
    }
    if !explanation.globals.is_empty() {
        text += "\nArguments before the first FROM\n";
        explanation.globals.iter().for_each(|global| text += &row("arg", &variable(global)));
    }
    explanation.stages.iter().for_each(|facts| text += &stage(explanation, facts));
    if !findings.is_empty() {
        text += "\nFindings\n\n";
        findings.iter().for_each(|finding| text += &report::excerpt(document, finding, styled));
        text.truncate(text.trim_end().len());
        text.push('\n');
    }
    if !explanation.offers.is_empty() {
        text += "\nOffers\n";
        for offer in &explanation.offers {
            let place = format!("{}:{}", offer.line, offer.column);
            let sure = if offer.sure { " (done by check --fix)" } else { "" };
            text += &format!("  {place:8} {}{sure}\n", printable(&offer.title));
        }
    }
    if let Some(found) = &explanation.splits {
        text += &splits(found);
    }
    text
}

/// What splitting the file offers, and what it does not and why.
fn splits(found: &SplitFacts) -> String {
    let offers = found.offers.iter().map(|offer| {
        let by = format!("  {:12} ", offer.variant);
        by + &printable(&offer.title) + "\n"
    });
    let refusals = found.refusals.iter().map(|refusal| {
        let by = refusal.variant.map(|variant| format!("{variant:12} ")).unwrap_or_default();
        format!("  {by}{} [{}]\n", printable(&refusal.reason), refusal.code)
    });
    "\nSplits\n".to_owned() + &offers.chain(refusals).collect::<String>()
}

fn head(explanation: &Explanation<'_>) -> String {
    let stages = explanation.stages.len();
    let target = explanation.target.and_then(|target| explanation.stages.get(target));
    let target = target.map_or_else(String::new, |target| {
        let last = if target.index + 1 == stages { ", the last one" } else { "" };
        format!(", target {}{last}", printable(&target.title))
    });
    let count = match stages {
        0 => "no stages".to_owned(),
        1 => "1 stage".to_owned(),
        count => format!("{count} stages"),
    };
    format!("{}: {count}{target}\n", printable(explanation.file))
}

fn stage(explanation: &Explanation<'_>, stage: &StageFacts) -> String {
    let parent = stage.base.stage.and_then(|parent| explanation.stages.get(parent));
    let base = parent
        .map_or_else(|| graph::base_name(&stage.base), |parent| format!("stage {}", parent.title));
    let mut text = format!(
        "\n{} {}  {}\n",
        stage.index,
        printable(&stage.title),
        match stage.last_line > stage.line {
            true => format!("lines {} to {}", stage.line, stage.last_line),
            false => format!("line {}", stage.line),
        }
    );
    text += &row("base", &base);
    if let Some(platform) = &stage.platform {
        text += &row("platform", &printable(platform));
    }
    text += &size(&stage.size);
    text += &row("user", &setting(explanation, stage, stage.user.as_ref(), "root"));
    text += &row("workdir", &setting(explanation, stage, stage.workdir.as_ref(), "/"));
    if let Some(shell) = &stage.shell {
        text += &row("shell", &format!("{}  line {}", array(&shell.words), shell.line));
    }
    for (kind, label) in [("ENV", "env"), ("ARG", "arg")] {
        let own = stage.variables.iter().filter(|variable| variable.kind == kind);
        own.for_each(|own| text += &row(label, &variable(own)));
    }
    text += &row("start", &start(explanation, stage));
    if let Some(build) = &stage.build {
        text += &row("build", build);
    }
    text
}

fn row(label: &str, value: &str) -> String {
    format!("  {label:9} {value}\n")
}

/// What a stage weighs: all together, and below it what is base and what is added.
fn size(size: &SizeFacts) -> String {
    let total = size.total.as_ref().map(|total| format!("{total} on disk"));
    let rows = aligned(&size.rows).into_iter().map(|line| row("", &printable(&line)));
    row("size", total.as_deref().unwrap_or("not known on disk")) + &rows.collect::<String>()
}

fn value(setting: &SettingFacts) -> String {
    format!("{}  line {}", printable(&setting.value), setting.line)
}

/// A setting, or where it comes from if the file does not make it.
fn setting(
    explanation: &Explanation<'_>,
    stage: &StageFacts,
    setting: Option<&SettingFacts>,
    of_scratch: &str,
) -> String {
    match setting {
        Some(setting) => value(setting),
        None if root(explanation, stage).base.kind == "scratch" => of_scratch.to_owned(),
        None => as_in_image(explanation, stage),
    }
}

fn as_in_image(explanation: &Explanation<'_>, stage: &StageFacts) -> String {
    let base = &root(explanation, stage).base;
    let image = base.image.as_deref().or(base.written.as_deref()).unwrap_or("its base");
    format!("as in {}", printable(image))
}

/// The stage at the bottom of what `stage` is built on.
fn root<'a>(explanation: &'a Explanation<'_>, stage: &'a StageFacts) -> &'a StageFacts {
    let mut root = stage;
    while let Some(parent) = root.base.stage.and_then(|parent| explanation.stages.get(parent)) {
        root = parent;
    }
    root
}

fn variable(variable: &VariableFacts) -> String {
    let name = printable(&variable.name);
    let value = match &variable.value {
        Some(value) => format!("{name}={}", printable(value)),
        None => format!("{name} (no value here)"),
    };
    let global =
        variable.global_line.map(|line| format!(", value from line {line}")).unwrap_or_default();
    format!("{value}  line {}{global}", variable.line)
}

fn start(explanation: &Explanation<'_>, stage: &StageFacts) -> String {
    let Start { entrypoint, cmd, words } = &stage.start;
    let image = || as_in_image(explanation, stage);
    let mut lines = Vec::new();
    for (name, part) in [("ENTRYPOINT", entrypoint), ("CMD", cmd)] {
        match part {
            Part::File { line, .. } => lines.push(format!("{name} line {line}")),
            Part::Image if words.is_none() => lines.push(format!("{name} {}", image())),
            Part::Image | Part::Nothing => {}
        }
    }
    let lines = lines.join(", ");
    match (words, entrypoint, cmd) {
        (Some(words), ..) if words.is_empty() => "nothing".to_owned(),
        (Some(words), ..) => format!("{}  {lines}", array(words)),
        (None, _, Part::File { words, .. }) => format!("… {}  {lines}", array(words)),
        (None, Part::File { words, .. }, _) => format!("{} …  {lines}", array(words)),
        (None, ..) => image(),
    }
}

/// Words as an exec form has them.
fn array(words: &[String]) -> String {
    printable(&serde_json::Value::from(words).to_string())
}
