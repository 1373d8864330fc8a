//! How a program finds the C library, and what it links with and needs besides.
//!
//! Sources: the rustc book (code generation options) and the Cargo Book (configuration).

use std::collections::BTreeSet;

use super::project::{Project, embedded};
use super::setup::Setup;
use super::{ECOSYSTEM, flags};
use crate::image::Amount;
use crate::split::answer::{Answer, Artifact, Data, Evidence, Linkage, Need, Site};
use crate::split::base::Libc;
use crate::split::command::Invocation;
use crate::split::ecosystem::c;
use crate::split::ecosystem::starts::starting;
use crate::split::packages::{self, Native};
use crate::split::reads::Reads;
use crate::split::refusal::{Reason, Refusal};
use crate::split::sources::Sources;
use crate::workspace::project::cargo::Lock;

/// Crates that load libraries which no table knows, or bring such beside the program.
const UNTRACEABLE: &[&str] = &[
    "opencv",
    "ort-sys",
    "onnxruntime-sys",
    "torch-sys",
    "tensorflow-sys",
    "pyo3-ffi",
    "mozjs_sys",
];

/// Crates that look for the certificates of authorities, or may.
const TLS: &[&str] = &[
    "boring",
    "curl",
    "native-tls",
    "openssl",
    "openssl-probe",
    "openssl-sys",
    "rustls",
    "rustls-native-certs",
    "rustls-platform-verifier",
    "s2n-tls",
];

/// Crates that read the table of time zones, or may.
const ZONES: &[&str] = &["chrono", "jiff", "libc-strftime", "time", "tz-rs", "tzfile"];

/// What is known of a program.
pub(super) struct Linked {
    pub(super) linkage: Linkage,
    evidence: Vec<Evidence>,
    assumptions: Vec<String>,
    pub(super) libraries: Vec<String>,
    certificates: bool,
    zones: bool,
    temporary: bool,
    /// The programs that it starts, as far as they are named.
    starts: Option<BTreeSet<String>>,
    is_alone: bool,
    is_debug: bool,
    folders: Vec<String>,
    embedded: Vec<String>,
}

impl Linked {
    pub(super) fn of(
        site: &Site<'_, '_>,
        setup: &Setup,
        invocation: Option<&Invocation>,
    ) -> Result<Linked, Refusal> {
        let (linkage, evidence, assumption) = linkage(site, setup, invocation)?;
        let project = setup.project.as_ref();
        let is_alone = project.is_some_and(Project::is_alone);
        let lock = project.and_then(|project| project.lock.as_ref());
        if let Some(name) = lock.and_then(|lock| UNTRACEABLE.iter().find(|name| lock.has(name))) {
            return Err(Refusal::new(Reason::Plugins, format!("the crate {name}"), None));
        }
        let sources = project.map(|project| project.sources(site.course)).unwrap_or_default();
        let opens = project.is_some_and(|project| project.opens_libraries(&sources));
        if let Some(name) = project.and_then(|project| project.plugin(opens)) {
            return Err(Refusal::new(Reason::Plugins, format!("that of the package {name}"), None));
        }
        let uses = |names: &[&str]| match lock {
            _ if is_alone => false,
            Some(lock) => names.iter().any(|name| lock.has(name)),
            None => true,
        };
        let temporary = !is_alone || sources.may_mention(&["temp_dir", "/tmp"]);
        let mut assumptions: Vec<String> = assumption.into_iter().collect();
        let starts = started(&sources);
        if opens {
            assumptions.push("the libraries that it opens itself are in the image".to_owned());
        }
        let zone = site.scene().value("TZ").is_some();
        let mut linked = Linked {
            linkage,
            evidence: vec![evidence],
            assumptions,
            libraries: Vec::new(),
            certificates: uses(TLS),
            zones: uses(ZONES) || zone,
            temporary,
            starts,
            is_alone,
            is_debug: setup.profile == "debug",
            folders: match project {
                Some(project) => vec![project.root.clone(), setup.folder.clone()],
                None => vec![setup.folder.clone()],
            },
            embedded: project
                .map(|project| embedded(project, &sources, setup.profile == "debug"))
                .unwrap_or_default(),
        };
        if linked.linkage != Linkage::Static {
            linked.told(site, setup, invocation)?;
        }
        if !site.base().slim && linked.linkage != Linkage::Static {
            linked.implicit(project, &sources);
        }
        Ok(linked)
    }

