//! Generators of static sites that are programs of their own: Hugo, Jekyll, MkDocs, Sphinx.
//!
//! What serves the site is read in `site.rs`.
//!
//! Sources: the documentation of `hugo`, `jekyll`, `mkdocs`, `sphinx-build`, `mdbook` and `zola`.

use super::{Asked, Built, Ecosystem, Reading};
use crate::split::answer::{Answer, Site};
use crate::split::command::{Grammar, Invocation, Options};
use crate::split::facts::join;
use crate::split::refusal::{Reason, Refusal};
use crate::split::start::Launch;
use crate::workspace::LONGEST_FILE;

/// Its row.
pub const ECOSYSTEM: Ecosystem = Ecosystem {
    name: "hugo",
    title: "Site generators (Hugo, Jekyll, MkDocs, Sphinx, mdBook, Zola)",
    reads: read,
    answers: answer,
};

/// A program that writes a site.
struct Generator {
    name: &'static str,
    /// The words by which it builds; `""` for none.
    builds: &'static [&'static str],
    /// The words by which it serves sources while they change.
    serves: &'static [&'static str],
    grammar: Grammar,
    /// Options with the folder of the sources, and with that of the site.
    source: &'static [&'static str],
    output: &'static [&'static str],
    /// The folder of the site without such an option, where no configuration says another.
    default: &'static str,
    /// The files that may, and the word in them.
    configurations: &'static [&'static str],
    setting: &'static str,
}

const GENERATORS: &[Generator] = &[
    Generator {
        name: "hugo",
        builds: &["", "build"],
        serves: &["server", "serve"],
        grammar: Grammar {
            values: &[
                "-s",
                "--source",
                "-d",
                "--destination",
                "-b",
                "--baseURL",
                "-e",
                "--environment",
                "--config",
                "-t",
                "--theme",
                "--logLevel",
            ],
            switches: &[
                "--minify",
                "--gc",
                "-D",
                "--buildDrafts",
                "-F",
                "--buildFuture",
                "-E",
                "--buildExpired",
                "--cleanDestinationDir",
                "-v",
                "--verbose",
                "--quiet",
                "--enableGitInfo",
                "--ignoreCache",
                "--noChmod",
                "--noTimes",
            ],
            joined: &[],
        },
        source: &["-s", "--source"],
        output: &["-d", "--destination"],
        default: "public",
        configurations: &[
            "hugo.toml",
            "hugo.yaml",
            "hugo.json",
            "config.toml",
            "config.yaml",
            "config.json",
            "config/_default/hugo.toml",
            "config/_default/config.toml",
        ],
        setting: "publishDir",
    },
    Generator {
        name: "jekyll",
        builds: &["build", "b"],
        serves: &["serve", "server", "s"],
        grammar: Grammar {
            values: &["-s", "--source", "-d", "--destination", "-b", "--baseurl", "--config"],
            switches: &[
                "-q",
                "--quiet",
                "-V",
                "--verbose",
                "-D",
                "--drafts",
                "--future",
                "--trace",
                "--strict_front_matter",
            ],
            joined: &[],
        },
        source: &["-s", "--source"],
        output: &["-d", "--destination"],
        default: "_site",
        configurations: &["_config.yml", "_config.yaml", "_config.toml"],
        setting: "destination:",
    },
    Generator {
        name: "mkdocs",
        builds: &["build"],
        serves: &["serve", "gh-deploy"],
        grammar: Grammar {
            values: &["-f", "--config-file", "-d", "--site-dir", "-t", "--theme"],
            switches: &[
                "-c",
                "--clean",
                "-s",
                "--strict",
                "-q",
                "--quiet",
                "-v",
                "--verbose",
                "--dirty",
                "--no-directory-urls",
            ],
            joined: &[],
        },
        source: &[],
        output: &["-d", "--site-dir"],
        default: "site",
        configurations: &["mkdocs.yml", "mkdocs.yaml"],
        setting: "site_dir",
    },
    Generator {
        name: "mdbook",
        builds: &["build"],
        serves: &["serve", "watch"],
        grammar: Grammar { values: &["-d", "--dest-dir"], switches: &[], joined: &[] },
        source: &[],
        output: &["-d", "--dest-dir"],
        default: "book",
        configurations: &["book.toml"],
        setting: "build-dir",
    },
    Generator {
        name: "zola",
        builds: &["build"],
        serves: &["serve"],
        grammar: Grammar {
            values: &["-o", "--output-dir", "-u", "--base-url"],
            switches: &["--drafts", "--force", "-f"],
            joined: &[],
        },
        source: &[],
        output: &["-o", "--output-dir"],
        default: "public",
        configurations: &["config.toml", "zola.toml"],
        setting: "output_dir",
    },
];

