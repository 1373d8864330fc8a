//! The features that lead from place to place, at the places of all fixtures, whole and broken off:
//! their ranges are of the text, and they agree with each other.

use super::definition::definition;
use super::fixture::each_file;
use super::highlight::highlight;
use super::images::tests::view;
use super::references::references;
use super::rename::{prepare, rename};
use super::{Snapshot, calls, folding, lens, links, symbols, weight};
use crate::text::{TextRange, TextSize};

fn whole_file(snapshot: &Snapshot, check: &impl Fn(TextRange)) {
    for fold in folding::folding(snapshot) {
        check(fold.range);
    }
    for link in links::links(snapshot) {
        check(link.range);
        assert!(link.target.starts_with("https://"));
    }
    for lens in lens::lenses(snapshot, "Dockerfile") {
        check(lens.range);
    }
    if let Some(last) = snapshot.model().stages().last() {
        for call in calls::outgoing(snapshot, view(), Err("not given"), last.start) {
            call.places.iter().copied().for_each(check);
            let called = call.stage.range.start();
            let back = calls::incoming(snapshot, view(), Err("not given"), called);
            assert!(back.iter().any(|back| back.places == call.places));
        }
    }
    let weights = weight::weights(snapshot, view(), Err("not given"));
    assert_eq!(weights.len(), snapshot.model().stages().len());
    for weight in weights {
        assert!(weight.unknown() <= weight.count());
        assert!(weight.rows(view()).iter().flatten().all(|cell| !cell.contains('\n')));
    }
    for symbol in symbols::flat(&symbols::symbols(snapshot)) {
        check(symbol.range);
        assert!(!symbol.name.trim().is_empty(), "{symbol:?} in {}", snapshot.text());
    }
}

fn place(snapshot: &Snapshot, offset: TextSize, check: &impl Fn(TextRange)) {
    let all = references(snapshot, offset, true);
    let lit: Vec<_> = highlight(snapshot, offset).iter().map(|h| h.range).collect();
    assert_eq!(all, lit);
    all.iter().copied().for_each(check);
    for found in definition(snapshot, offset) {
        check(found.target);
        check(found.origin);
        assert!(found.target.contains_range(found.focus));
        // A use with a value is one of the places of what it leads to. In `FROM $X` only the
        // variable is.
        let from = &references(snapshot, found.focus.start(), true);
        assert!(all.is_empty() || from.contains(&found.origin) || all.contains(&found.origin));
    }
    if let Some((range, shown)) = prepare(snapshot, offset) {
        check(range);
        assert_eq!(snapshot.text().slice(range), shown);
        assert!(!all.is_empty());
    }
    for edit in rename(snapshot, offset, "zz9").unwrap_or_default() {
        check(edit.range);
    }
}

#[test]
fn every_feature_at_many_places() {
    let mut places = 0;
    each_file(|text| {
        let cut = |part: usize| {
            let mut end = text.len() * part / 3;
            while !text.is_char_boundary(end) {
                end -= 1;
            }
            text.get(..end).unwrap_or_default()
        };
        for text in [text, cut(1), cut(2)] {
            let snapshot = Snapshot::new(text);
            let check = |range: TextRange| {
                let range = std::ops::Range::<usize>::from(range);
                assert!(text.get(range.clone()).is_some(), "{range:?} in {text}");
            };
            whole_file(&snapshot, &check);
            // A step that meets all columns, and past the end.
            for offset in (0..text.len() + 9).step_by(7.max(text.len() / 60)) {
                place(&snapshot, TextSize::try_from(offset).expect("a small file"), &check);
                places += 1;
            }
        }
    });
    assert!(places > 50_000, "{places}");
}
