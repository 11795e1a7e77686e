//! Which utterances of a session a note rests on, and in which section: what the clinician did,
//! what the client told, how the client took it, what comes next. Says nothing of a dictation.

use std::collections::BTreeMap;

use crate::compose::Matter;
use crate::reading::ReadClause;
use crate::reading::interventions::Status;
use crate::reading::lexicon::CueKind;
use crate::reading::routing::Kind;
use crate::session::Speaker;
use crate::transcript::script::ScriptUtterance;

/// How many words an answer to a question has at least to be worth telling.
const ANSWER: usize = 3;
/// How many words a remark has at least that answers no question.
const REMARK: usize = 7;
/// How many words a client's word on the plan has at least.
const AGREEMENT: usize = 4;

/// Within so many utterances a session comes to its goal.
const OPENING: usize = 2;
/// How many words a clinician's statement has at least to be an act by itself.
const STATEMENT: usize = 10;

/// Whether the format has a section for the goal alone, so that the session opens with it.
fn opens_with_goal(matter: Matter<'_>) -> bool {
    let routes = &matter.format.routes;
    let goal = routes.get(&Kind::Goal);
    goal.is_some()
        && routes
            .iter()
            .filter(|(_, section)| Some(*section) == goal)
            .count()
            == 1
}

/// What an utterance is to the note.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Part {
    kind: Kind,
    /// Whether it asked of risk or for a number, so that even a bare answer counts.
    asks: bool,
    told: bool,
}

/// The section of each utterance that the note rests on, by its place in the transcript.
#[must_use]
pub fn sections(matter: Matter<'_>) -> BTreeMap<usize, usize> {
    let mut sections = BTreeMap::new();
    let mut before = Part {
        kind: Kind::Frame,
        asks: false,
        told: false,
    };
    for (place, utterance) in matter.script.utterances.iter().enumerate() {
        let part = if utterance.speaker == Speaker::Clinician {
            before = clinician(matter, place, utterance);
            if place < OPENING && opens_with_goal(matter) {
                before.kind = Kind::Goal;
                before.told |= place == 0;
            }
            before
        } else {
            client(matter, place, utterance, before)
        };
        if part.told
            && let Some(section) = section(matter, place, part.kind)
        {
            sections.insert(place, section);
        }
    }
    sections
}

/// The section of a kind of thing said at a place: in a format that goes by phases the phase there.
fn section(matter: Matter<'_>, place: usize, kind: Kind) -> Option<usize> {
    let settled = clauses(matter, place).iter().find_map(|c| c.settled);
    if kind != Kind::Plan && settled.is_some() {
        return settled;
    }
    matter.format.route(kind, None)
}

/// The clauses of an utterance; those of a reading stand in the transcript's order.
fn clauses(matter: Matter<'_>, place: usize) -> &[ReadClause] {
    let all = &matter.reading.clauses;
    let from = all.partition_point(|c| c.clause.utterance < place);
    let to = all.partition_point(|c| c.clause.utterance <= place);
    &all[from..to]
}

fn has_number(utterance: &ScriptUtterance) -> bool {
    !utterance.numbers.is_empty()
}

fn cues(matter: Matter<'_>, place: usize, kind: CueKind) -> bool {
    clauses(matter, place).iter().any(|c| c.clause.has(kind))
}