/// Programs before a generator: `bundle exec jekyll`, `python -m mkdocs`, `poetry run mkdocs`.
const CALLERS: &[&[&str]] = &[
    &["bundle", "exec"],
    &["python", "-m"],
    &["python3", "-m"],
    &["poetry", "run"],
    &["pipenv", "run"],
    &["uv", "run"],
];

/// The generator that words call, and how many words stand before its own arguments.
fn generator(words: &[&str]) -> Option<(&'static Generator, usize)> {
    let skipped = CALLERS.iter().find(|caller| words.starts_with(caller)).map_or(0, |c| c.len());
    let name = words.get(skipped)?.rsplit('/').next()?;
    let generator = GENERATORS.iter().find(|generator| generator.name == name)?;
    Some((generator, skipped + 1))
}

fn read(asked: &Asked<'_, '_>) -> Option<Reading> {
    let invocation = asked.invocation;
    let words: Vec<&str> = invocation.words.iter().map(|word| word.or_empty()).collect();
    if words.first().is_some_and(|word| word.rsplit('/').next() == Some("sphinx-build")) {
        return Some(Reading::Builds(sphinx(invocation).into_iter().collect()));
    }
    let (generator, behind) = generator(&words)?;
    let verb = words.get(behind).filter(|word| !word.starts_with('-')).copied().unwrap_or_default();
    if !generator.builds.contains(&verb) {
        let is_asked =
            matches!(verb, "version" | "mod" | "config" | "env" | "doctor" | "test" | "check");
        return is_asked.then_some(Reading::Prepares);
    }
    let first = behind + usize::from(!verb.is_empty());
    let options = generator.grammar.read(invocation.words.get(first..)?);
    Some(Reading::Builds(built(asked, generator, &options).into_iter().collect()))
}

/// The folder that a generator writes; `None` if it is not known.
fn built(asked: &Asked<'_, '_>, generator: &Generator, options: &Options<'_>) -> Option<Built> {
    if options.unknown.is_some() {
        return None;
    }
    let folder = asked.invocation.folder.as_deref()?;
    let project = match (options.value(generator.source), options.operands.first()) {
        (Some(source), _) => join(folder, source?)?,
        (None, Some(book)) => join(folder, book.text.as_deref()?)?,
        (None, None) => folder.to_owned(),
    };
    let path = match options.value(generator.output) {
        // Hugo's is seen from the sources, the others' from where they run.
        Some(output) if generator.name == "hugo" => join(&project, output?)?,
        Some(output) => join(folder, output?)?,
        None => {
            is_default(asked, generator, &project)?;
            join(&project, generator.default)?
        }
    };
    let evidence = format!("`{}` writes the site to {path}", generator.name);
    Some(Built { path, is_folder: true, evidence })
}

/// That no configuration says another folder.
fn is_default(asked: &Asked<'_, '_>, generator: &Generator, project: &str) -> Option<()> {
    let context = asked.course.context?;
    for name in generator.configurations {
        let Some(file) = asked.course.in_context(&join(project, name)?) else { continue };
        let text = context.read(&file, LONGEST_FILE).ok()??;
        if text.to_lowercase().contains(&generator.setting.to_lowercase()) {
            return None;
        }
    }
    Some(())
}

/// `sphinx-build [options] SOURCE OUTPUT`
fn sphinx(invocation: &Invocation) -> Option<Built> {
    const GRAMMAR: Grammar = Grammar {
        values: &["-b", "-d", "-j", "-c", "-D", "-t", "-A", "-w"],
        switches: &["-a", "-E", "-n", "-q", "-v", "-W", "-N", "-T", "--keep-going"],
        joined: &["-b", "-j", "-D"],
    };
    let options = GRAMMAR.read(invocation.args());
    let [_, output] = options.operands[..] else { return None };
    let path = invocation.path(output.text.as_deref()?)?;
    let evidence = format!("`sphinx-build` writes the site to {path}");
    options.unknown.is_none().then_some(Built { path, is_folder: true, evidence })
}

