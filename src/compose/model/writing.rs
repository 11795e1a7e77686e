//! The writing of sections: ask, check, ask once more, and let the words said stand for the rest.

use crate::compose::Matter;
use crate::compose::grounding::{Ground, Said};
use crate::compose::model::account::Account;
use crate::compose::model::answer::{self, Drafted};
use crate::compose::model::author::{Author, AuthorError, Turn};
use crate::compose::model::budget::{self, Prompt};
use crate::compose::model::carried::{self, Measure};
use crate::compose::model::grammar::grammar;
use crate::compose::model::items::{Item, evidence};
use crate::compose::model::prompt::{self, Step, Task, Wrong};
use crate::compose::model::settled;
use crate::compose::model::style::Style;
use crate::note::document::{Evidence, Origin, Statement};
use crate::note::findings::Finding;
use crate::note::format::SectionFormat;
use crate::reading::Cite;
use crate::session::Speech;

/// Most items of one prompt: with more, small models lose their place.
const MOST_ITEMS: usize = 30;
/// Fewest tokens that must be left for evidence and answer, else the context is too short.
const LEAST_LEFT: usize = 160;
/// How often the author may fail before it is asked no more.
const MOST_FAILURES: usize = 2;

/// The writing of one note.
pub(super) struct Writing<'a> {
    author: &'a mut dyn Author,
    matter: Matter<'a>,
    style: &'a Style,
    opening: Vec<Turn>,
    account: Account,
    is_over: bool,
}

/// A sentence, judged.
enum Judged {
    Stands(Standing),
    Refused(Refused),
}

struct Standing {
    text: Speech,
    cites: Vec<usize>,
    evidence: Vec<Evidence>,
}

struct Refused {
    text: Speech,
    cites: Vec<usize>,
    why: String,
}

/// Statements with the place of the first item that each stands on, so that a section keeps the
/// order in which it was told.
type Placed = Vec<(usize, Statement)>;

impl<'a> Writing<'a> {
    /// Begins a note: measures whether the author's context has room for it.
    pub(super) fn open(author: &'a mut dyn Author, matter: Matter<'a>, style: &'a Style) -> Self {
        let mut writing = Self {
            author,
            matter,
            style,
            opening: Vec::new(),
            account: Account::default(),
            is_over: false,
        };
        if let Err(error) = writing.choose_opening() {
            writing.fail(AuthorError {
                can_go_on: false,
                ..error
            });
        }
        writing
    }

    /// The opening with the examples where half of the context is left after it, else without.
    fn choose_opening(&mut self) -> Result<(), AuthorError> {
        let (format, mode) = (self.matter.format, self.matter.script.mode);
        let context = self.author.info().context;
        let Some(section) = format.sections.first() else {
            return Ok(());
        };
        for with_examples in [true, false] {
            self.opening = prompt::opening(format, mode, self.style, with_examples)?;
            let left = self.left(&task(section, &[], Step::Compose))?;
            let enough = if with_examples {
                context / 2
            } else {
                LEAST_LEFT
            };
            if left >= enough.max(LEAST_LEFT) {
                return Ok(());
            }
        }
        let left = self.left(&task(section, &[], Step::Compose))?;
        Err(AuthorError {
            cause: format!(
                "its context of {context} tokens leaves {left} for what was said, and {LEAST_LEFT} are the least"
            ),
            hint: "use a model with a longer context: notewright models recommend".to_owned(),
            can_go_on: false,
        })
    }

    fn left(&mut self, task: &Task<'_>) -> Result<usize, AuthorError> {
        let empty = prompt::step(task, [])?;
        budget::left(self.author, &self.opening, empty)
    }

    fn fail(&mut self, error: AuthorError) {
        self.is_over |= !error.can_go_on || self.account.failures + 1 >= MOST_FAILURES;
        self.account.fail(error);
    }

    /// Why the author stopped, where it did.
    pub(super) fn failed(&self) -> Option<&AuthorError> {
        self.account.failed.as_ref()
    }

    /// What is to be told of the writing.
    pub(super) fn findings(self) -> Vec<Finding> {
        self.account.findings()
    }

