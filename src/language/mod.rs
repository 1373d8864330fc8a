//! stub
#[derive(Copy, Clone, Eq, PartialEq, Hash, Debug, Ord, PartialOrd)]
#[allow(missing_docs)]
pub enum Keyword {
    Add,
    Arg,
    Cmd,
    Copy,
    Entrypoint,
    Env,
    Expose,
    From,
    Healthcheck,
    Label,
    Maintainer,
    Onbuild,
    Run,
    Shell,
    Stopsignal,
    User,
    Volume,
    Workdir,
}
#[allow(missing_docs)]
#[derive(Copy, Clone, Eq, PartialEq, Debug)]
pub enum ArgumentForm {
    Words,
    Text,
    JsonOrText,
    JsonOrWords,
    Pairs,
    Names,
    Health,
    Nested,
}
#[allow(missing_docs)]
pub struct Instruction {
    pub form: ArgumentForm,
    pub heredocs: bool,
}
#[allow(missing_docs)]
impl Keyword {
    pub fn parse(s: &str) -> Option<Keyword> {
        use Keyword::*;
        let all = [
            ("ADD", Add),
            ("ARG", Arg),
            ("CMD", Cmd),
            ("COPY", Copy),
            ("ENTRYPOINT", Entrypoint),
            ("ENV", Env),
            ("EXPOSE", Expose),
            ("FROM", From),
            ("HEALTHCHECK", Healthcheck),
            ("LABEL", Label),
            ("MAINTAINER", Maintainer),
            ("ONBUILD", Onbuild),
            ("RUN", Run),
            ("SHELL", Shell),
            ("STOPSIGNAL", Stopsignal),
            ("USER", User),
            ("VOLUME", Volume),
            ("WORKDIR", Workdir),
        ];
        all.into_iter().find(|(n, _)| n.eq_ignore_ascii_case(s)).map(|x| x.1)
    }
    pub fn info(self) -> &'static Instruction {
        use ArgumentForm::*;
        use Keyword::*;
        macro_rules! i {
            ($f:expr,$h:expr) => {{
                static I: Instruction = Instruction { form: $f, heredocs: $h };
                &I
            }};
        }
        match self {
            Add | Copy => i!(JsonOrWords, true),
            Volume => i!(JsonOrWords, false),
            Arg => i!(Names, false),
            Run => i!(JsonOrText, true),
            Cmd | Entrypoint | Shell => i!(JsonOrText, false),
            Env | Label => i!(Pairs, false),
            Expose | From => i!(ArgumentForm::Words, false),
            Healthcheck => i!(Health, false),
            Onbuild => i!(Nested, false),
            _ => i!(Text, false),
        }
    }
}
#[allow(missing_docs)]
pub mod variable {
    pub fn automatic(n: &str) -> Option<()> {
        [
            "TARGETPLATFORM",
            "TARGETARCH",
            "TARGETOS",
            "TARGETVARIANT",
            "BUILDPLATFORM",
            "BUILDOS",
            "BUILDARCH",
            "BUILDVARIANT",
            "TARGETSTAGE",
        ]
        .contains(&n)
        .then_some(())
    }
}
