//! CMake: `CMakeLists.txt`, and those of the folders that it adds.
//!
//! The script is not run: variables are followed where they are set once and plainly; what stands
//! in an `if` is marked.
//!
//! Source: the CMake documentation (`cmake-language(7)`, the commands).

use std::collections::BTreeMap;

use super::super::{Context, join};
use super::reader::{Broken, Reader};
use super::{Setting, resolve};

/// How many variables may stand in for one another.
const MAX_VARIABLES: usize = 8;
/// How long a text may become by its variables, in bytes.
const MAX_TEXT: usize = 4096;
/// How many folders are followed.
const MAX_FOLDERS: usize = 100;

/// What the `CMakeLists.txt` of a project and of its folders state.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Project {
    /// Their paths in the context, the first one first.
    pub files: Vec<String>,
    /// The name of the project.
    pub name: Setting,
    /// The programs.
    pub executables: Vec<Executable>,
    /// The libraries.
    pub libraries: Vec<Library>,
    /// What `install` puts where.
    pub installs: Vec<Install>,
    /// The packages that are looked for on the system: of `find_package`, and of
    /// `pkg_check_modules` as `pkg:NAME`.
    pub packages: Vec<String>,
    /// What is linked to what: a target and its libraries, without words like `PRIVATE`.
    pub links: Vec<(String, Vec<String>)>,
    /// Whether sources are fetched from elsewhere.
    pub fetches: bool,
    /// Whether all folders and files that it takes in were read, and all names are told.
    pub is_complete: bool,
}

/// A program.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Executable {
    /// The name of its target.
    pub name: String,
    /// The name of its file, if it is not the target's.
    pub output_name: Setting,
    /// The folder that it is made in, as it is written. Without one it is that of the build with
    /// [`Executable::folder`] below.
    pub output_folder: Setting,
    /// The folder of its `CMakeLists.txt`, from the first one's.
    pub folder: String,
    /// Whether it is made only under a condition.
    pub is_conditional: bool,
    /// The file that states it.
    pub file: String,
}

/// A library.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Library {
    /// The name of its target.
    pub name: String,
    /// `STATIC`, `SHARED`, `MODULE`, `OBJECT` or `INTERFACE`. Without it `BUILD_SHARED_LIBS` says.
    pub kind: Option<String>,
}

/// What an `install` puts where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Install {
    /// `TARGETS`, `FILES`, `PROGRAMS`, `DIRECTORY`, ...
    pub kind: String,
    /// The targets or files, as they are written.
    pub what: Vec<String>,
    /// Where programs, or the files, go, from the prefix if it is relative. Without it targets go to
    /// `bin` and `lib`.
    pub destination: Setting,
}

/// The `CMakeLists.txt` in a folder; `None` if there is none.
pub fn project(context: &Context, folder: &str) -> Result<Option<Project>, Broken> {
    let mut reader = Reader::new(context);
    let mut script = Script {
        project: Project { is_complete: true, ..Project::default() },
        ..Script::default()
    };
    let mut ahead = vec![String::new()];
    while let Some(inner) = ahead.pop() {
        let here = if inner.is_empty() { folder.to_owned() } else { join(folder, &inner) };
        let file = join(&here, "CMakeLists.txt");
        let text = reader.read(&file)?.filter(|_| script.project.files.len() < MAX_FOLDERS);
        let Some(text) = text else {
            if script.project.files.is_empty() {
                return Ok(None);
            }
            script.project.is_complete = false;
            continue;
        };
        if script.project.files.contains(&file) {
            continue;
        }
        script.project.files.push(file.clone());
        let added = script.run(&commands(&file, &text)?, &file, &inner);
        // In the order of the file.
        ahead.extend(added.into_iter().rev());
    }
    script.finish();
    Ok(Some(script.project))
}

/// What is known while commands are read.
#[derive(Default)]
struct Script {
    project: Project,
    /// The variables; `None` if one is set twice, under a condition, or computed.
    variables: BTreeMap<String, Option<String>>,
    /// What `set_target_properties` says: target, property, value.
    properties: Vec<(String, String, Setting)>,
}

/// A command with its arguments.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Command {
    /// Its name in lower case.
    name: String,
    arguments: Vec<String>,
}

