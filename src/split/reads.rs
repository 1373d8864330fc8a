//! What a program gives to calls that read files and to calls that start programs, as far as its
//! sources tell by plain texts.
//!
//! [`super::sources::Named`] holds every text that may be a name. Here the call matters: a file that
//! the build puts into a program is read from there, unless a call of these names it, too.

use std::collections::{BTreeMap, BTreeSet};

use super::command::SHELLS;
use super::sources::{Piece, Sources, pieces};
use super::world::base_name;

/// The calls of a language.
struct Calls {
    /// The endings of its sources.
    endings: &'static [&'static str],
    /// Those that read the files which they are given by name.
    files: &'static [&'static str],
    /// Those that read the folder which they are given by name, with what is in it.
    folders: &'static [&'static str],
    /// Those that read what the build put into the program.
    embedded: &'static [&'static str],
    /// Those that make a path of what they are given.
    paths: &'static [&'static str],
    /// What stands for the folder that a program is started in.
    here: &'static [&'static str],
    /// Those that start the program which they are given first.
    programs: &'static [&'static str],
}

/// A language of which nothing is known.
const NONE: Calls = Calls {
    endings: &[],
    files: &[],
    folders: &[],
    embedded: &[],
    paths: &[],
    here: &[],
    programs: &[],
};

/// A name that begins with `.` is a method's of anything; others count with what stands before them
/// (`std::fs::read`).
const CALLS: &[Calls] = &[
    Calls {
        endings: &["go"],
        files: &[
            ".AddConfigPath",
            ".File",
            ".LoadHTMLFiles",
            ".LoadHTMLGlob",
            ".ParseFiles",
            ".ParseGlob",
            ".SendFile",
            ".SetConfigFile",
            ".StaticFile",
            "afero.ReadFile",
            "godotenv.Load",
            "http.ServeFile",
            "ioutil.ReadFile",
            "os.Lstat",
            "os.Open",
            "os.OpenFile",
            "os.ReadFile",
            "os.Stat",
        ],
        folders: &[
            ".Static",
            "filepath.Glob",
            "filepath.Walk",
            "filepath.WalkDir",
            "http.Dir",
            "ioutil.ReadDir",
            "os.DirFS",
            "os.OpenRoot",
            "os.ReadDir",
        ],
        embedded: &[
            ".FileFS",
            ".ParseFS",
            ".ReadDir",
            ".ReadFile",
            ".StaticFS",
            ".StaticFileFS",
            "fs.Glob",
            "fs.Stat",
            "fs.Sub",
            "fs.WalkDir",
            "iofs.New",
        ],
        here: &["os.Getwd"],
        // The programs of `os/exec` are read with the imports.
        ..NONE
    },
    Calls {
        endings: &["rs"],
        files: &[
            ".file",
            "File::open",
            "File::with_name",
            "Json::file",
            "NamedFile::open",
            "ServeFile::new",
            "Tera::new",
            "Toml::file",
            "Yaml::file",
            "fs::metadata",
            "fs::read",
            "fs::read_to_string",
        ],
        folders: &[
            "FileServer::from",
            "Files::new",
            "ServeDir::new",
            "WalkDir::new",
            "fs::read_dir",
            "read_dir",
        ],
        embedded: &["include!", "include_bytes!", "include_dir!", "include_str!"],
        here: &["current_dir"],
        programs: &["Command::new"],
        ..NONE
    },
    Calls {
        endings: &["c", "cc", "cpp", "cxx", "h", "hh", "hpp", "hxx"],
        folders: &["directory_iterator", "ftw", "nftw", "opendir", "scandir"],
        here: &["current_path", "getcwd"],
        programs: &[
            "execl",
            "execle",
            "execlp",
            "execv",
            "execve",
            "execvp",
            "execvpe",
            "popen",
            "posix_spawn",
            "posix_spawnp",
            "system",
        ],
        ..NONE
    },
    Calls {
        endings: &["java", "kt", "kts", "scala", "groovy"],
        folders: &[
            ".listFiles",
            ".walkTopDown",
            "Files.list",
            "Files.newDirectoryStream",
            "Files.walk",
            "Files.walkFileTree",
        ],
        paths: &["File", "Path.of", "Paths.get", "System.getProperty"],
        programs: &[
            ".command",
            ".exec",
            "CommandLine",
            "CommandLine.parse",
            "Process",
            "ProcessBuilder",
        ],
        ..NONE
    },
    Calls {
        endings: &["cs", "fs", "vb"],
        programs: &["Cli.Wrap", "Process.Start", "ProcessStartInfo"],
        ..NONE
    },
    Calls {
        endings: &["cjs", "cts", "js", "mjs", "mts", "ts"],
        programs: &["exec", "execFile", "execFileSync", "execSync", "execa", "spawn", "spawnSync"],
        ..NONE
    },
];

