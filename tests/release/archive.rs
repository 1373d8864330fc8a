//! The archives of a release, by hand.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::page::{self, HOME};
use crate::program::{GREETING, TARGET, THIRD_PARTY, VERSION, program};
use crate::run::{Place, done, repository};
use crate::server::Server;

/// Makes the archive and its sum, as dist lays them out, in that folder.
pub fn make(folder: &Path) {
    let name = format!("stagewright-{TARGET}");
    let inner = folder.join(&name);
    fs::create_dir_all(&inner).expect("made");
    fs::copy(program(), inner.join("stagewright")).expect("copied");
    for file in ["README.md", "CHANGELOG.md", "LICENSE-MIT", "LICENSE-APACHE", THIRD_PARTY] {
        fs::copy(repository().join(file), inner.join(file)).expect("copied");
    }
    let archive = format!("{name}.tar.gz");
    done(
        Command::new("tar")
            .arg("-C")
            .arg(folder)
            .args(["-czf", &archive, &name])
            .current_dir(folder),
    );
    fs::remove_dir_all(&inner).expect("removed");
    let sum = done(Command::new("sha256sum").args(["--binary", &archive]).current_dir(folder));
    // dist ends it with an empty line.
    fs::write(folder.join(format!("{archive}.sha256")), sum + "\n").expect("written");
}

/// A server with a release in which there are the archive and what `more` puts beside it.
pub fn release(place: &Place, more: impl Fn(&Path)) -> Server {
    let site = place.home().join("site");
    let numbered = site.join(format!("releases/download/v{VERSION}"));
    fs::create_dir_all(&numbered).expect("made");
    make(&numbered);
    more(&numbered);
    let latest = site.join("releases/latest");
    fs::create_dir_all(&latest).expect("made");
    std::os::unix::fs::symlink(&numbered, latest.join("download")).expect("linked");
    Server::of(site)
}

#[test]
fn by_hand() {
    let place = Place::new();
    let server = release(&place, |_| ());
    let block = page::block("By hand").replace(HOME, &server.address);
    let told = done(&mut place.bash(&block));
    assert!(told.contains(": OK\n"), "the sum was not compared: {told}");
    assert_eq!(done(&mut place.bash("stagewright --version")), GREETING.to_owned() + "\n");
    let doctor = done(&mut place.bash(&page::block("Did it work?")));
    let found = format!("on PATH    {}/.local/bin/stagewright\n", place.home().display());
    assert!(doctor.contains(&found) && doctor.contains("Nothing is wrong."), "{doctor}");

    place.put("app/Dockerfile", "FROM scratch\nCOPPY a b\n");
    let checked = crate::run::run(&mut place.bash(&page::block("In other pipelines")));
    assert_eq!(checked.code, 1, "{}", checked.text);
    assert!(checked.text.contains("app/Dockerfile"), "{}", checked.text);
}
