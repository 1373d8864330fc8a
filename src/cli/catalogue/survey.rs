//! Asking a registry for what a list of images weighs.

use std::collections::HashSet;
use std::path::Path;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use url::Url;

use super::growing::Growing;
use super::read_text;
use crate::cli::parallel;
use crate::image::catalogue::architecture;
use crate::image::catalogue::record::{self, Record};
use crate::image::registry::{Answer, Hosts, Options, Registry};
use crate::image::{Date, Failure, Reference};
use crate::language::platform::Platform;

/// How often a registry may ask for patience before an image is given up.
const MAX_RESTS: usize = 10;

/// What is to be asked, and whom.
pub struct Survey {
    registry: Registry,
    questions: Vec<Question>,
}

/// One image on one platform.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Question {
    image: Reference,
    tag: String,
    platform: Platform,
    architecture: &'static str,
}

impl Survey {
    /// Reads the list. Nobody is asked yet.
    ///
    /// Errors: a text for people, for what is no registry, for a line that names no image there,
    /// and for a platform that tables have no word for.
    pub fn new(
        url: &str,
        list: &Path,
        platforms: &[Platform],
        credential_helpers: bool,
    ) -> Result<Survey, String> {
        let (host, hosts) = registry(url)?;
        let text = read_text(list).map_err(|error| format!("{} {error}", list.display()))?;
        let images = images(&host, &text);
        let images = images.map_err(|error| format!("{}, {error}", list.display()))?;
        let mut questions = Vec::new();
        for image in &images {
            for platform in platforms {
                let architecture = architecture(platform)
                    .ok_or_else(|| format!("a table has no word for the platform {platform}"))?;
                questions.push(Question {
                    image: image.clone(),
                    tag: image.effective_tag().unwrap_or_default().to_owned(),
                    platform: platform.clone(),
                    architecture,
                });
            }
        }
        let mut seen = HashSet::new();
        questions.retain(|question| seen.insert(question.clone()));
        let registry = Registry::new(Options { hosts, credential_helpers, ..Options::default() });
        Ok(Survey { registry, questions })
    }

    /// Asks for what the table does not have from the last `max_age` days, and adds it. What was
    /// not told, and why.
    ///
    /// Errors: the table cannot be written; a text for people.
    pub fn run(
        &self,
        table: &mut Growing,
        jobs: usize,
        max_age: u16,
    ) -> Result<Vec<String>, String> {
        let open = self.open(table.records(), Date::days_ago(max_age));
        let bar = ProgressBar::new(open.len() as u64).with_style(style());
        let mut failures = Vec::new();
        let work = |question: &Question| self.ask(question);
        let result = parallel::each(&open, jobs, work, |_, told| {
            bar.inc(1);
            match told {
                Ok(record) => table.push(record),
                Err(failure) => {
                    failures.push(failure);
                    Ok(())
                }
            }
        });
        bar.finish_and_clear();
        failures.sort();
        result.map(|()| failures)
    }

    /// The questions that are not answered by rows since that day.
    fn open(&self, records: &[Record], since: Option<Date>) -> Vec<Question> {
        let fresh = records.iter().filter(|record| record.as_of >= since);
        let answered: HashSet<_> = fresh
            .map(|record| (&*record.repository, &*record.tag, &*record.architecture))
            .collect();
        let is_open = |question: &&Question| {
            let repository = question.image.familiar();
            !answered.contains(&(&*repository, &*question.tag, question.architecture))
        };
        self.questions.iter().filter(is_open).cloned().collect()
    }

    /// The row of an image. Errors: what was not told, and why.
    fn ask(&self, question: &Question) -> Result<Record, String> {
        let Question { image, platform, .. } = question;
        let failure = |why: String| format!("{image} on {platform}: {why}");
        let Answer { measured, platforms, as_of } =
            self.measure(image, platform).map_err(|error| failure(error.to_string()))?;
        // An image without an index is given to everyone.
        if !platforms.is_empty() && platforms.iter().all(|other| platform.fit(other).is_none()) {
            let made: Vec<_> = platforms.iter().map(Platform::to_string).collect();
            return Err(failure(format!("it is made for {} only", made.join(", "))));
        }
        Ok(Record {
            repository: image.familiar().into_owned(),
            tag: question.tag.clone(),
            architecture: question.architecture.to_owned(),
            pull: measured.pull.filter(|bytes| *bytes <= record::MAX_BYTES),
            disk: measured.disk,
            digest: measured.digest.as_deref().and_then(record::digest),
            layers: measured.layers.and_then(|layers| layers.try_into().ok()),
            created: measured.created.as_deref().and_then(Date::parse),
            family: String::new(),
            source: image.registry.clone(),
            as_of,
        })
    }

