//! What `doctor` tells, and that it asks nobody unasked.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;
#[cfg(unix)]
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};

use crate::run::{Run, command, finish, folder};

/// Runs it in a folder that stands for the user's home, with nothing of this machine's.
fn doctor(home: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> Run {
    let mut command = command(home, &[&["doctor"], arguments].concat());
    for variable in ["DOCKER_HOST", "DOCKER_CONFIG", "STAGEWRIGHT_LOG", "HTTPS_PROXY"] {
        command.env_remove(variable);
    }
    command.env("HOME", home).env("PATH", home.join("bin")).envs(variables.iter().copied());
    finish(command)
}

/// Makes that file a program.
fn make_executable(path: &Path) {
    #[cfg(unix)]
    fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o755)).expect("made");
}

fn data(run: &Run) -> Value {
    serde_json::from_str(&run.out).expect("an object")
}

/// The row of that name in a list of objects.
fn named<'a>(list: &'a Value, name: &str) -> &'a Value {
    let rows = list.as_array().expect("a list");
    rows.iter().find(|row| row["name"] == name).unwrap_or_else(|| panic!("no {name}: {rows:?}"))
}

#[test]
fn where_nothing_is_set() {
    let home = folder(&[("bin/docker-langserver", b""), (".docker/config.json", b"{}")]);
    make_executable(&home.path().join("bin/docker-langserver"));
    let run = doctor(home.path(), &["--json"], &[]).with_code(0);
    let told = data(&run);
    assert_eq!(told["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(told["program"], env!("CARGO_BIN_EXE_stagewright"));
    assert_eq!(told["on_path"], json!([]));
    for (name, value) in [
        ("diagnostics.enable", json!(true)),
        ("size.engine", json!("off")),
        ("size.registry", json!("off")),
        ("size.unit", json!("MB")),
    ] {
        let row = named(&told["settings"], name);
        assert_eq!((&row["value"], &row["source"]), (&value, &Value::Null), "{name}");
    }
    let cache = home.path().join("cache/stagewright/registry");
    assert_eq!(told["cache"]["folder"], json!(cache));
    assert_eq!(told["cache"]["entries"], 0);
    assert!(told["catalogue"]["rows"].as_u64().expect("a number") > 1000, "{told}");
    assert_eq!(told["catalogue"]["user_rows"], Value::Null);
    assert_eq!(told["registry"]["state"], "not asked: `size.registry` is off");
    let credentials = home.path().join(".docker/config.json");
    assert!(
        told["registry"]["credentials"].as_array().expect("a list").contains(&json!(credentials))
    );
    let rival = named(&told["rivals"], "docker-langserver");
    assert_eq!(rival["path"], json!(home.path().join("bin/docker-langserver")));
    assert_eq!(told["problems"], json!([]));
}

#[test]
fn as_text() {
    let home = folder(&[
        ("bin/stagewright", b""),
        ("bin/tally", b"it may not be executed"),
        ("cache/stagewright/registry/a.json", b"12345"),
        ("cache/stagewright/registry/b.json", b"12345"),
    ]);
    make_executable(&home.path().join("bin/stagewright"));
    let variables = [
        ("STAGEWRIGHT_LOG", "debug"),
        ("HTTPS_PROXY", "http://me:secret@nowhere"),
        ("https_proxy", "http://me:secret@nowhere"),
    ];
    let text = doctor(home.path(), &[], &variables).with_code(0).out;
    let on_path = format!("  on PATH    {}\n", home.path().join("bin/stagewright").display());
    for part in [
        concat!("Stagewright ", env!("CARGO_PKG_VERSION"), "\n"),
        &on_path,
        "\nSettings\n  diagnostics.enable      true\n",
        "  STAGEWRIGHT_LOG  debug\n",
        "  HTTPS_PROXY      is set; it may hold a password\n",
        "  https_proxy      is set; it may hold a password\n",
        "2 answers, 10 B, ",
        "not asked: `size.registry` is off\n",
        "\nNothing is wrong.\n",
    ] {
        assert!(text.contains(part), "{part} is not in:\n{text}");
    }
    assert!(!text.contains("secret"), "{text}");
    assert!(!text.contains("Other servers"), "there are none:\n{text}");
}

#[test]
fn settings_of_files() {
    let mine = "\u{feff}{ // as VS Code has them\n  \"editor.fontSize\": 12,\n  \"stagewright.size.unit\": \"MiB\",
        \"stagewright.path\": \"~/bin/stagewright\",
        \"stagewright.diagnostics.severity\": { \"no-from\": \"hint\" } }";
    let theirs = br#"{ "size": { "unit": "MB", "registry": ["ghcr.io"] } }"#;
    let home =
        folder(&[("mine.json", mine.as_bytes()), ("theirs.json", theirs), ("bad.json", b"{")]);
    let files = ["--settings", "mine.json", "--settings", "theirs.json", "--json"];
    let told = data(&doctor(home.path(), &files, &[]).with_code(0));
    for (name, value, source) in [
        ("size.unit", json!("MB"), Value::Null),
        ("size.registry", json!(["ghcr.io"]), json!("theirs.json")),
        ("diagnostics.severity.no-from", json!("hint"), json!("mine.json")),
    ] {
        let row = named(&told["settings"], name);
        assert_eq!((&row["value"], &row["source"]), (&value, &source), "{name}");
    }
    let text = doctor(home.path(), &files[..2], &[]).with_code(0).out;
    assert!(text.contains("\"MiB\"") && text.contains("from mine.json"), "{text}");

    let bad = doctor(home.path(), &["--settings", "bad.json"], &[]).with_code(2);
    assert!(bad.err.contains("bad.json is no JSON"), "{}", bad.err);
    let none = doctor(home.path(), &["--settings", "none.json"], &[]).with_code(2);
    assert!(none.err.contains("none.json cannot be read"), "{}", none.err);
}

#[test]
#[cfg(unix)]
fn an_engine_elsewhere_is_told_as_the_reason() {
    let home = folder(&[("a.json", br#"{ "size.engine": "auto" }"#)]);
    for (host, told) in
        [("ssh://me:secret@host", "ssh://…@host"), ("tcp://host:2375", "tcp://host:2375")]
    {
        for settings in [&[][..], &["--settings", "a.json"]] {
            let arguments = [settings, &["--json"]].concat();
            let run = doctor(home.path(), &arguments, &[("DOCKER_HOST", host)]).with_code(0);
            assert!(!run.out.contains("secret"), "{}", run.out);
            let data = data(&run);
            let state = data["engine"]["state"].as_str().expect("a text");
            let reason = "`DOCKER_HOST` does not begin with `unix://`, and an engine elsewhere is";
            assert!(state.contains(reason), "{state}");
            assert_eq!(named(&data["environment"], "DOCKER_HOST")["value"], told);
        }
    }
    let here = doctor(home.path(), &[], &[("DOCKER_HOST", "unix:///nowhere.sock")]).with_code(0);
    assert!(!here.out.contains("elsewhere"), "{}", here.out);
}

#[test]
fn passwords_are_not_told() {
    let home = folder(&[(
        "a.json",
        br#"{ "size": { "engine": "ssh://me:secret@host",
            "registry": ["https://me:secret@ghcr.io", "me:secret@quay.io"] } }"#,
    )]);
    // Bound and given back: nobody listens there.
    let port = TcpListener::bind("127.0.0.1:0").and_then(|it| it.local_addr()).expect("a port");
    let image = format!("{port}/acme/app:1");
    for proxy in [format!("http://me:secret@{port}"), "http://me:secret@:x:y".to_owned()] {
        let variables =
            ["ALL_PROXY", "HTTP_PROXY", "HTTPS_PROXY", "https_proxy"].map(|name| (name, &*proxy));
        for more in [&[][..], &["--json"]] {
            let arguments = [&["--settings", "a.json", "--ask", &image], more].concat();
            let run = doctor(home.path(), &arguments, &variables).with_code(1);
            assert!(run.out.contains("ssh://…@host"), "{}", run.out);
            assert!(run.out.contains("https://…@ghcr.io") && run.out.contains("…@quay.io"));
            let all = run.out + &run.err;
            assert!(!all.contains("secret"), "{all}");
        }
    }
}

#[test]
fn a_group_of_settings_that_is_no_object_is_told_as_the_server_tells_it() {
    let home = folder(&[("a.json", br#"{ "stagewright": { "size": "x" } }"#)]);
    let run = doctor(home.path(), &["--settings", "a.json"], &[]).with_code(1);
    let told = "  the setting `size` must be an object, not \"x\"\n";
    assert!(run.out.contains(told), "{}", run.out);
}

#[test]
fn what_is_wrong_is_told_and_counts() {
    let home = folder(&[
        ("a.json", br#"{ "stagewright": { "size": { "unit": "kg" } } }"#),
        ("data/stagewright/catalogue.bin", b"nonsense"),
        ("cache/stagewright/registry", b"no folder"),
    ]);
    let run = doctor(home.path(), &["--settings", "a.json"], &[("STAGEWRIGHT_LOG", "a=b=c")]);
    let text = run.with_code(1).out;
    let problems = text.split_once("\nProblems\n").expect("problems").1;
    for part in [
        "the setting `size.unit` must be",
        "catalogue.bin is no catalogue",
        "registry cannot be read (Not a directory",
        "STAGEWRIGHT_LOG does not count",
    ] {
        assert!(problems.contains(part), "{part} is not in:\n{text}");
    }
    assert_eq!(problems.lines().count(), 4, "{problems}");
}

#[test]
#[cfg(unix)]
fn a_path_that_is_no_text_is_told() {
    let home = folder(&[]);
    let mut command = command(home.path(), &["doctor", "--json"]);
    let cache = home.path().join(std::ffi::OsStr::from_bytes(b"caf\xe9"));
    command.env("XDG_CACHE_HOME", cache);
    let told = data(&finish(command).with_code(0));
    let folder = told["cache"]["folder"].as_str().expect("a text");
    assert!(folder.ends_with("caf\u{fffd}/stagewright/registry"), "{folder}");
}

/// A server that has nothing: says 404 to everyone, and counts them. Whoever begins with TLS is left.
fn answers(mut stream: impl Read + Write, asked: &AtomicUsize) {
    asked.fetch_add(1, Ordering::SeqCst);
    let (mut request, mut buffer) = (Vec::new(), [0; 1024]);
    while !request.windows(4).any(|end| end == b"\r\n\r\n") {
        match stream.read(&mut buffer) {
            Ok(read @ 1..) if buffer[0] != 0x16 => request.extend_from_slice(&buffer[..read]),
            _ => return,
        }
    }
    let answer = "HTTP/1.1 404 Not Found\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\
                  Connection: close\r\n\r\n{}";
    // Whoever asked may have gone.
    drop(stream.write_all(answer.as_bytes()));
}

#[test]
#[cfg(unix)]
fn nobody_is_asked_unasked() {
    let asked = Arc::new(AtomicUsize::new(0));
    let home = folder(&[]);
    let registry = TcpListener::bind("127.0.0.1:0").expect("a port");
    let image = format!("{}/acme/app:1", registry.local_addr().expect("bound"));
    let socket = home.path().join("engine.sock");
    let engine = std::os::unix::net::UnixListener::bind(&socket).expect("a socket");
    let count = Arc::clone(&asked);
    std::thread::spawn(move || registry.incoming().flatten().for_each(|it| answers(it, &count)));
    let count = Arc::clone(&asked);
    std::thread::spawn(move || engine.incoming().flatten().for_each(|it| answers(it, &count)));

    let settings = json!({ "size": { "engine": socket, "registry": "on" } });
    fs::write(home.path().join("a.json"), settings.to_string()).expect("written");
    let from_file = ["--settings", "a.json", "--json"];
    let told = data(&doctor(home.path(), &from_file, &[]).with_code(0));
    assert_eq!(asked.load(Ordering::SeqCst), 0, "{told}");
    assert_eq!(told["engine"]["socket"], json!(socket));

    let told = data(
        &doctor(home.path(), &[&from_file[..], &["--ask", &image]].concat(), &[]).with_code(0),
    );
    assert!(asked.load(Ordering::SeqCst) >= 2, "{told}");
    for who in ["engine", "registry"] {
        let state = told[who]["state"].as_str().expect("a text");
        assert!(state.contains("answers: ") && state.contains("acme/app"), "{state}");
    }
    assert!(!home.path().join("cache").exists(), "an answer was kept");
}

#[test]
fn who_does_not_answer_is_a_problem() {
    let home = folder(&[("a.json", br#"{ "size.engine": "./nowhere.sock" }"#)]);
    // Bound and given back: nobody listens there.
    let port = TcpListener::bind("127.0.0.1:0").and_then(|it| it.local_addr()).expect("a port");
    let image = format!("{port}/acme/app:1");
    let run = doctor(home.path(), &["--settings", "a.json", "--ask", &image, "--json"], &[]);
    let told = data(&run.with_code(1));
    let problems = told["problems"].as_array().expect("a list");
    let problems: Vec<_> = problems.iter().filter_map(Value::as_str).collect();
    assert_eq!(problems.len(), 2, "{problems:?}");
    assert!(problems[0].contains("nowhere.sock is not there"), "{problems:?}");
    assert!(problems[1].contains(&port.to_string()), "{problems:?}");
    let wrong = doctor(home.path(), &["--ask", "A b"], &[]).with_code(2);
    assert!(wrong.err.contains("--ask"), "{}", wrong.err);
}

#[test]
fn manual_pages() {
    let home = folder(&[]);
    let man = |arguments: &[&str]| finish(command(home.path(), &[&["man"], arguments].concat()));
    let page = man(&[]).with_code(0).out;
    assert!(
        page.contains(".TH stagewright 1") && page.contains(r"stagewright\-check(1)"),
        "{page}"
    );
    let list = man(&["--list"]).with_code(0).out;
    for name in ["check", "doctor", "lsp", "split"] {
        assert!(list.lines().any(|line| line == name), "{list}");
        let page = man(&[name]).with_code(0).out;
        assert!(
            page.starts_with(".ie") && page.contains(&format!("stagewright\\-{name}")),
            "{page}"
        );
    }
    assert!(!list.contains("man"), "{list}");
    // Examples keep their columns.
    let check = man(&["check"]).with_code(0).out;
    assert!(check.contains(".nf\nExamples:\n  stagewright check    "), "{check}");
    man(&["nonsense"]).with_code(2);
}
