//! Registries as they are: Debian's `docker-registry`, filled by `skopeo` and `buildah` with images
//! made on the spot. What is told must be what skopeo says, to the byte.

mod images;
mod run;
mod server;

use std::io::Write;
use std::path::PathBuf;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;
use stagewright::image::registry::{Answer, Hosts, Options, Registry as Client};
use stagewright::image::{Failure, Reference};
use stagewright::language::platform::Platform;

use images::Images;
use run::{Authorization, Registry, inspect, raw, run};
use server::{Server, header, respond};

fn options() -> Options {
    Options { hosts: Hosts::All, credential_files: Vec::new(), ..Options::default() }
}

fn platform(name: &str) -> Platform {
    Platform::parse(name).expect(name)
}

fn measure(client: &Client, name: &str, platform_name: &str) -> Result<Answer, Failure> {
    client.measure(&Reference::parse(name).expect(name), &platform(platform_name))
}

/// Compares what we measure of `name` with what skopeo tells of the manifest `manifest`, which is
/// the same or what an index has for that platform.
#[track_caller]
fn check(name: &str, platform_name: &str, manifest: &str) -> Answer {
    let answer = measure(&Client::new(options()), name, platform_name).expect(name);
    let (digest, document) = raw(manifest);
    let layers = document["layers"].as_array().expect("layers");
    let sizes = layers.iter().map(|layer| layer["size"].as_u64().expect("a size"));
    assert_eq!(answer.measured.pull, Some(sizes.sum()), "{name}");
    assert_eq!(answer.measured.layers, Some(u32::try_from(layers.len()).expect("few")), "{name}");
    assert_eq!(answer.measured.digest.as_deref(), Some(&*digest), "{name}");
    assert_eq!(answer.measured.disk, None);
    let created = inspect(manifest)["Created"].as_str().expect("a time").to_owned();
    assert_eq!(answer.measured.created, Some(created), "{name}");
    answer
}

fn names(platforms: &[Platform]) -> Vec<String> {
    platforms.iter().map(Platform::to_string).collect()
}

#[test]
fn one_image_in_both_media_types_and_compressions() {
    let (images, registry) = (Images::new(), Registry::start(&Authorization::None));
    for (tag, options) in [
        ("oci", &["--format", "oci"][..]),
        ("docker", &["--format", "v2s2"]),
        ("zstd", &["--format", "oci", "--dest-compress", "--dest-compress-format", "zstd"]),
    ] {
        let name = registry.name("probe/single", tag);
        // Another image each, as skopeo takes a layer that is there, however it is compressed.
        registry.push(&images.image("amd64", "", 3), &name, options);
        let (_, document) = raw(&name);
        let kind = document["layers"][0]["mediaType"].as_str().expect("a media type").to_owned();
        assert!(kind.contains(if tag == "zstd" { "zstd" } else { "gzip" }), "{tag}: {kind}");
        assert!(kind.contains(if tag == "docker" { "docker" } else { "oci" }), "{tag}: {kind}");
        let answer = check(&name, "linux/amd64", &name);
        assert_eq!(answer.measured.layers, Some(3));
        assert_eq!(names(&answer.platforms), ["linux/amd64"]);
        // As for BuildKit, an image without an index is there for everyone.
        check(&name, "linux/arm64", &name);
        // By its digest, with the tag that does not count.
        let digest = answer.measured.digest.expect("a digest");
        check(&format!("{name}@{digest}"), "linux/amd64", &name);
    }
}

#[test]
fn indexes_of_both_media_types() {
    let (images, registry) = (Images::new(), Registry::start(&Authorization::None));
    for format in ["oci", "v2s2"] {
        let name = registry.name("probe/multi", format);
        let list = images.list(&[("amd64", "", 1), ("arm64", "v8", 2), ("arm", "v6", 3)]);
        list.push(&name, format);
        let (_, index) = raw(&name);
        let kind = index["mediaType"].as_str().expect("a media type");
        assert!(kind.contains(if format == "oci" { "image.index" } else { "manifest.list" }));
        let of = |number: usize| {
            let digest = index["manifests"][number]["digest"].as_str().expect("a digest");
            format!("{}@{digest}", registry.name("probe/multi", "").trim_end_matches(':'))
        };
        for (wanted, number, layers) in [
            ("linux/amd64", 0, 1),
            ("linux/amd64/v3", 0, 1),
            ("linux/arm64", 1, 2),
            ("linux/arm/v6", 2, 3),
            ("linux/arm/v7", 2, 3),
        ] {
            let answer = check(&name, wanted, &of(number));
            assert_eq!(answer.measured.layers, Some(layers), "{wanted}");
            assert_eq!(names(&answer.platforms), ["linux/amd64", "linux/arm64", "linux/arm/v6"]);
        }
        let answer = measure(&Client::new(options()), &name, "linux/s390x");
        let Err(Failure::Absent(text)) = answer else { panic!("{answer:?}") };
        assert!(text.ends_with("only for linux/amd64, linux/arm64, linux/arm/v6"), "{text}");
    }
}

