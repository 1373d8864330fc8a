//! How much of the build context an instruction takes.
//!
//! Source: `BuildKit`'s `dispatchCopy`, `solver/llbsolver/file` and `tonistiigi/fsutil`.

use std::collections::HashMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::files::{Entry, Files, Kind};
use super::glob::{self, Glob};
use super::ignore::{Ignore, IgnoreError, Verdict};
use super::tree::{Node, Tree};
use super::{inside, join};

/// The ignore file of a context.
const IGNORE_FILE: &str = ".dockerignore";
/// The longest ignore file that is read, in bytes.
const MAX_IGNORE_FILE: usize = 128 * 1024;
/// The length of the header of a tar archive's first file, in bytes.
const TAR_HEADER: usize = 512;
/// What compressed files begin with: gzip, bzip2, xz, zstd.
const COMPRESSED: [&[u8]; 4] =
    [&[0x1f, 0x8b, 0x08], b"BZh", &[0xfd, b'7', b'z', b'X', b'Z', 0], &[0x28, 0xb5, 0x2f, 0xfd]];

/// The folder that a Dockerfile is built in, seen through its ignore file.
pub struct Context {
    files: Arc<dyn Files>,
    root: PathBuf,
    ignore: Ignore,
}

/// What an instruction copies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Copied {
    /// The lengths of all files together.
    pub bytes: u64,
    /// How many files and links there are.
    pub files: u64,
}

/// Why a context cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unopened {
    /// The ignore file is too long or cannot be read.
    Unreadable(Uncounted),
    /// A line of the ignore file is refused.
    Refused {
        /// The ignore file.
        file: String,
        /// The line and what is wrong with it.
        error: IgnoreError,
    },
}

impl fmt::Display for Unopened {
    /// A short text without a full stop.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Unopened::Unreadable(why) => why.fmt(f),
            Unopened::Refused { file, error } => write!(f, "{file}: {error}"),
        }
    }
}

/// Why it is not known how much an instruction copies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Uncounted {
    /// The context has no such file, or the ignore file leaves it out.
    Missing(String),
    /// There are too many files to look at all of them in time.
    TooMany,
    /// Folders are nested too deep to look at all of them.
    TooDeep,
    /// Too many links lead on from there.
    Links(String),
    /// A file or folder cannot be read, and what the system says.
    Unreadable(String, String),
    /// A file is longer than what is read.
    TooLong(String),
    /// `ADD` unpacks the file, or may.
    Unpacked(String),
    /// A pattern of `--exclude` or `--parents` is not well-formed.
    Pattern(&'static str),
}

impl Uncounted {
    pub(super) fn unreadable(path: &str, error: &std::io::Error) -> Uncounted {
        let path = if path.is_empty() { "." } else { path };
        Uncounted::Unreadable(path.to_owned(), error.to_string())
    }
}

impl fmt::Display for Uncounted {
    /// A short text without a full stop.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Uncounted::Missing(path) => write!(f, "there is no {path} in the build context"),
            Uncounted::TooMany => f.write_str("there are too many files to count"),
            Uncounted::TooDeep => {
                f.write_str("folders are nested too deep to count what is in them")
            }
            Uncounted::Links(path) => write!(f, "links go round in circles at {path}"),
            Uncounted::Unreadable(path, why) => write!(f, "{path} cannot be read: {why}"),
            Uncounted::TooLong(path) => write!(f, "{path} is too long to read"),
            Uncounted::Unpacked(path) => write!(f, "{path} may be an archive, which is unpacked"),
            Uncounted::Pattern(problem) => write!(f, "a pattern {problem}"),
        }
    }
}