    /// Writes a section from its items.
    pub(super) fn section(
        &mut self,
        place: usize,
        items: &[Item],
        step: Step<'_>,
    ) -> Vec<Statement> {
        let section = &self.matter.format.sections[place];
        let (mut placed, parts) = self.in_parts(section, items, step);
        if parts > 1 {
            let mut groups = 0;
            if matches!(step, Step::Compose) && !self.is_over {
                (placed, groups) = self.join(section, placed);
            }
            self.account
                .in_parts(&section.heading, items.len(), parts, groups);
        }
        placed.into_iter().map(|(_, statement)| statement).collect()
    }

    /// Writes items in as many parts as are needed; how many there were comes back.
    fn in_parts(
        &mut self,
        section: &SectionFormat,
        items: &[Item],
        step: Step<'_>,
    ) -> (Placed, usize) {
        let mut placed = Placed::new();
        let (mut open, too_long) = match self.parts(section, items, step) {
            Ok(parts) => parts,
            Err(error) => {
                if let Some(error) = error {
                    self.fail(error);
                }
                (Vec::new(), Vec::new())
            }
        };
        let all: Vec<usize> = open.iter().flatten().chain(&too_long).copied().collect();
        for at in (0..items.len()).filter(|at| !all.contains(at)) {
            self.account.fall(&section.heading);
            placed.extend(own(at, &items[at]));
        }
        for &at in &too_long {
            self.leave_long(&items[at]);
            placed.extend(own(at, &items[at]));
        }
        open.reverse();
        let (mut part, mut total) = (0, open.len());
        while let Some(places) = open.pop() {
            part += 1;
            let taken: Vec<Item> = places.iter().map(|at| items[*at].clone()).collect();
            let of = (total > 1).then_some((part, total));
            match self.part(section, &taken, of, step) {
                Part::Written(done) => {
                    placed.extend(done.into_iter().map(|(at, s)| (places[at], s)));
                }
                Part::DoesNotFit if places.len() > 1 => {
                    let (first, second) = places.split_at(places.len() / 2);
                    open.push(second.to_vec());
                    open.push(first.to_vec());
                    (part, total) = (part - 1, total + 1);
                }
                Part::DoesNotFit => {
                    self.leave_long(&taken[0]);
                    placed.extend(own(places[0], &taken[0]));
                }
                Part::Failed => {
                    self.account.fall(&section.heading);
                    for at in places {
                        placed.extend(own(at, &items[at]));
                    }
                }
            }
        }
        placed.sort_by_key(|(at, _)| *at);
        (placed, total)
    }

    /// The items in parts that fit, and those that do not fit at all. An error without content
    /// tells that the author is asked no more.
    #[allow(clippy::type_complexity, reason = "parts and leftovers, used once")]
    fn parts(
        &mut self,
        section: &SectionFormat,
        items: &[Item],
        step: Step<'_>,
    ) -> Result<(Vec<Vec<usize>>, Vec<usize>), Option<AuthorError>> {
        if self.is_over {
            return Err(None);
        }
        let facts = settled::facts(self.matter, items.iter().flat_map(|i| &i.said));
        let left = self.left(&task(section, &facts, step))?;
        let mut rooms = Vec::with_capacity(items.len());
        for item in items {
            rooms.push(budget::room(self.author, item)?);
        }
        Ok(budget::split(&rooms, left, MOST_ITEMS))
    }

    fn leave_long(&mut self, item: &Item) {
        self.account.too_long(evidence(self.matter, &item.said));
    }

    /// Writes one part.
    fn part(
        &mut self,
        section: &SectionFormat,
        items: &[Item],
        of: Option<(usize, usize)>,
        step: Step<'_>,
    ) -> Part {
        if self.is_over {
            return Part::Failed;
        }
        let facts = settled::facts(self.matter, items.iter().flat_map(|i| &i.said));
        let task = Task {
            part: of,
            ..task(section, &facts, step)
        };
        let places: Vec<usize> = (0..items.len()).collect();
        let drafted = prompt::step(&task, numbered(items, &places))
            .and_then(|turn| self.ask(turn, items, &places));
        match drafted {
            Ok(Some(drafted)) => {
                let mut judged = Vec::new();
                for sentence in drafted {
                    self.take(sentence, items, &mut judged);
                }
                if let Err(error) = self.again(&task, items, &mut judged) {
                    self.fail(error);
                }
                Part::Written(self.settle(section, items, step, judged))
            }
            Ok(None) => Part::DoesNotFit,
            Err(error) => {
                self.fail(error);
                Part::Failed
            }
        }
    }

