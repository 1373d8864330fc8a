//! Zig: `build.zig`.
//!
//! Source: the Zig build system's documentation (`addExecutable`, `installArtifact`).

use super::super::{Context, join};
use super::lex::{self, Node, ZIG, items, lists, literal};
use super::reader::{Broken, Reader};

/// What a `build.zig` states.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Build {
    /// Its path in the context.
    pub file: String,
    /// The names of its programs. Those that are installed are in `zig-out/bin`.
    pub executables: Vec<String>,
    /// Whether all of them are told: none is computed.
    pub is_complete: bool,
}

/// The `build.zig` in a folder; `None` if there is none.
pub fn build(context: &Context, folder: &str) -> Result<Option<Build>, Broken> {
    let file = join(folder, "build.zig");
    let Some(text) = Reader::new(context).read(&file)? else { return Ok(None) };
    let Some(nodes) = lex::parse(&text, &ZIG) else {
        return Err(Broken::malformed(&file, "its brackets do not fit together"));
    };
    let mut build = Build { file, is_complete: true, ..Build::default() };
    for list in lists(&nodes) {
        for pair in list.windows(2) {
            let [Node::Word(word), Node::Group('(', arguments)] = pair else { continue };
            if word != "addExecutable" {
                continue;
            }
            match name(arguments) {
                Some(name) => build.executables.push(name.to_owned()),
                None => build.is_complete = false,
            }
        }
    }
    Ok(Some(build))
}

/// The name in `.{ .name = "x" }`, or in old programs the first argument.
fn name(arguments: &[Node]) -> Option<&str> {
    let fields = arguments.iter().find_map(|node| node.group('{'));
    let Some(fields) = fields else { return items(arguments).next().and_then(literal) };
    items(fields).find_map(|item| match item {
        [Node::Mark('.'), Node::Word(word), Node::Mark('='), value @ ..] if word == "name" => {
            literal(value)
        }
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::super::context;
    use super::*;

    #[test]
    fn programs() {
        let read = |text| build(&context(&[("build.zig", text)]), "");
        let text = "const std = @import(\"std\");\npub fn build(b: *std.Build) void {\n    const exe = b.addExecutable(.{\n\
            .name = \"shop\", // x\n        .root_source_file = b.path(\"src/main.zig\"),\n    });\n    b.installArtifact(exe);\n}\n";
        let found = read(text).expect("read").expect("there");
        assert_eq!(found.executables, ["shop"]);
        assert!(found.is_complete);
        let found = read("b.addExecutable(\"old\", \"a.zig\"); b.addExecutable(.{ .name = n });");
        let found = found.expect("read").expect("there");
        assert_eq!(found.executables, ["old"]);
        assert!(!found.is_complete);
        assert_eq!(read("f(").expect_err("broken").file, "build.zig");
        assert_eq!(build(&context(&[]), ""), Ok(None));
    }
}
