//! Figures of local engines and registries: asked in the background, told when they are there.
//!
//! Whoever wants a figure gets at once what is known ([`Online::figure`]); if more can be found out,
//! that is left to a few threads, which then say that there is news. On the command line it can be
//! waited for ([`Sources::ask`]).

use std::collections::{HashMap, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::engine::{self, Engine};
use super::figure::Size;
use super::registry::{self, Answer, Registry};
use super::sizes::Offline;
use super::{Failure, Figure, Measured, Reference, Sizes, Source};
use crate::language::argument::EMPTY_BASE;
use crate::language::platform::Platform;

/// How many images are asked about at one time.
const THREADS: usize = 4;
/// How long an answer is not asked for again. A registry's answers are kept on the disk for longer;
/// an engine may have got or lost the image meanwhile.
const FRESH: Duration = Duration::from_secs(60);
/// How many images are remembered.
const MOST: usize = 1000;
/// How many questions may wait; the oldest make way.
const QUEUED: usize = 200;
/// How long a name stands still before it is asked for: while it is typed, it does not.
const STILL: Duration = Duration::from_millis(300);

/// All that figures can come from.
#[derive(Debug)]
pub struct Sources {
    /// The catalogues.
    pub offline: Offline,
    /// The engine to ask, if any.
    pub engine: Option<Engine>,
    /// The registries to ask.
    pub registry: Registry,
}

impl Sources {
    /// The sources that the settings name. Nobody is asked yet.
    pub fn new(offline: Offline, engine: &engine::Setting, registry: registry::Options) -> Sources {
        Sources { offline, engine: Engine::find(engine), registry: Registry::new(registry) }
    }

    /// Whether there is anyone to ask about that image.
    pub fn can_ask(&self, image: &Reference) -> bool {
        image.familiar() != EMPTY_BASE && (self.engine.is_some() || self.registry.may_ask(image))
    }

    /// All that can be found out of an image. Waits for engine and registry: some seconds at most.
    pub fn ask(&self, image: &Reference, platform: &Platform) -> Figure {
        if !self.can_ask(image) {
            return self.offline.figure(image, platform);
        }
        let engine = self.engine.as_ref().map(|engine| engine.measure(image, platform));
        let registry = self.registry.may_ask(image);
        let registry = registry.then(|| self.registry.measure(image, platform));
        let mut figure = self.offline.measured(image, platform);
        if let Some(told) = registry {
            put_registry(&mut figure, told);
        }
        if let Some(told) = engine {
            put_engine(&mut figure, told);
        }
        self.offline.completed(image, platform, figure)
    }
}

/// What a registry tells counts more than what was measured once.
fn put_registry(figure: &mut Figure, told: Result<Answer, Failure>) {
    let (measured, as_of) = match told {
        Ok(answer) => (answer.measured, answer.as_of),
        Err(failure) => return figure.notes.push(failure.to_string()),
    };
    let Some(pull) = measured.pull else { return };
    let known = figure.pull.as_ref().map(|size| size.amount.bytes);
    if known != Some(pull) {
        // What was measured was another build.
        figure.disk = None;
    }
    figure.pull = Some(Size { as_of, ..Size::counted(pull, Source::Registry) });
    put_facts(figure, measured);
}

/// What an engine tells counts most: it has the image.
fn put_engine(figure: &mut Figure, told: Result<Measured, Failure>) {
    match told {
        Ok(measured) => {
            if let Some(disk) = measured.disk {
                figure.disk = Some(Size::counted(disk, Source::Engine));
                put_facts(figure, measured);
            }
        }
        // Most images are not there, and nobody wonders.
        Err(Failure::Absent(_)) => {}
        Err(failure) => figure.notes.push(failure.to_string()),
    }
}

/// Those of the catalogue may be of another build, so that all of them make way.
fn put_facts(figure: &mut Figure, measured: Measured) {
    figure.layers = measured.layers;
    figure.created = measured.created.and_then(|created| super::Date::parse(&created));
    figure.digest = measured.digest;
}

/// See the module. When it is dropped, nobody is asked any more, whatever is still queued.
pub struct Online(Arc<Shared>);

/// What the threads share with those who want figures.
struct Shared {
    sources: Sources,
    state: Mutex<State>,
    /// Told when there is a question, and at the end.
    changed: Condvar,
}

#[derive(Default)]
struct State {
    known: HashMap<Question, Known>,
    /// What is to be asked, and from when on; the oldest first.
    queue: VecDeque<(Question, Instant)>,
    closed: bool,
}

type Question = (Reference, Platform);

/// What is known of one image.
#[derive(Default)]
struct Known {
    /// The last answer.
    figure: Option<Figure>,
    /// When it came.
    since: Option<Instant>,
    /// Whether it is being asked for.
    asking: bool,
}

impl Online {
    /// Starts the threads. They call `arrived` after each answer that tells something new.
    pub fn start(sources: Sources, arrived: impl Fn() + Send + Sync + 'static) -> Online {
        let state = Mutex::default();
        let shared = Arc::new(Shared { sources, state, changed: Condvar::new() });
        let arrived = Arc::new(arrived);
        for _ in 0..THREADS {
            let (shared, arrived) = (Arc::clone(&shared), Arc::clone(&arrived));
            std::thread::spawn(move || {
                while let Some(question) = shared.next() {
                    let (image, platform) = &question;
                    // A panic costs this answer, not the thread.
                    let ask = AssertUnwindSafe(|| shared.sources.ask(image, platform));
                    let figure = catch_unwind(ask)
                        .unwrap_or_else(|_| shared.sources.offline.figure(image, platform));
                    if shared.state().learn(question, figure) {
                        arrived();
                    }
                }
            });
        }
        Online(shared)
    }
}

impl Drop for Online {
    fn drop(&mut self) {
        let mut state = self.0.state();
        state.closed = true;
        state.queue.clear();
        drop(state);
        self.0.changed.notify_all();
    }
}

impl Sizes for Online {
    fn figure(&self, image: &Reference, platform: &Platform) -> Figure {
        let offline = &self.0.sources.offline;
        if !self.0.sources.can_ask(image) {
            return offline.figure(image, platform);
        }
        let question = (image.clone(), platform.clone());
        let mut state = self.0.state();
        if state.want(question.clone(), Instant::now()) {
            self.0.changed.notify_one();
        }
        let known = state.known.get(&question);
        let asking = known.is_some_and(|known| known.asking);
        let figure = known.and_then(|known| known.figure.clone());
        drop(state);
        Figure { asking, ..figure.unwrap_or_else(|| offline.figure(image, platform)) }
    }

    fn can_ask(&self, image: &Reference) -> bool {
        self.0.sources.can_ask(image)
    }

    fn offline(&self) -> &Offline {
        &self.0.sources.offline
    }
}

impl Shared {
    /// A panic of an earlier holder does not matter: each entry is sound by itself.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for the next question that is due; `None` at the end.
    fn next(&self) -> Option<Question> {
        let mut state = self.state();
        loop {
            if state.closed {
                return None;
            }
            let wait = match state.queue.front() {
                None => Duration::MAX,
                Some((_, due)) => due.saturating_duration_since(Instant::now()),
            };
            if wait.is_zero() {
                return state.queue.pop_front().map(|(question, _)| question);
            }
            let woken = self.changed.wait_timeout(state, wait);
            state = woken.unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

impl State {
    /// Queues a question whose answer is not known or no longer fresh. Tells whether it did.
    fn want(&mut self, question: Question, now: Instant) -> bool {
        if self.known.len() >= MOST && !self.known.contains_key(&question) {
            self.known.retain(|_, known| known.asking);
        }
        let known = self.known.entry(question.clone()).or_default();
        let is_fresh = |since: Instant| now.saturating_duration_since(since) <= FRESH;
        if known.asking || known.since.is_some_and(is_fresh) {
            return false;
        }
        known.asking = true;
        // What is being typed is not asked for letter by letter.
        self.withdraw(|other| continues(other, &question));
        if self.queue.len() >= QUEUED {
            let oldest = self.queue.front().map(|(oldest, _)| oldest.clone());
            self.withdraw(|other| Some(other) == oldest.as_ref());
        }
        self.queue.push_back((question, now + STILL));
        true
    }

    /// Takes questions back that nobody has begun to ask.
    fn withdraw(&mut self, which: impl Fn(&Question) -> bool) {
        let (known, queue) = (&mut self.known, &mut self.queue);
        queue.retain(|(question, _)| {
            let stays = !which(question);
            if !stays {
                known.remove(question);
            }
            stays
        });
    }

    /// Keeps an answer. Tells whether it is another than before.
    fn learn(&mut self, question: Question, figure: Figure) -> bool {
        let known = self.known.entry(question).or_default();
        (known.asking, known.since) = (false, Some(Instant::now()));
        let old = known.figure.replace(figure);
        old != known.figure
    }
}

/// Whether one of two names is the other with something typed behind it or deleted from its end.
fn continues((a, a_platform): &Question, (b, b_platform): &Question) -> bool {
    let (a, b) = (a.to_string(), b.to_string());
    a_platform == b_platform && a != b && (a.starts_with(&b) || b.starts_with(&a))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn catalogued() -> Figure {
        let size = |bytes| Some(Size::counted(bytes, Source::Catalogue));
        Figure { pull: size(10), disk: size(30), layers: Some(2), ..Figure::default() }
    }

    fn told(pull: u64) -> Answer {
        let measured = Measured {
            pull: Some(pull),
            layers: Some(5),
            created: Some("2026-01-02T03:04:05Z".to_owned()),
            ..Measured::default()
        };
        Answer { measured, platforms: Vec::new(), as_of: crate::image::Date::today() }
    }

    #[test]
    fn what_a_registry_tells_replaces_what_was_measured() {
        let mut same = catalogued();
        put_registry(&mut same, Ok(told(10)));
        assert_eq!(same.pull.as_ref().map(|size| size.source), Some(Source::Registry));
        assert_eq!(same.disk, catalogued().disk);
        assert_eq!((same.layers, same.created), (Some(5), crate::image::Date::new(2026, 1, 2)));
        let mut other = catalogued();
        put_registry(&mut other, Ok(told(11)));
        // The disk size in the catalogue is that of another build.
        assert_eq!(other.disk, None);
        let mut failed = catalogued();
        put_registry(&mut failed, Err(Failure::Denied("no entry".to_owned())));
        assert_eq!(failed, Figure { notes: vec!["no entry".to_owned()], ..catalogued() });
    }

    #[test]
    fn what_an_engine_tells_is_the_disk_size() {
        let mut figure = catalogued();
        put_engine(
            &mut figure,
            Ok(Measured { disk: Some(31), layers: Some(3), ..Measured::default() }),
        );
        assert_eq!(
            figure.disk.map(|size| (size.amount.bytes, size.source)),
            Some((31, Source::Engine))
        );
        assert_eq!((figure.pull, figure.layers), (catalogued().pull, Some(3)));
        let mut absent = catalogued();
        put_engine(&mut absent, Err(Failure::Absent("not there".to_owned())));
        put_engine(&mut absent, Ok(Measured::default()));
        assert_eq!(absent, catalogued());
        put_engine(&mut absent, Err(Failure::Broken("does not run".to_owned())));
        assert_eq!(absent.notes, ["does not run"]);
    }

    fn question(name: &str) -> Question {
        (Reference::parse(name).expect("a name"), Platform::host())
    }

    fn waiting(state: &State) -> Vec<String> {
        state.queue.iter().map(|((image, _), _)| image.to_string()).collect()
    }

    #[test]
    fn only_another_answer_is_news() {
        let mut state = State::default();
        assert!(state.learn(question("a"), catalogued()));
        assert!(!state.learn(question("a"), catalogued()));
        assert!(state.learn(question("a"), Figure::default()));
    }

    #[test]
    fn what_is_known_or_asked_is_not_asked_again() {
        let (mut state, now) = (State::default(), Instant::now());
        assert!(state.want(question("a"), now));
        assert!(!state.want(question("a"), now));
        state.queue.clear();
        state.learn(question("a"), catalogued());
        assert!(!state.want(question("a"), now));
        assert!(state.want(question("a"), Instant::now() + FRESH + STILL));
    }

    #[test]
    fn half_typed_names_are_not_asked_for() {
        let (mut state, now) = (State::default(), Instant::now());
        for name in ["node:20", "go", "gola", "golang", "golang:1", "golang:1.2", "golang:1"] {
            state.want(question(name), now);
        }
        assert_eq!(waiting(&state), ["node:20", "golang:1"]);
        assert_eq!(state.known.len(), 2);
    }

    #[test]
    fn neither_queue_nor_memory_grows_without_end() {
        let (mut state, now) = (State::default(), Instant::now());
        for number in 0..10 * MOST {
            state.want(question(&format!("a{number}/x")), now);
            if number % 2 == 0
                && let Some((question, _)) = state.queue.pop_back()
            {
                state.learn(question, Figure::default());
            }
        }
        assert_eq!(state.queue.len(), QUEUED);
        assert!(state.known.len() <= MOST + 1, "{}", state.known.len());
        assert_eq!(waiting(&state).last().map(String::as_str), Some("a9999/x"));
    }

    #[test]
    fn nobody_is_asked_after_the_end() {
        let engine = engine::Setting::Socket("/nowhere/engine.sock".into());
        let sources = Sources::new(Offline::default(), &engine, registry::Options::default());
        let online = Online::start(sources, || {});
        let (image, platform) = question("a");
        assert!(online.figure(&image, &platform).asking);
        let shared = Arc::clone(&online.0);
        drop(online);
        assert_eq!(shared.next(), None);
    }
}
