//! PHP: the packages of Composer beside the sources, and the extensions of the official images.
//!
//! The image to run on is the same one: what is left out is what the file installs for building.
//!
//! Sources: the documentation of Composer, and the scripts `docker-php-ext-*` of the official images,
//! which compile to `/usr/local/lib/php/extensions` and set up in `/usr/local/etc/php/conf.d`.

use super::app;
use super::{Asked, Built, Ecosystem, Reading};
use crate::image::Amount;
use crate::split::answer::{Answer, Artifact, Evidence, Linkage, Site, Variant};
use crate::split::base::Family;
use crate::split::command::{Grammar, Invocation, Word};
use crate::split::course::Role;
use crate::split::packages::{Use, use_of};
use crate::split::refusal::{Reason, Refusal};
use crate::split::world::is_within;

const NAME: &str = "php";

/// Its row.
pub const ECOSYSTEM: Ecosystem =
    Ecosystem { name: NAME, title: "PHP", reads: read, answers: answer };

/// Where the official images have extensions, their settings, and those of Apache.
const EXTENSIONS: &str = "/usr/local/lib/php/extensions";
const SETTINGS: &str = "/usr/local/etc/php";
const APACHE: &str = "/etc/apache2";

const COMPOSER: Grammar = Grammar {
    values: &["-d", "--ignore-platform-req", "--prefer-install", "--working-dir"],
    switches: &[
        "-a",
        "-n",
        "-o",
        "-q",
        "-v",
        "-vv",
        "-vvv",
        "--ansi",
        "--apcu-autoloader",
        "--audit",
        "--classmap-authoritative",
        "--dev",
        "--ignore-platform-reqs",
        "--no-ansi",
        "--no-audit",
        "--no-autoloader",
        "--no-cache",
        "--no-dev",
        "--no-interaction",
        "--no-plugins",
        "--no-progress",
        "--no-scripts",
        "--no-suggest",
        "--optimize",
        "--optimize-autoloader",
        "--prefer-dist",
        "--prefer-source",
        "--prefer-stable",
        "--quiet",
        "--with-all-dependencies",
    ],
    joined: &["-d"],
};

/// Commands of Composer that write to the project.
const WORKS: &[&str] = &[
    "dump-autoload",
    "dumpautoload",
    "i",
    "install",
    "remove",
    "require",
    "run",
    "run-script",
    "update",
];

/// Commands that ask, or set up Composer itself.
const ASKS: &[&str] =
    &["about", "audit", "check-platform-reqs", "clear-cache", "diagnose", "show", "validate"];

/// Packages that Composer calls, or that only fetch and unpack.
const FETCHERS: &[&str] =
    &["curl", "git", "gnupg", "nodejs", "npm", "unzip", "wget", "yarn", "zip"];

/// Packages of `PHPIZE_DEPS` that would be tools elsewhere.
const FOR_EXTENSIONS: &[&str] = &["file", "make", "re2c"];

/// What a command does.
#[derive(Debug, PartialEq, Eq)]
enum Act {
    Prepares,
    /// It writes to these folders of the image.
    Installs(&'static [&'static str]),
    /// It works in that folder of the project.
    Works(String),
}

fn read(asked: &Asked<'_, '_>) -> Option<Reading> {
    if asked.course.facts.base.family != Family::Php {
        return None;
    }
    if asked.invocation.words.len() == 1 && installs_composer(asked) {
        return Some(Reading::Prepares);
    }
    match act(asked.invocation)? {
        Act::Prepares => Some(Reading::Prepares),
        Act::Works(_) => Some(Reading::Builds(Vec::new())),
        Act::Installs(folders) => {
            let is_new =
                |path: &&&str| !asked.course.products.iter().any(|one| one.path == ***path);
            let built = |path: &&str| Built {
                path: (*path).to_owned(),
                is_folder: true,
                evidence: "extensions and modules are set up there".to_owned(),
            };
            Some(Reading::Builds(folders.iter().filter(is_new).map(built).collect()))
        }
    }
}

/// Whether it is the other end of `curl https://getcomposer.org/installer | php`.
fn installs_composer(asked: &Asked<'_, '_>) -> bool {
    let is_fed = || asked.course.facts.is_fed(asked.line, asked.invocation, "getcomposer.org/");
    asked.invocation.name() == Some("php") && is_fed()
}

