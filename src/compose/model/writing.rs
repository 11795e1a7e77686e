//! The writing of sections: ask, check, ask once more, and let the words said stand for the rest.

use crate::compose::Matter;
use crate::compose::model::account::Account;
use crate::compose::model::answer::{self, Drafted};
use crate::compose::model::author::{Author, AuthorError, Turn};
use crate::compose::model::budget::{self, Prompt};
use crate::compose::model::grammar::grammar;
use crate::compose::model::items::{Item, evidence};
use crate::compose::model::judging::{Judge, Judged, Refused};
use crate::compose::model::prompt::{self, Step, Task, Wrong};
use crate::compose::model::settled;
use crate::compose::model::settling::{Placed, own, settle};
use crate::compose::model::style::Style;
use crate::note::document::{Origin, Statement};
use crate::note::findings::Finding;
use crate::note::format::SectionFormat;

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

    fn judge(&self) -> Judge<'a> {
        Judge {
            matter: self.matter,
            style: self.style,
        }
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
                    self.judge().take(sentence, items, &mut judged);
                }
                if let Err(error) = self.again(&task, items, &mut judged) {
                    self.fail(error);
                }
                let judge = self.judge();
                let with = (items, step);
                Part::Written(settle(
                    judge,
                    &mut self.account,
                    &section.heading,
                    with,
                    judged,
                ))
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
            if let Judged::Stands(standing) = self.judge().judge(sentence, items) {
                judged.retain(|one| match one {
                    Judged::Refused(old) => !old.cites.iter().all(|c| standing.cites.contains(c)),
                    Judged::Stands(_) => true,
                });
                self.judge().take(
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

fn ids(places: &[usize]) -> String {
    let ids: Vec<String> = places.iter().map(|at| (at + 1).to_string()).collect();
    ids.join(", ")
}
