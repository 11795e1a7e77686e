//! What is kept for later: promises ("I'll speak to your head of year") and the next step of an EMDR
//! treatment ("next time we'll check the ladder again").

use super::words::Sign;
use super::{How, Status, Talk};

/// Work on the case, which a promise puts off.
const CASEWORK: &[&str] = &[
    "cm.",
    "adv.case",
    "crisis.higher_level",
    "group.",
    "supervision",
];

/// Within how many words "next time" opens a sentence.
const OPENING: usize = 4;

impl Talk<'_> {
    /// Marks what was kept for later.
    pub(super) fn keep_for_later(&mut self) {
        for n in 0..self.lines.len() {
            if self.lines[n].by_client || self.lines[n].question {
                continue;
            }
            self.promise(n);
            self.say(n);
            if self.emdr {
                self.next_step(n);
            }
        }
    }

    fn promise(&mut self, n: usize) {
        let line = &self.lines[n];
        let later = self.is_later(n);
        let promised = line.first(Sign::Promises).cloned();
        if promised.is_none() && !later {
            return;
        }
        let condition = line.first(Sign::OnCondition).map(|c| c.start);
        let at_once = line.has(Sign::AtOnce);
        let has_later = line.has(Sign::Later);
        let (utterance, words) = (line.utterance, line.words.clone());
        for at in 0..self.tags.len() {
            let tag = &self.tags[at];
            if !self.tells(tag, utterance, &words)
                || !matches!(
                    tag.status,
                    Status::Performed | Status::Planned | Status::Assigned
                )
            {
                continue;
            }
            let casework = CASEWORK
                .iter()
                .any(|c| self.id(tag.intervention).starts_with(c));
            let after = promised
                .as_ref()
                .is_some_and(|p| p.start <= tag.why.words.start + 2);
            let promise = casework && after && !at_once;
            let dated = after && has_later;
            if !(promise || (later || dated) && tag.status == Status::Performed) {
                continue;
            }
            let hangs = promise && condition.is_some_and(|c| c > tag.why.words.start);
            let status = if hangs {
                Status::Hypothetical
            } else {
                Status::Planned
            };
            let whole = if hangs {
                words.clone()
            } else {
                tag.why.words.clone()
            };
            self.turn(at, status, &whole);
        }
    }

    /// What is done by saying it is neither a task nor kept for later: a phase of EMDR, a question
    /// about risk.
    fn say(&mut self, n: usize) {
        let line = &self.lines[n];
        let (utterance, words) = (line.utterance, line.words.clone());
        let later = line.has(Sign::Later);
        for at in 0..self.tags.len() {
            let tag = &self.tags[at];
            let id = self.id(tag.intervention);
            let phase = id == "emdr.closure" && tag.status == Status::Assigned;
            let risk = id == "assess.risk" && tag.status == Status::Planned && !later;
            if (phase || risk) && tag.why.how == How::Talk && self.tells(tag, utterance, &words) {
                let said = tag.why.words.clone();
                self.turn(at, Status::Performed, &said);
            }
        }
    }

    /// Whether a sentence is about the time after this session: "next time we …", or "we do X then"
    /// after it.
    fn is_later(&self, n: usize) -> bool {
        let line = &self.lines[n];
        let we = |sign| {
            line.opens(sign, OPENING).is_some_and(|words| {
                (words.start..words.end + 3).any(|at| {
                    let word = self.word(line.utterance, at);
                    word == "i" || word == "we" || word.starts_with("we'") || word.starts_with("i'")
                })
            })
        };
        let then = line
            .words
            .end
            .checked_sub(1)
            .is_some_and(|last| self.word(line.utterance, last) == "then");
        let before = n
            .checked_sub(1)
            .map(|b| &self.lines[b])
            .is_some_and(|b| b.utterance == line.utterance && b.has(Sign::Later));
        we(Sign::Later) || (then && before)
    }

    /// The step of EMDR that the sentence keeps for later.
    fn next_step(&mut self, n: usize) {
        let line = &self.lines[n];
        let step = line.signs.iter().find_map(|m| match m.what {
            Sign::Ahead(step) => Some((step, m.words.start)),
            _ => None,
        });
        let Some((step, at)) = step else {
            return;
        };
        let condition = line.first(Sign::OnCondition).is_some_and(|c| c.start < at);
        let status = if line.has(Sign::LeftOut) {
            Status::Negated
        } else if !line.has(Sign::Later) {
            return;
        } else if condition {
            Status::Hypothetical
        } else {
            Status::Planned
        };
        let (utterance, words) = (line.utterance, line.words.clone());
        let known = self.tags.iter().any(|tag| {
            self.id(tag.intervention).starts_with("emdr.")
                && tag.status == status
                && self.tells(tag, utterance, &words)
        });
        if !known && let Some(intervention) = self.lexicon.place(step.id()) {
            self.add(intervention, status, utterance, &words);
        }
    }
}
