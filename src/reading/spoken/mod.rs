//! What became of a technique in the talk of a session, where it takes more than a clause to tell:
//! left out in the next breath, refused in the answer, set as a task, kept for next time. Looks at
//! the whole session once its clauses are read, and changes tags; words are in `spoken.toml`.

mod asides;
mod later;
mod left_out;
mod past;
mod refusals;
mod reviews;
mod tasks;
mod words;

use std::ops::Range;

use crate::reading::details::Details;
use crate::reading::interventions::{Agent, How, Status, Tag, Why};
use crate::reading::lexicon::{Context, Lexicon, Sense};
use crate::reading::{Cite, Reading};
use crate::transcript::phrase::Match;
use crate::transcript::script::{Script, ScriptUtterance};

use words::{Sign, Words};

/// How sure a status is that the sentences around told: as sure as where a clause's form does.
const SURE: f32 = 0.85;

/// Reads what became of techniques over a session's sentences.
pub(super) fn settle(lexicon: &Lexicon, script: &Script, emdr: bool, reading: &mut Reading) {
    let mut talk = Talk::of(lexicon, script, emdr, reading);
    talk.leave_out();
    talk.refuse();
    talk.review();
    talk.set_tasks();
    talk.keep_for_later();
    talk.tell_past();
    talk.drop_asides();
    reading.tags = talk.tags;
}

/// A sentence of the session.
struct Line {
    utterance: usize,
    /// Words of the utterance.
    words: Range<usize>,
    question: bool,
    /// Whether the client, or somebody who came along, said it.
    by_client: bool,
    /// How far into the session it stands, 0 to 1.
    far: f32,
    signs: Vec<Match<Sign>>,
}

/// A technique that a sentence names, whether or not it became a tag.
#[derive(Clone, Debug)]
struct Named {
    intervention: usize,
    words: Range<usize>,
    how: How,
}

/// A session with its tags.
struct Talk<'a> {
    lexicon: &'a Lexicon,
    script: &'a Script,
    emdr: bool,
    lines: Vec<Line>,
    /// The lines of each utterance.
    of: Vec<Range<usize>>,
    /// Techniques named in each utterance.
    named: Vec<Vec<Named>>,
    tags: Vec<Tag>,
}

impl Line {
    fn has(&self, sign: Sign) -> bool {
        self.first(sign).is_some()
    }

    /// The first words that show something.
    fn first(&self, sign: Sign) -> Option<&Range<usize>> {
        self.signs.iter().find(|m| m.what == sign).map(|m| &m.words)
    }

    /// The words that show something within the first `near` words of the sentence.
    fn opens(&self, sign: Sign, near: usize) -> Option<&Range<usize>> {
        self.first(sign)
            .filter(|words| words.start < self.words.start + near)
    }
}

impl<'a> Talk<'a> {
    fn of(lexicon: &'a Lexicon, script: &'a Script, emdr: bool, reading: &mut Reading) -> Self {
        let mut talk = Self {
            lexicon,
            script,
            emdr,
            lines: Vec::new(),
            of: Vec::with_capacity(script.utterances.len()),
            named: vec![Vec::new(); script.utterances.len()],
            tags: std::mem::take(&mut reading.tags),
        };
        for (place, utterance) in script.utterances.iter().enumerate() {
            let start = talk.lines.len();
            talk.lines.extend(lines(script, place, utterance));
            talk.of.push(start..talk.lines.len());
        }
        for clause in &reading.clauses {
            let clause = &clause.clause;
            let found = named(lexicon, emdr, &clause.marks);
            talk.named[clause.utterance].extend(found);
        }
        talk
    }

