//! The truth of the split: small projects are built by BuildKit on stand-in base images, as they
//! are and split, and must run in the same way.
//!
//! `STAGEWRIGHT_SPLIT=name,name` runs some fixtures only.

#[allow(dead_code, reason = "another test uses the rest")]
#[path = "../protocol/client.rs"]
mod client;
mod compare;
#[path = "../engine/daemon.rs"]
mod daemon;
mod engine;
mod estimate;
mod fixture;
mod image;
mod offer;
mod probe;
mod report;

use std::time::Instant;

use engine::Docker;
use estimate::Catalogue;
use fixture::Fixture;
use image::Image;
use offer::Variant;
use report::Report;

#[test]
fn splits_run_like_the_original() {
    let docker = Docker::start();
    let sizes = Catalogue::new(&docker);
    let mut report = Report::default();
    for fixture in fixture::all() {
        let begin = Instant::now();
        let failures = check(&docker, &sizes, &fixture, &mut report);
        report.fixture(&fixture.name, begin.elapsed(), failures);
    }
    report.finish();
}

/// Builds and runs the fixture as it is, then each split of it. What is wrong, in words.
fn check(
    docker: &Docker,
    sizes: &Catalogue,
    fixture: &Fixture,
    report: &mut Report,
) -> Vec<String> {
    let original = match run(docker, fixture, &fixture.dockerfile, fixture.expected.probe.port) {
        Ok(original) => original,
        Err(error) => return vec![format!("the original: {error}")],
    };
    let answers = offer::answers(fixture);
    let mut failures = offer::wrong_decisions(fixture, &answers);
    let mut after = Vec::new();
    for offer in offer::offers(fixture, answers) {
        let port = fixture.expected.variant(offer.variant).and_then(|it| it.port);
        match run(docker, fixture, &offer.dockerfile, port.or(fixture.expected.probe.port)) {
            Ok(split) if offer.variant == Variant::Tutorial => after.push((offer, split)),
            Ok(split) => {
                let wrong = compare::differences(fixture, offer.variant, &original, &split);
                failures.extend(wrong.iter().map(|it| format!("{}: {it}", offer.name())));
                if !offer.by_hand {
                    let wrong = sizes.error(fixture, offer.variant, split.size);
                    failures.extend(wrong.map(|it| format!("{}: {it}", offer.name())));
                }
                after.push((offer, split));
            }
            Err(error) => {
                failures.push(format!("{}: {error}\n{}", offer.name(), offer.dockerfile));
            }
        }
    }
    for (offer, split) in &after {
        report.size(&fixture.name, &offer.name(), original.size, split.size);
    }
    if after.is_empty() {
        report.size(&fixture.name, "-", original.size, original.size);
    }
    failures
}

/// Builds one Dockerfile in the fixture's folder and runs it as its probe says.
fn run(
    docker: &Docker,
    fixture: &Fixture,
    dockerfile: &str,
    port: Option<u16>,
) -> Result<Image, String> {
    let name = docker.build(fixture, dockerfile)?;
    let mut image = Image::inspect(docker, &name, dockerfile)?;
    image.seen = Some(probe::run(docker, &name, &fixture.expected.probe, port)?);
    Ok(image)
}
