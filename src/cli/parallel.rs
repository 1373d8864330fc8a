//! Work on several threads at a time.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::channel;

/// Does `work` on each item, on `jobs` threads. `done` gets the number of the item and what came of
/// it on this thread, in the order in which it comes; where that fails, no further item is begun.
pub fn each<T: Sync, R: Send, E>(
    items: &[T],
    jobs: usize,
    work: impl Fn(&T) -> R + Sync,
    mut done: impl FnMut(usize, R) -> Result<(), E>,
) -> Result<(), E> {
    let next = AtomicUsize::new(0);
    let (sender, results) = channel();
    std::thread::scope(|scope| {
        for _ in 0..jobs.clamp(1, items.len().max(1)) {
            let (sender, next, work) = (sender.clone(), &next, &work);
            scope.spawn(move || {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    let Some(item) = items.get(number) else { return };
                    if sender.send((number, work(item))).is_err() {
                        return;
                    }
                }
            });
        }
        drop(sender);
        // What stops early drops the receiver, by which the threads learn of it.
        results.into_iter().try_for_each(|(number, result)| done(number, result))
    })
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicBool;
    use std::time::Duration;

    use super::*;

    #[test]
    fn each_item_once_and_no_more_at_a_time_than_asked_for() {
        let items: Vec<usize> = (0..100).collect();
        for jobs in [0, 1, 4, 1000] {
            let (at_work, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
            let work = |item: &usize| {
                most.fetch_max(at_work.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                std::thread::yield_now();
                at_work.fetch_sub(1, Ordering::SeqCst);
                item * 2
            };
            let mut found = vec![None; items.len()];
            let result: Result<(), ()> = each(&items, jobs, work, |number, result| {
                assert_eq!(found[number].replace(result), None);
                Ok(())
            });
            assert_eq!(result, Ok(()));
            assert!(found.iter().zip(&items).all(|(found, item)| *found == Some(item * 2)));
            assert!(most.into_inner() <= jobs.max(1), "{jobs}");
        }
        assert_eq!(each(&[], 4, |_: &()| (), |_, ()| Err(())), Ok(()));
    }

    #[test]
    fn a_failure_stops_it() {
        let (begun, failed) = (AtomicUsize::new(0), AtomicBool::new(false));
        let items: Vec<usize> = (0..1000).collect();
        let work = |item: &usize| {
            begun.fetch_add(1, Ordering::SeqCst);
            while *item > 0 && !failed.load(Ordering::SeqCst) {
                std::thread::yield_now();
            }
            std::thread::sleep(Duration::from_millis(1));
        };
        let result = each(&items, 2, work, |_, ()| {
            failed.store(true, Ordering::SeqCst);
            Err("full")
        });
        assert_eq!(result, Err("full"));
        assert!(begun.into_inner() < items.len());
    }
}