    fn id(&self, intervention: usize) -> &'a str {
        self.lexicon.interventions[intervention].id.as_str()
    }

    fn word(&self, utterance: usize, at: usize) -> &'a str {
        let words = &self.script.utterances[utterance].words;
        words.get(at).map_or("", |w| w.lower.as_str())
    }

    /// Whether a technique was told of within these words.
    #[allow(clippy::unused_self, reason = "it reads as a question to the talk")]
    fn tells(&self, tag: &Tag, utterance: usize, words: &Range<usize>) -> bool {
        tag.cite.utterance == utterance
            && words.start <= tag.why.words.start
            && tag.why.words.end <= words.end
    }

    /// Techniques named within these words, whether or not they became tags.
    fn named_in(&self, utterance: usize, words: &Range<usize>) -> Vec<Named> {
        let mut named: Vec<Named> = self.named[utterance]
            .iter()
            .filter(|n| words.start <= n.words.start && n.words.end <= words.end)
            .cloned()
            .collect();
        for tag in &self.tags {
            let known = named.iter().any(|n| n.intervention == tag.intervention);
            if !known && self.tells(tag, utterance, words) {
                named.push(Named {
                    intervention: tag.intervention,
                    words: tag.why.words.clone(),
                    how: tag.why.how,
                });
            }
        }
        named
    }

    /// Adds a technique with the words that say so.
    fn add(&mut self, intervention: usize, status: Status, utterance: usize, words: &Range<usize>) {
        let known = |tag: &Tag| {
            tag.intervention == intervention
                && tag.status == status
                && tag.cite.utterance == utterance
        };
        if self.tags.iter().any(known) {
            return;
        }
        let cite = Cite::of(utterance, self.script.utterances[utterance].span(words));
        let tag = Tag {
            intervention,
            status,
            agent: match status {
                Status::ClientUse => Agent::Client,
                Status::OtherProvider => Agent::OtherProvider,
                _ => Agent::Clinician,
            },
            confidence: SURE,
            cite,
            details: Details::default(),
            why: Why {
                words: words.clone(),
                how: How::Term,
                cue: None,
                heard: false,
                beat: Vec::new(),
                likely: 1.0,
            },
        };
        // Tags stand in the order of the session.
        let at = self
            .tags
            .partition_point(|t| t.cite.utterance <= utterance)
            .min(self.tags.len());
        self.tags.insert(at, tag);
    }

    /// Gives a tag another status, with the words of `words` that say so.
    fn turn(&mut self, at: usize, status: Status, words: &Range<usize>) {
        let tag = &mut self.tags[at];
        tag.status = status;
        tag.agent = match status {
            Status::ClientUse => Agent::Client,
            Status::OtherProvider => Agent::OtherProvider,
            _ => Agent::Clinician,
        };
        tag.confidence = tag.confidence.max(SURE);
        tag.why.heard = false;
        let utterance = tag.cite.utterance;
        let whole = words.start.min(tag.why.words.start)..words.end.max(tag.why.words.end);
        tag.cite = Cite::of(utterance, self.script.utterances[utterance].span(&whole));
    }
}

/// The sentences of an utterance with what their words show.
fn lines<'s>(
    script: &'s Script,
    place: usize,
    utterance: &'s ScriptUtterance,
) -> impl Iterator<Item = Line> + 's {
    let far = place as f32 / script.utterances.len().max(1) as f32;
    let by_client = utterance.speaker.is_client();
    utterance.sentences.iter().map(move |sentence| {
        let words = sentence.words.clone();
        let mut signs = Words::embedded().book.find(&utterance.words[words.clone()]);
        for sign in &mut signs {
            sign.words = sign.words.start + words.start..sign.words.end + words.start;
        }
        signs.sort_by_key(|m| (m.words.start, std::cmp::Reverse(m.words.end)));
        Line {
            utterance: place,
            question: sentence.question,
            words,
            by_client,
            far,
            signs,
        }
    })
}

/// Techniques that marks name: outside traps, of overlapping ones the longest.
fn named(lexicon: &Lexicon, emdr: bool, marks: &[crate::reading::lexicon::Mark]) -> Vec<Named> {
    let trapped = |n: u16, words: &Range<usize>| {
        marks.iter().any(|m| {
            m.what == Sense::Trap(n) && m.words.start < words.end && words.start < m.words.end
        })
    };
    let mut named: Vec<Named> = marks
        .iter()
        .filter_map(|mark| {
            let (n, how) = match mark.what {
                Sense::Term(n) => (n, How::Term),
                Sense::Weak(n) => (n, How::Weak),
                Sense::Act(n) => (n, How::Act),
                _ => return None,
            };
            let needs = lexicon.interventions[n as usize].needs == Some(Context::Emdr);
            (!trapped(n, &mark.words) && (!needs || emdr)).then(|| Named {
                intervention: n as usize,
                words: mark.words.clone(),
                how,
            })
        })
        .collect();
    let all = named.clone();
    named.retain(|n| {
        !all.iter().any(|o| {
            o.words.start <= n.words.start
                && n.words.end <= o.words.end
                && n.words.len() < o.words.len()
        })
    });
    named
}

#[cfg(test)]
mod tests;
