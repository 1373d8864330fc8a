//! Help and completions.

use crate::run::{fixtures, run};

#[test]
fn help_needs_no_manual() {
    let all = run(&fixtures(), &["--help"]).with_code(0).out;
    for command in
        ["check", "explain", "split", "size", "catalogue", "rules", "lsp", "doctor", "completions"]
    {
        assert!(all.contains(&format!("\n  {command} ")), "{command}: {all}");
    }
    for (command, words) in [
        (
            "check",
            &["Examples:", "--fix", "Exit code:", "Unicode scalar value", "{title, sure"][..],
        ),
        ("explain", &["Examples:", "--target"]),
        ("size", &["Examples:", "--compare", "pull_range", "Exit code:"]),
    ] {
        let help = run(&fixtures(), &[command, "--help"]).with_code(0).out;
        for word in words {
            assert!(help.contains(word), "{word}: {help}");
        }
    }
}

#[test]
fn completions_for_every_shell() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = run(&fixtures(), &["completions", shell]).with_code(0).out;
        assert!(script.contains("fail-level") && script.contains("explain"), "{shell}");
    }
    run(&fixtures(), &["completions", "cmd"]).with_code(2);
}
