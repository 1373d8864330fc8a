//! The program of the latest release, in a folder of its version below the extension's own.
//!
//! No digest is compared: the interface of Zed tells none, and a file of sums would come from the same
//! place over the same connection.

use std::fs;
use std::path::Path;

use zed_extension_api::{
    Architecture, DownloadedFileType, GithubReleaseOptions, LanguageServerId,
    LanguageServerInstallationStatus as Status, Os, Result, current_platform, download_file,
    latest_github_release, make_file_executable, set_language_server_installation_status,
};

use crate::PROGRAM;

const REPOSITORY: &str = "stagewright/stagewright";

/// An archive of a release, and what is in it.
#[derive(Debug, PartialEq)]
struct Asset {
    name: String,
    kind: Kind,
    /// Where the program may lie in the archive: below a folder of the archive's name, or not.
    places: [String; 2],
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    TarGz,
    Zip,
}

impl From<Kind> for DownloadedFileType {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::TarGz => Self::GzipTar,
            Kind::Zip => Self::Zip,
        }
    }
}

/// The path of the program, which is fetched if the latest one is not there. Where the latest release
/// cannot be asked for or had, an older one that is there will do.
pub fn program(server: &LanguageServerId) -> Result<String> {
    let (os, architecture) = current_platform();
    let asset = asset(os, architecture).ok_or_else(|| {
        advice("there is no release for this system and processor, so it has to be built")
    })?;
    let found = latest(server, &asset).or_else(|problem| {
        installed(&asset).ok_or_else(|| advice(&format!("it could not be fetched: {problem}")))
    });
    let status = found.as_ref().err().map_or(Status::None, |said| Status::Failed(said.clone()));
    set_language_server_installation_status(server, &status);
    found
}

fn advice(problem: &str) -> String {
    format!(
        "There is no {PROGRAM} in lsp.{PROGRAM}.binary.path of the settings and none on the PATH, \
         and {problem}"
    )
}

fn latest(server: &LanguageServerId, asset: &Asset) -> Result<String> {
    set_language_server_installation_status(server, &Status::CheckingForUpdate);
    let options = GithubReleaseOptions { require_assets: true, pre_release: false };
    let release = latest_github_release(REPOSITORY, options)?;
    let folder = format!("{PROGRAM}-{}", release.version);
    if let Some(program) = program_in(&folder, asset) {
        return Ok(program);
    }
    let archive = release.assets.iter().find(|other| other.name == asset.name);
    let archive =
        archive.ok_or_else(|| format!("release {} has no {}", release.version, asset.name))?;
    set_language_server_installation_status(server, &Status::Downloading);
    download_file(&archive.download_url, &folder, asset.kind.into())?;
    let program = program_in(&folder, asset)
        .ok_or_else(|| format!("there is no {PROGRAM} in {}", asset.name))?;
    make_file_executable(&program)?;
    remove_all_but(&folder);
    Ok(program)
}

/// A program that an earlier release left.
fn installed(asset: &Asset) -> Option<String> {
    folders().into_iter().find_map(|folder| program_in(&folder, asset))
}

fn program_in(folder: &str, asset: &Asset) -> Option<String> {
    let places = asset.places.iter().map(|place| format!("{folder}/{place}"));
    places.into_iter().find(|place| Path::new(place).is_file())
}

/// Makes room. What cannot be removed stays: on Windows, a server that still runs.
fn remove_all_but(kept: &str) {
    for folder in folders().iter().filter(|folder| *folder != kept) {
        drop(fs::remove_dir_all(folder));
    }
}

/// The folders of all releases that were fetched.
fn folders() -> Vec<String> {
    let entries = fs::read_dir(".").into_iter().flatten().flatten();
    let names = entries.filter_map(|entry| entry.file_name().into_string().ok());
    names.filter(|name| name.starts_with(PROGRAM)).collect()
}

/// The archive for that platform, by the names that are fixed for all releases. On Linux the static
/// one, which runs whatever the C library is.
fn asset(os: Os, architecture: Architecture) -> Option<Asset> {
    let processor = match architecture {
        Architecture::Aarch64 => "aarch64",
        Architecture::X8664 => "x86_64",
        Architecture::X86 => return None,
    };
    let (system, ending, kind, exe) = match os {
        Os::Linux => ("unknown-linux-musl", "tar.gz", Kind::TarGz, ""),
        Os::Mac => ("apple-darwin", "tar.gz", Kind::TarGz, ""),
        Os::Windows => ("pc-windows-msvc", "zip", Kind::Zip, ".exe"),
    };
    let folder = format!("{PROGRAM}-{processor}-{system}");
    let name = format!("{folder}.{ending}");
    let places = [format!("{folder}/{PROGRAM}{exe}"), format!("{PROGRAM}{exe}")];
    Some(Asset { name, kind, places })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn archives_have_the_names_of_the_release() {
        for (os, architecture, expected) in [
            (Os::Linux, Architecture::X8664, "stagewright-x86_64-unknown-linux-musl.tar.gz"),
            (Os::Linux, Architecture::Aarch64, "stagewright-aarch64-unknown-linux-musl.tar.gz"),
            (Os::Mac, Architecture::X8664, "stagewright-x86_64-apple-darwin.tar.gz"),
            (Os::Mac, Architecture::Aarch64, "stagewright-aarch64-apple-darwin.tar.gz"),
            (Os::Windows, Architecture::X8664, "stagewright-x86_64-pc-windows-msvc.zip"),
            (Os::Windows, Architecture::Aarch64, "stagewright-aarch64-pc-windows-msvc.zip"),
        ] {
            assert_eq!(asset(os, architecture).map(|asset| asset.name).as_deref(), Some(expected));
        }
        assert_eq!(asset(Os::Linux, Architecture::X86), None);
    }

    #[test]
    fn the_program_of_windows_has_its_ending() {
        let asset = asset(Os::Windows, Architecture::X8664).expect("an archive");
        assert_eq!(asset.kind, Kind::Zip);
        assert!(asset.places.iter().all(|place| place.ends_with("stagewright.exe")));
    }
}
