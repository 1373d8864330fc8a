//! `stagewright catalogue update`: a catalogue from a table, which may be made by asking a registry.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{ArgGroup, Args};

use super::growing::Growing;
use super::survey::Survey;
use super::{read_table, write_file};
use crate::cli::out::{printable, say};
use crate::cli::size::platform;
use crate::image::catalogue::pack::pack;
use crate::image::catalogue::user;
use crate::language::platform::Platform;

/// The exit code where a registry did not tell all that it was asked.
const INCOMPLETE: u8 = 1;

const HELP: &str = "\
Examples:
  stagewright catalogue update --from sizes.tsv
      what `size` and the editor know from now on: the rows of that table
  stagewright catalogue update --registry https://registry.example.com --list images.txt
      the same of the images in the list, a repository:tag a line, lines with # are comments
  stagewright catalogue update --from data/image-sizes.tsv --output src/image/catalogue/embedded.bin
      what is built into this binary

A registry is asked for manifests only: no layer is downloaded, so sizes on disk stay unknown. What
it tells goes into the table line by line, so that after an interruption the same command goes on
where it was. A registry that asks for patience gets it.

The table is text: one line an image and platform, tab-separated, with the header
  repository tag architecture compressed_bytes unpacked_bytes digest layers created os_family source
  as_of

Exit code:
  0  the catalogue is written
  1  it is written, but the registry did not tell all that it was asked
  2  wrong use, or something could not be read or written

Nothing goes over the network without --registry.";

/// The arguments.
#[derive(Args, Debug)]
#[command(after_help = HELP, after_long_help = HELP)]
#[command(group(ArgGroup::new("origin").required(true).args(["from", "registry"])))]
pub struct Update {
    /// The table to make it of
    #[arg(long, value_name = "TABLE")]
    from: Option<PathBuf>,
    /// Where to write the catalogue [default: the user's own one, in the folder for users' data]
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// The registry to ask
    #[arg(long, value_name = "URL", requires = "list")]
    registry: Option<String>,
    /// The images to ask for, as the registry calls them
    #[arg(long, value_name = "FILE", requires = "registry")]
    list: Option<PathBuf>,
    /// The table that the answers go to [default: beside the output]
    #[arg(long, value_name = "FILE", requires = "registry")]
    table: Option<PathBuf>,
    /// For which platforms; may be given several times [default: linux/amd64, linux/arm64]
    #[arg(long, value_name = "OS/ARCH", requires = "registry", value_parser = platform)]
    platform: Vec<Platform>,
    /// How many images are asked for at one time
    #[arg(long, value_name = "N", requires = "registry", default_value_t = 4)]
    #[arg(value_parser = clap::value_parser!(u8).range(1..=32))]
    jobs: u8,
    /// After how many days a row of the table is asked for again
    #[arg(long, value_name = "DAYS", requires = "registry", default_value_t = 7)]
    max_age: u16,
    /// Run the helper programs that `docker login` left credentials with
    #[arg(long, requires = "registry")]
    credential_helpers: bool,
}

/// Makes the catalogue. Errors: a text for people.
pub fn run(arguments: &Update) -> Result<ExitCode, String> {
    let output = arguments.output.clone().or_else(user::path);
    let output = output.ok_or("there is no folder for users' data: name a file with --output")?;
    let (records, failures) = match (&arguments.from, &arguments.registry, &arguments.list) {
        (Some(from), ..) => (read_table(from)?, Vec::new()),
        (None, Some(registry), Some(list)) => {
            let platforms = match arguments.platform.as_slice() {
                [] => ["amd64", "arm64"].map(|name| Platform::new("linux", name, None)).to_vec(),
                platforms => platforms.to_vec(),
            };
            let survey = Survey::new(registry, list, &platforms, arguments.credential_helpers)?;
            let table = arguments.table.clone().unwrap_or_else(|| output.with_extension("tsv"));
            let mut table = Growing::open(&table)?;
            let failures = survey.run(&mut table, arguments.jobs.into(), arguments.max_age)?;
            (table.finish()?, failures)
        }
        // The parser of arguments lets nothing else pass.
        (None, ..) => return Err("--registry and --list go together".to_owned()),
    };
    let packed = pack(&records)?;
    if packed.len() as u64 > user::MAX_BYTES {
        return Err("the catalogue would be larger than 16 MiB, the most that is read".to_owned());
    }
    // Nothing was learnt: what is there is worth more.
    if !records.is_empty() {
        write_file(&output, &packed)?;
    }
    let rows = if records.len() == 1 { "row" } else { "rows" };
    let path = output.display().to_string();
    say(format!("{} {rows} in {}", records.len(), printable(&path)));
    if failures.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    say(format!("\nThe registry did not tell of {}:", failures.len()));
    failures.iter().for_each(|failure| say(printable(failure)));
    Ok(ExitCode::from(INCOMPLETE))
}