impl Script {
    /// Takes the commands of a file; gives back the folders that it adds, from the first file's.
    fn run(&mut self, commands: &[Command], file: &str, folder: &str) -> Vec<String> {
        let mut depth = 0_usize;
        let mut added = Vec::new();
        for command in commands {
            match command.name.as_str() {
                "if" | "foreach" | "while" | "function" | "macro" => depth += 1,
                "endif" | "endforeach" | "endwhile" | "endfunction" | "endmacro" => {
                    depth = depth.saturating_sub(1);
                }
                "set" | "option" => self.set(command, depth > 0),
                "add_subdirectory" => {
                    let path = command.arguments.first().and_then(|path| self.resolved(path));
                    match path.and_then(|path| resolve(folder, &path)) {
                        // A second argument is another folder of the build.
                        Some(path) if command.arguments.len() == 1 => added.push(path),
                        _ => self.project.is_complete = false,
                    }
                }
                "include" => {
                    // A plain name is a module of CMake's own.
                    let is_module = |name: &String| !name.contains(['/', '.', '$']);
                    self.project.is_complete &= command.arguments.first().is_some_and(is_module);
                }
                _ => self.take(command, file, folder, depth > 0),
            }
        }
        added
    }

    fn set(&mut self, command: &Command, is_conditional: bool) {
        let [name, values @ ..] = &command.arguments[..] else { return };
        let end =
            values.iter().position(|value| matches!(value.as_str(), "CACHE" | "PARENT_SCOPE"));
        let value = values[..end.unwrap_or(values.len())].join(";");
        let is_new = !self.variables.contains_key(name);
        let value = self.resolved(&value).filter(|_| is_new && !is_conditional);
        self.variables.insert(name.clone(), value);
    }

    /// A text with its variables replaced; `None` if one is not known.
    fn resolved(&self, text: &str) -> Option<String> {
        let mut text = text.to_owned();
        for _ in 0..MAX_VARIABLES {
            // The innermost: `${${A}_B}` has one in its name.
            let Some(start) = text.rfind("${") else { return Some(text) };
            let end = start + text[start..].find('}')?;
            let value = self.variables.get(&text[start + 2..end])?.as_ref()?;
            if text.len() + value.len() > MAX_TEXT {
                return None;
            }
            text = format!("{}{value}{}", &text[..start], &text[end + 1..]);
        }
        None
    }

    fn setting(&self, text: &str) -> Setting {
        self.resolved(text).map_or(Setting::Unknown, Setting::Stated)
    }

    fn take(&mut self, command: &Command, file: &str, folder: &str, is_conditional: bool) {
        let [first, rest @ ..] = &command.arguments[..] else { return };
        match command.name.as_str() {
            "project" => {
                let name = self.setting(first);
                for variable in ["PROJECT_NAME", "CMAKE_PROJECT_NAME"] {
                    let value = name.stated().map(str::to_owned);
                    self.variables.entry(variable.to_owned()).or_insert(value);
                }
                if self.project.name == Setting::Absent {
                    self.project.name = name;
                }
            }
            "add_executable" | "add_library" => {
                self.take_target(command, first, rest, (file, folder, is_conditional));
            }
            "install" => self.take_install(first, rest),
            "find_package" => self.project.packages.push(first.clone()),
            "pkg_check_modules" | "pkg_search_module" => {
                let words = ["REQUIRED", "QUIET", "IMPORTED_TARGET", "GLOBAL", "NO_CMAKE_PATH"];
                let names = rest.iter().filter(|word| !words.contains(&word.as_str()));
                self.project.packages.extend(names.map(|name| format!("pkg:{name}")));
            }
            "target_link_libraries" => {
                let words = ["PRIVATE", "PUBLIC", "INTERFACE", "general", "optimized", "debug"];
                let libraries = rest.iter().filter(|word| !words.contains(&word.as_str()));
                let libraries = libraries.cloned().collect();
                let target = self.resolved(first).unwrap_or_else(|| first.clone());
                self.project.links.push((target, libraries));
            }
            "set_target_properties" => self.take_properties(&command.arguments),
            "set_property" if first == "TARGET" => {
                let rest = rest.iter().map(|word| match word.as_str() {
                    "PROPERTY" => "PROPERTIES".to_owned(),
                    _ => word.clone(),
                });
                self.take_properties(&rest.collect::<Vec<_>>());
            }
            "fetchcontent_declare" | "externalproject_add" | "cpmaddpackage" | "file"
                if command.name != "file" || first == "DOWNLOAD" =>
            {
                self.project.fetches = true;
            }
            _ => {}
        }
    }

