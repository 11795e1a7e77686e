//! Where each clause belongs, decided over the whole dictation at once: a clinician tells a note in
//! its order, sentences hold together, and a sign in one clause carries those around it that have
//! none. A spoken header outranks everything.
//!
//! The best path through the clauses is found in one pass (Viterbi), in time linear in their number.

use std::collections::BTreeMap;

use crate::reading::ReadClause;
use crate::reading::lexicon::EmdrPhase;
use crate::reading::routing::Kind;

/// The sections of a format as a dictation moves through them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Order {
    /// For each section its turn in the telling; equal turns may come in either order.
    pub turns: Vec<u8>,
    /// The section of each kind of thing.
    pub kinds: BTreeMap<Kind, usize>,
    /// The section of each phase of EMDR, where the format goes by phases.
    pub phases: BTreeMap<EmdrPhase, usize>,
}

/// What a step costs.
mod cost {
    /// Going on to the next section.
    pub const ON: f32 = 0.6;
    /// Each section that is passed over.
    pub const SKIP: f32 = 0.25;
    /// Going back.
    pub const BACK: f32 = 2.4;
    /// Changing within a sentence, where marks show that it is one.
    pub const WITHIN: f32 = 2.6;
    /// Changing between clauses that nothing but their words part.
    pub const UNMARKED: f32 = 0.5;
    /// Being further on than the words tell, for each turn.
    pub const HASTE: f32 = 0.02;
    /// Beginning elsewhere than at the beginning, for each turn.
    pub const LATE: f32 = 0.5;
}

/// Puts every clause that no header placed and that says something into a section.
pub fn settle(clauses: &mut [ReadClause], order: &Order) {
    let sections = order.turns.len();
    if sections == 0 {
        return;
    }
    let processed = clauses.iter().any(processes);
    let places: Vec<usize> = (0..clauses.len())
        .filter(|&at| clauses[at].kind != Kind::Frame)
        .collect();
    let mut best: Vec<f32> = Vec::new();
    let mut came: Vec<Vec<usize>> = Vec::with_capacity(places.len());
    for (n, &at) in places.iter().enumerate() {
        let own = signs(&clauses[at], order, processed);
        if n == 0 {
            best = (0..sections)
                .map(|s| own[s] - cost::LATE * f32::from(order.turns[s]))
                .collect();
            came.push(vec![0; sections]);
            continue;
        }
        let (before, clause) = (&clauses[places[n - 1]], &clauses[at]);
        let extra = within(before, clause);
        let mut next = vec![0.0; sections];
        let mut from = vec![0; sections];
        for (to, value) in next.iter_mut().enumerate() {
            let (source, reached) = (0..sections)
                .map(|s| (s, best[s] - step(order, s, to, extra)))
                .max_by(|a, b| a.1.total_cmp(&b.1))
                .unwrap_or((to, 0.0));
            from[to] = source;
            *value = reached + own[to];
        }
        best = next;
        came.push(from);
    }
    let mut section = (0..best.len())
        .max_by(|a, b| best[*a].total_cmp(&best[*b]))
        .unwrap_or(0);
    for (n, &at) in places.iter().enumerate().rev() {
        clauses[at].settled = Some(section);
        section = came[n][section];
    }
}

/// What a change of section costs more because of where it happens.
fn within(before: &ReadClause, clause: &ReadClause) -> f32 {
    let (a, b) = (&before.clause, &clause.clause);
    if a.utterance != b.utterance || a.sentence != b.sentence {
        0.0
    } else if clause.unpunctuated {
        cost::UNMARKED
    } else {
        cost::WITHIN
    }
}

fn step(order: &Order, from: usize, to: usize, extra: f32) -> f32 {
    if from == to {
        return 0.0;
    }
    let (a, b) = (order.turns[from], order.turns[to]);
    let way = match b.cmp(&a) {
        std::cmp::Ordering::Equal => cost::ON,
        std::cmp::Ordering::Greater => cost::ON + cost::SKIP * f32::from(b - a - 1),
        std::cmp::Ordering::Less => cost::BACK,
    };
    way + extra
}

/// What speaks for each section.
fn signs(read: &ReadClause, order: &Order, processed: bool) -> Vec<f32> {
    let mut signs: Vec<f32> = order
        .turns
        .iter()
        .map(|turn| -cost::HASTE * f32::from(*turn))
        .collect();
    if let Some(spoken) = read.section {
        signs.fill(-1000.0);
        if let Some(sign) = signs.get_mut(spoken) {
            *sign = 0.0;
        }
        return signs;
    }
    if order.phases.is_empty() {
        for (kind, weight) in &read.leaning.kinds {
            if let Some(&section) = order.kinds.get(kind) {
                signs[section] =
                    signs[section].max(*weight - cost::HASTE * f32::from(order.turns[section]));
            }
        }
        return signs;
    }
    let mut speak = |section: Option<&usize>, weight: f32| {
        if let Some(&section) = section {
            signs[section] += weight;
        }
    };
    let leaning = &read.leaning;
    for (phase, weight) in &leaning.phases {
        speak(order.phases.get(phase), *weight);
    }
    if !read.spoken_aloud {
        speak(order.kinds.get(&Kind::Plan), leaning.of(Kind::Plan));
    }
    let told = leaning.of(Kind::Report).min(2.0);
    let (since, ever) = if processed { (0.4, 0.2) } else { (0.2, 0.5) };
    speak(order.phases.get(&EmdrPhase::Reevaluation), told * since);
    speak(
        order.phases.get(&EmdrPhase::History),
        told * ever + leaning.background,
    );
    let state = leaning
        .of(Kind::Observation)
        .max(leaning.of(Kind::Inference));
    speak(order.phases.get(&EmdrPhase::Closure), state * 0.5);
    signs
}

/// Whether a clause shows that there is a target to look back on or to work on, so that what the
/// client tells is of the time since.
fn processes(read: &ReadClause) -> bool {
    let strongest = read
        .leaning
        .phases
        .iter()
        .max_by(|a, b| a.1.total_cmp(&b.1))
        .map(|(phase, _)| *phase);
    read.leaning.of(Kind::Omitted) == 0.0
        && read.leaning.of(Kind::Plan) == 0.0
        && matches!(
            strongest,
            Some(EmdrPhase::Assessment | EmdrPhase::Reevaluation | EmdrPhase::Installation)
        )
}
