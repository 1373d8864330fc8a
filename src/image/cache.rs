//! Answers on the disk, shared by several processes.
//!
//! An entry is a file of its own, written beside its place and moved there, so a reader sees a
//! whole entry or none. What cannot be read for any reason counts as absent and is replaced; what
//! cannot be written is done without.

use std::fs::{self, DirEntry};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::file::{self, UNFINISHED};
use super::registry::digest;

/// The form of the entries. One of another form counts as absent.
const VERSION: u32 = 1;
/// The longest entry, in bytes.
const MAX_ENTRY: u64 = 512 << 10;
/// The most entries; the oldest go first.
const MAX_ENTRIES: usize = 10_000;
/// How many entries are written between two looks at their number.
const TIDY_EVERY: usize = 256;
/// When what a killed writer left behind is surely that.
const ABANDONED: Duration = Duration::from_secs(60 * 60);
/// How the name of an entry's file ends.
const ENDING: &str = ".json";

/// A folder of entries. It is made when the first one is written.
#[derive(Debug)]
pub struct Cache {
    folder: PathBuf,
    written: AtomicUsize,
}

/// What was found.
#[derive(Debug, PartialEq, Eq)]
pub struct Kept<V> {
    /// What was written.
    pub value: V,
    /// When, in whole seconds.
    pub written: SystemTime,
}

/// What stands in a file.
#[derive(Serialize, Deserialize)]
struct Entry<K, V> {
    version: u32,
    key: K,
    /// In seconds since 1970. Files' own times change when folders are copied.
    written: u64,
    value: V,
}

impl Cache {
    /// The cache in that folder.
    pub fn new(folder: PathBuf) -> Cache {
        Cache { folder, written: AtomicUsize::new(0) }
    }

    /// What was written under `key`, if it is not older than `age`.
    pub fn read<V: DeserializeOwned>(&self, key: &str, age: Duration) -> Option<Kept<V>> {
        let text = file::read(&self.path(key), MAX_ENTRY).ok()?;
        let entry: Entry<String, V> = serde_json::from_slice(&text).ok()?;
        // An entry of the future was written by a clock that went wrong.
        let written = Duration::from_secs(entry.written);
        let found = now().checked_sub(written)?;
        let fits = entry.version == VERSION && entry.key == key && found <= age;
        fits.then_some(Kept { value: entry.value, written: UNIX_EPOCH + written })
    }

    /// Keeps `value` under `key`, in the place of what was there.
    pub fn write(&self, key: &str, value: &impl Serialize) {
        if let Err(error) = self.try_write(key, value) {
            tracing::debug!("nothing was written to {}: {error}", self.folder.display());
        }
    }

    fn try_write(&self, key: &str, value: &impl Serialize) -> io::Result<()> {
        let entry = Entry { version: VERSION, key, written: now().as_secs(), value };
        let text = serde_json::to_vec(&entry)?;
        if text.len() as u64 > MAX_ENTRY {
            return Err(io::Error::other("the entry is too long"));
        }
        file::write(&self.path(key), &text)?;
        if self.written.fetch_add(1, Ordering::Relaxed).is_multiple_of(TIDY_EVERY) {
            tidy(&self.folder, MAX_ENTRIES)?;
        }
        Ok(())
    }

    fn path(&self, key: &str) -> PathBuf {
        let name = digest::sha256(key.as_bytes());
        self.folder.join(name.trim_start_matches("sha256:").to_owned() + ENDING)
    }
}

fn now() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}

/// Removes the oldest entries beyond a number, with some more so that it is not soon done again, and
/// what killed writers left. Files that are not ours stay.
fn tidy(folder: &Path, most: usize) -> io::Result<()> {
    let modified = |entry: &DirEntry| entry.metadata()?.modified();
    let mut entries = Vec::new();
    for entry in fs::read_dir(folder)?.flatten() {
        let Ok(modified) = modified(&entry) else { continue };
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if is_entry(&name) {
            entries.push((modified, entry.path()));
        } else if name.starts_with(UNFINISHED)
            && modified.elapsed().is_ok_and(|age| age > ABANDONED)
        {
            // Another process may have been faster, here and below.
            let _ = fs::remove_file(entry.path());
        }
    }
    if entries.len() > most {
        entries.sort();
        for (_, path) in &entries[..entries.len() - most * 3 / 4] {
            let _ = fs::remove_file(path);
        }
    }
    Ok(())
}

