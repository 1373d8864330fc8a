//! What a compiler is told on its command line.

use crate::split::command::Invocation;
use crate::split::ecosystem::Built;

/// Compilers for C; what they are given may be C++.
pub(super) const COMPILERS: &[&str] = &["cc", "gcc", "clang", "tcc", "musl-gcc", "c99"];

/// Compilers for C++.
pub(super) const CPP_COMPILERS: &[&str] = &["c++", "g++", "clang++"];

/// Compilers for Fortran.
pub(super) const FORTRAN_COMPILERS: &[&str] = &["gfortran", "f95", "f77"];

/// Options of compilers whose value is the next word.
pub(super) const WITH_VALUE: &[&str] = &[
    "--param",
    "-A",
    "-B",
    "-D",
    "-I",
    "-L",
    "-MF",
    "-MQ",
    "-MT",
    "-T",
    "-U",
    "-Xassembler",
    "-Xlinker",
    "-Xpreprocessor",
    "-arch",
    "-e",
    "-framework",
    "-idirafter",
    "-imacros",
    "-include",
    "-iquote",
    "-isysroot",
    "-isystem",
    "-l",
    "-std",
    "-target",
    "-u",
    "-x",
    "-z",
];

/// Options with which nothing is linked.
pub(super) const UNLINKED: &[&str] = &["-c", "-E", "-S", "-M", "-MM", "-fsyntax-only"];

/// Endings of sources in C++.
pub(super) const CPP_ENDINGS: &[&str] = &["C", "cc", "cpp", "cxx", "c++", "hh", "hpp", "mm"];

/// A language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Language {
    C,
    Cpp,
    Fortran,
}

/// The language of a compiler, whatever version its name ends with.
pub(super) fn compiler(name: &str) -> Option<Language> {
    let plain = match name.rsplit_once('-') {
        Some((plain, version)) if version.starts_with(|c: char| c.is_ascii_digit()) => plain,
        _ => name,
    };
    let rows = [
        (COMPILERS, Language::C),
        (CPP_COMPILERS, Language::Cpp),
        (FORTRAN_COMPILERS, Language::Fortran),
    ];
    rows.iter().find(|(names, _)| names.contains(&plain)).map(|(_, language)| *language)
}

/// What a compiler is told.
#[derive(Clone, Debug)]
pub(super) struct Compile {
    /// What it writes, absolute.
    pub(super) output: String,
    pub(super) language: Language,
    /// Whether a program or shared library is linked.
    pub(super) is_linked: bool,
    pub(super) is_shared: bool,
    pub(super) is_static: bool,
    /// Whether it brings its own C++ library.
    pub(super) has_own_cpp: bool,
    /// The libraries that it links with, by name.
    pub(super) libraries: Vec<String>,
    /// Packages for libraries of the compiler.
    pub(super) packages: Vec<&'static str>,
    /// Whether something was on its command line that is not known, such as what `pkg-config` says.
    pub(super) is_open: bool,
    pub(super) has_sanitizer: bool,
    /// Whether it is a wrapper that compiles for musl, whatever the image has.
    pub(super) is_musl: bool,
}

impl Compile {
    /// `None` if it is not known what it writes.
    pub(super) fn read(invocation: &Invocation) -> Option<Compile> {
        let language = compiler(invocation.name()?)?;
        let mut compile = Compile {
            output: invocation.path("a.out")?,
            language,
            is_linked: true,
            is_shared: false,
            is_static: false,
            has_own_cpp: false,
            libraries: Vec::new(),
            packages: Vec::new(),
            is_open: false,
            has_sanitizer: false,
            is_musl: invocation.name() == Some("musl-gcc"),
        };
        // It depends on libquadmath0 where there is one: not on arm64 (Debian's gcc-12, `debian/control`).
        if language == Language::Fortran {
            compile.packages.push("libgfortran5");
        }
        let mut words = invocation.args().iter();
        let mut output = None;
        while let Some(word) = words.next() {
            let Some(text) = word.text.as_deref() else {
                compile.is_open = true;
                continue;
            };
            if text == "-o" {
                output = Some(words.next()?.text.clone()?);
            } else if let Some(name) = text.strip_prefix("-o").filter(|name| !name.is_empty()) {
                // `-objc…` and the like do not occur; a name may stand right behind.
                output = Some(name.to_owned());
            } else if text == "-l" {
                compile.libraries.push(words.next()?.text.clone()?);
            } else if WITH_VALUE.contains(&text) {
                words.next();
            } else if text.starts_with('@') {
                return None;
            } else {
                compile.word(text);
            }
        }
        if compile.is_open && output.is_none() {
            return None;
        }
        if let Some(output) = output {
            compile.output = invocation.path(&output)?;
        }
        Some(compile)
    }

    pub(super) fn word(&mut self, text: &str) {
        match text {
            _ if UNLINKED.contains(&text) => self.is_linked = false,
            "-shared" => self.is_shared = true,
            "-static" | "--static" | "-static-pie" => self.is_static = true,
            "-static-libstdc++" => self.has_own_cpp = true,
            "-fopenmp" => self.packages.push("libgomp1"),
            "-stdlib=libc++" => self.packages.extend(["libc++1", "libc++abi1"]),
            _ if text.starts_with("-fsanitize=") => self.has_sanitizer = true,
            _ if text.starts_with("-l") => self.libraries.extend(text.get(2..).map(str::to_owned)),
            _ if text.starts_with('-') => {}
            _ => {
                let ending = text.rsplit_once('.').map_or("", |(_, ending)| ending);
                if self.language == Language::C && CPP_ENDINGS.contains(&ending) {
                    self.language = Language::Cpp;
                }
            }
        }
        for (name, package) in [
            ("-latomic", "libatomic1"),
            ("-lgomp", "libgomp1"),
            ("-lgfortran", "libgfortran5"),
            ("-lquadmath", "libquadmath0"),
        ] {
            if text == name {
                self.packages.push(package);
                self.libraries.pop();
            }
        }
        if text == "-lstdc++" && self.language == Language::C {
            self.language = Language::Cpp;
        }
    }

    pub(super) fn built(&self) -> Option<Built> {
        self.is_linked.then(|| Built {
            path: self.output.clone(),
            is_folder: false,
            evidence: format!("the compiler writes {}", self.output),
        })
    }
}
