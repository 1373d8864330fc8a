//! `stagewright split FILE --with FILE`: the two halves of the old way as one file.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;

use super::{REFUSED, Split};
use crate::cli::document::{self, Document};
use crate::cli::finish;
use crate::cli::out::{Out, printable, say};
use crate::ide::merge::{MERGED, merge};

/// Merges the file and the one of `--with`, and prints the result or writes it beside them.
pub fn run(arguments: &Split, with: &Path) -> Result<ExitCode, String> {
    let read = |path: &Path| {
        let bytes =
            document::read_file(path).map_err(|error| format!("{} {error}", path.display()))?;
        Ok::<_, String>(Document::new(path.display().to_string(), &bytes))
    };
    let (build, prod) = (read(Path::new(&arguments.file))?, read(with)?);
    let script = arguments.script.as_deref().map(|path| {
        let bytes =
            document::read_file(path).map_err(|error| format!("{} {error}", path.display()))?;
        Ok::<_, String>(String::from_utf8_lossy(&bytes).into_owned())
    });
    let script = script.transpose()?;
    let text = match merge(build.snapshot(), prod.snapshot(), script.as_deref()) {
        Ok(text) => text,
        Err(reason) => {
            say(printable(&format!("{}: {reason}", arguments.file)));
            return Ok(ExitCode::from(REFUSED));
        }
    };
    if arguments.write {
        let path = with.with_file_name(MERGED);
        // What is there is somebody's.
        let file = OpenOptions::new().write(true).create_new(true).open(&path);
        let written = file.and_then(|mut file| file.write_all(text.as_bytes()));
        written.map_err(|why| format!("{}: {why}", path.display()))?;
        say(printable(&format!("{}: both files in one", path.display())));
        return Ok(ExitCode::SUCCESS);
    }
    let mut out = Out::stdout(arguments.color);
    Ok(finish(out.bytes(text.as_bytes()).and_then(|()| out.flush()), ExitCode::SUCCESS))
}
