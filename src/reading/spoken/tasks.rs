//! What the client is to do until next time: "for the week, the phone goes in the drawer", "jot down
//! anything that comes", "and the card every day".

use std::ops::Range;

use super::words::Sign;
use super::{How, Line, Status, Tag, Talk};

/// How far into a session tasks are set: with the time that they are for, and without.
const SPAN_FROM: f32 = 0.4;
const RATE_FROM: f32 = 0.6;

/// Families whose techniques a client can be given to do.
const TASKS: &[&str] = &[
    "skills.",
    "dbt.",
    "cbt.",
    "act.",
    "emdr.calm_place",
    "emdr.container",
    "task_centered",
    "narrative.",
    "plan.behavior",
    "med_adherence",
    "problem_solving",
    "cpt",
    "sfbt.",
    "art_expressive",
    "support_system",
];

/// Verbs with which a client is bidden to do something.
const BIDS: &[&str] = &[
    "ask", "be", "begin", "book", "breathe", "bring", "build", "call", "carry", "check", "choose",
    "clean", "colour", "color", "come", "cook", "count", "do", "draw", "drink", "drop", "eat",
    "each", "fill", "find", "get", "give", "go", "hang", "have", "hold", "jot", "keep", "leave",
    "let", "listen", "list", "log", "look", "make", "mark", "meet", "name", "note", "notice",
    "one", "open", "park", "pay", "phone", "pick", "play", "practice", "practise", "put", "read",
    "record", "rehearse", "ring", "run", "say", "scribble", "send", "set", "show", "sit", "speak",
    "spend", "spot", "stay", "start", "stick", "stop", "swap", "take", "talk", "tell", "text",
    "track", "try", "turn", "use", "visit", "wait", "walk", "watch", "wear", "work", "write",
];

/// Words that lead into a bidding.
const LEADS: &[&str] = &[
    "so", "and", "then", "okay", "ok", "right", "good", "great", "well", "now", "please", "just",
    "also", "again", "fine", "lovely", "alright", "all", "but", "plus", "first", "i'd", "like",
    "you", "to", "want", "is", "let's", "say",
];