/// The generator's own server is for those who write.
fn answer(site: &Site<'_, '_>) -> Option<Result<Answer, Refusal>> {
    let is_server = |launch: &&Launch| {
        let words: Vec<&str> =
            launch.words.iter().map(|w| w.as_deref().unwrap_or_default()).collect();
        generator(&words).is_some_and(|(generator, behind)| {
            words.get(behind).is_some_and(|verb| generator.serves.contains(verb))
        })
    };
    let launch = site.start.launches.iter().find(is_server)?;
    Some(Err(Refusal::new(Reason::DevelopmentServer, launch.shown(), Some(site.start.place))))
}

#[cfg(test)]
mod tests {
    use crate::split::testing::split;

    /// A part of the result, or the code of the refusal.
    #[track_caller]
    fn check(dockerfile: &str, files: &[(&str, &str)], expected: Result<&str, &str>) {
        match (split(dockerfile, files), expected) {
            (Ok(made), Ok(part)) => {
                let [(_, text)] = &made[..] else { panic!("{made:?}") };
                assert!(text.contains(part), "{part} is not in\n{text}");
            }
            (Err(why), Err(code)) => assert!(why.starts_with(&format!("{code}: ")), "{why}"),
            (found, _) => panic!("{found:?}"),
        }
    }

    /// The site is served by nginx, installed with the generator.
    #[track_caller]
    fn check_built(build: &str, files: &[(&str, &str)], expected: Result<&str, &str>) {
        let file = format!(
            "FROM debian:bookworm\nRUN apt-get update && apt-get install -y nginx hugo\nWORKDIR /site\n\
             COPY . .\nRUN {build}\nCMD [\"nginx\", \"-g\", \"daemon off;\"]\n"
        );
        check(&file, files, expected);
    }

    #[test]
    fn where_sites_are_written() {
        let config = [("hugo.toml", "title = 'x'\n")];
        let copy = |path: &str| format!("COPY --from=builder {path} {path}\n");
        check_built("hugo --minify -d /var/www/html", &[], Ok(&copy("/var/www/html")));
        check_built("hugo && cp -r public/. /var/www/html", &config, Ok(&copy("/var/www/html")));
        check_built("hugo", &config, Ok(&copy("/site/public")));
        check_built("hugo -s docs -d out", &config, Ok(&copy("/site/docs/out")));
        check_built("jekyll build -d /var/www/html", &[], Ok(&copy("/var/www/html")));
        check_built("mkdocs build", &[("mkdocs.yml", "site_name: x\n")], Ok(&copy("/site/site")));
        check_built("sphinx-build -b html docs /var/www/html", &[], Ok(&copy("/var/www/html")));
        check_built("mdbook build book -d /srv/book", &[], Ok(&copy("/srv/book")));
    }

    #[test]
    fn unknown_folders() {
        check_built("hugo", &[], Err("artifact-unknown"));
        check_built("hugo", &[("hugo.toml", "publishDir = 'x'\n")], Err("artifact-unknown"));
        check_built("hugo --strange", &[("hugo.toml", "")], Err("artifact-unknown"));
    }

    #[test]
    fn servers_for_writing() {
        let file = |cmd: &str| {
            format!("FROM hugomods/hugo:exts\nWORKDIR /src\nCOPY . .\nRUN hugo\nCMD {cmd}\n")
        };
        check(&file("hugo server --bind 0.0.0.0"), &[], Err("development-server"));
        check(&file("bundle exec jekyll serve"), &[], Err("development-server"));
        check(&file("[\"mkdocs\", \"serve\"]"), &[], Err("development-server"));
    }

    #[test]
    fn served_by_python() {
        let file = "FROM hugomods/hugo:exts\nWORKDIR /src\nCOPY . .\nRUN hugo\nEXPOSE 8000\n\
                    CMD [\"python3\", \"-m\", \"http.server\", \"8000\", \"--directory\", \"public\"]\n";
        check(file, &[], Ok("COPY --from=builder /src/public /usr/share/nginx/html\n"));
    }
}
