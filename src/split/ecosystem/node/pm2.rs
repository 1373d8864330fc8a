//! Programs under pm2, where `npm install -g` put it beside Node's own packages.
//!
//! Sources: npm's documentation of its folders (a global package holds its dependencies), the
//! Dockerfiles of Node's images (they unpack Node into `/usr/local`, which is npm's prefix), pm2's
//! `package.json` for the places of its programs and `lib/binaries/Runtime4Docker.js` for their
//! options.

use super::super::package::{self, Step, Steps, Work};
use crate::image::Amount;
use crate::split::answer::{Answer, Artifact, Evidence, NewStart, Site};
use crate::split::base::Libc;
use crate::split::command::{Grammar, Invocation, Word};
use crate::split::course::Role;
use crate::split::start::Launch;
use crate::split::world::{is_within, trimmed};

/// Where it is.
const FOLDER: &str = "/usr/local/lib/node_modules/pm2";

/// Its programs that stay in the foreground; each is in `bin` under its own name.
pub const PROGRAMS: [&str; 2] = ["pm2-runtime", "pm2-docker"];

/// Debian's package with `ps`, which it calls to end a program with its children
/// (`lib/TreeKill.js`). The full image has it, the slim one does not.
pub const PACKAGE_OF_PS: &str = "procps";

const GRAMMAR: Grammar = Grammar {
    values: &[
        "-i",
        "--instances",
        "-n",
        "--name",
        "-o",
        "--output",
        "-e",
        "--error",
        "--env",
        "--only",
        "--max-memory-restart",
        "--exp-backoff-restart-delay",
        "--restart-delay",
        "--kill-timeout",
        "--log-date-format",
    ],
    switches: &["--json", "--raw", "--format", "--no-autorestart", "--no-auto-exit", "--time"],
    joined: &[],
};

/// A program under pm2.
pub struct Managed {
    /// The start with pm2's full path.
    words: Vec<String>,
    /// The folder in which it starts.
    folder: String,
    /// The file that pm2 is given.
    file: String,
    /// Whether it is a list of programs.
    is_list: bool,
}

/// What pm2 starts, if that is all that containers start.
pub fn managed(site: &Site<'_, '_>, launches: &[Launch], starts: &[Steps]) -> Option<Managed> {
    let ([launch], [steps]) = (launches, starts) else { return None };
    let step = steps.only().filter(|step| step.work == Work::Runs)?;
    let (name, args) = step.words.split_first()?;
    let has_script = site.roots.is_none_or(|roots| !roots.scripts.is_empty());
    let is_alone = !has_script
        && site.start.wrappers.is_empty()
        && step.variables.is_empty()
        && Some(step.folder.as_str()) == launch.folder.as_deref();
    let is_known = !args.iter().any(|word| word.contains(['$', '*']));
    if !PROGRAMS.contains(&name.as_str()) || !is_alone || !is_known || !is_installed(site) {
        return None;
    }
    let words: Vec<Word> =
        args.iter().map(|word| Word { text: Some(word.clone()), ..Word::default() }).collect();
    let options = GRAMMAR.read(&words);
    let mut operands = options.operands.iter().map(|word| word.or_empty());
    let file = operands.find(|word| *word != "start").filter(|_| options.unknown.is_none())?;
    let ends = |endings: &[&str]| endings.iter().any(|ending| file.ends_with(ending));
    let is_list = ends(&["config.js", "config.cjs", ".json"]);
    if !is_list && !ends(&[".js", ".cjs", ".mjs"]) {
        return None;
    }
    let program = format!("{FOLDER}/bin/{name}");
    Some(Managed {
        words: std::iter::once(program).chain(args.iter().cloned()).collect(),
        folder: step.folder.clone(),
        file: file.to_owned(),
        is_list,
    })
}

/// Whether the file installs pm2 for the whole machine, into npm's own folder.
pub fn is_installed(site: &Site<'_, '_>) -> bool {
    let is_moved = site.scene().variables.keys().any(|name| name.eq_ignore_ascii_case(PREFIX));
    let own = || site.course.deeds_with(|role| *role == Role::Prepares("node"));
    !is_moved
        && !is_removed(site)
        && !own().any(|(_, one)| has(one, |word| word.contains("prefix")))
        && own().any(|(deed, one)| {
            one.name() == Some("npm")
                && one.is_sure
                && package::works(site.course, one) == Some(Work::Prepares)
                && has(one, |word| matches!(word, "-g" | "--global"))
                && has(one, is_pm2)
                && site.course.mount_over(deed.line, FOLDER).is_none()
        })
}

/// Whether a command of the file takes it away again.
fn is_removed(site: &Site<'_, '_>) -> bool {
    // npm's names of `uninstall`.
    const VERBS: &[&str] = &["uninstall", "remove", "rm", "r", "un", "unlink"];
    site.facts().invocations().any(|(_, one)| match one.name() {
        Some("npm") => has(one, |word| VERBS.contains(&word)) && has(one, is_pm2),
        Some("rm") => has(one, |word| is_within(FOLDER, trimmed(word)) || is_within(word, FOLDER)),
        _ => false,
    })
}