impl Context {
    /// The context at `root`. `dockerfile` is the path of the Dockerfile, from `root` if it is not
    /// absolute: an ignore file named after it takes the place of the context's own.
    pub fn open(
        files: Arc<dyn Files>,
        root: &Path,
        dockerfile: &Path,
    ) -> Result<Context, Unopened> {
        let dockerfile = root.join(dockerfile);
        let name = dockerfile.file_name().unwrap_or_default().to_string_lossy();
        let beside = dockerfile.parent().unwrap_or(root).to_owned();
        let mut places = vec![(beside.clone(), format!("{name}{IGNORE_FILE}"))];
        if name == "dockerfile" {
            // Without a file's name, a build looks for `Dockerfile`, takes `dockerfile` instead,
            // and still looks for the ignore file by the first name.
            places.push((beside, format!("Dockerfile{IGNORE_FILE}")));
        }
        places.push((root.to_owned(), IGNORE_FILE.to_owned()));

        let mut context = Context { files, root: root.to_owned(), ignore: Ignore::default() };
        for (folder, file) in places {
            // The ignore file may leave itself out.
            let everything = Ignore::default();
            let mut tree = Tree::new(&*context.files, &folder, &everything, 0);
            let text = read_text(&mut tree, &file, MAX_IGNORE_FILE);
            if let Some(text) = text.map_err(Unopened::Unreadable)? {
                let refused = |error| Unopened::Refused { file, error };
                context.ignore = Ignore::parse(&text).map_err(refused)?;
                break;
            }
        }
        Ok(context)
    }

    /// The rules of its ignore file.
    pub fn ignore(&self) -> &Ignore {
        &self.ignore
    }

    /// What `COPY sources… dest` takes. `excluded` are the patterns of `--exclude`. A source
    /// outside of the context is looked for inside, as a build does.
    pub fn copied(&self, sources: &[&str], excluded: &[&str]) -> Result<Copied, Uncounted> {
        let mut copy = Copy::new(self, sources, excluded)?;
        for source in sources {
            copy.source(source)?;
        }
        Ok(copy.total())
    }

    /// What `COPY --parents sources… dest` takes.
    pub fn copied_with_parents(
        &self,
        sources: &[&str],
        excluded: &[&str],
    ) -> Result<Copied, Uncounted> {
        let mut copy = Copy::new(self, sources, excluded)?;
        for source in sources {
            copy.source_with_parents(source)?;
        }
        Ok(copy.total())
    }

    /// What `ADD sources… dest` takes from the context; not to be asked for what is on a network.
    /// [`Uncounted::Unpacked`] if a source is an archive. A compressed file counts as one: what is
    /// in it is not looked at.
    pub fn added(&self, sources: &[&str], excluded: &[&str]) -> Result<Copied, Uncounted> {
        let mut tree = self.tree(total_length(sources));
        for source in sources {
            for found in find(&mut tree, source)? {
                let is_file = matches!(found.node.kind, Kind::File { .. });
                if is_file && is_archive(&tree.read(&found.node, TAR_HEADER)?) {
                    return Err(Uncounted::Unpacked(found.node.path));
                }
            }
        }
        self.copied(sources, excluded)
    }

    /// What stands at `path` once links are followed; `None` if the context has nothing there.
    pub fn kind(&self, path: &str) -> Result<Option<Kind>, Uncounted> {
        Ok(self.tree(0).follow(path)?.map(|node| node.kind))
    }

    /// The text of a file of the context, links followed; `None` if there is no such file. What is
    /// not UTF-8 is U+FFFD. [`Uncounted::TooLong`] if it is more than `limit` bytes.
    pub fn read(&self, path: &str, limit: usize) -> Result<Option<String>, Uncounted> {
        read_text(&mut self.tree(0), path, limit)
    }

