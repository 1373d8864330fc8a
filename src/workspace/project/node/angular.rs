//! `angular.json`.
//!
//! Source: the Angular workspace configuration reference, the schemas of the builders `application`
//! and `browser`.

use serde_json::Value;

use super::super::super::{Context, join};
use super::super::data::{at, entries, jsonc, text};
use super::super::reader::{Broken, Reader};
use super::super::resolve;

/// What an `angular.json` states.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Workspace {
    /// Its path in the context.
    pub file: String,
    /// The project that commands without a name are for, in old versions.
    pub default_project: Option<String>,
    /// Its projects.
    pub projects: Vec<Project>,
}

/// A project of the workspace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Project {
    /// Its name.
    pub name: String,
    /// Whether it is a library, and no application.
    pub is_library: bool,
    /// What builds it: `@angular-devkit/build-angular:application`.
    pub builder: Option<String>,
    /// The folder in the context that a production build writes what browsers load into; `None` if
    /// the builder is not known.
    pub browser_output: Option<String>,
    /// Whether the file states the folder; if not, the builder's default holds.
    pub is_stated: bool,
    /// Whether it makes a server program, too.
    pub has_server: bool,
}

/// The `angular.json` in a folder; `None` if there is none.
pub fn workspace(context: &Context, folder: &str) -> Result<Option<Workspace>, Broken> {
    let file = join(folder, "angular.json");
    let Some(content) = Reader::new(context).read(&file)? else { return Ok(None) };
    let value = jsonc(&file, &content)?;
    let projects = entries(&value, &["projects"]).map(|(name, value)| project(folder, name, value));
    Ok(Some(Workspace {
        default_project: text(&value, &["defaultProject"]),
        projects: projects.collect(),
        file,
    }))
}

fn project(folder: &str, name: &str, value: &Value) -> Project {
    // Both words are in use.
    let target = ["architect", "targets"].into_iter().map(|key| at(value, &[key, "build"]));
    let target = target.into_iter().find(|target| !target.is_null()).unwrap_or(&Value::Null);
    let builder = text(target, &["builder"]);
    let kind = builder.as_deref().and_then(|builder| builder.rsplit(':').next());
    let options = at(target, &["options"]);
    let production = at(target, &["configurations", "production"]);
    let output = [production, options].into_iter().map(|options| at(options, &["outputPath"]));
    let output = output.into_iter().find(|output| !output.is_null()).unwrap_or(&Value::Null);

    let base = match output {
        Value::String(path) => Some(path.clone()),
        Value::Null => Some(format!("dist/{name}")),
        output => text(output, &["base"]),
    };
    let inner = match kind {
        Some("application") => {
            Some(text(output, &["browser"]).unwrap_or_else(|| "browser".to_owned()))
        }
        Some("browser" | "browser-esbuild") => Some(String::new()),
        _ => None,
    };
    let is_on = |value: &Value| !matches!(value, Value::Null | Value::Bool(false));
    Project {
        name: name.to_owned(),
        is_library: text(value, &["projectType"]).as_deref() == Some("library"),
        browser_output: base
            .zip(inner)
            .and_then(|(base, inner)| resolve(folder, &format!("{base}/{inner}"))),
        is_stated: !output.is_null(),
        has_server: is_on(at(options, &["ssr"])) || is_on(at(options, &["server"])),
        builder,
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::context;
    use super::*;

    #[track_caller]
    fn check(builder: &str, options: &str, expected: Option<&str>, is_stated: bool) {
        let text = format!(
            r#"{{"projects": {{"shop": {{"projectType": "application", "architect": {{"build": {{
                "builder": "@angular-devkit/build-angular:{builder}", "options": {options}
            }}}}}}}}}}"#
        );
        let context = context(&[("web/angular.json", &text)]);
        let found = workspace(&context, "web").expect("well-formed").expect("there");
        let project = &found.projects[0];
        assert_eq!(project.browser_output.as_deref(), expected, "{text}");
        assert_eq!((project.is_stated, project.is_library), (is_stated, false));
    }

    #[test]
    fn output_folders() {
        check("browser", r#"{"outputPath": "dist/x"}"#, Some("web/dist/x"), true);
        check("application", r#"{"outputPath": "dist/x"}"#, Some("web/dist/x/browser"), true);
        let parts = r#"{"outputPath": {"base": "out", "browser": ""}}"#;
        check("application", parts, Some("web/out"), true);
        check("application", r#"{"outputPath": {"base": "out"}}"#, Some("web/out/browser"), true);
        check("application", "{}", Some("web/dist/shop/browser"), false);
        check("something", r#"{"outputPath": "dist/x"}"#, None, true);
        check("browser", r#"{"outputPath": "../../x"}"#, None, true);
    }

    #[test]
    fn servers_and_odd_files() {
        let text = r#"{"projects": {"a": {"targets": {"build": {"builder": "@angular/build:application",
            "options": {"ssr": {"entry": "server.ts"}},
            "configurations": {"production": {"outputPath": "p"}}}}}, "b": 1}}"#;
        let found =
            workspace(&context(&[("angular.json", text)]), "").expect("read").expect("there");
        assert!(found.projects[0].has_server);
        assert_eq!(found.projects[0].browser_output.as_deref(), Some("p/browser"));
        assert_eq!(found.projects[1].browser_output, None);
        assert!(workspace(&context(&[("angular.json", "{")]), "").is_err());
        assert_eq!(workspace(&context(&[]), ""), Ok(None));
    }
}
