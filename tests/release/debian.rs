//! The Debian package.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::archive;
use crate::page::{self, HOME};
use crate::program::{GREETING, program};
use crate::run::{Place, done, repository};

/// Makes the package in that folder.
fn make(folder: &Path) -> PathBuf {
    let share = folder.join("share");
    let script = |name: &str| Command::new(repository().join("release").join(name));
    done(script("share").arg(program()).arg(&share));
    done(script("deb").arg(program()).arg(&share).arg("amd64").arg(folder));
    fs::remove_dir_all(&share).expect("removed");
    folder.join("stagewright_amd64.deb")
}

/// Into a root in which there is nothing but dpkg's own records.
#[test]
fn dpkg_installs_it() {
    let place = Place::new();
    let server = archive::release(&place, |folder| drop(make(folder)));
    let root = place.home().join("root");
    for folder in ["var/lib/dpkg/updates", "var/lib/dpkg/info", "bin"] {
        fs::create_dir_all(root.join(folder)).expect("made");
    }
    fs::write(root.join("var/lib/dpkg/status"), "").expect("written");
    // The block with the root in the place of this machine's.
    let dpkg = format!("sudo() {{ shift; dpkg --root={} \"$@\"; }}\n", root.display());
    let block = page::block("On Debian and Ubuntu").replace(HOME, &server.address);
    done(&mut place.bash(&(dpkg + &block)));

    let installed = |program: &str, arguments: &[&str]| {
        done(place.command("chroot").arg(&root).arg(program).args(arguments))
    };
    assert_eq!(installed("/usr/bin/stagewright", &["--version"]), GREETING.to_owned() + "\n");
    for file in [
        "bash-completion/completions/stagewright",
        "zsh/vendor-completions/_stagewright",
        "fish/vendor_completions.d/stagewright.fish",
        "man/man1/stagewright.1.gz",
        "man/man1/stagewright-check.1.gz",
        "doc/stagewright/copyright",
    ] {
        assert!(root.join("usr/share").join(file).is_file(), "there is no {file}");
    }
    // The page as a reader sees it, and nothing that man complains of.
    let page = root.join("usr/share/man/man1/stagewright-check.1.gz");
    let mut man = place.command("man");
    man.args(["--warnings", "-E", "UTF-8", "-l"])
        .arg(page)
        .env("MANWIDTH", "100")
        .env("MANPAGER", "cat");
    let shown = done(&mut man);
    assert!(shown.contains("stagewright check --fix") || shown.contains("--fix"), "{shown}");
    assert!(!shown.contains("warning:"), "{shown}");
    done(
        place
            .command("dpkg")
            .arg(format!("--root={}", root.display()))
            .args(["--remove", "stagewright"]),
    );
    assert!(!root.join("usr/bin/stagewright").exists());
}

#[test]
fn lintian_has_nothing_to_say() {
    let place = Place::new();
    let package = make(&place.work());
    let mut lintian = place.command("lintian");
    // Tags for who uploads into Debian: the bug that asks for the package, and a changelog's name.
    lintian.args([
        "--fail-on",
        "error,warning",
        "--suppress-tags",
        "initial-upload-closes-no-bugs",
    ]);
    let told = done(lintian.arg(package));
    assert_eq!(told, "");
}

#[test]
fn the_same_program_makes_the_same_package() {
    let (one, other) = (Place::new(), Place::new());
    let [one, other] =
        [one.work(), other.work()].map(|folder| fs::read(make(&folder)).expect("made"));
    assert!(one == other, "the two packages differ");
}
