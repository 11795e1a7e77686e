//! What there was from before and is gone over: "let's have your diary card first", "last time you
//! were going to open the post, how did that go?".

use super::words::Sign;
use super::{How, Line, Status, Talk};

/// How far into a session homework is asked for at the latest.
const EARLY: f32 = 0.6;

/// How far where only "how did .. go" asks for it.
const FIRST: f32 = 0.2;

/// Techniques that leave a thing behind: a card, a plan, a sheet.
const THINGS: &[&str] = &[
    "plan.safety",
    "plan.crisis",
    "plan.treatment",
    "plan.behavior",
    "plan.goal_setting",
    "plan.discharge",
    "dbt.diary_card",
    "cbt.thought_record",
    "cbt.behavioral_activation",
    "relapse_prevention",
    "task_centered",
    "med_adherence",
    "cpt",
    "skills.sleep",
];

impl Talk<'_> {
    /// Marks what was gone over.
    pub(super) fn review(&mut self) {
        for n in 0..self.lines.len() {
            if self.lines[n].by_client {
                continue;
            }
            self.unreview(n);
            self.review_thing(n);
            self.review_skill(n);
            self.review_homework(n);
        }
    }

    /// "Let's look at" reviews nothing that leaves no thing behind.
    fn unreview(&mut self, n: usize) {
        let (utterance, words) = (self.lines[n].utterance, self.lines[n].words.clone());
        if !self.lines[n].has(Sign::TakesOut) {
            return;
        }
        for at in 0..self.tags.len() {
            let tag = &self.tags[at];
            let id = self.id(tag.intervention);
            let conversation = ["family_systems", "mi.", "cbt.core", "act.", "couples"];
            if tag.status == Status::Reviewed
                && conversation.iter().any(|c| id.starts_with(c))
                && self.tells(tag, utterance, &words)
            {
                self.tags[at].status = Status::Performed;
            }
        }
    }

    fn review_thing(&mut self, n: usize) {
        let line = &self.lines[n];
        if !line.has(Sign::TakesOut) || line.has(Sign::Later) {
            return;
        }
        let (utterance, words) = (line.utterance, line.words.clone());
        for found in self.named_in(utterance, &words) {
            let named = !matches!(found.how, How::Act | How::Like);
            if !named || !THINGS.contains(&self.id(found.intervention)) {
                continue;
            }
            let of = |talk: &Self, at: usize| {
                let tag = &talk.tags[at];
                tag.intervention == found.intervention && talk.tells(tag, utterance, &words)
            };
            let mut any = false;
            for at in 0..self.tags.len() {
                if of(self, at) {
                    self.turn(at, Status::Reviewed, &found.words);
                    any = true;
                }
            }
            if !any {
                self.add(found.intervention, Status::Reviewed, utterance, &words);
            }
        }
    }

    /// "Show me again that belly breathing we did."
    fn review_skill(&mut self, n: usize) {
        let line = &self.lines[n];
        if !line.has(Sign::Again) {
            return;
        }
        let (utterance, words) = (line.utterance, line.words.clone());
        for at in 0..self.tags.len() {
            let tag = &self.tags[at];
            let id = self.id(tag.intervention);
            let skill = id.starts_with("skills.") || id.starts_with("dbt.");
            if skill && tag.status == Status::Performed && self.tells(tag, utterance, &words) {
                self.turn(at, Status::Reviewed, &words);
            }
        }
    }

    fn review_homework(&mut self, n: usize) {
        let line = &self.lines[n];
        let Some(review) = self.lexicon.place("homework.review") else {
            return;
        };
        if line.far > EARLY || line.has(Sign::Later) || line.has(Sign::Meant) {
            return;
        }
        let in_utterance = &self.lines[self.of[line.utterance].clone()];
        let asked = |sign: Sign| in_utterance.iter().any(|l: &Line| l.has(sign));
        let set = line.has(Sign::SetBefore) && asked(Sign::HowWent);
        let first = line.far <= FIRST && line.question && self.names_practice(line);
        let (utterance, words) = (line.utterance, line.words.clone());
        let task_named = self
            .tags
            .iter()
            .any(|tag| tag.status == Status::Reviewed && self.tells(tag, utterance, &words));
        if (set || first) && !task_named {
            for at in 0..self.tags.len() {
                let tag = &self.tags[at];
                if self.id(tag.intervention) == "homework.assign"
                    && self.tells(tag, utterance, &words)
                {
                    self.tags[at].intervention = review;
                    self.turn(at, Status::Reviewed, &words);
                }
            }
            self.add(review, Status::Reviewed, utterance, &words);
        }
    }

    /// Whether "how did .. go" asks for something that is practised.
    fn names_practice(&self, line: &Line) -> bool {
        let asks = line.signs.iter().any(|m| {
            m.what == Sign::HowWent && self.word(line.utterance, m.words.start).starts_with("how")
        });
        asks && line.words.clone().any(|at| {
            let word = self.word(line.utterance, at);
            matches!(
                word.trim_end_matches('s'),
                "minute"
                    | "walk"
                    | "talk"
                    | "practice"
                    | "breathing"
                    | "step"
                    | "list"
                    | "letter"
                    | "log"
                    | "card"
                    | "sheet"
                    | "exercise"
                    | "experiment"
                    | "task"
                    | "chart"
                    | "call"
                    | "diary"
                    | "homework"
                    | "drawer"
                    | "technique"
                    | "goal"
            )
        })
    }
}