    /// As [`Context::read`], but of a longer file its start.
    pub fn read_start(&self, path: &str, limit: usize) -> Result<Option<String>, Uncounted> {
        let bytes = read_bytes(&mut self.tree(0), path, limit)?;
        Ok(bytes.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()))
    }

    /// What is in a folder of the context, links followed to the folder but not in it, in the order
    /// of the names. Nothing if there is no such folder. A folder that the ignore file leaves out
    /// is told if it may take back in something below.
    pub fn list(&self, folder: &str) -> Result<Vec<Entry>, Uncounted> {
        let mut tree = self.tree(0);
        let Some(node) = tree.follow(folder)? else { return Ok(Vec::new()) };
        let entry = |node: Node| Entry { name: node.name().to_owned(), kind: node.kind };
        Ok(tree.children(&node)?.into_iter().map(entry).collect())
    }

    /// The files that are left, for a question with patterns of that length.
    fn tree(&self, patterns: usize) -> Tree<'_> {
        Tree::new(&*self.files, &self.root, &self.ignore, patterns)
    }
}

fn total_length(texts: &[&str]) -> usize {
    texts.iter().map(|text| text.len()).sum()
}

/// The text of a file, or where a link leads from there; `None` if there is no such file.
fn read_text(tree: &mut Tree<'_>, file: &str, limit: usize) -> Result<Option<String>, Uncounted> {
    let Some(bytes) = read_bytes(tree, file, limit.saturating_add(1))? else { return Ok(None) };
    if bytes.len() > limit {
        return Err(Uncounted::TooLong(file.to_owned()));
    }
    Ok(Some(String::from_utf8_lossy(&bytes).into_owned()))
}

/// The first bytes of a file, or where a link leads from there; `None` if there is no such file.
fn read_bytes(tree: &mut Tree<'_>, file: &str, limit: usize) -> Result<Option<Vec<u8>>, Uncounted> {
    let found = tree.follow(file)?.filter(|node| matches!(node.kind, Kind::File { .. }));
    found.map(|node| tree.read(&node, limit)).transpose()
}

/// What a source names.
struct Found {
    /// The name that a file gets in the destination.
    name: String,
    /// The file or folder, links followed.
    node: Node,
}

/// What a source names, in the order in which it is copied.
///
/// Wildcards are matched part by part. `BuildKit` lets a set match `/`, too, which nobody means.
fn find(tree: &mut Tree<'_>, source: &str) -> Result<Vec<Found>, Uncounted> {
    let path = inside(source);
    let missing = || Uncounted::Missing(source.to_owned());
    let parts: Vec<&str> = path.split('/').collect();
    let plain = parts.iter().take_while(|part| !glob::is_wild(part)).count();
    let (plain, wild) = parts.split_at(plain);
    let start = tree.follow(&plain.join("/"))?.ok_or_else(missing)?;
    if wild.is_empty() {
        let name = plain.last().copied().unwrap_or_default().to_owned();
        return Ok(vec![Found { name, node: start }]);
    }
    // What is not well-formed matches nothing.
    let globs = wild.iter().map(|part| Glob::parse(part)).collect::<Result<Vec<_>, _>>();
    let Ok(globs) = globs else { return Ok(Vec::new()) };
    let mut nodes = vec![start];
    for glob in globs {
        let mut inner = Vec::new();
        for node in &nodes {
            let children = tree.children(node)?;
            inner.extend(children.into_iter().filter(|child| glob.matches(child.name())));
        }
        nodes = inner;
    }
    let mut found = Vec::with_capacity(nodes.len());
    for node in nodes {
        let name = node.name().to_owned();
        let node = match node.kind {
            Kind::Link { .. } => tree.follow(&node.path)?.ok_or_else(missing)?,
            _ => node,
        };
        found.push(Found { name, node });
    }
    Ok(found)
}

/// An instruction that copies.
struct Copy<'a> {
    tree: Tree<'a>,
    excluded: Ignore,
    /// The lengths of the files, by their path in the destination: of two files in one place, the
    /// later one stays.
    taken: HashMap<String, u64>,
}

/// A folder that is copied.
struct Source {
    node: Node,
    /// Its path from the source that the instruction names: from there, patterns count.
    path: String,
    wanted: Verdict,
    excluded: Verdict,
}