/// Whether a command has such a word behind its name.
fn has(one: &Invocation, is_wanted: impl Fn(&str) -> bool) -> bool {
    one.args().iter().any(|word| is_wanted(word.or_empty()))
}

/// Whether a word names the package.
fn is_pm2(word: &str) -> bool {
    word == "pm2" || word.starts_with("pm2@")
}

/// The variable that moves global packages elsewhere.
const PREFIX: &str = "NPM_CONFIG_PREFIX";

impl Managed {
    /// What comes of it in the end: Node runs the file.
    pub fn steps(&self) -> Steps {
        let words = vec!["node".to_owned(), self.file.clone()];
        let step = Step { words, folder: self.folder.clone(), ..Step::default() };
        Steps { steps: vec![step], ..Steps::default() }
    }

    /// Takes pm2 along, which is started by its path: a copied link would be a copy of the program
    /// without what stands beside it.
    pub fn bring(&self, site: &Site<'_, '_>, shown: &str, answer: &mut Answer) {
        answer.artifacts.push(Artifact::folder(FOLDER));
        let text = format!("{FOLDER} holds pm2 with all that it needs");
        answer.evidence.push(Evidence::at(site.start.place, text));
        answer.changes.push(format!("`{}` is started instead of `{shown}`", self.words.join(" ")));
        answer.start = Some(NewStart { words: self.words.clone() });
        if self.is_list {
            answer.assumptions.push(format!("Node alone runs what {} names", self.file));
        }
        if !site.base().slim && site.base().libc() != Libc::Musl {
            answer.packages.push(PACKAGE_OF_PS.to_owned());
        }
        let own = Amount { bytes: 35_000_000, low: 15_000_000, high: 80_000_000 };
        answer.weight = answer.weight.plus(own);
    }
}

#[cfg(test)]
mod tests {
    use crate::split::testing::split;

    const PACKAGE: &str = r#"{"scripts": {"build": "tsc", "start": "pm2-runtime start dist/main.js"},
        "dependencies": {"express": "4"}, "devDependencies": {"typescript": "5"}}"#;

    /// The start of the runtime stage behind what it copies, or the refusal.
    #[track_caller]
    fn check(base: &str, install: &str, cmd: &str, expected: &str) {
        let file = format!(
            "FROM {base}\nRUN {install}\nWORKDIR /app\nCOPY . .\nRUN npm ci && npm run build\nCMD {cmd}\n"
        );
        let files = [
            ("package.json", PACKAGE),
            ("src/main.ts", ""),
            ("ecosystem.config.js", ""),
            ("tsconfig.json", r#"{"compilerOptions": {"outDir": "dist", "rootDir": "src"}}"#),
        ];
        let found = match split(&file, &files) {
            Ok(made) => made.into_iter().map(|(_, text)| text).collect::<Vec<_>>().join("\n"),
            Err(why) => why,
        };
        assert!(found.contains(expected), "{expected} is not in\n{found}");
    }

    #[test]
    fn it_comes_along() {
        let copy =
            "COPY --from=builder /usr/local/lib/node_modules/pm2 /usr/local/lib/node_modules/pm2\n";
        let install = "npm install -g pm2@5";
        let start = "CMD [\"/usr/local/lib/node_modules/pm2/bin/pm2-runtime\", \"dist/main.js\"]\n";
        let cmd = "[\"pm2-runtime\", \"dist/main.js\"]";
        check("node:20", install, cmd, copy);
        check("node:20", install, cmd, start);
        check("node:20", install, cmd, "RUN npm prune --omit=dev\n");
        check("node:20", install, cmd, "install -y --no-install-recommends procps");
        check("node:20-alpine", "npm i -g pm2 && npm cache clean --force", cmd, copy);
        let start = "CMD [\"/usr/local/lib/node_modules/pm2/bin/pm2-runtime\", \"start\", \"dist/main.js\"]\n";
        check("node:20", install, "npm start", start);
        let list =
            "[\"pm2-runtime\", \"start\", \"ecosystem.config.js\", \"--env\", \"production\"]";
        check(
            "node:20",
            install,
            list,
            "# Assumed: Node alone runs what ecosystem.config.js names.",
        );
    }

    #[test]
    fn it_may_be_elsewhere_or_start_others() {
        let cmd = "pm2-runtime dist/main.js";
        let unknown = "script-tool: Containers start pm2-runtime, which is not known";
        check("node:20", "npm ci", cmd, unknown);
        check("node:20", "npm i -g --prefix /opt pm2", cmd, unknown);
        check("node:20", "npm i -g pm2-logrotate", cmd, unknown);
        check("node:20", "npm i -g pm2\nRUN npm uninstall -g pm2", cmd, unknown);
        check("node:20", "npm i -g pm2 && npm rm --global pm2", cmd, unknown);
        check("node:20", "npm i -g pm2\nRUN rm -rf /usr/local/lib/node_modules", cmd, unknown);
        check("node:20", "npm i -g pm2", "pm2-runtime npm -- start", "start-unknown: ");
        check("node:20", "npm i -g pm2", "pm2-runtime --x dist/main.js", "start-unknown: ");
        check("node:20", "npm i -g pm2", "pm2-runtime lib/main.js", "artifact-missing: ");
    }
}