#[test]
fn an_index_in_an_index_beside_attestations() {
    let (images, registry) = (Images::new(), Registry::start(&Authorization::None));
    let name = registry.name("probe/nested", "1");
    images.list(&[("amd64", "", 1), ("arm64", "", 2)]).push(&name, "oci");
    let (inner, inner_index) = raw(&name);
    let size = inner_index.to_string().len();
    let attestation = &inner_index["manifests"][0];
    let kind = "application/vnd.oci.image.index.v1+json";
    let index = json!({
        "schemaVersion": 2,
        "mediaType": kind,
        "manifests": [
            {
                "mediaType": attestation["mediaType"],
                "digest": attestation["digest"],
                "size": attestation["size"],
                "platform": {"os": "unknown", "architecture": "unknown"},
                "annotations": {"vnd.docker.reference.type": "attestation-manifest"},
            },
            {"mediaType": kind, "digest": inner, "size": size},
        ],
    });
    registry.put("probe/nested", "outer", kind, &index);
    let outer = registry.name("probe/nested", "outer");
    let manifest = inner_index["manifests"][1]["digest"].as_str().expect("a digest");
    let manifest = format!("{}@{manifest}", name.trim_end_matches(":1"));
    let answer = check(&outer, "linux/arm64", &manifest);
    assert_eq!(names(&answer.platforms), ["linux/amd64", "linux/arm64"]);
}

#[test]
fn what_is_not_there() {
    let (images, registry) = (Images::new(), Registry::start(&Authorization::None));
    registry.push(&images.image("amd64", "", 1), &registry.name("a/b", "1"), &[]);
    for (name, expected) in [
        (registry.name("a/b", "2"), "has no tag 2 in"),
        (registry.name("a/c", "1"), "has no tag 1 in"),
        (registry.name("a/b", &format!("1@sha256:{}", "0".repeat(64))), "has no manifest sha256:0"),
    ] {
        let answer = measure(&Client::new(options()), &name, "linux/amd64");
        let Err(Failure::Absent(text)) = answer else { panic!("{answer:?}") };
        assert!(text.contains(expected), "{text}");
    }
}

#[test]
fn a_password() {
    let images = Images::new();
    let registry = Registry::start(&Authorization::Password { user: "me", password: "secret" });
    let name = registry.name("a/b", "1");
    registry.push(&images.image("amd64", "", 2), &name, &["--dest-creds", "me:secret"]);
    let with = |auth: Option<&str>| {
        let auths = auth.map(|auth| json!({registry.host(): {"auth": STANDARD.encode(auth)}}));
        let file = images.folder().join("config.json");
        std::fs::write(&file, json!({"auths": auths}).to_string()).expect("written");
        let client = Client::new(Options { credential_files: vec![file], ..options() });
        measure(&client, &name, "linux/amd64")
    };
    let told = run(
        "skopeo",
        &[
            "inspect",
            "--raw",
            "--tls-verify=false",
            "--creds=me:secret",
            &format!("docker://{name}"),
        ],
    );
    let document: serde_json::Value = serde_json::from_slice(&told).expect("JSON");
    let layers = document["layers"].as_array().expect("layers");
    let pull = layers.iter().map(|layer| layer["size"].as_u64().expect("a size")).sum();
    assert_eq!(with(Some("me:secret")).expect("an answer").measured.pull, Some(pull));
    for auth in [None, Some("me:wrong"), Some("you:secret")] {
        let answer = with(auth);
        let Err(Failure::Denied(text)) = answer else { panic!("{auth:?}: {answer:?}") };
        assert!(text.contains(&format!("`docker login {}`", registry.host())), "{text}");
    }
}