impl<'a> Copy<'a> {
    fn new(
        context: &'a Context,
        sources: &[&str],
        excluded: &[&str],
    ) -> Result<Copy<'a>, Uncounted> {
        let tree = context.tree(total_length(sources) + total_length(excluded));
        let excluded = Ignore::of_patterns(excluded).map_err(Uncounted::Pattern)?;
        Ok(Copy { tree, excluded, taken: HashMap::new() })
    }

    fn source(&mut self, source: &str) -> Result<(), Uncounted> {
        let everything = Ignore::of_patterns(&["**"]).map_err(Uncounted::Pattern)?;
        self.take(source, &everything)
    }

    /// With `--parents`, what stands before `/./` is the source and what stands behind it chooses
    /// from it.
    fn source_with_parents(&mut self, source: &str) -> Result<(), Uncounted> {
        let (pivot, pattern) = source.split_once("/./").unwrap_or(("", source));
        let pattern = inside(pattern);
        let wanted = Ignore::of_patterns(&[&pattern]).map_err(Uncounted::Pattern)?;
        let is_plain = !glob::is_wild(pivot) && !glob::is_wild(&pattern);
        if is_plain && self.tree.follow(&join(&inside(pivot), &pattern))?.is_none() {
            return Err(Uncounted::Missing(source.to_owned()));
        }
        self.take(pivot, &wanted)
    }

    /// Takes a source, and from folders what is wanted.
    fn take(&mut self, source: &str, wanted: &Ignore) -> Result<(), Uncounted> {
        for found in find(&mut self.tree, source)? {
            match found.node.kind {
                // Patterns count from the source, so they cannot name the source.
                Kind::File { bytes } => drop(self.taken.insert(found.name, bytes)),
                _ => self.folder(found.node, wanted)?,
            }
        }
        Ok(())
    }

    /// Takes what is wanted of a folder.
    fn folder(&mut self, folder: Node, wanted: &Ignore) -> Result<(), Uncounted> {
        let mut sources = vec![Source {
            node: folder,
            path: String::new(),
            wanted: Verdict::default(),
            excluded: Verdict::default(),
        }];
        while let Some(folder) = sources.pop() {
            for node in self.tree.children(&folder.node)? {
                let path = join(&folder.path, node.name());
                let wanted_here = wanted.judge(&path, &folder.wanted);
                let excluded = self.excluded.judge(&path, &folder.excluded);
                let is_taken = wanted_here.matched && !excluded.matched;
                match node.kind {
                    Kind::File { bytes } if is_taken => drop(self.taken.insert(path, bytes)),
                    Kind::Link { .. } if is_taken => drop(self.taken.insert(path, 0)),
                    Kind::Folder
                        if (wanted_here.matched
                            || wanted.may_differ_below(&path, &wanted_here))
                            && (!excluded.matched
                                || self.excluded.may_differ_below(&path, &excluded)) =>
                    {
                        sources.push(Source { node, path, wanted: wanted_here, excluded });
                    }
                    _ => {}
                }
            }
        }
        Ok(())
    }

    fn total(&self) -> Copied {
        let files = u64::try_from(self.taken.len()).unwrap_or(u64::MAX);
        let bytes = self.taken.values().fold(0_u64, |sum, bytes| sum.saturating_add(*bytes));
        Copied { bytes, files }
    }
}

/// Whether a file that begins so may be an archive that `ADD` unpacks.
fn is_archive(start: &[u8]) -> bool {
    COMPRESSED.iter().any(|magic| start.starts_with(magic)) || is_tar(start)
}

