//! Completions, in the shells themselves.

use crate::page;
use crate::program::program;
use crate::run::{Place, done};

/// A place with the program on the path.
fn place() -> Place {
    let place = Place::new();
    let bin = place.home().join(".local/bin");
    std::fs::create_dir_all(&bin).expect("made");
    std::fs::copy(program(), bin.join("stagewright")).expect("copied");
    place
}

#[test]
fn bash_completes_after_the_block_of_the_page() {
    let place = place();
    done(&mut place.bash(&page::block("Completions in your shell")));
    // What the shell does at the tab key, with the words of a line and the place in it.
    let told = done(&mut place.bash(
        "set +eu; source ~/.local/share/bash-completion/completions/stagewright
         COMP_WORDS=(stagewright che) COMP_CWORD=1 COMP_LINE='stagewright che' COMP_POINT=15
         $(complete -p stagewright | sed 's/.*-F \\([^ ]*\\) .*/\\1/') stagewright che stagewright
         echo \"${COMPREPLY[@]}\"",
    ));
    assert_eq!(told.trim(), "check");
}

#[test]
fn fish_and_zsh_take_theirs() {
    let place = place();
    let fish = "stagewright completions fish > a.fish; fish -c 'source a.fish; complete -C \"stagewright che\"'";
    let told = done(&mut place.bash(fish));
    assert!(told.starts_with("check\t"), "{told}");
    let zsh = "stagewright completions zsh > _stagewright
        zsh -f -c 'fpath=($PWD $fpath); autoload -Uz compinit; compinit -u -d dump; echo $_comps[stagewright]'";
    assert_eq!(done(&mut place.bash(zsh)).trim(), "_stagewright");
}