#[test]
fn a_token() {
    let images = Images::new();
    let issuer = Server::start(|head, stream| {
        let token = json!({"token": "x", "access_token": "x", "expires_in": 300}).to_string();
        let known = header(head, "authorization").is_none_or(|value| value.starts_with("Basic "));
        assert!(known, "{head}");
        let _ = stream.write_all(&respond("200 OK", &[], token.as_bytes()));
    });
    let realm = format!("http://{}/token", issuer.host());
    let registry = Registry::start(&Authorization::Token { realm: &realm });
    let name = registry.name("a/b", "1");
    registry.push(&images.image("amd64", "", 2), &name, &[]);
    let before = issuer.seen().len();
    let client = Client::new(options());
    let answer = measure(&client, &name, "linux/amd64").expect("an answer");
    assert_eq!(answer.measured.layers, Some(2));
    assert_eq!(measure(&client, &name, "linux/amd64").as_ref(), Ok(&answer));
    let asked = issuer.seen().split_off(before);
    assert_eq!(asked.len(), 1, "a token is used again: {asked:?}");
    assert!(asked[0].contains("scope=repository%3Aa%2Fb%3Apull"), "{asked:?}");
    assert_eq!(check(&name, "linux/amd64", &name), answer);
}

#[test]
fn the_cache_answers_when_the_registry_does_not() {
    let (images, registry) = (Images::new(), Registry::start(&Authorization::None));
    let name = registry.name("probe/multi", "1");
    images.list(&[("amd64", "", 1), ("arm64", "", 2)]).push(&name, "oci");
    let cache = images.folder().join("cache");
    let new = || Client::new(Options { cache: Some(cache.clone()), ..options() });
    let first = measure(&new(), &name, "linux/amd64").expect("an answer");
    drop(registry);
    assert_eq!(measure(&new(), &name, "linux/amd64").as_ref(), Ok(&first));
    // What was not asked for is not known, but what there is for nobody is.
    let answer = measure(&new(), &name, "linux/arm64");
    assert!(matches!(answer, Err(Failure::Broken(_))), "{answer:?}");
    let answer = measure(&new(), &name, "linux/s390x");
    assert!(matches!(answer, Err(Failure::Absent(_))), "{answer:?}");
}

/// The image of the test below, for the process that trusts its registry.
const IMAGE: &str = "STAGEWRIGHT_TEST_IMAGE";

#[test]
fn certificates_that_the_machine_trusts_and_others() {
    if let Ok(name) = std::env::var(IMAGE) {
        let answer = measure(&Client::new(options()), &name, "linux/amd64");
        assert_eq!(answer.expect("an answer").measured.layers, Some(2));
        return;
    }
    let images = Images::new();
    let [authority, certificate, key] = run::certificates(images.folder());
    let registry = Registry::start_with_tls(&certificate, &key);
    let name = registry.name("a/b", "1");
    registry.push(&images.image("amd64", "", 2), &name, &[]);
    // On this machine, where plain HTTP would be allowed: it is not tried.
    let answer = measure(&Client::new(options()), &name, "linux/amd64");
    let text = answer.expect_err("not trusted").to_string();
    assert!(text.starts_with("the certificate of 127.0.0.1:"), "{text}");
    // The environment is a process's own, so it takes another one.
    let status = std::process::Command::new(std::env::current_exe().expect("this program"))
        .args(["--exact", "certificates_that_the_machine_trusts_and_others"])
        .env(IMAGE, &name)
        .env("SSL_CERT_FILE", authority)
        .status();
    assert!(status.expect("it runs").success());
}

/// A small file system that is full: what cannot be kept costs nothing but that.
#[test]
fn a_full_disk() {
    let (images, registry) = (Images::new(), Registry::start(&Authorization::None));
    let name = registry.name("a/b", "1");
    registry.push(&images.image("amd64", "", 1), &name, &[]);
    let disk = run::Disk::full(images.folder().join("disk"));
    let cache: PathBuf = disk.folder().join("cache");
    let client = Client::new(Options { cache: Some(cache), ..options() });
    for _ in 0..2 {
        let answer = measure(&client, &name, "linux/amd64").expect("an answer");
        assert_eq!(answer.measured.layers, Some(1));
    }
    drop(registry);
    let answer = measure(&client, &name, "linux/amd64");
    assert!(matches!(answer, Err(Failure::Broken(_))), "nothing was kept: {answer:?}");
}