    /// The libraries that the compiler is told to link with.
    ///
    /// Errors: one that neither the full image nor a package of the file is known to bring.
    fn told(
        &mut self,
        site: &Site<'_, '_>,
        setup: &Setup,
        invocation: Option<&Invocation>,
    ) -> Result<(), Refusal> {
        let requested = || site.course.requested();
        let is_installed = |name: &str| {
            requested().any(|one| one.name.ends_with("-dev") && one.name.contains(name))
        };
        for name in flags::libraries(setup.flags.as_deref().unwrap_or_default()) {
            let there = c::LIBRARIES.iter().find(|(own, _)| *own == name);
            match there.filter(|_| !site.base().slim) {
                _ if c::OWN.contains(&name.as_str()) || is_installed(&name) => {}
                Some((_, package)) => self.libraries.push((*package).to_owned()),
                None => {
                    let place = invocation.map_or(site.start.place, |one| one.range);
                    let what = format!("lib{name}");
                    return Err(Refusal::new(Reason::Plugins, what, Some(place)));
                }
            }
        }
        Ok(())
    }

    /// The libraries that a full image has without a line of the file.
    ///
    /// A crate cannot link with a library whose development package is neither in the image nor
    /// installed by the file: then it brought its own. What the file installs is seen anyway.
    fn implicit(&mut self, project: Option<&Project>, sources: &Sources) {
        let Some(project) = project else {
            self.assume_no_library("no Cargo.lock is at hand");
            return;
        };
        if sources.may_mention(&["#[link(", "rustc-link-lib", "pkg_config::", "pkg-config"]) {
            self.assume_no_library("its own code may name one");
        }
        if project.is_alone() {
            return;
        }
        let Some(lock) = &project.lock else {
            self.assume_no_library("no Cargo.lock is at hand");
            return;
        };
        for (name, _) in &lock.packages {
            match packages::native("rust", name) {
                Native::None => {}
                _ if is_bundled(name, lock, project) => {}
                Native::Dev(names) => {
                    let there = names.iter().filter(|name| packages::IMPLICIT.contains(name));
                    for library in there {
                        self.libraries.push((*library).to_owned());
                        let text = format!("{name} links with the library of {library}");
                        self.evidence.push(Evidence::in_file(lock.file.clone(), text));
                    }
                }
                Native::Unknown => {
                    let text = format!("{name} needs no library that only the full image has");
                    self.assumptions.push(text);
                }
            }
        }
        self.libraries.sort();
        self.libraries.dedup();
    }

    fn assume_no_library(&mut self, why: &str) {
        let text = format!("it links with no library of the full image, such as OpenSSL ({why})");
        if !self.assumptions.contains(&text) {
            self.assumptions.push(text);
        }
    }

    /// Errors: it starts what only the builder has.
    pub(super) fn answer(self, site: &Site<'_, '_>, artifact: Artifact) -> Result<Answer, Refusal> {
        let need = |is_needed: bool| if is_needed { Need::Yes } else { Need::No };
        // What the builder lacks, the program did without.
        let zones = self.zones && site.base().has_zones();
        let answer = Answer {
            libraries: self.libraries,
            certificates: need(self.certificates),
            zones: need(zones),
            temporary: need(self.temporary),
            data: Data::Beside { folders: self.folders, embedded: self.embedded },
            build_variables: &["SQLX_OFFLINE"],
            evidence: self.evidence,
            assumptions: self.assumptions,
            weight: weight(self.is_alone, self.is_debug),
            left: fetched(site),
            ..Answer::new(ECOSYSTEM.name, self.linkage, vec![artifact])
        };
        match &self.starts {
            Some(names) => starting(site, answer, names),
            None => Ok(answer),
        }
    }
}

/// What a toolchain adds that the file has rustup fetch: from the minimal profile to the usual one.
fn fetched(site: &Site<'_, '_>) -> Amount {
    let facts = site.facts();
    match facts.invocations().any(|(line, one)| facts.is_fed(line, one, "sh.rustup.rs")) {
        true => Amount { bytes: 600_000_000, low: 500_000_000, high: 1_400_000_000 },
        false => Amount::exact(0),
    }
}