fn clinician(matter: Matter<'_>, place: usize, utterance: &ScriptUtterance) -> Part {
    let reading = matter.reading;
    let id = |tag: &crate::reading::interventions::Tag| {
        matter.lexicon.interventions[tag.intervention].id.as_str()
    };
    let tags: Vec<_> = reading
        .tags
        .iter()
        .filter(|t| t.cite.utterance == place)
        .collect();
    let question = utterance.sentences.iter().any(|s| s.question);
    let ahead = tags
        .iter()
        .any(|t| matches!(t.status, Status::Planned | Status::Assigned));
    let scored = reading
        .measures
        .scores
        .iter()
        .any(|m| m.cite.utterance == place);
    let used: Vec<_> = tags.iter().filter(|t| t.status.is_used()).collect();
    let asks = used.iter().any(|t| id(t) == "assess.risk")
        || cues(matter, place, CueKind::Asking)
        || reading.asked.contains(&place);
    let part = |kind, told| Part { kind, asks, told };
    let late = place * 2 >= matter.script.utterances.len();
    let bids = late
        && !question
        && clauses(matter, place)
            .iter()
            .any(|c| c.leaning.of(Kind::Plan) > 0.0);
    if ahead
        || bids
        || (late && !asks && cues(matter, place, CueKind::Parting) && !refused(matter, place))
    {
        return part(Kind::Plan, true);
    }
    if !asks && refused(matter, place) {
        return part(Kind::Report, false);
    }
    let left_out = tags.iter().any(|t| t.status == Status::Negated);
    if matter.format.by_phase && left_out {
        return part(Kind::Act, true);
    }
    if used.iter().any(|t| id(t) != "mi.open_question") {
        return part(Kind::Act, true);
    }
    if scored {
        return part(Kind::Score, true);
    }
    if cues(matter, place, CueKind::Goal) {
        return part(Kind::Goal, true);
    }
    // What the clinician says at some length and does not ask is done: taught, given back, affirmed.
    let act = !question && utterance.words.len() >= STATEMENT && !left_out;
    let kind = match (act, question) {
        (true, _) => Kind::Act,
        (_, true) => Kind::Report,
        _ => Kind::Frame,
    };
    part(kind, act)
}

fn client(matter: Matter<'_>, place: usize, utterance: &ScriptUtterance, before: Part) -> Part {
    let words = utterance.words.iter().filter(|w| !w.is_filler()).count();
    let asked = place
        .checked_sub(1)
        .and_then(|at| matter.script.utterances.get(at))
        .is_some_and(|u| u.speaker == Speaker::Clinician && u.sentences.iter().any(|s| s.question));
    let questions = utterance
        .sentences
        .last()
        .is_some_and(|s| s.question && words < 12);
    let reading = matter.reading;
    let cited = reading.tags.iter().any(|t| t.cite.utterance == place)
        || reading
            .measures
            .scores
            .iter()
            .any(|m| m.cite.utterance == place)
        || reading
            .risk
            .said
            .values()
            .flatten()
            .any(|(_, c)| c.utterance == place);
    let reaction = cues(matter, place, CueKind::Response) || cues(matter, place, CueKind::Reaction);
    let part = |kind, told| Part {
        kind,
        asks: false,
        told,
    };
    if before.kind == Kind::Plan && !asked {
        return part(Kind::Plan, words >= AGREEMENT && !questions);
    }
    let enough = cited
        || (before.asks && words > 0)
        || words >= if asked || before.told { ANSWER } else { REMARK };
    let kind = match before.kind {
        Kind::Goal => Kind::Goal,
        Kind::Act if !before.asks && answers_act(matter) => Kind::Response,
        _ if reaction && !before.asks => Kind::Response,
        _ => Kind::Report,
    };
    part(kind, enough && (!questions || has_number(utterance)))
}

/// Whether the clinician offered something and the client said no.
fn refused(matter: Matter<'_>, place: usize) -> bool {
    let answer = matter.script.utterances.get(place + 1);
    cues(matter, place, CueKind::Offer)
        && answer.is_some_and(|u| {
            u.speaker != Speaker::Clinician
                && u.words.iter().find(|w| !w.is_filler()).is_some_and(|w| {
                    matches!(w.lower.as_str(), "no" | "nah" | "nope" | "not" | "please")
                })
        })
}

/// Whether the format keeps what the client says to an intervention apart from what the client
/// reports (behaviour and response, goal and response).
fn answers_act(matter: Matter<'_>) -> bool {
    let route = |kind| matter.format.routes.get(&kind);
    route(Kind::Act) != route(Kind::Observation) && route(Kind::Response) != route(Kind::Report)
}