fn is_entry(name: &str) -> bool {
    let hex = |byte: u8| byte.is_ascii_hexdigit();
    name.strip_suffix(ENDING).is_some_and(|name| name.len() == 64 && name.bytes().all(hex))
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::time::Instant;

    use super::*;

    const DAY: Duration = Duration::from_secs(24 * 60 * 60);

    fn cache() -> (tempfile::TempDir, Cache) {
        let folder = tempfile::tempdir().expect("a folder");
        let cache = Cache::new(folder.path().join("not/there/yet"));
        (folder, cache)
    }

    fn read(cache: &Cache, key: &str) -> Option<String> {
        cache.read(key, DAY).map(|kept| kept.value)
    }

    #[test]
    fn what_is_written_is_read() {
        let (_folder, cache) = cache();
        assert_eq!(read(&cache, "a"), None);
        cache.write("a", &"1");
        cache.write("b", &"2");
        assert_eq!(read(&cache, "a").as_deref(), Some("1"));
        cache.write("a", &"3");
        assert_eq!(read(&cache, "a").as_deref(), Some("3"));
        assert_eq!(read(&cache, "b").as_deref(), Some("2"));
        // Another process.
        assert_eq!(read(&Cache::new(cache.folder.clone()), "b").as_deref(), Some("2"));
        assert_eq!(cache.read::<u64>("b", DAY), None, "of another type");
    }

    /// Puts `change`d text in the place of an entry: it must count as absent, and be replaced.
    #[track_caller]
    fn check_ignored(change: impl Fn(&str) -> Vec<u8>) {
        let (_folder, cache) = cache();
        cache.write("a", &"1");
        let path = cache.path("a");
        let text = fs::read_to_string(&path).expect("an entry");
        let changed = change(&text);
        assert_ne!(changed, text.as_bytes(), "{text} was not changed");
        fs::write(&path, &changed).expect("written");
        assert_eq!(read(&cache, "a"), None, "{}", String::from_utf8_lossy(&changed));
        cache.write("a", &"2");
        assert_eq!(read(&cache, "a").as_deref(), Some("2"));
    }

    fn check_replaced(part: &str, by: &str) {
        check_ignored(|text| text.replace(part, by).into_bytes());
    }

    #[test]
    fn broken_entries_are_ignored_and_replaced() {
        for length in 0..40 {
            check_ignored(|text| text.as_bytes()[..length].to_vec());
        }
        check_ignored(|_| vec![0; 4096]);
        check_ignored(|_| vec![0xff; 10]);
        check_ignored(|text| format!("{text}{}", " ".repeat(600 << 10)).into_bytes());
        check_ignored(|text| text.replace("\"1\"", "[[").into_bytes());
    }

    #[test]
    fn foreign_entries_are_ignored_and_replaced() {
        check_replaced("\"version\":1", "\"version\":2");
        check_replaced("\"key\":\"a\"", "\"key\":\"b\"");
        check_replaced("\"value\"", "\"worth\"");
    }

    #[test]
    fn old_entries_and_those_of_the_future_are_stale() {
        let now = now().as_secs();
        let at = |time: u64| {
            check_ignored(|text| {
                let mut entry: serde_json::Value = serde_json::from_str(text).expect("an entry");
                entry["written"] = time.into();
                entry.to_string().into_bytes()
            });
        };
        at(now - 2 * DAY.as_secs());
        at(now + 1000);
        at(u64::MAX);
        at(0);
    }

    #[test]
    fn a_writer_that_was_killed_leaves_no_trace() {
        let (_folder, cache) = cache();
        cache.write("a", &"1");
        let half = cache.folder.join(format!("{UNFINISHED}half"));
        fs::write(&half, "{\"version\":1,\"key\":\"b\"").expect("written");
        assert_eq!(read(&cache, "b"), None);
        tidy(&cache.folder, 10).expect("tidied");
        assert!(half.exists(), "its writer may still be at it");
        let long_ago = SystemTime::now() - 2 * ABANDONED;
        File::options()
            .write(true)
            .open(&half)
            .and_then(|f| f.set_modified(long_ago))
            .expect("old");
        tidy(&cache.folder, 10).expect("tidied");
        assert!(!half.exists());
        assert_eq!(read(&cache, "a").as_deref(), Some("1"));
    }

    #[test]
    fn the_oldest_go_where_there_are_too_many() {
        let (_folder, cache) = cache();
        for number in 0..20 {
            cache.write(&number.to_string(), &"x");
            let age = Duration::from_secs(1000 - number);
            let file = File::options().write(true).open(cache.path(&number.to_string()));
            file.and_then(|file| file.set_modified(SystemTime::now() - age)).expect("older");
        }
        fs::write(cache.folder.join("not-ours.json"), "").expect("written");
        tidy(&cache.folder, 20).expect("tidied");
        assert!(read(&cache, "0").is_some());
        tidy(&cache.folder, 12).expect("tidied");
        let left: Vec<_> = (0..20).filter(|n| read(&cache, &n.to_string()).is_some()).collect();
        assert_eq!(left, (11..20).collect::<Vec<_>>());
        assert!(cache.folder.join("not-ours.json").exists());
    }

    #[test]
    fn a_folder_that_cannot_be_written_costs_the_entry_only() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("file");
        fs::write(&file, "").expect("written");
        // There is a file where the folder should be.
        let cache = Cache::new(file);
        cache.write("a", &"1");
        assert_eq!(read(&cache, "a"), None);
        let cache = Cache::new(folder.path().to_owned());
        cache.write("a", &"x".repeat(600 << 10));
        assert_eq!(read(&cache, "a"), None);
        assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 1);
    }

    #[test]
    fn several_writers_and_readers_see_whole_entries_only() {
        let (_folder, cache) = cache();
        std::thread::scope(|scope| {
            for writer in 0..4 {
                // As another process would, each has a `Cache` of its own.
                let cache = Cache::new(cache.folder.clone());
                scope.spawn(move || {
                    for _ in 0..100 {
                        let value = writer.to_string().repeat(2000);
                        cache.write("a", &value);
                        let found = read(&cache, "a").expect("always there");
                        let first = &found[..1];
                        assert_eq!(found, first.repeat(2000));
                    }
                });
            }
        });
        assert_eq!(fs::read_dir(&cache.folder).expect("a folder").count(), 1);
    }

    /// The folder of the test below, for the processes that write to it.
    const FOLDER: &str = "STAGEWRIGHT_TEST_CACHE_FOLDER";

    #[test]
    fn processes_that_are_killed_while_they_write() {
        let value = |number: usize| number.to_string().repeat(50_000);
        let start = Instant::now();
        let in_time = || start.elapsed() < Duration::from_secs(30);
        if let Some(folder) = std::env::var_os(FOLDER) {
            let cache = Cache::new(folder.into());
            // In case that nobody is left to kill it.
            for number in (0..10).cycle().take_while(|_| in_time()) {
                cache.write("a", &value(number));
            }
            return;
        }
        let (_folder, cache) = cache();
        cache.write("a", &value(0));
        for _ in 0..5 {
            let writers = [(); 2].map(|()| {
                std::process::Command::new(std::env::current_exe().expect("this program"))
                    .args([
                        "--exact",
                        "image::cache::tests::processes_that_are_killed_while_they_write",
                    ])
                    .env(FOLDER, &cache.folder)
                    .stdout(std::process::Stdio::null())
                    .spawn()
                    .expect("it starts")
            });
            let check_whole = || {
                let found = read(&cache, "a").expect("always there");
                assert!((0..10).any(|number| found == value(number)), "{}", &found[..100]);
                found
            };
            while check_whole() == value(0) {
                assert!(in_time(), "nobody writes: the test has another name by now");
            }
            (0..100).for_each(|_| drop(check_whole()));
            for mut writer in writers {
                writer.kill().expect("it was still at it");
                writer.wait().expect("it ends");
            }
            check_whole();
            cache.write("a", &value(0));
        }
    }
}
