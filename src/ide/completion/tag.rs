//! Names and tags of the image that is being written behind `FROM`, from the catalogue.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::{Kind, List};
use crate::ide::{images, inlay};
use crate::image::reference::{Parts, Reference};
use crate::image::sizes::{Place, of_one_build};
use crate::image::tag::Tag;
use crate::image::{Amount, Figure, Size, Source};

/// The most that are offered: no repository of the catalogue has as many, but a user's own may.
const MOST: usize = 2000;

/// Once the `:` is written the tags that were measured: the newest versions first, and of one
/// version the plain one before its flavours.
pub fn tags(list: &mut List<'_>) {
    let text = list.snapshot.text().slice(list.context.range);
    let typed = list.typed();
    let parts = Parts::of(&typed);
    let name = text.get(..parts.repository.end).unwrap_or_default();
    let (Some(_), None, Ok(image)) = (&parts.tag, &parts.digest, Reference::parse(name)) else {
        return;
    };
    let view = list.view;
    let platform = images::platform_at(list.snapshot, view, list.context.offset);
    let place = Place::of(&image, &platform);
    let mut sizes: BTreeMap<String, Figure> = BTreeMap::new();
    let rows = view.sizes.offline().rows(&place.repository);
    for row in rows.filter(|row| place.counts(row)) {
        let size = |bytes: Option<u64>| {
            let amount = Amount::exact(bytes?);
            Some(Size { amount, source: Source::Catalogue, as_of: row.as_of(), basis: None })
        };
        let figure = sizes.entry(row.tag().to_owned()).or_default();
        figure.pull = figure.pull.take().or_else(|| size(row.pull()));
        figure.disk = figure.disk.take().or_else(|| size(row.disk()));
    }
    for figure in sizes.values_mut() {
        (figure.pull, figure.disk) = of_one_build(figure.pull.take(), figure.disk.take());
    }
    let mut tags: Vec<_> = sizes.into_iter().collect();
    tags.sort_by_cached_key(|(text, _)| {
        let tag = Tag::parse(text);
        let flavour = tag.flavour.join("-");
        (Reverse(tag.version), tag.flavour.len(), flavour, tag.release.is_some(), text.len())
    });
    let name = name.to_owned();
    for (tag, figure) in tags.into_iter().take(MOST) {
        let whole = format!("{name}:{tag}");
        let detail = inlay::label(&figure, view);
        let item = list.push(tag, Kind::Image);
        item.detail = detail;
        item.filter = Some(whole.clone());
        item.text(whole);
    }
}

/// The repositories of the catalogue whose name begins with what is typed.
pub fn repositories(list: &mut List<'_>) {
    let typed = list.typed();
    if typed.is_empty() {
        return;
    }
    let offline = list.view.sizes.offline();
    let known: BTreeSet<String> = offline
        .catalogues()
        .flat_map(|catalogue| catalogue.repositories())
        .filter(|name| name.starts_with(&*typed))
        .map(str::to_owned)
        .collect();
    let stages: Vec<String> = list.items.iter().map(|item| item.label.clone()).collect();
    for name in known.into_iter().filter(|name| !stages.contains(name)) {
        list.push(name, Kind::Image).detail("an image of the catalogue");
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{check, check_accept, items};

    /// The first tags offered.
    #[track_caller]
    fn check_first(marked: &str, expected: &[&str]) {
        let labels: Vec<_> = items(marked).into_iter().map(|item| item.label).collect();
        assert!(labels.len() > expected.len(), "{marked}: {labels:?}");
        assert_eq!(labels[..expected.len()], *expected, "{marked}: {labels:?}");
    }

    #[test]
    fn tags_come_newest_first_with_their_size() {
        let first = &["1.26", "1.26-alpine", "1.26-alpine3.24"];
        check_first("FROM golang:$0", first);
        check_first("FROM golang:1.2$0", first);
        // Not only the newest of a great repository.
        assert!(items("FROM php:7$0").iter().any(|item| item.label == "7.0-fpm"));
        check_first("FROM --platform=$BUILDPLATFORM docker.io/library/golang:$0 AS x", first);
        let found = items("FROM golang:$0");
        let alpine = found.iter().find(|item| item.label == "1.22-alpine").expect("there");
        assert_eq!(alpine.detail.as_deref(), Some("≈ 73.3 MB pull · 231 MB disk"));
        assert_eq!(alpine.filter.as_deref(), Some("golang:1.22-alpine"));
    }

    #[test]
    fn sizes_are_those_of_the_platform() {
        let found = items("FROM --platform=linux/arm64 golang:$0");
        let plain = found.iter().find(|item| item.label == "1.22").expect("there");
        assert_eq!(plain.detail.as_deref(), Some("≈ 290 MB pull"));
    }

    #[test]
    fn images_are_offered_by_the_start_of_their_name() {
        check("FROM gol$0", &["scratch", "golang"]);
        check("FROM a AS golang\nFROM gol$0", &["golang", "scratch"]);
        check("FROM node AS x\nFROM zz$0", &["x", "scratch"]);
        check_accept("FROM gola$0 AS x", "golang", "FROM golang AS x");
        check_first("FROM mcr$0", &["scratch", "mcr.microsoft.com/dotnet/aspire-dashboard"]);
        check(
            "FROM mcr.microsoft.com/dotnet/runt$0",
            &["mcr.microsoft.com/dotnet/runtime", "mcr.microsoft.com/dotnet/runtime-deps"],
        );
    }

    #[test]
    fn the_whole_name_is_replaced() {
        check_accept("FROM golang:1.2$0 AS x", "1.22-alpine", "FROM golang:1.22-alpine AS x");
        check_accept(
            "FROM docker.io/library/golang:$01.2",
            "1.22",
            "FROM docker.io/library/golang:1.22",
        );
    }

    #[test]
    fn other_names_have_none() {
        check("FROM acme/app:$0", &[]);
        check("FROM golang@$0", &[]);
        check("FROM golang:1@sha256:$0", &[]);
        check("FROM \"golang:$0", &[]);
        check("FROM localhost:$0", &[]);
    }
}