    /// Asks, and waits for as long as the registry wants to be left alone.
    fn measure(&self, image: &Reference, platform: &Platform) -> Result<Answer, Failure> {
        let mut rests = 0;
        loop {
            let told = self.registry.measure(image, platform);
            match (&told, self.registry.rest(&image.registry)) {
                (Err(Failure::Broken(_)), Some(rest)) if rests < MAX_RESTS => {
                    rests += 1;
                    // Rounded up, so that it is over then.
                    std::thread::sleep(rest + Duration::from_millis(10));
                }
                _ => return told,
            }
        }
    }
}

fn style() -> ProgressStyle {
    let style = ProgressStyle::with_template("{bar:40} {pos}/{len}, {eta} left");
    style.unwrap_or_else(|_| ProgressStyle::default_bar())
}

/// The registry at that address: its host in names of images, and whom that lets us ask.
fn registry(url: &str) -> Result<(String, Hosts), String> {
    let wrong =
        || format!("`{url}` is no registry, such as https://ghcr.io or http://localhost:5000");
    let parsed = Url::parse(url).map_err(|_| wrong())?;
    let is_bare = parsed.path() == "/" && parsed.query().is_none() && parsed.username().is_empty();
    let name = parsed.host_str().filter(|_| is_bare).ok_or_else(wrong)?;
    let name = match parsed.port() {
        Some(port) => format!("{name}:{port}"),
        // In the name of an image, a host needs a dot or a port.
        None if !name.contains('.') && name != "localhost" => {
            format!("{name}:{}", parsed.port_or_known_default().unwrap_or_default())
        }
        None => name.to_owned(),
    };
    let host = Hosts::parse_host(&name).ok_or_else(wrong)?;
    match parsed.scheme() {
        // All that the questions name is this one. Only what is listed may do without TLS.
        "https" => Ok((host, Hosts::All)),
        "http" => Ok((host.clone(), Hosts::Listed(vec![host]))),
        _ => Err(wrong()),
    }
}

/// The images of a list: `repository:tag` a line, as the registry calls them.
fn images(host: &str, list: &str) -> Result<Vec<Reference>, String> {
    let lines = list.lines().zip(1..).map(|(line, number)| (line.trim(), number));
    let lines = lines.filter(|(line, _)| !line.is_empty() && !line.starts_with('#'));
    let image = |(line, number): (&str, usize)| {
        let image = Reference::parse(&format!("{host}/{line}"));
        let image = image.map_err(|error| format!("line {number}: `{line}` {error}"))?;
        let problem = match &image {
            Reference { digest: Some(_), .. } => "has a digest. Name a tag",
            image if image.familiar().len() > record::MAX_TEXT => "is too long",
            _ => return Ok(image),
        };
        Err(format!("line {number}: `{line}` {problem}"))
    };
    lines.map(image).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn registries() {
        let check = |url: &str, expected: &str| {
            let (host, hosts) = registry(url).expect(url);
            assert_eq!(host, expected, "{url}");
            assert_eq!(hosts == Hosts::All, url.starts_with("https"), "{url}");
        };
        check("https://ghcr.io", "ghcr.io");
        check("https://ghcr.io/", "ghcr.io");
        check("http://localhost:5000", "localhost:5000");
        check("http://registry", "registry:80");
        check("https://registry", "registry:443");
        check("http://[::1]:5000", "[::1]:5000");
        check("https://registry-1.docker.io", "docker.io");
        check("https://index.docker.io", "docker.io");
        for url in ["ghcr.io", "ftp://ghcr.io", "https://ghcr.io/v2", "https://me@ghcr.io", "x"] {
            assert!(registry(url).is_err(), "{url}");
        }
    }

    #[test]
    fn lists() {
        let names = |host: &str, list: &str| -> Result<Vec<String>, String> {
            Ok(images(host, list)?.iter().map(Reference::to_string).collect())
        };
        let list = "# some\n\n golang:1.22 \nacme/app:1\nalpine\n";
        assert_eq!(
            names("docker.io", list),
            Ok(vec!["golang:1.22".to_owned(), "acme/app:1".to_owned(), "alpine".to_owned()])
        );
        assert_eq!(names("a.b", "c:1\n"), Ok(vec!["a.b/c:1".to_owned()]));
        let error = names("a.b", "c:1\nC:1\n").expect_err("a capital letter");
        assert!(error.starts_with("line 2: `C:1` has capital letters"), "{error}");
        let digest = format!("c@sha256:{}", "0".repeat(64));
        assert!(names("a.b", &digest).expect_err("a digest").contains("Name a tag"));
    }
}
