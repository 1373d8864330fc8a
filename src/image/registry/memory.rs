//! What is remembered of registries while the process runs, and never written anywhere.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use ureq::http::{HeaderMap, HeaderValue, header};

use super::credentials::Lookups;

/// How long a registry is left alone that asks for patience and does not say how long.
const USUAL_REST: Duration = Duration::from_secs(60);
/// The longest that it is left alone, whatever it says.
const MAX_REST: Duration = Duration::from_secs(5 * 60);
/// How long the scheme is remembered in which a registry answered last.
const SCHEME_TIME: Duration = Duration::from_secs(60 * 60);
/// The longest that a grant is used.
const MAX_GRANT: Duration = Duration::from_secs(60 * 60);
/// How long before its end a grant is not used any more.
const GRANT_MARGIN: Duration = Duration::from_secs(5);

/// Shared by all threads that ask.
#[derive(Debug, Default)]
pub struct Memory {
    /// The scheme in which a registry answered.
    schemes: Table<&'static str>,
    /// The registries that are left alone.
    rests: Table<()>,
    /// The values of `Authorization` for a registry and repository.
    grants: Table<HeaderValue>,
    /// The look-ups of credentials that run, and those that found nothing.
    pub lookups: Lookups,
}

/// A map behind a lock, whose entries last until a time.
#[derive(Debug)]
struct Table<V>(Mutex<HashMap<String, Timed<V>>>);

#[derive(Clone, Debug)]
struct Timed<V> {
    value: V,
    until: Instant,
}

impl<V> Default for Table<V> {
    fn default() -> Table<V> {
        Table(Mutex::default())
    }
}

impl<V: Clone> Table<V> {
    /// What lasts still.
    fn get(&self, key: &str) -> Option<Timed<V>> {
        let map = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        map.get(key).filter(|entry| entry.until > Instant::now()).cloned()
    }

    /// Puts a value in, and throws out those that do not last any more.
    fn put(&self, key: &str, value: V, time: Duration) {
        let now = Instant::now();
        let mut map = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        map.retain(|_, entry| entry.until > now);
        map.insert(key.to_owned(), Timed { value, until: now + time });
    }
}

impl Memory {
    /// The scheme in which a registry answered.
    pub fn scheme(&self, registry: &str) -> Option<&'static str> {
        self.schemes.get(registry).map(|scheme| scheme.value)
    }

    /// A registry answered in that scheme.
    pub fn answered(&self, registry: &str, scheme: &'static str) {
        self.schemes.put(registry, scheme, SCHEME_TIME);
    }

    /// How long a registry still wants to be left alone.
    pub fn rest(&self, registry: &str) -> Option<Duration> {
        let until = self.rests.get(registry)?.until;
        Some(until.saturating_duration_since(Instant::now()))
    }

    /// A registry asks for patience, with that header. How long it is left alone.
    pub fn asked_for_rest(&self, registry: &str, headers: &HeaderMap) -> Duration {
        let rest = retry_after(headers).unwrap_or(USUAL_REST);
        let rest = rest.clamp(Duration::from_secs(1), MAX_REST);
        self.rests.put(registry, (), rest);
        rest
    }

    /// The `Authorization` that a registry takes for a repository.
    pub fn grant(&self, registry: &str, repository: &str) -> Option<HeaderValue> {
        self.grants.get(&format!("{registry}/{repository}")).map(|grant| grant.value)
    }

    /// A registry gave an `Authorization` for a repository, for that long.
    pub fn granted(&self, registry: &str, repository: &str, value: HeaderValue, time: Duration) {
        let time = time.min(MAX_GRANT).saturating_sub(GRANT_MARGIN);
        self.grants.put(&format!("{registry}/{repository}"), value, time);
    }
}

/// `Retry-After`: seconds or a time.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let value = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = value.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let until = httpdate::parse_http_date(value).ok()?;
    Some(until.duration_since(SystemTime::now()).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::registry::credentials::secret_header;

    #[test]
    fn patience() {
        let check = |value: &str, low: u64, high: u64| {
            let memory = Memory::default();
            let value = HeaderValue::from_str(value).expect("a value");
            let headers = HeaderMap::from_iter([(header::RETRY_AFTER, value)]);
            let rest = memory.asked_for_rest("a", &headers).as_secs();
            assert!((low..=high).contains(&rest), "{headers:?}: {rest}");
            assert!(memory.rest("a").is_some());
            assert!(memory.rest("b").is_none());
        };
        check("7", 7, 7);
        check("0", 1, 1);
        check("99999999999", 300, 300);
        check("soon", 60, 60);
        check("-1", 60, 60);
        let later = SystemTime::now() + Duration::from_secs(100);
        check(&httpdate::fmt_http_date(later), 95, 100);
        check("Thu, 01 Jan 1970 00:00:00 GMT", 1, 1);
        let memory = Memory::default();
        assert_eq!(memory.asked_for_rest("a", &HeaderMap::new()), USUAL_REST);
    }

    #[test]
    fn what_does_not_last_is_thrown_out() {
        let table = Table::default();
        table.put("a", 1, Duration::ZERO);
        assert!(table.get("a").is_none());
        for key in ["b", "c"] {
            table.put(key, 2, Duration::from_secs(60));
        }
        assert_eq!(table.get("b").map(|entry| entry.value), Some(2));
        assert_eq!(table.0.lock().expect("no panic").len(), 2);
    }

    #[test]
    fn grants_are_used_while_they_last_and_not_shown() {
        let memory = Memory::default();
        let value = secret_header("Bearer swordfish").expect("a value");
        memory.granted("a", "b/c", value.clone(), Duration::from_secs(60));
        memory.granted("a", "d", value.clone(), Duration::from_secs(3));
        assert_eq!(memory.grant("a", "b/c"), Some(value));
        assert_eq!(memory.grant("a", "b"), None);
        assert_eq!(memory.grant("b", "b/c"), None);
        assert_eq!(memory.grant("a", "d"), None);
        assert!(!format!("{memory:?}").contains("swordfish"));
    }
}
