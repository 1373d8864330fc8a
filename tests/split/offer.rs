//! What Stagewright offers for a fixture.

use std::fs;
use std::process::Command;

use serde_json::json;

use crate::client::{Client, applied};
use crate::fixture::{Decision, Fixture};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Variant {
    Conservative,
    Smallest,
    /// Not an offer of ours: the tutorial's own result, to see what ours is worth beside it.
    Tutorial,
}

impl Variant {
    const OURS: [Variant; 2] = [Variant::Conservative, Variant::Smallest];

    /// As `--runtime` takes it.
    pub fn word(self) -> &'static str {
        match self {
            Variant::Conservative => "conservative",
            Variant::Smallest => "smallest",
            Variant::Tutorial => "the tutorial's",
        }
    }
}

/// A Dockerfile with two stages in place of the fixture's.
pub struct Offer {
    pub variant: Variant,
    pub dockerfile: String,
}

impl Offer {
    pub fn name(&self) -> &'static str {
        self.variant.word()
    }
}

/// What the program says.
pub enum Answer {
    /// The Dockerfile after the split.
    Split(String),
    /// Why there is none.
    Refused(String),
}

/// What `stagewright split` says.
fn ask(fixture: &Fixture, variant: Variant) -> Answer {
    let output = Command::new(env!("CARGO_BIN_EXE_stagewright"))
        .args(["split", "--stdout", "--runtime", variant.word(), "--context"])
        .args([&fixture.folder, &fixture.path])
        .output()
        .expect("stagewright");
    let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
    match output.status.code() {
        Some(0) => Answer::Split(String::from_utf8(output.stdout).expect("UTF-8")),
        Some(1) => Answer::Refused(complaint),
        _ => panic!("{}: stagewright split: {}: {complaint}", fixture.name, output.status),
    }
}

/// What the server offers over stdio: the text after the action's edit, which comes when it is
/// chosen.
fn served(fixture: &Fixture, variant: Variant) -> Option<String> {
    let kind = format!("refactor.rewrite.split.{}", variant.word());
    let uri = format!("file://{}", fixture.path.display());
    let mut client = Client::spawn();
    client.initialize(json!({ "capabilities": {
        "workspace": { "workspaceEdit": { "documentChanges": true } },
        "textDocument": { "diagnostic": {}, "codeAction": {
            "codeActionLiteralSupport": {}, "dataSupport": true,
            "resolveSupport": { "properties": ["edit"] },
        } },
    } }));
    let text = fs::read_to_string(&fixture.path).expect("the fixture");
    client.open_as(&uri, "dockerfile", &text);
    let place = json!({ "line": 0, "character": 0 });
    let actions = client.request(
        "textDocument/codeAction",
        json!({
            "textDocument": { "uri": uri }, "range": { "start": place, "end": place },
            "context": { "diagnostics": [], "only": [kind] },
        }),
    );
    let action = actions.expect("actions").as_array()?.first()?.clone();
    let resolved = client.request("codeAction/resolve", action).expect("the action");
    let edits = resolved["edit"]["documentChanges"][0]["edits"].as_array().expect("edits").clone();
    Some(applied(&text, &edits))
}

/// What the program says to each variant.
pub fn answers(fixture: &Fixture) -> Vec<(Variant, Answer)> {
    Variant::OURS.map(|variant| (variant, ask(fixture, variant))).into()
}

/// The splits to build: what the program offers, and beside a tutorial's Dockerfile its own result,
/// `multi.Dockerfile`.
pub fn offers(fixture: &Fixture, answers: Vec<(Variant, Answer)>) -> Vec<Offer> {
    let mut offers = Vec::new();
    for (variant, answer) in answers {
        if let Answer::Split(dockerfile) = answer {
            let served = served(fixture, variant);
            assert_eq!(served.as_ref(), Some(&dockerfile), "{}: an editor gets this", fixture.name);
            offers.push(Offer { variant, dockerfile });
        }
    }
    if let Ok(dockerfile) = fs::read_to_string(fixture.folder.join("multi.Dockerfile")) {
        offers.push(Offer { variant: Variant::Tutorial, dockerfile });
    }
    offers
}

/// Where the program decides otherwise than the fixture expects. Whether an offer asks for a
/// review is not held.
pub fn wrong_decisions(fixture: &Fixture, answers: &[(Variant, Answer)]) -> Vec<String> {
    let wrong = |(variant, answer): &(Variant, Answer)| wrong_decision(fixture, *variant, answer);
    answers.iter().filter_map(wrong).collect()
}

fn wrong_decision(fixture: &Fixture, variant: Variant, answer: &Answer) -> Option<String> {
    let expected = fixture.expected.variant(variant);
    let reason = expected.and_then(|it| it.refused.as_deref()).unwrap_or_default();
    let base = expected.and_then(|it| it.base.as_deref());
    let is_refused = fixture.expected.decision == Decision::Refused || base.is_none();
    let word = variant.word();
    match answer {
        Answer::Refused(said) if !is_refused => Some(format!("{word}: refused: {said}")),
        Answer::Refused(said) => {
            let is_other = !said.contains(reason);
            is_other.then(|| format!("{word}: refused not for {reason:?}, but: {said}"))
        }
        Answer::Split(text) if is_refused => Some(format!("{word}: offered:\n{text}")),
        Answer::Split(text) => {
            let offered = last_base(text);
            let is_other = offered.as_deref() != base;
            is_other.then(|| format!("{word}: the base is not {base:?}, but {offered:?}"))
        }
    }
}

/// The name behind the last FROM, with the defaults of the arguments before the first one.
pub fn last_base(dockerfile: &str) -> Option<String> {
    let mut arguments = Vec::new();
    let mut last = None;
    for line in dockerfile.lines() {
        let mut words = line.split_whitespace();
        let instruction = words.next().unwrap_or_default().to_ascii_lowercase();
        match instruction.as_str() {
            "from" => last = words.find(|word| !word.starts_with("--")),
            "arg" if last.is_none() => {
                arguments.extend(words.filter_map(|word| word.split_once('=')));
            }
            _ => {}
        }
    }
    let put_in = |name: String, (argument, value): (&str, &str)| {
        name.replace(&format!("${{{argument}}}"), value).replace(&format!("${argument}"), value)
    };
    last.map(|name| arguments.into_iter().fold(name.to_owned(), put_in))
}
