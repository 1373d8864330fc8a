//! Docker's daemon.

use stagewright::image::{Failure, Measured};
use stagewright::language::platform::Platform;

use crate::command::Program;
use crate::daemon::Daemon;
use crate::images::{IMAGES, check_all, check_others, check_platform, engine, measure};
use crate::podman::podman;

#[test]
fn figures_are_dockers() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name).to_str().expect("a path of letters").to_owned();
    let address = format!("unix://{}", at("docker.sock"));
    // Neither bridge nor packet filter, which would be the machine's and not the test's.
    let dockerd = Program::new(
        "dockerd",
        [
            "--storage-driver=vfs",
            "--iptables=false",
            "--ip6tables=false",
            "--bridge=none",
            "--data-root",
            &at("data"),
            "--exec-root",
            &at("exec"),
            "--pidfile",
            &at("pid"),
            "--host",
            &address,
        ]
        .map(ToOwned::to_owned)
        .into(),
    );
    let socket = folder.path().join("docker.sock");
    let daemon = Daemon::start(dockerd.command(&[]), folder.path(), &socket);
    let docker = Program::new("docker", vec!["--host".to_owned(), address.clone()]);

    // Podman makes the images: for other platforms, too, and without a builder in the daemon.
    let store = tempfile::tempdir().expect("a folder");
    let podman = podman(store.path());
    for image in IMAGES {
        image.make(&podman, tempfile::tempdir().expect("a folder").path());
    }
    let archive = at("images.tar");
    let names: Vec<_> = IMAGES.iter().map(|image| image.name).collect();
    podman.run(&[&["save", "--multi-image-archive", "--output", &archive], &names[..]].concat());
    docker.run(&["load", "--quiet", "--input", &archive]);

    let engine = engine(&socket);
    check_all(&engine, &docker);
    check_others(&engine);

    // Docker counts the files themselves.
    let host = Platform::host();
    for image in IMAGES {
        let bytes: usize = image.layers.iter().sum();
        let measured = measure(&engine, image.written, &image.platform());
        assert_eq!(measured.map(|it| it.disk), Ok(Some(bytes as u64)), "{}", image.name);
    }

    // A file system without an image's description around it.
    std::fs::write(folder.path().join("file"), [7; 4321]).expect("a file");
    let tar = at("file.tar");
    Program::new("tar", vec![]).run(&["--create", "--file", &tar, "--directory", &at(""), "file"]);
    docker.run(&["import", &tar, "imported"]);
    let is_file = |name: &str, platform: &Platform| {
        let measured = measure(&engine, name, platform);
        let wanted = matches!(measured, Ok(Measured { disk: Some(4321), layers: Some(1), .. }));
        assert!(wanted, "{name} for {platform}: {measured:?}");
    };
    is_file("imported", &host);

    // An older variant of a processor runs where a newer one is asked for.
    let archive = at("arm.tar");
    let import = ["import", "--quiet", "--os", "linux", "--arch", "arm", "--variant", "v6"];
    podman.run(&[&import[..], &[&tar, "docker.io/library/arm:6"]].concat());
    podman.run(&["save", "--quiet", "--output", &archive, "docker.io/library/arm:6"]);
    docker.run(&["load", "--quiet", "--input", &archive]);
    for platform in ["linux/arm/v6", "linux/arm", "linux/arm/v7"] {
        is_file("arm:6", &Platform::parse(platform).expect(platform));
    }
    for platform in ["linux/arm/v5", "linux/arm64"] {
        check_platform(&engine, "arm:6", platform, "linux/arm/v6");
    }

    drop(daemon);
    let gone = measure(&engine, "one:1", &host);
    assert!(
        matches!(&gone, Err(Failure::Broken(text)) if text.contains("docker.sock")),
        "{gone:?}"
    );
}