    fn take_target(
        &mut self,
        command: &Command,
        name: &str,
        rest: &[String],
        (file, folder, is_conditional): (&str, &str, bool),
    ) {
        // These make nothing.
        if rest.iter().any(|word| matches!(word.as_str(), "ALIAS" | "IMPORTED")) {
            return;
        }
        let Some(name) = self.resolved(name) else {
            self.project.is_complete = false;
            return;
        };
        if command.name == "add_library" {
            let kinds = ["STATIC", "SHARED", "MODULE", "OBJECT", "INTERFACE"];
            let kind = rest.first().filter(|word| kinds.contains(&word.as_str())).cloned();
            self.project.libraries.push(Library { name, kind });
            return;
        }
        let places = ["CMAKE_RUNTIME_OUTPUT_DIRECTORY", "EXECUTABLE_OUTPUT_PATH"];
        let place = places.into_iter().find_map(|name| self.raw_variable(name));
        self.project.executables.push(Executable {
            name,
            output_name: Setting::Absent,
            output_folder: place.unwrap_or_default(),
            folder: folder.to_owned(),
            is_conditional,
            file: file.to_owned(),
        });
    }

    /// The value of a variable, if something sets it.
    fn raw_variable(&self, name: &str) -> Option<Setting> {
        let value = self.variables.get(name)?;
        Some(value.clone().map_or(Setting::Unknown, Setting::Stated))
    }

    fn take_install(&mut self, kind: &str, rest: &[String]) {
        let words = [
            "DESTINATION",
            "RUNTIME",
            "LIBRARY",
            "ARCHIVE",
            "PERMISSIONS",
            "COMPONENT",
            "EXPORT",
            "OPTIONAL",
            "CONFIGURATIONS",
            "BUNDLE",
            "PUBLIC_HEADER",
            "INCLUDES",
            "FILES_MATCHING",
            "PATTERN",
            "TYPE",
        ];
        let end = rest.iter().position(|word| words.contains(&word.as_str()));
        let what = rest[..end.unwrap_or(rest.len())].iter();
        let behind = |words: &[&str]| {
            let found = rest
                .windows(words.len() + 1)
                .find(|all| all.iter().zip(words).all(|(a, b)| a == b));
            found.and_then(|all| all.last())
        };
        // That of the programs comes first, then that of all.
        let own = behind(&["RUNTIME", "DESTINATION"]);
        let is_for_all = rest.iter().position(|word| word == "DESTINATION") == end;
        let of_all = behind(&["DESTINATION"]).filter(|_| is_for_all);
        let destination = own.or(of_all).map_or(Setting::Absent, |path| self.setting(path));
        self.project.installs.push(Install {
            kind: kind.to_owned(),
            what: what.map(|word| self.resolved(word).unwrap_or_else(|| word.clone())).collect(),
            destination,
        });
    }

    /// Takes `TARGET... PROPERTIES NAME VALUE...`.
    fn take_properties(&mut self, arguments: &[String]) {
        let Some(middle) = arguments.iter().position(|word| word == "PROPERTIES") else { return };
        for target in &arguments[..middle] {
            let target = self.resolved(target).unwrap_or_else(|| target.clone());
            for pair in arguments[middle + 1..].chunks(2) {
                let [name, value] = pair else { continue };
                self.properties.push((target.clone(), name.clone(), self.setting(value)));
            }
        }
    }

    /// Gives the programs the properties that are set of them.
    fn finish(&mut self) {
        let executables = self.project.executables.iter_mut();
        let mut by_name: BTreeMap<_, _> =
            executables.map(|executable| (executable.name.clone(), executable)).collect();
        for (target, name, value) in std::mem::take(&mut self.properties) {
            let Some(executable) = by_name.get_mut(&target) else { continue };
            match name.as_str() {
                "OUTPUT_NAME" | "RUNTIME_OUTPUT_NAME" => executable.output_name = value,
                "RUNTIME_OUTPUT_DIRECTORY" => executable.output_folder = value,
                _ => {}
            }
        }
    }
}

