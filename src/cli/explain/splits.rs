//! What splitting a file with one stage offers, or why it offers nothing.

use serde::Serialize;

use crate::cli::document::Document;
use crate::cli::split::plan::{Refused, refused, variant};
use crate::ide::images::View;
use crate::ide::split::{Offer, splits};
use crate::ide::weight::BuildContext;

/// What there is to say of two stages in the place of one.
#[derive(Serialize)]
pub struct SplitFacts {
    /// What can be made, the conservative one first.
    pub offers: Vec<Offered>,
    /// What cannot.
    pub refusals: Vec<Refused>,
}

/// A split that can be made.
#[derive(Serialize)]
pub struct Offered {
    /// `conservative` or `smallest`.
    pub variant: &'static str,
    /// What it does and saves.
    pub title: String,
    /// Whether it is the one to take.
    pub preferred: bool,
}

/// What there is to say; `None` where that is nothing, as of a file that is split already.
pub fn all(document: &Document, view: View<'_>, context: BuildContext<'_>) -> Option<SplitFacts> {
    let found = splits(document.snapshot(), view, context);
    let told = found.declined.iter().filter(|one| !one.refusal.is_quiet());
    let facts = SplitFacts {
        offers: found.offers.iter().map(offered).collect(),
        refusals: told.map(|one| refused(document, one)).collect(),
    };
    let is_nothing = facts.offers.is_empty() && facts.refusals.is_empty();
    (!is_nothing).then_some(facts)
}

fn offered(offer: &Offer) -> Offered {
    Offered {
        variant: variant(offer.plan.variant),
        title: offer.title.clone(),
        preferred: offer.preferred,
    }
}
