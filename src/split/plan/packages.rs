//! The packages of the runtime stage.

use std::collections::HashSet;

use super::{CERTIFICATES, Parts, Plan};
use crate::language::Keyword;
use crate::split::answer::{Artifact, Linkage, Need};
use crate::split::facts::What;
use crate::split::general;
use crate::split::packages::{self, Holder, Recommended, Use};
use crate::split::refusal::{Reason, Refusal};
use crate::split::release::Distribution;
use crate::split::start::spelled;
use crate::split::world::{base_name, is_within};
use crate::text::TextRange;

/// What is found to be needed, in the order in which it is found; a name may come twice.
struct Wanted {
    names: Vec<String>,
    /// Packages of which the part that is needed at run time is not known.
    doubts: Vec<String>,
}

impl Parts<'_, '_> {
    /// The packages of the runtime stage.
    pub(super) fn packages(&self, plan: &mut Plan) -> Result<(), Refusal> {
        let mut wanted = Wanted { names: self.answer.packages.clone(), doubts: Vec::new() };
        if !self.is_served() {
            self.requested(&mut wanted);
        }
        self.linked(plan, &mut wanted)?;
        self.called(plan, &mut wanted);
        self.tables(plan, &mut wanted);
        self.of_compiler(plan, &mut wanted);
        match plan.runtime.has_shell() && !plan.runtime.distribution.is_archived() {
            true => self.installed(plan, wanted),
            // A library of which the run-time part is not known is not known to be there, either.
            false => {
                let names = wanted.names.into_iter().chain(wanted.doubts).collect();
                self.without_packages(plan, names)
            }
        }
    }

    /// What of the packages that the file installs is used at run time.
    fn requested(&self, wanted: &mut Wanted) {
        let is_static = self.answer.linkage == Linkage::Static;
        let requested = self.course.requested();
        for package in requested.filter(|package| package.group.is_none()) {
            let name = &package.name;
            match packages::use_of(name, self.facts().base.distribution) {
                Use::Build => {}
                Use::Run => wanted.names.push(name.clone()),
                Use::Library(_) if is_static => {}
                Use::Library(names) => wanted.names.extend(owned(&names)),
                Use::Tool(programs) => {
                    let provided = |name: &str| self.answer.provides.iter().any(|own| own == name);
                    let called =
                        programs.iter().any(|name| self.roots.names(name) && !provided(name));
                    // Packages of other languages start Java themselves, and no build of theirs does.
                    let is_java = programs.contains(&"javac") && !provided("java");
                    let may_start = is_java && self.answer.linkage == Linkage::Interpreted;
                    if called || may_start {
                        wanted.names.push(name.clone());
                    }
                }
                Use::Unknown => {
                    if name.ends_with("-dev") && !is_static {
                        wanted.doubts.push(name.clone());
                    }
                    wanted.names.push(name.clone());
                }
            }
        }
    }

    /// The libraries that the program loads.
    ///
    /// Errors: which package holds one of them on that release is not known.
    fn linked(&self, plan: &Plan, wanted: &mut Wanted) -> Result<(), Refusal> {
        for library in &self.answer.libraries {
            match packages::use_of(library, self.facts().base.distribution) {
                Use::Build => {}
                Use::Library(names) => wanted.names.extend(owned(&names)),
                Use::Run | Use::Tool(_) => wanted.names.push(library.clone()),
                // Then it is among what is wanted as it is.
                Use::Unknown if self.requests(library) => {}
                Use::Unknown if packages::holds(&plan.runtime, library) => {}
                Use::Unknown => {
                    let what = format!(
                        "It needs the library of {library}, and which package holds that on {} is not known",
                        plan.runtime.name()
                    );
                    return Err(Refusal::new(Reason::NeedsOther, what, None));
                }
            }
        }
        Ok(())
    }

    /// Whether the file installs a package of that name.
    fn requests(&self, name: &str) -> bool {
        let mut requested = self.course.requested();
        requested.any(|package| package.name == name && package.group.is_none())
    }