/// What the installer of Composer is told, and its usual name.
const INSTALLER: &[&str] = &[
    "--1",
    "--2",
    "--filename",
    "--install-dir",
    "--quiet",
    "--snapshot",
    "--stable",
    "--version",
];
const INSTALLER_FILE: &str = "composer-setup.php";

fn act(invocation: &Invocation) -> Option<Act> {
    match invocation.name()? {
        "docker-php-ext-configure" | "docker-php-source" => Some(Act::Prepares),
        "docker-php-ext-install" => Some(Act::Installs(&[EXTENSIONS, SETTINGS])),
        "docker-php-ext-enable" => Some(Act::Installs(&[SETTINGS])),
        "pecl" => match invocation.arg(0)? {
            "install" => Some(Act::Installs(&[EXTENSIONS, SETTINGS])),
            "channel-update" | "clear-cache" | "config-set" | "update-channels" => {
                Some(Act::Prepares)
            }
            _ => None,
        },
        "a2disconf" | "a2dismod" | "a2dissite" | "a2enconf" | "a2enmod" | "a2ensite" => {
            Some(Act::Installs(&[APACHE]))
        }
        "composer" | "composer.phar" => composer(invocation),
        "php" => php(invocation),
        _ => None,
    }
}

fn composer(invocation: &Invocation) -> Option<Act> {
    let options = COMPOSER.read(invocation.args());
    let is_asked = |word: &str| matches!(word, "--version" | "-V" | "--help");
    if invocation.args().iter().any(|word| is_asked(word.or_empty())) {
        return Some(Act::Prepares);
    }
    let command = options.operands.first()?.text.as_deref()?;
    if ASKS.contains(&command) {
        return Some(Act::Prepares);
    }
    if options.unknown.is_some() || !WORKS.contains(&command) {
        return None;
    }
    let folder = match options.value(&["-d", "--working-dir"]) {
        Some(folder) => invocation.path(folder?)?,
        None => invocation.folder.clone()?,
    };
    Some(Act::Works(folder))
}

/// Tools of the frameworks work in their project; the installer of Composer makes a program.
fn php(invocation: &Invocation) -> Option<Act> {
    let first = invocation.arg(0)?;
    if matches!(first, "-m" | "-v" | "--version" | "-i" | "--ini") {
        return Some(Act::Prepares);
    }
    // What fetches and checks the installer is Composer's own one-liner.
    if first == "-r" && invocation.arg(1).is_some_and(|code| code.contains(INSTALLER_FILE)) {
        return Some(Act::Prepares);
    }
    let is_told =
        |word: &Word| INSTALLER.contains(&word.or_empty().split('=').next().unwrap_or_default());
    let rest = invocation.args().get(1..).unwrap_or_default();
    if matches!(first, "--") && !rest.is_empty() && rest.iter().all(is_told) {
        return Some(Act::Prepares);
    }
    match first.trim_start_matches("./") {
        INSTALLER_FILE => Some(Act::Prepares),
        "artisan" | "bin/console" => Some(Act::Works(invocation.folder.clone()?)),
        "composer.phar" => {
            let mut inner = invocation.clone();
            inner.words.remove(0);
            composer(&inner)
        }
        _ => None,
    }
}

fn answer(site: &Site<'_, '_>) -> Option<Result<Answer, Refusal>> {
    if site.base().family != Family::Php {
        return None;
    }
    if let Some(refusal) = toolchain_start(site) {
        return Some(Err(refusal));
    }
    let own = |role: &Role| matches!(role, Role::Builds(NAME) | Role::Prepares(NAME));
    let acts: Vec<(usize, &Invocation, Act)> = site
        .course
        .deeds_with(own)
        .filter_map(|(deed, one)| Some((deed.line, one, act(one)?)))
        .collect();
    (!acts.is_empty()).then(|| told(site, &acts))
}

/// The start command installs, or serves sources.
fn toolchain_start(site: &Site<'_, '_>) -> Option<Refusal> {
    let place = Some(site.start.place);
    site.start.launches.iter().find_map(|launch| {
        let reason = match (launch.name()?, launch.word(1), launch.word(2)) {
            ("composer", ..) if site.start.launches.len() > 1 => Reason::BuildsAtStart,
            ("composer", ..) => Reason::BuildTool,
            ("php", Some("artisan"), Some("serve")) => Reason::DevelopmentServer,
            _ => return None,
        };
        Some(Refusal::new(reason, launch.shown(), place))
    })
}