/// The commands of a script.
fn commands(file: &str, text: &str) -> Result<Vec<Command>, Broken> {
    let mut commands = Vec::new();
    let mut rest = skip_blanks(text);
    while !rest.is_empty() {
        let is_in_name = |c: char| c.is_alphanumeric() || c == '_';
        let (name, behind) = rest.split_at(rest.find(|c| !is_in_name(c)).unwrap_or(rest.len()));
        let behind = skip_blanks(behind);
        let Some(behind) = behind.strip_prefix('(').filter(|_| !name.is_empty()) else {
            let line = text[..text.len() - rest.len()].matches('\n').count() + 1;
            return Err(Broken::malformed(file, format_args!("no command at line {line}")));
        };
        let Some((arguments, behind)) = arguments(behind) else {
            return Err(Broken::malformed(file, format_args!("the command {name} has no end")));
        };
        commands.push(Command { name: name.to_lowercase(), arguments });
        rest = skip_blanks(behind);
    }
    Ok(commands)
}

/// What is behind blanks and comments.
fn skip_blanks(text: &str) -> &str {
    let mut text = text;
    loop {
        text = text.trim_start();
        let Some(comment) = text.strip_prefix('#') else { return text };
        text = match bracketed(comment) {
            Some((_, behind)) => behind,
            None => &comment[comment.find('\n').unwrap_or(comment.len())..],
        };
    }
}

/// The text in `[=[ ... ]=]`, and what is behind it.
fn bracketed(text: &str) -> Option<(&str, &str)> {
    let inner = text.strip_prefix('[')?.trim_start_matches('=');
    let marks = text.len() - 1 - inner.len();
    let inner = inner.strip_prefix('[')?;
    let close = format!("]{}]", "=".repeat(marks));
    // The end may be far; without one the rest is all of it.
    Some(inner.split_once(close.as_str()).unwrap_or((inner, "")))
}

/// The arguments of a command up to its closing bracket, and what is behind that; `None` if there is
/// none. Brackets inside are left out.
fn arguments(text: &str) -> Option<(Vec<String>, &str)> {
    let mut found = Vec::new();
    let mut depth = 1_usize;
    let mut rest = skip_blanks(text);
    loop {
        let first = rest.chars().next()?;
        if let Some((text, behind)) = bracketed(rest) {
            found.push(text.to_owned());
            rest = skip_blanks(behind);
            continue;
        }
        let behind = match first {
            '(' => {
                depth += 1;
                &rest[1..]
            }
            ')' => {
                depth -= 1;
                if depth == 0 {
                    return Some((found, &rest[1..]));
                }
                &rest[1..]
            }
            first => {
                let is_quoted = first == '"';
                let (argument, behind) = argument(&rest[usize::from(is_quoted)..], is_quoted)?;
                found.push(argument);
                behind
            }
        };
        rest = skip_blanks(behind);
    }
}

/// One argument, and what is behind it; `None` if it has no end.
fn argument(text: &str, is_quoted: bool) -> Option<(String, &str)> {
    let mut argument = String::new();
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' if is_quoted => return Some((argument, &text[at + 1..])),
            '\\' => match chars.next()?.1 {
                'n' => argument.push('\n'),
                't' => argument.push('\t'),
                '\n' => {}
                c => argument.push(c),
            },
            c if !is_quoted && (c.is_whitespace() || matches!(c, '(' | ')' | '#' | '"')) => {
                return Some((argument, &text[at..]));
            }
            c => argument.push(c),
        }
    }
    (!is_quoted).then_some((argument, ""))
}

#[cfg(test)]
mod tests {
    use super::super::context;
    use super::*;

