//! Which variables only the build reads.

use super::facts::Scene;
use super::world::is_within;

/// Names of variables that only builds read. One with a `*` at its end stands for all that begin so.
const BUILD: &[&str] = &[
    "CGO_*",
    "GOOS",
    "GOARCH",
    "GOARM",
    "GO111MODULE",
    "GOPROXY",
    "GOPRIVATE",
    "GOSUMDB",
    "GONOSUMDB",
    "GONOPROXY",
    "GOFLAGS",
    "GOPATH",
    "GOROOT",
    "GOBIN",
    "GOCACHE",
    "GOMODCACHE",
    "GOTOOLCHAIN",
    "CARGO_*",
    "RUSTUP_*",
    "RUSTFLAGS",
    "RUSTC_*",
    "CC",
    "CXX",
    "CFLAGS",
    "CXXFLAGS",
    "CPPFLAGS",
    "LDFLAGS",
    "MAKEFLAGS",
    "PKG_CONFIG_*",
    "CMAKE_*",
    "MAVEN_*",
    "M2_HOME",
    "GRADLE_*",
    "SBT_*",
    "NPM_CONFIG_*",
    "npm_config_*",
    "YARN_*",
    "PNPM_HOME",
    "PIP_*",
    "POETRY_*",
    "PIPENV_*",
    "UV_*",
    "NUGET_*",
    "DOTNET_CLI_*",
    "MIX_HOME",
    "HEX_HOME",
    "COMPOSER_*",
    "DEBIAN_FRONTEND",
    "STACK_ROOT",
];

/// Exceptions to those.
const RUN: &[&str] = &["UV_THREADPOOL_SIZE"];

/// Places in which only package managers and builds work.
const CACHES: &[&str] = &[
    "/go/pkg",
    "/root/.cache",
    "/root/.cargo",
    "/root/.gradle",
    "/root/.m2",
    "/root/.docker",
    "/root/.git-credentials",
    "/root/.netrc",
    "/root/.npm",
    "/root/.npmrc",
    "/root/.pypirc",
    "/root/.ssh",
    "/tmp",
    "/usr/local/cargo",
    "/var/cache",
    "/var/lib/apt",
    "/var/tmp",
];

/// Whether the runtime stage has a variable, too. `more` are names that only this build reads;
/// `copied` the paths that come from the builder.
pub fn is_kept(name: &str, value: &str, more: &[&str], copied: &[&str], scene: &Scene) -> bool {
    if name == "PATH" {
        return adds_copied(value, copied, scene);
    }
    let fits = |pattern: &str| match pattern.strip_suffix('*') {
        Some(start) => name.starts_with(start),
        None => name == pattern,
    };
    RUN.contains(&name) || !BUILD.iter().chain(more).any(|pattern| fits(pattern))
}

/// Whether a value of `PATH` names a folder that is copied.
fn adds_copied(value: &str, copied: &[&str], scene: &Scene) -> bool {
    let value = value.trim_matches('"');
    value.split(':').any(|part| {
        let part = scene.expand(part, '\\').unwrap_or_default();
        part.starts_with('/')
            && copied.iter().any(|path| is_within(path, &part) || is_within(&part, path))
    })
}

/// Whether only builds work at a path.
pub fn is_cache(path: &str) -> bool {
    CACHES.iter().any(|cache| is_within(path, cache))
}