impl Talk<'_> {
    /// Marks what was set as a task.
    pub(super) fn set_tasks(&mut self) {
        let mut carried: Option<usize> = None;
        for n in 0..self.lines.len() {
            let line = &self.lines[n];
            if line.by_client || line.question || self.is_own(line) {
                carried = None;
                continue;
            }
            if self.asks_now(line) {
                carried = None;
                self.do_now(n);
                continue;
            }
            let line = &self.lines[n];
            let span = line.far >= SPAN_FROM && line.has(Sign::Span);
            if span {
                carried = Some(line.utterance);
            }
            let timed = span || carried == Some(line.utterance);
            let task = if line.far >= SPAN_FROM && line.has(Sign::Bids) {
                line.first(Sign::Bids).map(|w| w.start..line.words.end)
            } else if timed || (line.far >= RATE_FROM && line.has(Sign::Rate)) {
                self.task(line, span)
            } else {
                None
            };
            if let Some(task) = task {
                self.assign(n, &task);
            }
        }
    }

    /// "List me every way you could …": done here, whatever day it speaks of.
    fn asks_now(&self, line: &Line) -> bool {
        let word = |at: usize| self.word(line.utterance, at);
        let start = line.words.start;
        matches!(word(start), "list" | "give" | "show" | "name" | "tell")
            && matches!(word(start + 1), "me" | "us")
            && !line.has(Sign::Span)
            || matches!(word(start), "list" | "give" | "show" | "name")
                && matches!(word(start + 1), "me" | "us")
                && line.first(Sign::Span).is_some_and(|s| s.start > start + 4)
    }

    /// Takes tasks that a sentence does not set for what is done here.
    fn do_now(&mut self, n: usize) {
        let (utterance, words) = (self.lines[n].utterance, self.lines[n].words.clone());
        for at in 0..self.tags.len() {
            let tag = &self.tags[at];
            let plain = self.id(tag.intervention).starts_with("homework");
            if tag.status == Status::Assigned && !plain && self.tells(tag, utterance, &words) {
                self.turn(at, Status::Performed, &words);
            }
        }
    }

    /// Whether the clinician tells of the clinician's own doing, of the past, or says goodbye.
    fn is_own(&self, line: &Line) -> bool {
        let word = |at: usize| self.word(line.utterance, at);
        let own = line.words.clone().take(6).any(|at| {
            matches!(
                word(at),
                "i'll"
                    | "i'm"
                    | "i"
                    | "we'll"
                    | "we're"
                    | "we"
                    | "i've"
                    | "we've"
                    | "did"
                    | "was"
                    | "were"
                    | "see"
                    | "that's"
                    | "it's"
                    | "how"
                    | "what"
                    | "same"
                    | "let"
                    | "there's"
            )
        });
        let wish = line.words.clone().take(6).any(|at| word(at) == "i'd")
            && !line.words.clone().any(|at| word(at) == "you");
        own || wish
    }

    /// The words of a task, where the sentence has the form of one.
    fn task(&self, line: &Line, timed: bool) -> Option<Range<usize>> {
        let skips = |at: usize| {
            let leads = LEADS.contains(&self.word(line.utterance, at));
            let when = line
                .signs
                .iter()
                .any(|m| m.what == Sign::Span && m.words.contains(&at));
            let word = &self.script.utterances[line.utterance].words[at];
            leads || when || word.is_filler() || word.name
        };
        let start = line.words.clone().find(|&at| !skips(at))?;
        let first = self.word(line.utterance, start);
        let bids = BIDS.contains(&first);
        let you = line.words.clone().take(8).any(|at| {
            self.word(line.utterance, at) == "you"
                && BIDS.contains(&self.word(line.utterance, at + 1))
        });
        let goes = matches!(
            self.word(line.utterance, start + 2),
            "goes" | "stays" | "go" | "stay" | "comes"
        );
        // "Ten minutes together every evening", "the card every day": no verb, but how often.
        let often = line.has(Sign::Rate)
            || line.words.clone().any(|at| {
                matches!(
                    self.word(line.utterance, at),
                    "again"
                        | "one"
                        | "two"
                        | "three"
                        | "four"
                        | "five"
                        | "ten"
                        | "fifteen"
                        | "twenty"
                        | "thirty"
                        | "once"
                        | "every"
                )
            });
        let noun = (timed || line.has(Sign::Rate))
            && often
            && !line.words.clone().any(|at| {
                matches!(
                    self.word(line.utterance, at),
                    "is" | "are"
                        | "has"
                        | "have"
                        | "had"
                        | "was"
                        | "were"
                        | "been"
                        | "you've"
                        | "you're"
                        | "he's"
                        | "she's"
                        | "they've"
                        | "did"
                        | "got"
                        | "might"
                        | "may"
                        | "can"
                        | "could"
                        | "would"
                )
            });
        let long = line.words.end - start >= 3;
        (long && (bids || you || goes || noun)).then_some(start..line.words.end)
    }

    /// Gives the task to the technique that it names, or to homework.
    fn assign(&mut self, n: usize, task: &Range<usize>) {
        let (utterance, words) = (self.lines[n].utterance, self.lines[n].words.clone());
        let can_be_task = |id: &str| TASKS.iter().any(|t| id.starts_with(t));
        let mut set = false;
        let mut at = 0;
        while at < self.tags.len() {
            let tag = &self.tags[at];
            if !self.tells(tag, utterance, &words) {
                at += 1;
                continue;
            }
            let id = self.id(tag.intervention);
            if can_be_task(id) {
                self.turn(at, Status::Assigned, task);
                set = true;
            } else if tag.status == Status::Assigned && id.starts_with("emdr.") {
                // A phase is no task; what is to be done in it is.
                self.tags.remove(at);
                continue;
            } else if tag.status == Status::Assigned {
                set = true;
            }
            at += 1;
        }
        if set {
            return;
        }
        let named = self.named_in(utterance, &words);
        let technique = named
            .iter()
            .filter(|found| found.how != How::Weak)
            .find(|found| can_be_task(self.id(found.intervention)));
        let known = technique
            .map(|found| found.intervention)
            .or_else(|| self.taken_up(utterance, task));
        match (known, self.lexicon.place("homework.assign")) {
            (Some(intervention), _) => self.add(intervention, Status::Assigned, utterance, task),
            (None, Some(homework)) => self.add(homework, Status::Assigned, utterance, task),
            (None, None) => {}
        }
    }

    /// The technique used before that a task takes up: "and the card every day", "practise the roof".
    fn taken_up(&self, utterance: usize, task: &Range<usize>) -> Option<usize> {
        let used = |tag: &Tag| {
            tag.status.is_used()
                && tag.cite.utterance < utterance
                && TASKS
                    .iter()
                    .any(|t| self.id(tag.intervention).starts_with(t))
        };
        let practise = task
            .clone()
            .take(2)
            .any(|at| matches!(self.word(utterance, at), "practice" | "practise" | "visit"));
        if self.emdr && practise {
            let place = |tag: &&Tag| used(tag) && self.id(tag.intervention) == "emdr.calm_place";
            return self.tags.iter().find(place).map(|tag| tag.intervention);
        }
        let takes_up = |tag: &Tag| {
            let words = &self.script.utterances[tag.cite.utterance].words;
            let quoted = &words[tag.why.words.clone()];
            task.clone().skip(1).take(5).any(|at| {
                let article = self.word(utterance, at - 1);
                let noun = self.word(utterance, at).trim_end_matches('s');
                matches!(
                    article,
                    "the" | "your" | "that" | "those" | "one" | "same" | "a"
                ) && noun.len() >= 4
                    && quoted.iter().any(|w| w.lower.trim_end_matches('s') == noun)
            })
        };
        self.tags
            .iter()
            .rfind(|tag| used(tag) && takes_up(tag))
            .map(|tag| tag.intervention)
    }
}
