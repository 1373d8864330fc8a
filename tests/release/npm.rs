//! The npm packages, from a registry on this machine that knows nothing else.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::page;
use crate::program::{GREETING, TARGET, THIRD_PARTY, VERSION, program, third_party};
use crate::run::{Place, done, repository, run};
use crate::server::Server;

/// The packages that a release has on this platform.
fn packed(place: &Place) -> std::path::PathBuf {
    let out = place.home().join("packages");
    let mut pack = place.command("node");
    pack.arg(repository().join("release/npm/pack.mjs")).arg(&out);
    done(pack.arg(format!("{TARGET}={}", program().display())));
    out
}

/// The workflow's own commands, short of the upload.
#[test]
fn the_workflow_publishes_what_was_packed() {
    let place = Place::new();
    let packages = packed(&place);
    std::os::unix::fs::symlink(packages, place.work().join("packages")).expect("linked");
    let workflow = repository().join(".github/workflows/publish-npm.yml");
    let workflow = fs::read_to_string(workflow).expect("the workflow");
    let (_, script) = workflow.split_once("        run: |\n").expect("a script at its end");
    let server = Server::of(place.home().join("nothing"));
    let mut publish = place.bash(script);
    publish.env("npm_config_registry", &server.address).env("npm_config_dry_run", "true");
    let told = done(&mut publish);
    let own = format!("+ stagewright@{VERSION}\n");
    let platform = format!("+ @stagewright/linux-x64@{VERSION}\n");
    let [platform, own] = [platform, own].map(|line| told.find(&line));
    assert!(platform.is_some() && platform < own, "{told}");
}

/// Publishes a package: what a registry tells of it, and the file.
fn publish(site: &Path, address: &str, package: &Path) {
    let text = done(Command::new("tar").arg("-xOzf").arg(package).arg("package/package.json"));
    let mut json: Value = serde_json::from_str(&text).expect("a package.json");
    let name = json["name"].as_str().expect("a name").to_owned();
    let file = package.file_name().expect("a name").to_string_lossy().into_owned();
    fs::create_dir_all(site.join("files")).expect("made");
    fs::copy(package, site.join("files").join(&file)).expect("copied");
    json["dist"] = json!({ "tarball": format!("{address}/files/{file}") });
    let told =
        json!({ "name": &name, "dist-tags": { "latest": VERSION }, "versions": { VERSION: json } });
    let path = site.join(&name);
    fs::create_dir_all(path.parent().expect("a folder")).expect("made");
    fs::write(path, told.to_string()).expect("written");
}

#[test]
fn npm_installs_the_one_that_fits() {
    let place = Place::new();
    let (packages, site) = (packed(&place), place.home().join("site"));
    let server = Server::of(site.clone());
    let names: Vec<_> =
        fs::read_dir(&packages).expect("packages").flatten().map(|it| it.path()).collect();
    assert_eq!(names.len(), 2, "{names:?}");
    for package in &names {
        publish(&site, &server.address, package);
    }
    let prefix = place.home().join(".local");
    let mut install = place.bash(&page::block("With npm"));
    install.env("npm_config_registry", &server.address).env("npm_config_prefix", &prefix);
    done(install.env("npm_config_audit", "false").env("npm_config_fund", "false"));
    let asked = server.asked();
    let fits = format!("/files/stagewright-linux-x64-{VERSION}.tgz");
    assert!(asked.contains(&fits), "{asked:?}");

    assert_eq!(done(&mut place.bash("stagewright --version")), GREETING.to_owned() + "\n");
    let platform = "lib/node_modules/stagewright/node_modules/@stagewright/linux-x64";
    let licences = prefix.join(platform).join(THIRD_PARTY);
    assert_eq!(fs::read_to_string(licences).ok(), Some(third_party()));
    // The exit code and standard input are the program's.
    place.put("Dockerfile", "FRO scratch\n");
    let checked = run(&mut place.bash("stagewright check - < Dockerfile"));
    assert_eq!(checked.code, 1, "{}", checked.text);
    let lsp = repository().join("tests/release/lsp.py");
    let told = done(place.command("python3").arg(lsp).args(["stagewright", "lsp", "--stdio"]));
    assert!(told.contains("definition: 0:"), "{told}");
    // Whoever ends the launcher ends the program: none is left behind.
    let ended = done(&mut place.bash(
        "mkfifo in; stagewright lsp < in & launcher=$!; exec 3> in
         for _ in $(seq 200); do child=$(pgrep -P $launcher) && break; sleep 0.05; done
         kill $launcher; wait $launcher || code=$?
         for _ in $(seq 200); do kill -0 $child 2>/dev/null || break; sleep 0.05; done
         if kill -0 $child 2>/dev/null; then kill $child; echo left behind; fi; echo ended with $code",
    ));
    assert_eq!(ended.trim(), "ended with 143");

    fs::remove_dir_all(prefix.join("lib/node_modules/stagewright/node_modules")).expect("removed");
    let without = run(&mut place.bash("stagewright --version"));
    assert_eq!(without.code, 2, "{}", without.text);
    assert!(without.text.contains("@stagewright/linux-x64 is not installed"), "{}", without.text);
}