/// What gives a program its arguments, behind the call that names it.
const ARGUMENTS: &[&str] = &[".arg", ".args"];

/// What names a program where it is set, not called: `FileName = "git"`.
const PROGRAM_SETTINGS: &[&str] = &["FileName"];

/// What was found in the sources of a program.
#[derive(Debug, Default)]
pub struct Reads {
    /// The paths that calls are given.
    paths: Paths,
    /// The other texts that may be paths.
    loose: Paths,
    /// Whether a call is given a path that is computed: then it may be any of these.
    is_computed: bool,
    /// The paths that do not hang on the folder that a program is started in, or lead out of it.
    pub outside: BTreeSet<String>,
    /// The file with the call that reads the folder which the program is started in.
    pub whole: Option<String>,
    /// The names of programs that it starts.
    pub starts: BTreeSet<String>,
    /// Whether the last of them reads commands.
    starts_shell: bool,
}

/// Paths, each as its parts, by the first of them.
type Paths = BTreeMap<String, BTreeSet<Vec<String>>>;

fn add(paths: &mut Paths, parts: Vec<String>) {
    if let Some(first) = parts.first() {
        paths.entry(first.clone()).or_default().insert(parts);
    }
}

/// A call, or brackets of another sort, that is open.
struct Frame {
    class: Class,
    has_text: bool,
    /// The parts of the path that it makes.
    parts: Vec<String>,
    /// Whether what it starts reads commands.
    is_shell: bool,
}

impl Frame {
    fn new(class: Class) -> Frame {
        Frame { class, has_text: false, parts: Vec::new(), is_shell: false }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Files,
    Folders,
    Embedded,
    Path,
    Programs,
    Arguments,
    /// Another call, or brackets: what is in it may be an argument of the call around.
    Other,
    /// A block of statements.
    Block,
}

impl Reads {
    /// What these sources say.
    pub fn of(sources: &Sources) -> Reads {
        let mut found = Reads::default();
        for (path, text) in &sources.files {
            found.take(path, text);
        }
        found
    }

    /// Takes what a file of sources says.
    pub fn take(&mut self, path: &str, text: &str) {
        let ending = path.rsplit_once('.').map_or("", |(_, ending)| ending);
        let Some(calls) = CALLS.iter().find(|calls| calls.endings.contains(&ending)) else {
            return;
        };
        let mut reader = Reader::new(self, path, calls);
        for piece in pieces(text, ending) {
            match piece {
                Piece::Text(text) => reader.text(text),
                Piece::Code(code) => code.chars().for_each(|c| reader.character(c)),
            }
        }
        reader.end();
    }

    fn text(&mut self, path: &str, text: &str, open: &mut [Frame]) {
        if text.starts_with(['/', '.']) && !text.contains(char::is_whitespace) {
            self.outside.extend(text.starts_with("../").then(|| text.to_owned()));
            self.outside.extend(text.starts_with('/').then(|| text.to_owned()));
        }
        let is_known = |frame: &Frame| frame.class != Class::Other;
        let at = open.iter().rposition(is_known);
        let class = at.map_or(Class::Block, |at| open[at].class);
        let parts = parts(text);
        // Where calls read what the build put into a program, it is told from what others read.
        let holds_files = path.ends_with(".go") || path.ends_with(".rs");
        match class {
            Class::Embedded => {}
            Class::Arguments if self.starts_shell && !text.starts_with('-') => self.program(text),
            Class::Arguments => {}
            Class::Path => {
                if let Some(at) = at {
                    open[at].parts.push(text.to_owned());
                }
                // What it is an argument of has that for its path.
                if let [before @ .., _] = &mut open[..=at.unwrap_or_default()] {
                    self.text(path, text, before);
                }
            }
            Class::Programs => {
                let Some(frame) = at.map(|at| &mut open[at]) else { return };
                let is_first = !std::mem::replace(&mut frame.has_text, true);
                let is_command = frame.is_shell && !text.starts_with('-');
                if is_first {
                    frame.is_shell = reads_commands(base_name(text));
                    self.starts_shell = frame.is_shell;
                }
                if is_first || is_command {
                    self.program(text);
                }
            }
            Class::Files | Class::Folders => {
                if let Some(at) = at {
                    open[at].has_text = true;
                }
                if is_here(text) && class == Class::Folders {
                    self.whole.get_or_insert_with(|| path.to_owned());
                }
                add(&mut self.paths, parts);
            }
            Class::Other | Class::Block => {
                // What begins at the root is a route more often than a file.
                if holds_files && !text.starts_with('/') {
                    add(&mut self.loose, parts);
                }
            }
        }
    }

