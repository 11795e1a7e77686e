//! Reading and composing: a page of dictation, a long session, growing texts, and as a peer a naive
//! pass of one regular expression a phrase.

use std::sync::OnceLock;

use notewright::compose::extractive::Extractive;
use notewright::note::format::NoteFormat;
use notewright::pipeline;
use notewright::reading::lexicon::{EMBEDDED, Lexicon};
use notewright::session::{Mode, Speaker, UtteranceId};
use notewright::transcript::document::Transcript;
use regex::Regex;

const PAGE: &str = include_str!("../samples/soap.txt");

fn main() {
    divan::main();
}

/// So many words of dictation.
fn words(count: usize) -> Transcript {
    let page: Vec<&str> = PAGE.split_whitespace().collect();
    let text: Vec<&str> = page.iter().copied().cycle().take(count).collect();
    Transcript::typed(&text.join(" "))
}

/// A 50-minute session: 8,000 words in turns.
fn session() -> Transcript {
    let mut transcript = words(0);
    transcript.mode = Mode::Session;
    let one = transcript.utterances.remove(0);
    let all: Vec<&str> = PAGE.split_whitespace().cycle().take(8_000).collect();
    for (n, turn) in all.chunks(20).enumerate() {
        let mut next = one.clone();
        next.id = UtteranceId::nth(n + 1);
        next.speaker = if n % 2 == 0 {
            Speaker::Clinician
        } else {
            Speaker::Client
        };
        next.text = turn.join(" ").into();
        transcript.utterances.push(next);
    }
    transcript
}

fn draft(transcript: &Transcript) -> usize {
    let format = NoteFormat::named("soap").expect("soap is a format");
    pipeline::draft(transcript, format, None, &mut Extractive)
        .interventions
        .len()
}

#[divan::bench]
fn a_lexicon() -> usize {
    Lexicon::read(EMBEDDED)
        .expect("the lexicon reads")
        .phrases()
}

#[divan::bench]
fn b_page(bencher: divan::Bencher<'_, '_>) {
    let transcript = Transcript::typed(PAGE);
    draft(&transcript);
    bencher.bench(|| draft(&transcript));
}

#[divan::bench]
fn c_session_of_50_minutes(bencher: divan::Bencher<'_, '_>) {
    let transcript = session();
    bencher.bench(|| draft(&transcript));
}

#[divan::bench(args = [1_000, 10_000, 100_000], sample_count = 5)]
fn d_words(bencher: divan::Bencher<'_, '_>, count: usize) {
    let transcript = words(count);
    bencher.bench(|| draft(&transcript));
}

/// The peer: each term of the lexicon as a regular expression of its own over 10,000 words.
#[divan::bench(sample_count = 3)]
fn e_naive_regexes_10_000_words(bencher: divan::Bencher<'_, '_>) {
    static ALL: OnceLock<Vec<Regex>> = OnceLock::new();
    let regexes = ALL.get_or_init(|| {
        Lexicon::embedded()
            .interventions
            .iter()
            .flat_map(|entry| &entry.terms)
            .filter(|term| term.chars().all(|c| c.is_alphanumeric() || c == ' '))
            .filter_map(|term| Regex::new(&format!(r"(?i)\b{term}\b")).ok())
            .collect()
    });
    let text = words(10_000).utterances[0].text.clone();
    bencher.bench(|| {
        regexes
            .iter()
            .map(|r| r.find_iter(&text).count())
            .sum::<usize>()
    });
}
