//! Figures of local engines and registries: asked in the background, told when they are there.
//!
//! Whoever wants a figure gets at once what is known ([`Online::figure`]); if more can be found out,
//! that is left to a few threads, which then say that there is news. On the command line it can be
//! waited for ([`Sources::ask`]).

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
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
    let measured = match told {
        Ok(answer) => answer.measured,
        Err(failure) => return figure.notes.push(failure.to_string()),
    };
    let Some(pull) = measured.pull else { return };
    let known = figure.pull.as_ref().map(|size| size.amount.bytes);
    if known != Some(pull) {
        // What was measured was another build.
        figure.disk = None;
    }
    figure.pull = Some(Size::counted(pull, Source::Registry));
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

fn put_facts(figure: &mut Figure, measured: Measured) {
    let created = measured.created.and_then(|created| super::Date::parse(&created));
    figure.layers = measured.layers.or(figure.layers.take());
    figure.created = created.or(figure.created.take());
    figure.digest = measured.digest.or(figure.digest.take());
}

/// See the module.
pub struct Online {
    sources: Arc<Sources>,
    known: Arc<Mutex<HashMap<Question, Known>>>,
    /// To the threads; they end with it.
    questions: Sender<Question>,
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
        let (sources, arrived) = (Arc::new(sources), Arc::new(arrived));
        let known: Arc<Mutex<HashMap<Question, Known>>> = Arc::default();
        let (questions, queue) = channel();
        let queue = Arc::new(Mutex::new(queue));
        for _ in 0..THREADS {
            let (sources, known) = (Arc::clone(&sources), Arc::clone(&known));
            let (queue, arrived) = (Arc::clone(&queue), Arc::clone(&arrived));
            std::thread::spawn(move || {
                while let Some(question) = next(&queue) {
                    let (image, platform) = &question;
                    // A panic costs this answer, not the thread.
                    let asked = catch_unwind(AssertUnwindSafe(|| sources.ask(image, platform)));
                    let figure = asked.unwrap_or_else(|_| sources.offline.figure(image, platform));
                    if learn(&known, question, figure) {
                        arrived();
                    }
                }
            });
        }
        Online { sources, known, questions }
    }
}

impl Sizes for Online {
    fn figure(&self, image: &Reference, platform: &Platform) -> Figure {
        if !self.sources.can_ask(image) {
            return self.sources.offline.figure(image, platform);
        }
        let question = (image.clone(), platform.clone());
        let mut all = lock(&self.known);
        if all.len() >= MOST && !all.contains_key(&question) {
            all.retain(|_, known| known.asking);
        }
        let known = all.entry(question.clone()).or_default();
        if !known.asking && known.since.is_none_or(|since| since.elapsed() > FRESH) {
            // A closed queue would mean that the threads are gone, and they never panic out.
            known.asking = self.questions.send(question).is_ok();
        }
        let (figure, asking) = (known.figure.clone(), known.asking);
        drop(all);
        match figure {
            Some(figure) => figure,
            None => Figure { asking, ..self.sources.offline.figure(image, platform) },
        }
    }

    fn can_ask(&self, image: &Reference) -> bool {
        self.sources.can_ask(image)
    }

    fn offline(&self) -> &Offline {
        &self.sources.offline
    }
}

/// The next question; `None` when nobody asks any more.
fn next(queue: &Mutex<Receiver<Question>>) -> Option<Question> {
    lock(queue).recv().ok()
}

/// Keeps an answer. Tells whether it is another than before.
fn learn(known: &Mutex<HashMap<Question, Known>>, question: Question, figure: Figure) -> bool {
    let mut all = lock(known);
    let known = all.entry(question).or_default();
    (known.asking, known.since) = (false, Some(Instant::now()));
    let old = known.figure.replace(figure);
    old != known.figure
}

/// A panic of an earlier holder does not matter: each entry is sound by itself.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
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
        put_engine(&mut figure, Ok(Measured { disk: Some(31), ..Measured::default() }));
        assert_eq!(
            figure.disk.map(|size| (size.amount.bytes, size.source)),
            Some((31, Source::Engine))
        );
        assert_eq!((figure.pull, figure.layers), (catalogued().pull, Some(2)));
        let mut absent = catalogued();
        put_engine(&mut absent, Err(Failure::Absent("not there".to_owned())));
        put_engine(&mut absent, Ok(Measured::default()));
        assert_eq!(absent, catalogued());
        put_engine(&mut absent, Err(Failure::Broken("does not run".to_owned())));
        assert_eq!(absent.notes, ["does not run"]);
    }

    #[test]
    fn only_another_answer_is_news() {
        let known = Mutex::default();
        let question = || (Reference::parse("a").expect("a name"), Platform::host());
        assert!(learn(&known, question(), catalogued()));
        assert!(!learn(&known, question(), catalogued()));
        assert!(learn(&known, question(), Figure::default()));
    }
}