    /// The packages of the programs that are called.
    fn called(&self, plan: &Plan, wanted: &mut Wanted) {
        for program in self.programs() {
            if !self.is_brought(program, plan)
                && let Holder::Package(name) =
                    packages::holder(base_name(program), plan.runtime.distribution)
            {
                wanted.names.push(name.to_owned());
                if self.speaks_tls(program) && !plan.runtime.has_certificates() {
                    wanted.names.push("ca-certificates".to_owned());
                }
            }
        }
    }

    /// Whether a program that is called may need the certificates of authorities, which its package
    /// only recommends. A health check asks the container itself.
    fn speaks_tls(&self, program: &str) -> bool {
        let is_started = self.roots.programs.iter().any(|own| own == program);
        let is_asked = self.facts().last(Keyword::Healthcheck).is_some_and(|line| {
            matches!(&line.what, What::Healthcheck(Some(form))
                if spelled(form).iter().any(|word| word.contains("https:")))
        });
        matches!(base_name(program), "curl" | "git" | "wget") && (is_started || is_asked)
    }

    /// The tables that other packages read: certificates and time zones.
    fn tables(&self, plan: &Plan, wanted: &mut Wanted) {
        let named = |folder: &str| self.variables_name(folder);
        let certificates = self.answer.certificates == Need::Yes || named("/etc/ssl/certs");
        let zones = self.answer.zones == Need::Yes || named("/usr/share/zoneinfo");
        if certificates && !plan.runtime.has_certificates() {
            wanted.names.push("ca-certificates".to_owned());
        }
        if zones && !plan.runtime.has_zones() {
            wanted.names.push("tzdata".to_owned());
        }
    }

    /// The compiler's own libraries, which Debian's images hold anyway.
    fn of_compiler(&self, plan: &Plan, wanted: &mut Wanted) {
        if let Linkage::Dynamic { runtime: true } = self.answer.linkage
            && let Distribution::Alpine(_) = plan.runtime.distribution
        {
            wanted.names.extend(owned(&["libgcc", "libstdc++"]));
        }
    }

    /// Has them installed on an image that has a package manager.
    fn installed(&self, plan: &mut Plan, wanted: Wanted) -> Result<(), Refusal> {
        plan.assumptions.extend(wanted.doubts.into_iter().map(|name| {
            format!("the run-time part of {name} is not known, so it is installed as it is")
        }));
        let held = packages::held(&plan.runtime);
        let mut seen = HashSet::new();
        plan.packages = wanted.names;
        plan.packages.retain(|name| !held.contains(&name.as_str()) && seen.insert(name.clone()));
        if let (Some(first), Some(place)) = (plan.packages.first(), self.other_repository()) {
            let what = format!("The package {first} may come from a repository that the file adds");
            return Err(Refusal::new(Reason::NeedsOther, what, Some(place)));
        }
        if let Some((name, place)) = self.of_script(&plan.packages) {
            let what = format!("The package {name} comes from a repository that the file adds");
            return Err(Refusal::new(Reason::NeedsOther, what, Some(place)));
        }
        if plan.packages.iter().any(|name| self.recommends(name)) {
            plan.recommended = Recommended::Along;
        }
        match plan.packages.first() {
            Some(first) if plan.installation().is_none() => Err(cannot_install(first, plan)),
            _ => Ok(()),
        }
    }

