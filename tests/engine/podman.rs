//! Podman's service.

use std::path::Path;

use stagewright::image::Failure;
use stagewright::language::platform::Platform;

use crate::command::Program;
use crate::daemon::Daemon;
use crate::images::{IMAGES, check_absent, check_all, check_others, engine, measure};

/// Podman on a store of its own in `folder`.
pub fn podman(folder: &Path) -> Program {
    let at = |name: &str| folder.join(name).to_str().expect("a path of letters").to_owned();
    let places = [("--root", "root"), ("--runroot", "runroot"), ("--tmpdir", "tmp")];
    let mut arguments: Vec<_> =
        places.iter().flat_map(|(flag, name)| [(*flag).to_owned(), at(name)]).collect();
    // The driver that works on each file system and mounts nothing.
    arguments.extend(["--storage-driver", "vfs"].map(ToOwned::to_owned));
    Program::new("podman", arguments)
}

#[test]
fn figures_are_podmans() {
    let folder = tempfile::tempdir().expect("a folder");
    let podman = podman(folder.path());
    for image in IMAGES {
        image.make(&podman, tempfile::tempdir().expect("a folder").path());
    }
    let socket = folder.path().join("podman.sock");
    let address = format!("unix://{}", socket.display());
    let service = podman.command(&["system", "service", "--time", "0", &address]);
    let daemon = Daemon::start(service, folder.path(), &socket);

    let engine = engine(&socket);
    check_all(&engine, &podman);
    check_others(&engine);

    // By digest, with and without a tag.
    let host = Platform::host();
    let digest = podman.run(&["image", "inspect", "--format", "{{.Digest}}", "one:1"]);
    let by_tag = measure(&engine, "one:1", &host);
    assert!(by_tag.is_ok(), "{by_tag:?}");
    assert_eq!(measure(&engine, &format!("one@{digest}"), &host), by_tag);
    assert_eq!(measure(&engine, &format!("one:no-such@{digest}"), &host), by_tag);
    // Podman looks at the digest alone, which says what the image is, whatever it is called.
    assert_eq!(measure(&engine, &format!("three@{digest}"), &host), by_tag);

    // Podman's own short name is another image, and one that lost its name has none to ask for.
    podman.run(&["tag", "one:1", "localhost/short:1"]);
    check_absent(&engine, "short:1");
    assert_eq!(measure(&engine, "localhost/short:1", &host), by_tag);
    podman.run(&["untag", "ghcr.io/a/big:latest"]);
    check_absent(&engine, "ghcr.io/a/big");

    drop(daemon);
    let gone = measure(&engine, "one:1", &host);
    assert!(
        matches!(&gone, Err(Failure::Broken(text)) if text.contains("podman.sock")),
        "{gone:?}"
    );
}