    /// Takes what a text starts: a program, or commands with pipes and the like.
    fn program(&mut self, text: &str) {
        let words =
            text.split(['|', ';', '&', '\n']).filter_map(|one| one.split_whitespace().next());
        let is_plain = |word: &&str| !word.contains(['%', '{', '}', '$', '\\', '=']);
        self.starts.extend(words.filter(is_plain).map(|word| base_name(word).to_owned()));
        self.starts.remove("");
    }

    /// Takes a path that some text names, if it leads into the folder of the sources themselves:
    /// programs find nothing there but by its path.
    pub fn take_path(&mut self, path: &str) {
        const SOURCES: &str = "src";
        let parts = parts(path);
        if path.contains('/') && parts.first().is_some_and(|first| first == SOURCES) {
            add(&mut self.paths, parts);
        }
    }

    /// Whether the file or folder of that path may be read, or something in it.
    pub fn wants(&self, path: &str) -> bool {
        self.any(path, meets)
    }

    /// Whether the file or folder of that path may be read as a whole.
    pub fn names(&self, path: &str) -> bool {
        self.any(path, ends_in)
    }

    /// Whether the parts of a path, from one of them on, fit one of those that may be read.
    fn any(&self, path: &str, fits: fn(&[&str], &[String]) -> bool) -> bool {
        let own: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
        let lists = [Some(&self.paths), self.is_computed.then_some(&self.loose)];
        let has = |at: usize| {
            let begin = lists.iter().flatten().filter_map(|list| list.get(own[at]));
            begin.flatten().any(|parts| fits(&own[at..], parts))
        };
        self.whole.is_some() || (0..own.len()).any(has)
    }
}

/// Whether a path leads to what another one names.
fn ends_in(own: &[&str], parts: &[String]) -> bool {
    own.len() >= parts.len() && meets(own, parts)
}

/// The same, or that it is on the way.
fn meets(own: &[&str], parts: &[String]) -> bool {
    own.iter().zip(parts).all(|(one, other)| one == other)
}

/// The parts of a path up to the first that is computed.
fn parts(text: &str) -> Vec<String> {
    let text = text.strip_prefix("file://").unwrap_or(text);
    let parts = text.split('/').filter(|part| !matches!(*part, "" | "." | ".."));
    let is_plain = |part: &&str| !part.contains(['%', '{', '}', '$', '*', '?', '[']);
    parts.take_while(is_plain).map(str::to_owned).collect()
}

/// Whether a program reads commands: a shell of those that are understood, or zsh, whose names of
/// programs stand in the same place.
fn reads_commands(program: &str) -> bool {
    SHELLS.contains(&program) || program == "zsh"
}

/// Whether a text stands for all in the folder that the program is started in.
fn is_here(text: &str) -> bool {
    matches!(text, "user.dir" | "." | "./" | "*" | "./*" | "**" | "./**" | "*/*" | "**/*" | "*.*")
}

/// What is read of a file, one character of code after the other.
struct Reader<'r> {
    found: &'r mut Reads,
    path: &'r str,
    calls: &'static Calls,
    open: Vec<Frame>,
    /// The name that the last characters make.
    word: String,
    /// Whether space stands behind it.
    is_ended: bool,
    /// Whether the last character closes a list.
    is_behind_list: bool,
    /// Whether the next text names a program.
    names_program: bool,
    /// Whether something stands for the folder that the program is started in.
    looks_here: bool,
    /// Whether a folder is read whose path is computed.
    lists_computed: bool,
}