/// Whether the checksum of a tar header is right. Bytes 148 to 155 hold it, in octal digits, and
/// count as blanks in it.
fn is_tar(header: &[u8]) -> bool {
    let Some(header) = header.get(..TAR_HEADER) else { return false };
    let Some(digits) = header.get(148..156).and_then(|field| std::str::from_utf8(field).ok())
    else {
        return false;
    };
    let digits = digits.trim_matches(|c| matches!(c, ' ' | '\0'));
    let blanks = 8 * u32::from(b' ');
    let others = header.iter().enumerate().filter(|(at, _)| !(148..156).contains(at));
    let sum: u32 = others.map(|(_, byte)| u32::from(*byte)).sum();
    u32::from_str_radix(digits, 8) == Ok(sum + blanks)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::files::Memory;
    use super::*;

    fn context(files: Memory) -> Context {
        Context::open(Arc::new(files), Path::new("/c"), Path::new("Dockerfile")).expect("opens")
    }

    /// A small project: each file has a length of its own.
    fn project() -> Memory {
        Memory::default()
            .file("/c/go.mod", "x")
            .file("/c/main.go", "x".repeat(10))
            .file("/c/web/index.html", "x".repeat(100))
            .file("/c/web/img/logo.png", "x".repeat(1_000))
            .file("/c/docs/a.md", "x".repeat(10_000))
            .file("/c/docs/keep.md", "x".repeat(100_000))
            .folder("/c/empty")
            .file("/outside", "x".repeat(1_000_000))
    }

    const IGNORED: &str = "docs\n!docs/keep.md\n.dockerignore\n";

    fn ignoring(text: &str) -> Memory {
        project().file("/c/.dockerignore", text)
    }

    /// How many bytes and files an instruction takes.
    #[track_caller]
    fn check(files: Memory, sources: &[&str], excluded: &[&str], bytes: u64, count: u64) {
        let copied = context(files).copied(sources, excluded);
        assert_eq!(copied, Ok(Copied { bytes, files: count }), "{sources:?} without {excluded:?}");
    }

    /// Why an instruction's bytes are not known.
    #[track_caller]
    fn check_not(files: Memory, sources: &[&str], why: &str) {
        let uncounted = context(files).copied(sources, &[]).expect_err("counted");
        assert_eq!(uncounted.to_string(), why);
    }

    #[test]
    fn files_and_folders() {
        check(project(), &["main.go"], &[], 10, 1);
        check(project(), &["web"], &[], 1_100, 2);
        check(project(), &["."], &[], 111_111, 6);
        check(project(), &["go.mod", "main.go"], &[], 11, 2);
        check(project(), &["empty"], &[], 0, 0);
        check_not(project(), &["none"], "there is no none in the build context");
        check_not(project(), &["main.go/x"], "there is no main.go/x in the build context");
    }

    #[test]
    fn a_source_stays_inside() {
        check(project(), &["/main.go"], &[], 10, 1);
        check(project(), &["../../main.go"], &[], 10, 1);
        check(project(), &["../outside/../web/img/"], &[], 1_000, 1);
        check_not(project(), &["../outside"], "there is no ../outside in the build context");
    }

    #[test]
    fn wildcards() {
        check(project(), &["*.go"], &[], 10, 1);
        check(project(), &["go.*", "*.go"], &[], 11, 2);
        check(project(), &["*/*.md"], &[], 110_000, 2);
        check(project(), &["w*"], &[], 1_100, 2);
        check(project(), &["[dw]*/[!x]*"], &[], 0, 0);
        check(project(), &["**/logo.png"], &[], 0, 0);
        check(project(), &["*.none"], &[], 0, 0);
        check(project(), &["[a", "main.go"], &[], 10, 1);
        check_not(project(), &["none/*"], "there is no none/* in the build context");
    }

    #[test]
    fn what_the_ignore_file_leaves_out_is_not_there() {
        check(ignoring(IGNORED), &["."], &[], 101_111, 5);
        check(ignoring(IGNORED), &["docs"], &[], 100_000, 1);
        check(ignoring(IGNORED), &["docs/*.md"], &[], 100_000, 1);
        check_not(ignoring(IGNORED), &["docs/a.md"], "there is no docs/a.md in the build context");
        check_not(ignoring("docs"), &["docs"], "there is no docs in the build context");
        check_not(ignoring("docs\n!docs/x"), &["docs"], "there is no docs in the build context");
        check(ignoring("docs"), &["doc*"], &[], 0, 0);
    }

    #[test]
    fn the_same_place_counts_once() {
        check(project(), &["main.go", "main.go"], &[], 10, 1);
        check(project(), &[".", "web"], &[], 112_211, 8);
        let two = Memory::default().file("/c/a/x", "1").file("/c/b/x", "333");
        check(two, &["a", "b"], &[], 3, 1);
    }

    #[test]
    fn exclude_counts_from_the_source() {
        check(project(), &["."], &["docs"], 1_111, 4);
        check(project(), &["web"], &["img"], 100, 1);
        check(project(), &["web"], &["web/img"], 1_100, 2);
        check(project(), &["."], &["docs", "!docs/a.md"], 11_111, 5);
        check(project(), &["docs/a.md"], &["*.md"], 10_000, 1);
        let bad = context(project()).copied(&["."], &["[a"]);
        assert!(matches!(bad, Err(Uncounted::Pattern(_))), "{bad:?}");
    }

    #[test]
    fn parents_choose_from_the_pivot() {
        let check = |source, expected: Option<(u64, u64)>| {
            let copied = context(project()).copied_with_parents(&[source], &[]).ok();
            assert_eq!(copied.map(|c| (c.bytes, c.files)), expected, "{source}");
        };
        check("web/img/logo.png", Some((1_000, 1)));
        check("web", Some((1_100, 2)));
        check("**/*.md", Some((110_000, 2)));
        check("web/./img", Some((1_000, 1)));
        check("w*/./**/*.png", Some((1_000, 1)));
        check("none", None);
        check("none/*.x", Some((0, 0)));
        check("none/./*.x", None);
    }

    #[test]
    fn links() {
        let files = project()
            .link("/c/latest", "web/img")
            .link("/c/rooted", "/main.go")
            .link("/c/web/up", "../../../../main.go")
            .link("/c/escape", "/outside")
            .link("/c/loop", "loop");
        check(files.clone(), &["latest"], &[], 1_000, 1);
        check(files.clone(), &["latest/logo.png"], &[], 1_000, 1);
        check(files.clone(), &["rooted"], &[], 10, 1);
        check(files.clone(), &["web/up"], &[], 10, 1);
        check(files.clone(), &["lat*"], &[], 1_000, 1);
        // As a link, of no length.
        check(files.clone(), &["web"], &[], 1_100, 3);
        check_not(files.clone(), &["escape"], "there is no escape in the build context");
        check_not(files.clone(), &["loop"], "links go round in circles at loop");
    }

    #[test]
    fn which_ignore_file_counts() {
        let check = |files: Memory, dockerfile: &str, expected: bool| {
            let context = Context::open(Arc::new(files), Path::new("/c"), Path::new(dockerfile));
            let ignore = context.expect("opens").ignore().clone();
            assert_eq!((ignore.excludes("named"), ignore.excludes("own")), (expected, !expected));
        };
        let own = project().file("/c/.dockerignore", "own");
        check(own.clone(), "Dockerfile", false);
        let named = own.file("/c/Dockerfile.dockerignore", "named");
        check(named.clone(), "Dockerfile", true);
        check(named.clone(), "dockerfile", true);
        check(named.clone(), "api.Dockerfile", false);
        check(named.clone(), "/c/Dockerfile", true);
        check(named.file("/other/x.dockerignore", "named"), "/other/x", true);
        let linked = project().link("/c/.dockerignore", "/rules").file("/c/rules", "own");
        check(linked, "Dockerfile", false);
    }

    #[test]
    fn an_ignore_file_that_is_refused_or_too_long() {
        let open = |text: &str| {
            let files = Arc::new(ignoring(text));
            let opened = Context::open(files, Path::new("/c"), Path::new("Dockerfile"));
            opened.map(|_| ()).map_err(|error| error.to_string())
        };
        let refused = open("a\n!\n").expect_err("refused");
        assert!(refused.starts_with(".dockerignore: line 2 has nothing behind"), "{refused}");
        assert_eq!(
            open(&"a\n".repeat(MAX_IGNORE_FILE)),
            Err(".dockerignore is too long to read".to_owned())
        );
        assert_eq!(open("a"), Ok(()));
    }

    #[test]
    fn archives_are_unpacked_by_add_only() {
        let mut header = [0_u8; TAR_HEADER];
        header[..5].copy_from_slice(b"a.txt");
        header[148..156].copy_from_slice(b"        ");
        let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
        header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        let files = project()
            .file("/c/a.bin", header)
            .file("/c/b.gz", [0x1f, 0x8b, 8, 0])
            .file("/c/c.tar", "no archive");
        let context = context(files);
        let check = |source, archive: Option<&str>| {
            let archive = archive.map(|path| Uncounted::Unpacked(path.to_owned()));
            assert_eq!(context.added(&[source], &[]).err(), archive, "{source}");
            assert!(context.copied(&[source], &[]).is_ok(), "{source}");
        };
        check("a.bin", Some("a.bin"));
        check("b*", Some("b.gz"));
        check("c.tar", None);
        // Archives in a folder stay as they are.
        check(".", None);
    }

    /// A disk on which each folder has two folders.
    struct Endless;

    impl Files for Endless {
        fn kind(&self, path: &Path) -> std::io::Result<Kind> {
            match path.ends_with("Dockerfile.dockerignore") || path.ends_with(".dockerignore") {
                true => Err(std::io::Error::from(std::io::ErrorKind::NotFound)),
                false => Ok(Kind::Folder),
            }
        }

        fn list(&self, _: &Path, _: usize) -> std::io::Result<Vec<super::super::Entry>> {
            let entry = |name: &str| super::super::Entry { name: name.into(), kind: Kind::Folder };
            Ok(vec![entry("a"), entry("b")])
        }

        fn read(&self, _: &Path, _: usize) -> std::io::Result<Vec<u8>> {
            Err(std::io::Error::from(std::io::ErrorKind::PermissionDenied))
        }
    }

    #[test]
    fn an_endless_disk_is_given_up() {
        let endless = Context::open(Arc::new(Endless), Path::new("/"), Path::new("Dockerfile"));
        let endless = endless.expect("opens");
        assert_eq!(endless.copied(&["."], &[]), Err(Uncounted::TooDeep));
        let wide = ["*"; 20].join("/");
        assert_eq!(endless.copied(&[&wide], &[]), Err(Uncounted::TooMany));
    }

    proptest! {
        /// Whole folders are passed over only where nothing in them is left.
        #[test]
        fn counts_what_the_rules_leave(
            lines in prop::collection::vec("!?(\\*{1,2}|[ab?]{1,2})(/(\\*{1,2}|[ab?]{1,2})){0,2}", 0..5),
            paths in prop::collection::btree_set("[ab]{1,2}(/[ab]{1,2}){0,3}/f", 1..12),
        ) {
            let mut files = Memory::default().file("/rules/Dockerfile.dockerignore", lines.join("\n"));
            for path in &paths {
                files = files.file(format!("/c/{path}"), "x");
            }
            let opened = Context::open(
                Arc::new(files), Path::new("/c"), Path::new("/rules/Dockerfile"),
            );
            let Ok(context) = opened else { return Ok(()) };
            let left = paths.iter().filter(|path| !context.ignore().excludes(path)).count() as u64;
            let expected = Copied { bytes: left, files: left };
            prop_assert_eq!(context.copied(&["."], &[]), Ok(expected));
        }
    }
}
