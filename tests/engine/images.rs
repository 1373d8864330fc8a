//! The images that are measured, and how our figures are held against an engine's own.

use std::fs;
use std::path::Path;
use std::thread;

use stagewright::image::engine::{Engine, Setting};
use stagewright::image::{Failure, Measured, Reference, Unit};
use stagewright::language::platform::Platform;

use crate::command::Program;

/// An image as both engines are given it.
pub struct Image {
    /// The name in full, as Podman stores it.
    pub name: &'static str,
    /// The name as it may stand in a Dockerfile.
    pub written: &'static str,
    /// The platform; `None` for that of this machine.
    pub platform: Option<&'static str>,
    /// How many bytes the file in each layer has.
    pub layers: &'static [usize],
}

const fn image(
    name: &'static str,
    written: &'static str,
    platform: Option<&'static str>,
    layers: &'static [usize],
) -> Image {
    Image { name, written, platform, layers }
}

pub const IMAGES: &[Image] = &[
    image("docker.io/library/one:1", "one:1", None, &[100_000]),
    image("docker.io/library/three:latest", "three", None, &[1, 70_001, 1_234_567]),
    image("docker.io/team/app:2.0-slim", "team/app:2.0-slim", None, &[65_536, 3]),
    image("localhost:5000/a/b/c:X", "localhost:5000/a/b/c:X", None, &[12_345]),
    image("ghcr.io/a/big:latest", "ghcr.io/a/big", None, &[3_000_000, 1_999_999]),
    image("docker.io/library/foreign:s390x", "foreign:s390x", Some("linux/s390x"), &[5_000]),
];

impl Image {
    pub fn platform(&self) -> Platform {
        self.platform.map_or_else(Platform::host, |text| Platform::parse(text).expect(text))
    }

    /// Makes the image in a Podman store: a Dockerfile of nothing but `ADD`, which runs nothing.
    pub fn make(&self, podman: &Program, folder: &Path) {
        let mut dockerfile = "FROM scratch\n".to_owned();
        for (number, &bytes) in self.layers.iter().enumerate() {
            let name = format!("file{number}");
            // Unlike each other, so that no layer is kept once for two.
            let content: Vec<u8> = (0..bytes).map(|at| (at * 31 + bytes + number) as u8).collect();
            fs::write(folder.join(&name), content).expect("a file");
            dockerfile += &format!("ADD {name} /\n");
        }
        fs::write(folder.join("Dockerfile"), dockerfile).expect("a Dockerfile");
        let platform = self.platform().to_string();
        let folder = folder.to_str().expect("a path of letters");
        let build = ["build", "--quiet", "--layers", "--platform", &platform, "--tag", self.name];
        podman.run(&[&build[..], &[folder]].concat());
    }
}

pub fn engine(socket: &Path) -> Engine {
    Engine::find(&Setting::Socket(socket.to_owned())).expect("an engine")
}

pub fn measure(engine: &Engine, name: &str, platform: &Platform) -> Result<Measured, Failure> {
    engine.measure(&Reference::parse(name).expect(name), platform)
}

/// Holds each image's figures against those that the engine's command prints, and asks from many
/// threads at once.
pub fn check_all(engine: &Engine, command: &Program) {
    thread::scope(|scope| {
        for image in IMAGES {
            scope.spawn(|| check(engine, command, image));
        }
    });
}

fn check(engine: &Engine, command: &Program, image: &Image) {
    let inspect = |format: &str| command.run(&["image", "inspect", "--format", format, image.name]);
    let expected = Measured {
        disk: Some(inspect("{{.Size}}").parse().expect("bytes")),
        layers: Some(image.layers.len().try_into().expect("few layers")),
        created: Some(inspect("{{.Created}}").get(..10).expect("a day").to_owned()),
        ..Measured::default()
    };
    let measured = measure(engine, image.written, &image.platform());
    assert_eq!(measured.as_ref(), Ok(&expected), "{}", image.name);

    // The list rounds and the space before the unit differs.
    let listed = command.run(&["images", "--format", "{{.Size}}", image.written]);
    let ours = Unit::Decimal.show(expected.disk.unwrap_or_default());
    assert_eq!(listed.replace(' ', ""), ours.replace(' ', ""), "{}", image.name);
    let least: usize = image.layers.iter().sum();
    assert!(expected.disk >= Some(least as u64), "{}: {expected:?}", image.name);
}

/// An image that is there under no such name.
#[track_caller]
pub fn check_absent(engine: &Engine, name: &str) {
    let text = format!("{name} is not in the local container engine");
    assert_eq!(measure(engine, name, &Platform::host()), Err(Failure::Absent(text)));
}

/// An image that is there for another platform only.
#[track_caller]
pub fn check_platform(engine: &Engine, name: &str, asked: &str, there: &str) {
    let text = format!("{name} is in the local container engine for {there}, not for {asked}");
    let measured = measure(engine, name, &Platform::parse(asked).expect(asked));
    assert_eq!(measured, Err(Failure::Absent(text)));
}

/// What holds for both engines' other answers.
pub fn check_others(engine: &Engine) {
    for name in ["one", "one:2", "team/two", "ghcr.io/library/one:1", "localhost/one:1"] {
        check_absent(engine, name);
    }
    let digest = format!("one@sha256:{}", "0".repeat(64));
    check_absent(engine, &digest);
    check_platform(engine, "foreign:s390x", "linux/riscv64", "linux/s390x");
    check_platform(engine, "foreign:s390x", "windows/s390x", "linux/s390x");
}