fn told(site: &Site<'_, '_>, acts: &[(usize, &Invocation, Act)]) -> Result<Answer, Refusal> {
    if !app::installs_build_tools(site) {
        let is_fetched = acts.iter().any(|(.., act)| matches!(act, Act::Works(_)));
        return Err(match is_fetched {
            true => {
                let what = "Composer is all that could be left out";
                Refusal::new(Reason::SavesLittle, what, None)
            }
            false => Refusal::new(Reason::NothingBuilt, "", None),
        });
    }
    let mut answer = Answer::new(NAME, Linkage::Interpreted, Vec::new());
    let mut folders: Vec<String> = Vec::new();
    let mut changed: Vec<String> = Vec::new();
    for (line, invocation, act) in acts {
        let paths: Vec<&str> = match act {
            Act::Prepares => continue,
            Act::Installs(own) => own.to_vec(),
            Act::Works(folder) => vec![folder],
        };
        if let Some(path) = paths.iter().find(|path| site.course.mount_over(*line, path).is_some())
        {
            return Err(site.course.in_mount(path, *line));
        }
        let list = if matches!(act, Act::Installs(_)) { &mut folders } else { &mut changed };
        for path in paths.iter().filter(|path| !path.is_empty()) {
            if !list.iter().any(|own| own == path) {
                list.push((*path).to_owned());
                let why = format!("`{}` writes to {path}", invocation.shown());
                answer.evidence.push(Evidence::at(invocation.range, why));
            }
        }
    }
    let (data, sources) = app::sources(site, NAME, &changed, &folders)?;
    folders.retain(|path| !sources.iter().any(|one| is_within(path, &one.from)));
    answer.artifacts = folders.into_iter().map(Artifact::folder).chain(sources).collect();
    answer.data = data;
    keep_tools(site, &mut answer);
    // An extension is compiled for one version and one way to run it.
    answer.runtimes.push((Variant::Conservative, site.base().name()));
    answer.weight = Amount { bytes: 60_000_000, low: 10_000_000, high: 300_000_000 };
    Ok(answer)
}

/// Programs that sources may call stay; what only fetches is left out.
fn keep_tools(site: &Site<'_, '_>, answer: &mut Answer) {
    let requested = site.course.requested();
    let mut left = Vec::new();
    for package in requested {
        let name = package.name.as_str();
        // What the start or the health check calls, the plan looks after.
        let is_called = site.roots.is_some_and(|roots| roots.names(name));
        if FETCHERS.contains(&name) {
            left.extend((!is_called).then_some(name));
        } else if matches!(use_of(name, site.base().distribution), Use::Tool(_))
            && !FOR_EXTENSIONS.contains(&name)
        {
            answer.packages.push(name.to_owned());
        }
    }
    left.sort_unstable();
    left.dedup();
    if !left.is_empty() {
        answer.assumptions.push(format!("the program does not call {}", left.join(", ")));
    }
}

#[cfg(test)]
mod tests {
    use crate::split::testing::runtime_stages;

    #[track_caller]
    fn check(build: &str, expected: &[&str]) {
        let file = format!("FROM php:8.3-apache-bookworm\n{build}\n");
        let files = [("composer.json", "{}"), ("index.php", "<?php\n")];
        assert_eq!(runtime_stages(&file, &files), expected, "{file}");
    }

    const COMPOSER: &str = "COPY --from=composer:2 /usr/bin/composer /usr/bin/composer\n\
        WORKDIR /var/www/html\nCOPY . .\nRUN composer install --no-dev\nCMD [\"apache2-foreground\"]";

    #[test]
    fn extensions_and_packages() {
        check(
            &format!(
                "RUN apt-get update && apt-get install -y build-essential libzip-dev libpq-dev git npm && \
                 docker-php-ext-install zip pdo_pgsql && a2enmod rewrite\n{COMPOSER}"
            ),
            &["# Assumed: the program does not call git, npm.\nFROM php:8.3-apache-bookworm\n\
               RUN apt-get update && apt-get install -y libzip4 libpq5 && rm -rf \
               /var/lib/apt/lists/*\n\
               COPY --from=builder /usr/local/lib/php/extensions /usr/local/lib/php/extensions\n\
               COPY --from=builder /usr/local/etc/php /usr/local/etc/php\n\
               COPY --from=builder /etc/apache2 /etc/apache2\n\
               COPY --from=builder /var/www/html /var/www/html\nCMD [\"apache2-foreground\"]"],
        );
    }

