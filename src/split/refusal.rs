//! Why a file is not split: one sentence each, for the person who asks.

use std::fmt;

use crate::text::TextRange;

/// A refusal: its reason and the place it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Why.
    pub reason: Reason,
    /// What it is about, in full: goes into the sentence.
    pub subject: String,
    /// The place in the file, if there is one.
    pub place: Option<TextRange>,
}

impl Refusal {
    /// A refusal.
    pub fn new(reason: Reason, subject: impl Into<String>, place: Option<TextRange>) -> Refusal {
        Refusal { reason, subject: subject.into(), place }
    }

    /// Whether there is nothing to say about it unless somebody asks: the file is split already, or
    /// builds nothing.
    pub fn is_quiet(&self) -> bool {
        self.reason.row().quiet
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason.row().sentence.replace("{}", &self.subject))
    }
}

/// A row of the table of reasons.
pub struct Row {
    /// The reason.
    pub reason: Reason,
    /// Its short name, which stays.
    pub code: &'static str,
    /// The sentence; `{}` is what it is about.
    pub sentence: &'static str,
    /// What to do about it, or why it is so: a sentence.
    pub help: &'static str,
    quiet: bool,
}

macro_rules! reasons {
    ($($name:ident, $quiet:literal, $code:literal, $sentence:literal, $help:literal;)*) => {
        /// The reasons for which a file is not split.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Reason {
            $(
                #[doc = $sentence]
                $name,
            )*
        }

        /// All reasons, in the order in which they are looked for.
        pub const REASONS: &[Row] = &[
            $(Row {
                reason: Reason::$name,
                code: $code,
                sentence: $sentence,
                help: $help,
                quiet: $quiet,
            },)*
        ];
    };
}

reasons! {
    Empty, true, "no-stage", "There is no stage to split.",
        "Write a FROM.";
    SeveralStages, true, "several-stages", "The file has several stages already.",
        "Only single-stage files are split.";
    Errors, false, "errors", "The file has errors: fix line {} first.",
        "What the broken part would do is not known.";
    Windows, false, "windows", "Windows images are not supported: {}.",
        "Paths and shells are others there.";
    BaseArgument, false, "base-argument", "The base image hangs on the argument {}, which has no default.",
        "Give the ARG a default.";
    BaseUnknown, false, "base-unknown", "What the base image {} provides is not known.",
        "Only images in the table of docs/splitting.md are known; private ones may hold anything.";
    JavaUnknown, false, "java-unknown", "Which Java the base image {} has is not known: its tag does not say.",
        "Name it in the tag, such as maven:3.9-eclipse-temurin-17; a tag without it moves from one Java to the next.";
    Gpu, false, "gpu", "{} holds GPU libraries, which cannot be told apart from the tools.",
        "Use the runtime image of the same vendor by hand.";
    Onbuild, false, "onbuild", "ONBUILD triggers would move to the wrong stage.",
        "Split the image that uses this one.";
    NoStart, false, "no-start", "There is no start command: add CMD or ENTRYPOINT.",
        "What the container needs follows from what it starts.";
    StartsShell, false, "starts-shell", "The container starts {}, so what it needs is not known.",
        "Start the program itself.";
    StartUnknown, false, "start-unknown", "Which program `{}` starts is not known.",
        "Write the path of the program without variables and operators, best in exec form.";
    InitSystem, false, "init-system", "Several services run under {}.",
        "Give each service an image of its own.";
    Environment, false, "environment", "This is an environment to work in ({}), not a build.",
        "Its tools are what it is for.";
    DevelopmentServer, false, "development-server", "`{}` is a development server.",
        "Start the built program, or serve the built files.";
    BuildTool, false, "build-tool", "The container runs the build tool itself: `{}`.",
        "Build in a RUN and start what was built.";
    BuildsAtStart, false, "builds-at-start", "The container builds or updates itself when it starts: `{}`.",
        "Do that in a RUN.";
    NothingBuilt, true, "nothing-built", "Nothing is built here that could be left behind.",
        "There is no compiler and no build step to leave out.";
    CleansUp, false, "cleans-up", "Build tools are removed by the same layer already (line {}).",
        "A split would save little; it can still be made by hand.";
    ShellUnread, false, "shell-unread", "The commands in line {} are not read.",
        "Write plain commands, joined by &&.";
    CannotFollow, false, "cannot-follow", "What `{}` makes is not known.",
        "The image may need what it makes; commands that are known are listed in docs/splitting.md.";
    NoKeptBinary, false, "keeps-no-binary", "`{}` compiles but keeps no program.",
        "Add `-o` and a path.";
    ArtifactUnknown, false, "artifact-unknown", "Which file the build produces is not known: {}.",
        "Name the file in the build command, or open the project's folder.";
    ArtifactMissing, false, "artifact-missing", "Nothing in the file makes {}, which the container starts.",
        "Start what the build makes, by its full path.";
    SeveralJars, false, "several-jars", "`{}` may match several files: name the jar.",
        "Thin and original jars stand beside the right one.";
    ThinJar, false, "thin-jar", "The jar {} does not hold its dependencies.",
        "Build it with Spring Boot, shade or assembly.";
    InCache, false, "in-cache", "{} stays in a cache mount: copy it out in the same RUN.",
        "What is below a mount is not in the image.";
    ScriptUnread, false, "script-unread", "The start script {} cannot be read.",
        "Open the project's folder, or start the program itself.";
    ScriptTool, false, "script-tool", "Containers start {}, which is not known on the small base.",
        "Install it by name in a RUN.";
    Plugins, false, "plugins", "It loads libraries at run time that cannot be traced: {}.",
        "Write the stages by hand.";
    MixedWithToolchain, false, "mixed-with-toolchain", "Files installed into {} mix with the toolchain there.",
        "Install below a folder of its own: `--prefix`.";
    EnvironmentFolder, false, "environment-folder", "The packages are not in a folder of their own: {}.",
        "Make a virtual environment.";
    ProjectFolder, false, "project-folder", "The project lies in {}, among the files of the image.",
        "Add a WORKDIR above the COPY, with a folder of its own.";
    NeedsOther, false, "needs-other", "{}.",
        "Change what the sentence names, or write the stages by hand.";
    NoRuntime, false, "no-runtime", "No such image is known to run it: {}.",
        "Only the images in docs/splitting.md are known. Another variant may be offered, or say more.";
    SavesLittle, false, "saves-little", "It would save little: {}.",
        "An offer saves at least 50 MB and 30 %.";
    NeedsShell, false, "needs-shell", "{}, which needs a shell.",
        "Use exec form.";
    NeedsLibc, false, "needs-libc", "The program needs {}.",
        "Link it statically, or take the other variant.";
    NeedsUser, false, "needs-user", "The user {} has no name on an image without users.",
        "Use a number.";
}

impl Reason {
    /// Its row.
    pub fn row(self) -> &'static Row {
        // The table holds each reason once, in the order of the variants.
        &REASONS[self as usize]
    }

    /// Its short name.
    pub fn code(self) -> &'static str {
        self.row().code
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_reason_has_its_row() {
        let mut codes = std::collections::HashSet::new();
        for row in REASONS {
            assert_eq!(row.reason.row().code, row.code);
            assert!(codes.insert(row.code), "{} stands twice", row.code);
            assert!(row.sentence.ends_with('.') && row.help.ends_with('.'), "{}", row.code);
        }
    }
}
