//! What sizes cost: a look-up, an estimate, a hover, all from the table in the binary, and the first
//! answer of a registry on this machine. The last needs Debian's docker-registry, skopeo and buildah.

#![allow(clippy::print_stdout)] // a bench's result is what it prints

#[path = "../tests/registry/images.rs"]
#[allow(dead_code)]
mod images;
#[path = "../tests/registry/run.rs"]
#[allow(dead_code)]
mod run;

use std::hint::black_box;
use std::time::{Duration, Instant};

use stagewright::ide::images::View;
use stagewright::ide::{Snapshot, hover, inlay};
use stagewright::image::catalogue::Catalogue;
use stagewright::image::lighter::lighter;
use stagewright::image::registry::{Hosts, Options, Registry};
use stagewright::image::{Offline, Reference, Sizes, Unit};
use stagewright::language::platform::Platform;
use stagewright::text::TextRange;

fn main() {
    let (offline, platform) = (Offline::default(), Platform::new("linux", "amd64", None));
    let view = View { sizes: &offline, platform: &platform, unit: Unit::Decimal };
    let figure = |name: &str| {
        let image = Reference::parse(name).expect("a name");
        time(|| drop(black_box(offline.figure(&image, &platform))))
    };
    let catalogue = Catalogue::embedded();
    let lookup = time(|| {
        black_box(catalogue.tag("golang", "1.22").next().map(|row| row.pull()));
    });
    println!("| what | time | look-ups |\n|---|---:|---:|");
    let row = |what: &str, took: Duration| {
        let ratio = took.as_secs_f64() / lookup.as_secs_f64();
        println!("| {what} | {took:.1?} | {ratio:.0} |");
    };
    row("look-up of a tag in the catalogue", lookup);
    row("figure, measured: golang:1.22", figure("golang:1.22"));
    row("figure, estimated: golang:1.19", figure("golang:1.19"));
    row("figure, estimated: php:8.9-fpm (1,119 rows)", figure("php:8.9-fpm"));
    row("figure, unknown: acme/app:1", figure("acme/app:1"));
    let php = Reference::parse("php:7.2").expect("a name");
    let known = offline.figure(&php, &platform);
    row(
        "lighter images: php:7.2",
        time(|| drop(black_box(lighter(&offline, &php, &platform, &known)))),
    );
    let file = Snapshot::new("FROM php:7.2 AS a\nFROM golang:1.19\n");
    row(
        "hover: php:7.2",
        time(|| drop(black_box(hover::hover(&file, view, Err("none"), 8.into())))),
    );
    let whole = TextRange::up_to(file.text().len());
    row("hints of both lines", time(|| drop(black_box(inlay::hints(&file, view, whole)))));

    let (cold, cached) = registry(&platform);
    row("registry on loopback, first answer", cold);
    row("registry on loopback, from the disk cache", cached);
    println!(
        "\nThe catalogue: {} bytes of the binary.",
        include_bytes!("../src/image/catalogue/embedded.bin").len()
    );
}

/// The median time of a call.
fn time(mut call: impl FnMut()) -> Duration {
    let mut times: Vec<Duration> = (0..25)
        .map(|_| {
            let begin = Instant::now();
            let mut calls = 0;
            while begin.elapsed() < Duration::from_millis(4) {
                call();
                calls += 1;
            }
            begin.elapsed() / calls
        })
        .collect();
    times.sort_unstable();
    times[times.len() / 2]
}

/// The first answer of a registry, and the same from the cache on the disk.
fn registry(platform: &Platform) -> (Duration, Duration) {
    let server = run::Registry::start(&run::Authorization::None);
    let images = images::Images::new();
    let name = server.name("app", "1");
    server.push(&images.image("amd64", "", 3), &name, &[]);
    let image = Reference::parse(&name).expect("a name");
    let folder = tempfile::tempdir().expect("a folder");
    let mut times: [Vec<Duration>; 2] = Default::default();
    for number in 0..15 {
        let cache = Some(folder.path().join(number.to_string()));
        let hosts = Hosts::Listed(vec![server.host()]);
        for times in &mut times {
            let options =
                Options { hosts: hosts.clone(), cache: cache.clone(), ..Options::default() };
            let registry = Registry::new(options);
            let begin = Instant::now();
            registry.measure(&image, platform).expect("an answer");
            times.push(begin.elapsed());
        }
    }
    times.iter_mut().for_each(|times| times.sort_unstable());
    let [cold, cached] = times.map(|times| times[times.len() / 2]);
    (cold, cached)
}
