//! Folders that a build writes to, by what the file says of them elsewhere.

use crate::split::course::Course;
use crate::split::facts::What;
use crate::split::start::spelled;
use crate::split::world::is_within;

/// The folders of the output of a tool below `folder` that commands and the start of the file name:
/// what is named is there.
pub fn named_outputs(course: &Course<'_>, folder: &str, output: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut take = |path: Option<String>| {
        let Some(path) = path else { return };
        let mark = format!("/{output}/");
        let Some(end) = format!("{path}/").find(&mark) else { return };
        let whole = format!("{}/{output}", &path[..end]);
        if is_within(&whole, folder) && !found.contains(&whole) {
            found.push(whole);
        }
    };
    for (_, one) in course.facts.invocations() {
        for word in one.args() {
            take(word.text.as_deref().and_then(|text| one.path(text)));
        }
    }
    let scene = course.facts.last_scene();
    for line in &course.facts.lines {
        let (What::Cmd(form) | What::Entrypoint(form)) = &line.what else { continue };
        for word in spelled(form) {
            for part in word.split([' ', '\t', '"', '\'', ':', ';']) {
                take(scene.path(part));
            }
        }
    }
    found
}
