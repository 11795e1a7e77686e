//! What becomes of judged sentences: statements of those that carry what was said, and the words said
//! for the rest.

use crate::compose::model::account::Account;
use crate::compose::model::carried::{self, Measure};
use crate::compose::model::items::{Item, evidence};
use crate::compose::model::judging::{Judge, Judged};
use crate::compose::model::prompt::Step;
use crate::note::document::{Origin, Statement};
use crate::session::Speech;

/// Statements with the place of the first item that each stands on, so that a section keeps the
/// order in which it was told.
pub(super) type Placed = Vec<(usize, Statement)>;

/// Makes statements of what stands, and lets the words said stand for what no sentence carries.
pub(super) fn settle(
    judge: Judge<'_>,
    account: &mut Account,
    heading: &str,
    (items, step): (&[Item], Step<'_>),
    judged: Vec<Judged>,
) -> Placed {
    let least = match step {
        Step::Redraft(Some(_)) => Measure::Facts,
        _ => Measure::Share(judge.style.length.least_carried()),
    };
    let (mut standing, mut refused) = (Vec::new(), Vec::new());
    for one in judged {
        match one {
            Judged::Stands(one) => standing.push(one),
            Judged::Refused(one) => refused.push(one),
        }
    }
    let carried: Vec<bool> = items
        .iter()
        .enumerate()
        .map(|(at, item)| {
            let cited: Vec<(&Speech, usize)> = standing
                .iter()
                .filter(|s| s.cites.contains(&at))
                .map(|s| (&s.text, s.cites.len()))
                .collect();
            carried::carries(judge.matter, item, &cited, least)
        })
        .collect();
    let mut placed = Placed::new();
    for one in standing {
        // A sentence whose items all have to be said in full beside it says nothing more.
        let first = one.cites.iter().find(|at| carried[**at]);
        if let Some(&first) = first
            && let Some(statement) =
                Statement::of(one.text.into_string(), Origin::Composed, one.evidence)
        {
            placed.push((first, statement));
        }
    }
    for one in &refused {
        let cites = one.cites.iter().filter_map(|at| items.get(*at));
        let evidence = evidence(judge.matter, cites.flat_map(|item| &item.said));
        account.replace(heading, &one.why, evidence);
    }
    for (at, item) in items.iter().enumerate().filter(|(at, _)| !carried[*at]) {
        if !refused.iter().any(|one| one.cites.contains(&at)) {
            account.keep();
        }
        placed.extend(own(at, item));
    }
    placed.sort_by_key(|(at, _)| *at);
    placed
}

/// An item as it was before, at its place.
pub(super) fn own(at: usize, item: &Item) -> Placed {
    item.own.iter().map(|s| (at, s.clone())).collect()
}