    /// The first of these packages that comes from a repository which a script of the file adds.
    fn of_script<'n>(&self, names: &'n [String]) -> Option<(&'n str, TextRange)> {
        self.facts().invocations().find_map(|(line, one)| {
            let own = general::repository(self.facts(), line, one)?;
            let name = names.iter().find(|name| own.contains(&name.as_str()))?;
            Some((name.as_str(), one.range))
        })
    }

    /// Whether a variable of the file names something in a folder, and the builder may have it.
    fn variables_name(&self, folder: &str) -> bool {
        let scene = self.facts().last_scene();
        let names = self.facts().lines.iter().flat_map(|line| match &line.what {
            What::Variables(names) => names.as_slice(),
            _ => &[],
        });
        let values = names.filter_map(|name| scene.value(name));
        values.flat_map(|value| value.split(':')).any(|path| is_within(path, folder))
            && !self.is_served()
    }

    /// Whether the file installs a package, or the development package that it stands for, with what
    /// is recommended.
    fn recommends(&self, name: &str) -> bool {
        let from = self.facts().base.distribution;
        let requested = self.course.requested();
        requested.into_iter().filter(|package| package.recommends).any(|package| {
            package.name == name
                || matches!(packages::use_of(&package.name, from), Use::Library(names)
                    if names.contains(&name))
        })
    }

    /// Where the file adds a repository of packages, if it does.
    pub(super) fn other_repository(&self) -> Option<TextRange> {
        let is_list = |path: &str| is_within(path, "/etc/apt") || is_within(path, "/etc/apk");
        let put = self.course.world.entries().find(|(path, _)| is_list(path));
        if let Some((_, origin)) = put {
            let line = origin.line().and_then(|line| self.facts().lines.get(line));
            return Some(line.map_or(self.start.place, |line| line.placed.range()));
        }
        let (_, one) = self.facts().invocations().find(|(_, one)| {
            let named = one.args().iter().any(|word| {
                matches!(word.or_empty(), "-X" | "--repository")
                    || word.or_empty().starts_with("--repository=")
            });
            let edits = one.name() == Some("sed")
                && one.args().iter().any(|word| is_list(word.or_empty().trim_end_matches('*')));
            edits
                || one.outputs.iter().flatten().any(|path| is_list(path))
                || one.name() == Some("add-apt-repository")
                || one.name() == Some("apk") && named
        })?;
        Some(one.range)
    }

    /// An image without a package manager, or whose packages have left the mirrors, has certificates
    /// and time zones, or gets the former from the builder.
    pub(super) fn without_packages(
        &self,
        plan: &mut Plan,
        wanted: Vec<String>,
    ) -> Result<(), Refusal> {
        for name in wanted {
            let is_there = match name.as_str() {
                "ca-certificates" if !plan.runtime.has_certificates() => {
                    let installed = self.course.requested();
                    let installed = installed.into_iter().any(|p| p.name == "ca-certificates");
                    let is_there = self.facts().base.has_certificates() || installed;
                    if is_there && !plan.artifacts.iter().any(|a| a.from == CERTIFICATES) {
                        plan.artifacts.push(Artifact::file(CERTIFICATES));
                    }
                    is_there
                }
                "ca-certificates" => true,
                "tzdata" => plan.runtime.has_zones(),
                // Debian's own package manager needs them.
                "libc6" | "libgcc1" | "libgcc-s1" | "libstdc++6" | "zlib1g"
                    if plan.runtime.has_shell() =>
                {
                    true
                }
                "libc6" | "libgcc" | "libgcc-s1" | "libstdc++6" | "libgomp1" => {
                    plan.runtime.image.repository.contains("/cc")
                }
                "libssl3" | "libssl3t64" => {
                    !plan.runtime.has_shell() && !plan.runtime.image.repository.contains("/static")
                }
                _ => false,
            };
            if !is_there {
                return Err(cannot_install(&name, plan));
            }
        }
        Ok(())
    }
}

fn cannot_install(name: &str, plan: &Plan) -> Refusal {
    let image = plan.runtime.name();
    let what = match plan.runtime.distribution.release() {
        Some(release) if plan.runtime.distribution.is_archived() => format!(
            "It needs the package {name}, and the packages of {} have left the mirrors that {image} \
             names",
            release.name
        ),
        _ => format!("It needs the package {name}, which {image} cannot install"),
    };
    Refusal::new(Reason::NeedsOther, what, None)
}

fn owned(names: &[&str]) -> impl Iterator<Item = String> {
    names.iter().map(|name| (*name).to_owned())
}

#[cfg(test)]
mod tests {
    use crate::split::testing::check;

    #[test]
    fn certificates_without_a_mirror() {
        check(
            r#"FROM golang:1.15
WORKDIR /app
COPY . .
RUN CGO_ENABLED=0 go build -o /app/main .
CMD ["/app/main"]
"#,
            &[
                ("go.mod", "module a\n"),
                ("main.go", "package main\nimport \"net/http\"\nfunc main() { http.Get(\"u\") }\n"),
            ],
            r#"FROM debian:buster-slim
WORKDIR /app
COPY --from=builder /app/main /app/main
COPY --from=builder /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
CMD ["/app/main"]
FROM scratch
WORKDIR /app
COPY --from=builder /app/main /app/main
COPY --from=builder /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
CMD ["/app/main"]"#,
        );
    }
}