    /// Asks for sentences on the items at `places`; nothing where the prompt does not fit.
    fn ask(
        &mut self,
        turn: Turn,
        items: &[Item],
        places: &[usize],
    ) -> Result<Option<Vec<Drafted>>, AuthorError> {
        let shown = || places.iter().map(|at| &items[*at]);
        let Some(prompt) = Prompt::fit(self.author, &self.opening, turn, shown())? else {
            return Ok(None);
        };
        let ids: Vec<usize> = places.iter().map(|at| at + 1).collect();
        let lines = places.len() + places.len() / 2 + 1;
        let grammar = grammar(shown(), &ids, lines, self.style.length.most_words());
        let text = self.author.write(prompt.text(), &grammar, prompt.most())?;
        let mut sentences = answer::read(&text, &ids).sentences;
        for sentence in &mut sentences {
            for cite in &mut sentence.cites {
                *cite = places[*cite];
            }
        }
        Ok(Some(sentences))
    }

    /// Judges a sentence and puts it with the others; one that stands already is not said twice.
    fn take(&self, sentence: Drafted, items: &[Item], judged: &mut Vec<Judged>) {
        let judgement = self.judge(sentence, items);
        if let Judged::Stands(new) = &judgement {
            let same = judged.iter_mut().find_map(|one| match one {
                Judged::Stands(old) if plain(&old.text) == plain(&new.text) => Some(old),
                _ => None,
            });
            if let Some(old) = same {
                old.cites.extend(&new.cites);
                old.cites.sort_unstable();
                old.cites.dedup();
                for one in &new.evidence {
                    if !old.evidence.contains(one) {
                        old.evidence.push(one.clone());
                    }
                }
                return;
            }
        }
        judged.push(judgement);
    }

    /// Whether the words that a sentence cites carry it; in a session, with their questions where
    /// it needs them.
    fn judge(&self, sentence: Drafted, items: &[Item]) -> Judged {
        let Drafted { cites, text } = sentence;
        let refused = |why: String| {
            Judged::Refused(Refused {
                text: text.clone(),
                cites: cites.clone(),
                why,
            })
        };
        let said = |at: &usize| items.get(*at).map(|item| item.shown.as_str());
        let avoided = self.style.avoids(&text);
        if avoided
            && !cites
                .iter()
                .filter_map(said)
                .any(|said| self.style.avoids(said))
        {
            return refused("it uses a phrase to avoid".to_owned());
        }
        let cited: Vec<&Item> = cites.iter().filter_map(|at| items.get(*at)).collect();
        let answers: Vec<&Cite> = cited.iter().flat_map(|item| &item.said).collect();
        let with_questions: Vec<&Cite> = cited
            .iter()
            .flat_map(|item| item.asked.iter().chain(&item.said))
            .collect();
        let first = match self.check(&text, &answers) {
            Ok(()) => Ok(answers),
            Err(why) if with_questions.len() > answers.len() => self
                .check(&text, &with_questions)
                .map(|()| with_questions)
                .map_err(|_| why),
            Err(why) => Err(why),
        };
        match first {
            Ok(cites_of_text) => Judged::Stands(Standing {
                evidence: evidence(self.matter, cites_of_text),
                text,
                cites,
            }),
            Err(why) => refused(why),
        }
    }

    fn check(&self, text: &Speech, cites: &[&Cite]) -> Result<(), String> {
        let mut cites = cites.to_vec();
        cites.sort_by_key(|cite| (cite.utterance, cite.span.start));
        let said: Vec<Said<'_>> = cites
            .iter()
            .filter_map(|cite| {
                let utterance = self.matter.transcript.utterances.get(cite.utterance)?;
                Some(Said {
                    speaker: utterance.speaker,
                    text: utterance.text.get(cite.span.clone())?,
                })
            })
            .collect();
        let ground = Ground {
            lexicon: self.matter.lexicon,
            format: self.matter.format,
            mode: self.matter.script.mode,
        };
        ground
            .check(&self.style.client_term.plain(text), &said)
            .map_err(|refusal| refusal.to_string())
    }

