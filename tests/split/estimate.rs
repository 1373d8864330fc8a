//! The size that an offer tells is held against what was built. The estimator is given the sizes of
//! the stand-ins, as a user's own catalogue: what is judged is what it adds to them.

use std::ffi::OsStr;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;
use stagewright::image::Reference;
use stagewright::image::catalogue::record::COLUMNS;

use crate::engine::Docker;
use crate::fixture::Fixture;
use crate::offer::Variant;

/// How far an estimate may be from the truth, in hundredths.
const MAX_ERROR: u64 = 30;

/// A folder for users' data with the catalogue of the stand-ins in it.
pub struct Catalogue(tempfile::TempDir);

impl Catalogue {
    /// Measures the stand-ins.
    pub fn new(docker: &Docker) -> Catalogue {
        let listed = docker.run(&["image", "ls", "--format", "{{.Repository}}:{{.Tag}}"]);
        let listed = listed.unwrap_or_else(|error| panic!("{error}"));
        let mut table = COLUMNS.join("\t") + "\n";
        for name in listed.lines() {
            let Ok(image) = Reference::parse(name) else { continue };
            let Some(tag) = image.tag.as_deref().filter(|tag| *tag != "<none>") else { continue };
            let Ok(inspected) = docker.inspect(name) else { continue };
            let bytes = inspected["Size"].as_u64().unwrap_or_default();
            let repository = image.familiar();
            writeln!(
                table,
                "{repository}\t{tag}\tamd64\t{bytes}\t{bytes}\t\t1\t2026-11-29\tdebian\tmeasured here\t2026-11-29"
            )
            .expect("text");
        }
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("sizes.tsv");
        fs::write(&path, table).expect("written");
        let catalogue = Catalogue(folder);
        let arguments =
            [OsStr::new("catalogue"), OsStr::new("update"), OsStr::new("--from"), path.as_os_str()];
        let made = catalogue.command().args(arguments).output().expect("stagewright");
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        catalogue
    }

    fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_stagewright"));
        command.env("XDG_DATA_HOME", self.0.path());
        command
    }

    /// What is wrong with the estimate of a split that weighs `bytes`, in words.
    pub fn error(&self, fixture: &Fixture, variant: Variant, bytes: u64) -> Option<String> {
        let estimate = self.estimate(fixture, variant)?;
        let error = estimate.abs_diff(bytes);
        (error * 100 > bytes * MAX_ERROR).then(|| {
            let [estimate, bytes] = [estimate, bytes].map(|it| it as f64 / 1e6);
            format!("the estimate is {estimate:.1} MB, and it weighs {bytes:.1} MB")
        })
    }

    /// The likeliest size that `stagewright split` tells.
    fn estimate(&self, fixture: &Fixture, variant: Variant) -> Option<u64> {
        let folder: &Path = fixture.folder.as_ref();
        let asked = self
            .command()
            .args(["split", "--json", "--platform", "linux/amd64", "--context"])
            .args([folder.as_os_str(), fixture.path.as_os_str()])
            .output()
            .expect("stagewright");
        let report: Value = serde_json::from_slice(&asked.stdout).expect("JSON");
        let splits = report["splits"].as_array()?;
        let split = splits.iter().find(|split| split["variant"] == variant.word())?;
        split["bytes_after"][0].as_u64()
    }
}
