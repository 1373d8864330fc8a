//! The Debian package.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use tempfile::TempDir;

use crate::archive;
use crate::page::{self, HOME};
use crate::program::{GREETING, program, third_party};
use crate::run::{Place, done, repository};

/// The package, in a folder of its own.
fn package() -> &'static Path {
    static PACKAGE: OnceLock<(TempDir, PathBuf)> = OnceLock::new();
    let (_, package) = PACKAGE.get_or_init(|| {
        let folder = tempfile::tempdir().expect("a folder");
        let share = folder.path().join("share");
        done(script("share").arg(program()).arg(&share));
        let package = make(program(), &share, folder.path());
        (folder, package)
    });
    package
}

fn script(name: &str) -> Command {
    Command::new(repository().join("release").join(name))
}

fn make(program: &Path, share: &Path, folder: &Path) -> PathBuf {
    let mut deb = script("deb");
    // Packing as well as it can takes half a minute.
    deb.env("DPKG_DEB_COMPRESSOR_LEVEL", "1");
    done(deb.args([program, share]).arg("amd64").arg(folder));
    folder.join("stagewright_amd64.deb")
}

/// Into a root in which there is nothing but dpkg's own records.
#[test]
fn dpkg_installs_it() {
    let place = Place::new();
    let server = archive::release(&place, |folder| {
        fs::copy(package(), folder.join("stagewright_amd64.deb")).expect("copied");
    });
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
    let licences = root.join("usr/share/doc/stagewright/LICENSES-THIRD-PARTY.txt.gz");
    assert!(done(place.command("zcat").arg(licences)) == third_party(), "other licences");
    // The page as a reader sees it, and nothing that man complains of.
    let page = root.join("usr/share/man/man1/stagewright-check.1.gz");
    let mut man = place.command("man");
    man.args(["--warnings", "-E", "UTF-8", "-l"])
        .arg(page)
        .env("MANWIDTH", "100")
        .env("MANPAGER", "cat");
    let shown = done(&mut man);
    assert!(shown.contains("stagewright check Dockerfile --fix "), "{shown}");
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
    let mut lintian = place.command("lintian");
    // The one that Debian's own uploads are asked for: the number of a bug.
    lintian.args(["--allow-root", "--suppress-tags", "initial-upload-closes-no-bugs"]);
    assert_eq!(done(lintian.arg(package())), "");
}

#[test]
fn the_same_files_make_the_same_package() {
    let place = Place::new();
    place.put("program", "not much of a program\n");
    place.put("share/man/man1/stagewright.1", ".TH stagewright 1\n");
    let (program, share) = (place.work().join("program"), place.work().join("share"));
    let made = ["one", "two"].map(|folder| make(&program, &share, &place.work().join(folder)));
    let [one, two] = made.map(|package| fs::read(package).expect("made"));
    assert!(one == two, "the two packages differ");
}