    /// Asks once more for the sentences that were refused, with the reasons. What stands then takes
    /// the place of the refused ones that it rewords.
    fn again(
        &mut self,
        task: &Task<'_>,
        items: &[Item],
        judged: &mut Vec<Judged>,
    ) -> Result<(), AuthorError> {
        let refused: Vec<&Refused> = judged
            .iter()
            .filter_map(|one| match one {
                Judged::Refused(refused) => Some(refused),
                Judged::Stands(_) => None,
            })
            .collect();
        if refused.is_empty() || self.is_over {
            return Ok(());
        }
        let mut places: Vec<usize> = refused.iter().flat_map(|r| r.cites.clone()).collect();
        places.sort_unstable();
        places.dedup();
        let wrong: Vec<Wrong> = refused
            .iter()
            .map(|refused| Wrong {
                text: refused.text.clone(),
                ids: ids(&refused.cites),
                why: refused.why.clone(),
            })
            .collect();
        let turn = prompt::again(task, numbered(items, &places), &wrong)?;
        // What does not fit is not asked again: the words said stand.
        for sentence in self.ask(turn, items, &places)?.unwrap_or_default() {
            if let Judged::Stands(standing) = self.judge(sentence, items) {
                judged.retain(|one| match one {
                    Judged::Refused(old) => !old.cites.iter().all(|c| standing.cites.contains(c)),
                    Judged::Stands(_) => true,
                });
                self.take(
                    Drafted {
                        cites: standing.cites,
                        text: standing.text,
                    },
                    items,
                    judged,
                );
            }
        }
        Ok(())
    }

    /// Makes statements of what stands, and lets the words said stand for what no sentence carries.
    fn settle(
        &mut self,
        section: &SectionFormat,
        items: &[Item],
        step: Step<'_>,
        judged: Vec<Judged>,
    ) -> Placed {
        let least = match step {
            Step::Redraft(Some(_)) => Measure::Facts,
            _ => Measure::Share(self.style.length.least_carried()),
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
                carried::carries(self.matter, item, &cited, least)
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
            let evidence = evidence(self.matter, cites.flat_map(|item| &item.said));
            self.account.replace(&section.heading, &one.why, evidence);
        }
        for (at, item) in items.iter().enumerate().filter(|(at, _)| !carried[*at]) {
            if !refused.iter().any(|one| one.cites.contains(&at)) {
                self.account.keep();
            }
            placed.extend(own(at, item));
        }
        placed.sort_by_key(|(at, _)| *at);
        placed
    }

    /// Joins the composed statements of several parts; in groups of neighbours where they do not
    /// fit at once. How many groups there were comes back.
    fn join(&mut self, section: &SectionFormat, placed: Placed) -> (Placed, usize) {
        let mut kept = Placed::new();
        let (mut items, mut places) = (Vec::new(), Vec::new());
        for (at, statement) in placed {
            match Item::of_statement(self.matter, &statement) {
                Some(item) if statement.origin() == Origin::Composed => {
                    items.push(item);
                    places.push(at);
                }
                _ => kept.push((at, statement)),
            }
        }
        if items.len() < 2 {
            kept.extend(
                items
                    .iter()
                    .zip(&places)
                    .flat_map(|(item, at)| own(*at, item)),
            );
            kept.sort_by_key(|(at, _)| *at);
            return (kept, 0);
        }
        let (joined, groups) = self.in_parts(section, &items, Step::Join);
        kept.extend(joined.into_iter().map(|(at, s)| (places[at], s)));
        kept.sort_by_key(|(at, _)| *at);
        (kept, groups)
    }
}

/// What became of a part.
enum Part {
    Written(Placed),
    DoesNotFit,
    Failed,
}

fn task<'a>(section: &'a SectionFormat, facts: &'a [String], step: Step<'a>) -> Task<'a> {
    Task {
        section,
        facts,
        part: None,
        step,
    }
}

fn numbered<'i>(items: &'i [Item], places: &[usize]) -> impl Iterator<Item = (usize, &'i Item)> {
    places
        .iter()
        .filter_map(|at| items.get(*at).map(|item| (at + 1, item)))
        .collect::<Vec<_>>()
        .into_iter()
}

fn own(at: usize, item: &Item) -> Placed {
    item.own.iter().map(|s| (at, s.clone())).collect()
}

fn ids(places: &[usize]) -> String {
    let ids: Vec<String> = places.iter().map(|at| (at + 1).to_string()).collect();
    ids.join(", ")
}

/// A sentence for comparing: letters and digits in lower case.
fn plain(text: &str) -> String {
    text.chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}