/// The programs that the program starts; `None` if it starts none. What a build script or an example
/// starts is not meant.
fn started(sources: &Sources) -> Option<BTreeSet<String>> {
    const STARTING: &[&str] = &["process::Command", "process::{"];
    let mut starting = sources.with(STARTING);
    starting.files.retain(|(path, _)| {
        let mut parts = path.split('/').rev();
        parts.next() != Some("build.rs") && !parts.any(|part| matches!(part, "examples" | "xtask"))
    });
    (!starting.files.is_empty()).then(|| Reads::of(&starting).starts)
}

/// Whether a crate brings the library along that it could link with.
fn is_bundled(name: &str, lock: &Lock, project: &Project) -> bool {
    match name {
        "openssl-sys" => lock.has("openssl-src"),
        "libsqlite3-sys" => {
            lock.has("sqlx-sqlite")
                || project.has_feature("rusqlite", "bundled")
                || project.has_feature("libsqlite3-sys", "bundled")
        }
        "pq-sys" => lock.has("pq-src"),
        "mysqlclient-sys" => lock.has("mysqlclient-src"),
        "curl-sys" => project.has_feature("curl", "static-curl"),
        _ => false,
    }
}

/// How the program finds the C library, why, and what is assumed for that.
fn linkage(
    site: &Site<'_, '_>,
    setup: &Setup,
    invocation: Option<&Invocation>,
) -> Result<(Linkage, Evidence, Option<String>), Refusal> {
    let place = invocation.map_or(site.start.place, |one| one.range);
    let at = |text: &str| Evidence::at(place, text);
    let flags = setup.flags.as_deref().unwrap_or_default();
    if flags.contains("prefer-dynamic") {
        return Err(Refusal::new(Reason::Plugins, "prefer-dynamic", Some(place)));
    }
    let is_on = flags.contains("+crt-static");
    let is_off = flags.contains("-crt-static");
    let is_musl_image = site.base().libc() == Libc::Musl;
    let told = setup.triple.as_deref().map(|triple| triple.contains("musl"));
    if told.is_some_and(|musl| musl != is_musl_image) && (told == Some(false) || is_off) {
        let libc = if is_musl_image { "glibc, which the builder lacks" } else { "musl" };
        return Err(Refusal::new(Reason::NeedsLibc, libc, Some(place)));
    }
    let dynamic = |text| Ok((Linkage::Dynamic { runtime: true }, at(text), None));
    if !told.unwrap_or(is_musl_image) {
        let unsure = "it uses nothing that a static glibc loads at run time: names of hosts and users, character sets";
        return match is_on && !is_off {
            true => {
                Ok((Linkage::Static, at("linked statically: +crt-static"), Some(unsure.to_owned())))
            }
            false => dynamic("programs for glibc need libc and libgcc_s"),
        };
    }
    if is_off {
        return dynamic("-crt-static links with musl's library");
    }
    let own = ["cargo", "rust", "rustup"];
    let installed = site.course.requested();
    let is_distributions = installed.into_iter().any(|one| own.contains(&one.name.as_str()));
    if told.is_none() && is_distributions && !is_on {
        return dynamic("Alpine's own Rust links with musl's library");
    }
    let unsure = "no .cargo/config.toml turns crt-static off";
    let assumption = setup.flags.is_none().then(|| unsure.to_owned());
    Ok((Linkage::Static, at("programs for musl are linked statically"), assumption))
}

/// What a program weighs. Estimates, of small programs and of those with many crates.
fn weight(is_alone: bool, is_debug: bool) -> Amount {
    match (is_alone, is_debug) {
        (true, false) => Amount { bytes: 450_000, low: 350_000, high: 4_500_000 },
        (true, true) => Amount { bytes: 4_000_000, low: 3_500_000, high: 8_000_000 },
        (false, false) => Amount { bytes: 6_000_000, low: 1_000_000, high: 25_000_000 },
        (false, true) => Amount { bytes: 50_000_000, low: 8_000_000, high: 300_000_000 },
    }
}
