//! What start scripts start in the end: their own commands, and the words that they are given.

use crate::split::answer::Site;
use crate::split::command::{self, Invocation, Shell};
use crate::split::facts::Scene;
use crate::split::start::Launch;
use crate::text::TextRange;

/// What containers start, with the commands of a start script in its place: its last one, which may
/// be what the script is given, and those before it that `is_own`. What the others need is looked
/// after by the plan. A script that cannot be followed stays.
pub fn launches(site: &Site<'_, '_>, is_own: &dyn Fn(&[String]) -> bool) -> Vec<Launch> {
    let each = site.start.launches.iter();
    each.flat_map(|launch| followed(site, launch, is_own).unwrap_or_else(|| vec![launch.clone()]))
        .collect()
}

fn followed(
    site: &Site<'_, '_>,
    launch: &Launch,
    is_own: &dyn Fn(&[String]) -> bool,
) -> Option<Vec<Launch>> {
    let (path, given) = script(site, launch)?;
    let text = site.course.script(&path)?;
    let shell = Shell::of(text.lines().next()?.split(['/', ' ']).next_back()?);
    let mut scene: Scene = (*site.scene()).clone();
    scene.arguments.clear();
    scene.shell = if shell == Shell::Bash { shell } else { Shell::Posix };
    scene.workdir.clone_from(&launch.folder);
    let mut commands = command::read(&text, &scene, &|_| TextRange::default()).ok()?;
    let changes_words = |one: &Invocation| {
        one.name() == Some("shift")
            || one.name() == Some("set") && one.args().iter().any(|word| word.or_empty() == "--")
    };
    if commands.iter().any(changes_words) {
        return None;
    }
    let last = commands.pop()?;
    let mut found: Vec<Launch> = commands
        .iter()
        .filter(|one| {
            let words: Vec<String> =
                one.words.iter().map(|word| word.or_empty().to_owned()).collect();
            is_own(&words)
        })
        .map(|one| launched(launch, one))
        .collect();
    let mut program = launched(launch, &last);
    if passes_on(&text) && program.words.last().is_some_and(Option::is_none) {
        program.words.pop();
        program.words.extend(launch.words.get(given..).unwrap_or_default().iter().cloned());
    }
    while let Some((_, rest)) = command::started(&program.words) {
        program.words = rest;
    }
    found.push(program);
    Some(found)
}

/// The path of the script that is started, and the number of the first word that it is given.
fn script(site: &Site<'_, '_>, launch: &Launch) -> Option<(String, usize)> {
    let is_shell = launch.name().is_some_and(|name| command::SHELLS.contains(&name));
    let found = match launch.program(site.course) {
        Some(path) => (path, 1),
        None if is_shell => (launch.path(launch.word(1)?)?, 2),
        None => return None,
    };
    site.roots?.scripts.contains(&found.0).then_some(found)
}

/// Whether the last line of a script starts what the script is given: `exec "$@"`.
fn passes_on(text: &str) -> bool {
    let mut lines = text.lines().map(str::trim).rev();
    let last = lines.find(|line| !line.is_empty() && !line.starts_with('#'));
    let words: Vec<&str> = last.unwrap_or_default().split_whitespace().collect();
    let unknown = words.iter().filter(|word| word.contains('$')).count();
    unknown == 1 && matches!(words.last(), Some(&("\"$@\"" | "$@" | "\"${@}\"")))
}

fn launched(around: &Launch, one: &Invocation) -> Launch {
    let words = one.words.iter().map(|word| word.text.clone().filter(|_| !word.is_pattern));
    Launch { words: words.collect(), folder: one.folder.clone(), search: around.search.clone() }
}

#[cfg(test)]
mod tests {
    use super::passes_on;

    #[test]
    fn what_the_last_line_starts() {
        assert!(passes_on("#!/bin/sh\nset -e\nexec \"$@\"\n\n# end\n"));
        assert!(passes_on("exec gosu node \"$@\""));
        assert!(!passes_on("exec \"$@\"\necho over\n"));
        assert!(!passes_on("exec \"$TOOL\" \"$@\"\n"));
        assert!(!passes_on("exec node \"$1\"\n"));
        assert!(!passes_on(""));
    }
}