impl<'r> Reader<'r> {
    fn new(found: &'r mut Reads, path: &'r str, calls: &'static Calls) -> Reader<'r> {
        Reader {
            found,
            path,
            calls,
            open: Vec::new(),
            word: String::new(),
            is_ended: false,
            is_behind_list: false,
            names_program: false,
            looks_here: false,
            lists_computed: false,
        }
    }

    fn text(&mut self, text: &str) {
        self.word.clear();
        if std::mem::take(&mut self.names_program) {
            self.found.program(text);
        }
        self.found.text(self.path, text, &mut self.open);
    }

    fn character(&mut self, c: char) {
        match c {
            c if self.goes_on(c) => return self.name(c),
            // A name may stand before its brackets, and a line begin with a dot.
            c if c.is_whitespace() => {
                self.is_ended = true;
                return;
            }
            '=' if PROGRAM_SETTINGS.iter().any(|name| self.word.ends_with(name)) => {
                self.names_program = true;
                self.word.clear();
                return;
            }
            '(' => {
                self.looks_here |= is_one(&self.word, self.calls.here);
                self.open.push(Frame::new(self.calls.class(&self.word)));
            }
            '[' => self.open.push(Frame::new(Class::Other)),
            // `[]string{"a"}` and `new String[]{"a"}` are lists.
            '{' if self.is_behind_list => self.open.push(Frame::new(Class::Other)),
            '{' => self.open.push(Frame::new(Class::Block)),
            // One that nothing opened is passed over.
            ')' | ']' | '}' => match self.open.pop() {
                Some(frame) => self.close(&frame),
                None => return,
            },
            _ => {}
        }
        self.word.clear();
        self.is_ended = false;
        self.names_program = false;
        self.is_behind_list = c == ']';
    }

    /// Whether a character is one of a name.
    fn goes_on(&self, c: char) -> bool {
        c.is_alphanumeric() || "_.".contains(c) || ":!".contains(c) && !self.word.is_empty()
    }

    fn name(&mut self, c: char) {
        if self.is_ended && c != '.' {
            self.word.clear();
        }
        self.is_ended = false;
        self.word.push(c);
    }

    /// What a call was given, at its end.
    fn close(&mut self, frame: &Frame) {
        let reads = matches!(frame.class, Class::Files | Class::Folders);
        self.found.is_computed |= reads && !frame.has_text;
        self.lists_computed |= frame.class == Class::Folders && !frame.has_text;
        self.looks_here |= frame.class == Class::Path
            && !frame.parts.is_empty()
            && frame.parts.iter().all(|part| is_here(part));
        self.found.take_path(&frame.parts.join("/"));
    }

    fn end(self) {
        if self.looks_here && self.lists_computed {
            self.found.whole.get_or_insert_with(|| self.path.to_owned());
        }
    }
}

impl Calls {
    fn class(&self, word: &str) -> Class {
        let classes = [
            (self.folders, Class::Folders),
            (self.files, Class::Files),
            (self.embedded, Class::Embedded),
            (self.programs, Class::Programs),
            (self.paths, Class::Path),
            (ARGUMENTS, Class::Arguments),
        ];
        let found = classes.into_iter().find(|(names, _)| is_one(word, names));
        found.map_or(Class::Other, |(_, class)| class)
    }
}

/// Whether what stands before a bracket is a call of one of these names.
fn is_one(word: &str, names: &[&str]) -> bool {
    names.iter().any(|name| {
        word.strip_suffix(name).is_some_and(|before| {
            before.is_empty() || before.ends_with([':', '.']) || name.starts_with('.')
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Which of these paths a file is seen to read.
    #[track_caller]
    fn check(file: &str, text: &str, paths: &[&str], expected: &[&str]) {
        let mut reads = Reads::default();
        reads.take(file, text);
        let found: Vec<_> = paths.iter().filter(|path| reads.wants(path)).copied().collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn paths_of_go() {
        let check = |text: &str, expected: &[&str]| {
            let paths = ["static", "static/a.css", "templates/b.html", "web/static/c.js"];
            check("a.go", text, &paths, expected);
        };
        let all_static = ["static", "static/a.css", "web/static/c.js"];
        check(r#"http.Dir("static")"#, &all_static);
        check(r#"os.ReadFile("static/a.css")"#, &["static", "static/a.css"]);
        check(r#"os.ReadFile(filepath.Join(dir, "templates", name))"#, &["templates/b.html"]);
        check(r#"template.Must(template.ParseGlob("templates/*.html"))"#, &["templates/b.html"]);
        check(r#"template.Must(template.ParseFS(content, "templates/*.html"))"#, &[]);
        check(r#"fs.Sub(content, "static"); os.ReadFile("config")"#, &[]);
        check(r#"content.ReadFile("static/a.css"); os.ReadFile("config")"#, &[]);
        // A path that is computed may be any text, but for those of other calls.
        check(r#"dir := "./static"; os.ReadFile(path)"#, &all_static);
        check(r#"dir := "./static"; os.ReadFile("config")"#, &[]);
        check(r#"http.Handle("/static/", x); os.ReadFile(path)"#, &[]);
        check(r#"fs.Sub(content, "static"); os.ReadFile(path)"#, &[]);
        check(
            r#"fs.WalkDir(x, ".", func() { os.ReadFile("static/a.css") })"#,
            &["static", "static/a.css"],
        );
        check(r#"// os.ReadFile("static/a.css")"#, &[]);
    }

    #[test]
    fn paths_of_rust() {
        let check = |text: &str, expected: &[&str]| {
            check("a.rs", text, &["static/a.css", "b.txt"], expected);
        };
        check(r#"ServeDir::new("static")"#, &["static/a.css"]);
        check(r#"std::fs::read_to_string("b.txt")"#, &["b.txt"]);
        check(r#"include_str!("b.txt"); fs::read(path)"#, &[]);
        check(r#"let x = "b.txt"; fs::read(x)"#, &["b.txt"]);
    }

    #[test]
    fn programs_that_are_started() {
        #[track_caller]
        fn check(file: &str, text: &str, expected: &[&str]) {
            let mut reads = Reads::default();
            reads.take(file, text);
            assert_eq!(reads.starts.iter().collect::<Vec<_>>(), expected, "{text}");
        }
        check("a.rs", r#"std::process::Command::new("git").arg("log")"#, &["git"]);
        check("a.rs", r#"Command::new("sh").arg("-c").arg("jq . | tee x")"#, &["jq", "sh", "tee"]);
        check("a.rs", r#"Command::new("jq").arg("git")"#, &["jq"]);
        check("a.c", r#"x = system("curl x | /usr/bin/jq .y");"#, &["curl", "jq"]);
        check("a.c", r#"execlp("ffmpeg", "ffmpeg", "-i", 0);"#, &["ffmpeg"]);
        check("A.java", r#"new ProcessBuilder("git", "log").start()"#, &["git"]);
        check(
            "A.java",
            r#"new ProcessBuilder(List.of("bash", "-c", "git log"))"#,
            &["bash", "git"],
        );
        check("A.java", r#"Runtime.getRuntime().exec(new String[] {"dot", "-T"})"#, &["dot"]);
        check("A.java", r#"Runtime.getRuntime().exec("ffmpeg -i " + file)"#, &["ffmpeg"]);
        check("A.java", r#"log("git"); x.execute("a"); new ProcessBuilder(args)"#, &[]);
        check("a.cs", r#"Process.Start("git", "log")"#, &["git"]);
        check("a.cs", r#"new ProcessStartInfo { FileName = "git", Arguments = "x" }"#, &["git"]);
        check("a.cs", r#"var FileNames = "a"; if (FileName == "b") {}"#, &[]);
    }

    #[test]
    fn the_folder_that_it_is_started_in() {
        #[track_caller]
        fn check(file: &str, text: &str, expected: bool) {
            let mut reads = Reads::default();
            reads.take(file, text);
            assert_eq!(reads.whole.is_some(), expected, "{text}");
        }
        check("a.go", r#"os.ReadDir(".")"#, true);
        check("a.go", r#"http.FileServer(http.Dir("./"))"#, true);
        check("a.go", r#"filepath.Walk(".", f)"#, true);
        check("a.go", r#"dir, err := os.Getwd(); os.ReadDir(dir)"#, true);
        check("a.go", r#"os.ReadDir("./data")"#, false);
        check("a.go", r#"fs.WalkDir(content, ".", f)"#, false);
        check("a.go", r#"viper.AddConfigPath(".")"#, false);
        check("a.rs", r#"fs::read_dir(".")"#, true);
        check("a.rs", r#"ServeDir::new("static")"#, false);
        check("a.rs", "let d = current_dir()?; fs::read_dir(d)", true);
        check("a.c", r#"DIR *d = opendir(".");"#, true);
        check("a.c", r#"DIR *d = opendir("data");"#, false);
        check("A.java", r#"Files.list(Path.of("."))"#, true);
        check("A.java", r#"new File(".").listFiles()"#, true);
        check("A.java", r#"Files.walk(Paths.get(System.getProperty("user.dir")))"#, true);
        check("A.java", r#"new File("data").listFiles()"#, false);
        check("A.java", r#"Path.of("."); Files.readString(x)"#, false);
    }

    #[test]
    fn paths_into_the_sources() {
        let check = |text: &str, expected: &[&str]| {
            let paths = ["src/main/resources/a.json", "src/main/java/A.java", "src/test"];
            check("A.java", text, &paths, expected);
        };
        let file: &[&str] = &["src/main/resources/a.json"];
        check(r#"Path.of("src", "main", "resources", "a.json")"#, file);
        check(
            r#"new File(Paths.get("src", "main") + "/resources")"#,
            &[file[0], "src/main/java/A.java"],
        );
        check(r#"Files.list(path); a("test")"#, &[]);
    }
}