    #[test]
    fn programs_that_the_image_has_or_lacks() {
        let health = COMPOSER.replace("CMD", "HEALTHCHECK CMD curl -f http://h/ && git log\nCMD");
        check(
            &format!("RUN apt-get update && apt-get install -y build-essential curl git\n{health}"),
            &["FROM php:8.3-apache-bookworm\n\
               RUN apt-get update && apt-get install -y git && rm -rf /var/lib/apt/lists/*\n\
               COPY --from=builder /var/www/html /var/www/html\n\
               HEALTHCHECK CMD curl -f http://h/ && git log\nCMD [\"apache2-foreground\"]"],
        );
    }

    #[test]
    fn assets_and_owners() {
        let build = COMPOSER.replace(
            "\nCMD",
            " && npm ci && npm run build\nRUN chown -R www-data:www-data /var/www/html\nCMD",
        );
        check(
            &format!("RUN apt-get update && apt-get install -y nodejs npm imagemagick\n{build}"),
            &["# Assumed: the program does not call nodejs, npm.\nFROM php:8.3-apache-bookworm\n\
               RUN apt-get update && apt-get install -y imagemagick && rm -rf \
               /var/lib/apt/lists/*\n\
               COPY --from=builder /var/www/html /var/www/html\n\
               RUN chown -R www-data:www-data /var/www/html\nCMD [\"apache2-foreground\"]"],
        );
        let tools = "RUN apt-get update && apt-get install -y build-essential";
        // The same number in both images, and the folder is the image's own.
        let owned = COMPOSER.replace("COPY . .", "COPY --chown=www-data:www-data . .");
        check(
            &format!("{tools}\n{owned}"),
            &["FROM php:8.3-apache-bookworm\nCOPY --from=builder /var/www/html /var/www/html\n\
               CMD [\"apache2-foreground\"]"],
        );
        let user = owned.replace("RUN composer", "USER www-data\nRUN composer");
        check(
            &format!("{tools}\n{user}"),
            &["FROM php:8.3-apache-bookworm\nCOPY --from=builder --chown=www-data:www-data \
               /var/www/html /var/www/html\nUSER www-data\nCMD [\"apache2-foreground\"]"],
        );
    }

    #[test]
    fn nothing_to_leave_out() {
        let little = "saves-little: It would save little: Composer is all that could be left out.";
        check(&format!("RUN docker-php-ext-install pdo_mysql\n{COMPOSER}"), &[little]);
        check(
            "RUN a2enmod rewrite\nCOPY . .\nCMD [\"apache2-foreground\"]",
            &["nothing-built: Nothing is built here that could be left behind."],
        );
    }

    #[test]
    fn the_installer_of_composer() {
        let with = |install: &str| {
            let build = COMPOSER
                .replace("COPY --from=composer:2 /usr/bin/composer /usr/bin/composer", install);
            let file = format!(
                "FROM php:8.3-apache-bookworm\nRUN apt-get update && apt-get install -y build-essential\n{build}\n"
            );
            runtime_stages(&file, &[("composer.json", "{}"), ("index.php", "<?php\n")]).concat()
        };
        let fetch = "RUN curl -sS https://getcomposer.org/installer";
        for install in [
            format!("{fetch} | php -- --install-dir=/usr/local/bin --filename=composer"),
            format!("{fetch} | php"),
            format!("{fetch} -o composer-setup.php && php composer-setup.php --quiet"),
        ] {
            let found = with(&install);
            assert!(found.starts_with("FROM php:8.3-apache-bookworm"), "{install}: {found}");
            assert!(!found.contains("composer"), "{install}: {found}");
        }
        assert!(with("RUN curl https://x/y | php").starts_with("cannot-follow"));
        assert!(with("RUN curl https://x/y | php -- --run").starts_with("cannot-follow"));
    }

    #[test]
    fn starts_that_build() {
        let start = |cmd: &str| COMPOSER.replace("[\"apache2-foreground\"]", cmd);
        check(
            &start("composer install && apache2-foreground"),
            &["builds-at-start: The container builds or updates itself when it starts: `composer \
               install`."],
        );
        check(
            &start("php artisan serve --host 0.0.0.0"),
            &["development-server: `php artisan serve --host 0.0.0.0` is a development server."],
        );
    }

    #[test]
    fn commands_that_are_not_known() {
        check(
            "RUN apt-get update && apt-get install -y libzip-dev && php tool.php\n\
             RUN docker-php-ext-install zip\nCMD [\"apache2-foreground\"]",
            &["cannot-follow: What `php tool.php` makes is not known."],
        );
    }
}