    const ROOT: &str = "# The build.\ncmake_minimum_required(VERSION 3.20)\nproject(shop VERSION 1.0 LANGUAGES CXX)\n\
        set(SOURCES main.cpp util.cpp)\nset(OUT ${CMAKE_BINARY_DIR}/bin)\n#[[ add_executable(no no.c) ]]\n\
        find_package(OpenSSL REQUIRED)\npkg_check_modules(PQ REQUIRED IMPORTED_TARGET libpq)\n\
        add_executable(${PROJECT_NAME} ${SOURCES})\n\
        target_link_libraries(shop PRIVATE OpenSSL::SSL util -static)\n\
        SET_TARGET_PROPERTIES(shop PROPERTIES OUTPUT_NAME \"shop server\")\n\
        add_subdirectory(tools)\nadd_subdirectory(util)\n\
        if(TESTS AND (A OR B))\n  add_executable(tests t.cpp)\nendif()\n\
        install(TARGETS shop RUNTIME DESTINATION sbin LIBRARY DESTINATION lib)\n\
        install(FILES shop.conf DESTINATION etc)\ninstall(TARGETS tests)\n";

    #[test]
    fn a_project() {
        let context = context(&[
            ("a/CMakeLists.txt", ROOT),
            (
                "a/tools/CMakeLists.txt",
                "set(CMAKE_RUNTIME_OUTPUT_DIRECTORY out)\nadd_executable(tool tool.c)",
            ),
            ("a/util/CMakeLists.txt", "add_library(util STATIC u.c)\nadd_library(x ALIAS util)"),
        ]);
        let found = project(&context, "a").expect("read").expect("there");
        assert_eq!(found.name, Setting::Stated("shop".into()));
        let files = ["a/CMakeLists.txt", "a/tools/CMakeLists.txt", "a/util/CMakeLists.txt"];
        assert_eq!(found.files, files);
        let names: Vec<_> = found
            .executables
            .iter()
            .map(|e| (e.name.as_str(), e.folder.as_str(), e.is_conditional))
            .collect();
        assert_eq!(names, [("shop", "", false), ("tests", "", true), ("tool", "tools", false)]);
        assert_eq!(found.executables[0].output_name, Setting::Stated("shop server".into()));
        assert_eq!(found.executables[2].output_folder, Setting::Stated("out".into()));
        assert_eq!(found.packages, ["OpenSSL", "pkg:libpq"]);
        let links = ["OpenSSL::SSL", "util", "-static"].map(str::to_owned).to_vec();
        assert_eq!(found.links, [("shop".to_owned(), links)]);
        let library = Library { name: "util".into(), kind: Some("STATIC".into()) };
        assert_eq!(found.libraries, [library]);
        let installs: Vec<_> = found
            .installs
            .iter()
            .map(|i| (i.kind.as_str(), i.what.join(" "), i.destination.stated()))
            .collect();
        assert_eq!(
            installs,
            [
                ("TARGETS", "shop".to_owned(), Some("sbin")),
                ("FILES", "shop.conf".to_owned(), Some("etc")),
                ("TARGETS", "tests".to_owned(), None),
            ]
        );
        assert!(found.is_complete && !found.fetches);
    }

    #[test]
    fn what_is_not_known() {
        let read = |text| {
            project(&context(&[("CMakeLists.txt", text)]), "").expect("read").expect("there")
        };
        assert!(!read("add_executable(${X} a.c)").is_complete);
        assert!(!read("set(X a)\nset(X b)\nadd_executable(${X} a.c)").is_complete);
        assert!(!read("set(A ${B})\nset(B ${A})\nadd_executable(${A} a.c)").is_complete);
        assert!(!read("add_subdirectory(none)").is_complete);
        assert!(!read("include(cmake/x.cmake)").is_complete);
        assert!(read("include(GNUInstallDirs)").is_complete);
        assert!(read("FetchContent_Declare(x URL y)").fetches);
        let nested = "set(A x)\nset(x_B y)\nadd_executable(${${A}_B})";
        assert_eq!(read(nested).executables[0].name, "y");
    }

    #[test]
    fn the_language() {
        let read = |text| commands("f", text).map(|commands| commands[0].arguments.clone());
        assert_eq!(read("a(b \"c d\" e\\ f)"), Ok(vec!["b".into(), "c d".into(), "e f".into()]));
        assert_eq!(read("a([=[ ]] ]=] b#c\n)"), Ok(vec![" ]] ".into(), "b".into()]));
        assert_eq!(read("a((b) c)"), Ok(vec!["b".into(), "c".into()]));
        for broken in ["a(", "a(\"b)", "a", "(b)", "a() )", "x = 1"] {
            assert_eq!(commands("f", broken).expect_err("broken").file, "f", "{broken}");
        }
    }
}
