//! Tables of what people say, and the laws that hold on any text.

use proptest::prelude::*;

use super::*;
use crate::transcript::words::tokenise;

fn readings(text: &str) -> Vec<NumberReading> {
    read(&tokenise(text))
}

/// The text with every reading that is to be written put in its place.
fn written(text: &str) -> String {
    let tokens = tokenise(text);
    let mut out = String::new();
    let mut from = 0;
    for reading in read(&tokens).iter().filter(|r| r.should_write()) {
        out.push_str(&text[from..tokens[reading.tokens.start].span.start]);
        out.push_str(&reading.written());
        from = tokens[reading.tokens.end - 1].span.end;
    }
    out + &text[from..]
}

/// What is said, and the written form of each reading in it.
const FORMS: &[(&str, &[&str])] = &[
    ("fourteen", &["14"]),
    ("forty two", &["42"]),
    ("twenty-one", &["21"]),
    ("one hundred and twenty", &["120"]),
    ("a hundred", &["100"]),
    ("twelve hundred", &["1200"]),
    ("two thousand and eight", &["2008"]),
    ("1,200", &["1200"]),
    ("one point five", &["1.5"]),
    ("point five", &["5"]),
    ("a dose of point five", &["0.5"]),
    ("two and a half", &["2.5"]),
    ("seven point two five", &["7.25"]),
    ("at one point two of them left", &["1", "2"]),
    ("seven out of ten", &["7/10"]),
    ("7/10", &["7/10"]),
    ("7 / 10", &["7/10"]),
    ("session six of twelve", &["6 of 12"]),
    ("five to seven", &["5 to 7"]),
    ("2-3", &["2-3"]),
    ("five or six beers", &["5 or 6"]),
    ("from eight to three over four trials", &["8", "3", "4"]),
    ("from four to seven", &["4", "7"]),
    ("ten oh five", &["10:05"]),
    ("10:05 am", &["10:05 am"]),
    ("at nine p m", &["9 pm"]),
    ("9 a.m. today", &["9 am"]),
    ("five o'clock", &["5:00"]),
    ("half past two", &["2:30"]),
    ("quarter to three", &["2:45"]),
    ("noon", &["12 pm"]),
    ("ten oh five to ten fifty eight", &["10:05-10:58"]),
    ("from 2 to 2:50 pm", &["2:00-2:50 pm"]),
    ("from four to five thirty in the blue room", &["4:00-5:30"]),
    ("seen nineteen forty to twenty fifteen", &["19:40-20:15"]),
    (
        "worked there from nineteen forty to twenty fifteen",
        &["1940", "20", "15"],
    ),
    ("hotline at five fifty right after", &["5:50"]),
    ("sleep window to twelve thirty", &["12:30"]),
    ("sudz at five twenty two sets", &["5", "22"]),
    ("at five twenty minutes later", &["5", "20"]),
    ("March tenth", &["March 10"]),
    ("January 15, 2024", &["January 15, 2024"]),
    ("the fourth of May", &["May 4"]),
    ("15 January", &["January 15"]),
    ("may fourth", &["May 4"]),
    ("she may ten times", &["10"]),
    ("2026-03-10", &["March 10, 2026"]),
    ("3/10/2026", &[]),
    ("in twenty nineteen", &["2019"]),
    ("in June twenty twenty one", &["2021"]),
    ("since 2019", &["2019"]),
    ("eighty percent", &["80%"]),
    ("80%", &["80%"]),
    ("nine per cent", &["9%"]),
    ("oriented times four", &["\u{d7}4"]),
    ("oriented x4", &["\u{d7}4"]),
    ("sometimes two", &["2"]),
    ("f forty three point one zero", &["F43.10"]),
    ("ten to twelve thirty in her office", &["10:00-12:30"]),
    ("from eight to three twelve trials", &["8", "3", "12"]),
    ("sudz four to two thirty trials", &["4", "2", "30"]),
    ("two to two fifty p m", &["2:00-2:50 pm"]),
    ("F43.10", &["F43.10"]),
    ("f four three point one oh", &["F43.10"]),
    ("z sixty three point oh", &["Z63.0"]),
    ("nine oh eight three seven", &["90837"]),
    ("nine oh eight thirty seven", &["90837"]),
    ("90837", &["90837"]),
    ("nine eight eight", &["988"]),
    ("room two oh five", &["205"]),
    ("five four three two one", &["54321"]),
    ("5-4-3-2-1", &["54321"]),
    ("five, four, three, two, one", &["54321"]),
    ("sud three four sets", &["3", "4"]),
    ("oh", &[]),
    ("oh no", &[]),
    ("for two to four", &["2 to 4"]),
    ("to for too", &[]),
    ("one of them", &[]),
    ("no one", &[]),
    ("one another", &[]),
    ("the older one", &[]),
    ("one on one", &[]),
    ("phq two is one", &["2", "1"]),
    ("wait a second", &[]),
    ("the third time", &["3rd"]),
    ("on the twenty first", &["21st"]),
    ("01:02:03", &[]),
    ("999999999999999999999999", &[]),
    ("", &[]),
];

#[test]
fn forms_are_read() {
    let mut wrong = Vec::new();
    for (text, want) in FORMS {
        let got: Vec<_> = readings(text).iter().map(NumberReading::written).collect();
        if got != *want {
            wrong.push(format!("{text}: {got:?}, not {want:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn writing_keeps_idioms_in_words() {
    let cases: &[(&str, &str)] = &[
        ("she slept six hours", "she slept six hours"),
        ("one of them", "one of them"),
        ("a one on one meeting", "a one on one meeting"),
        ("two-faced", "two-faced"),
        (
            "five four three two one grounding",
            "five four three two one grounding",
        ),
        ("for the first time", "for the first time"),
        ("about a hundred calls", "about a hundred calls"),
        ("two and a half hours", "two and a half hours"),
        ("at half past two", "at half past two"),
        ("the two of them", "the two of them"),
        ("the twelve step thing", "the twelve step thing"),
        ("the fourth of july was bad", "the fourth of july was bad"),
        ("two out of three", "two out of three"),
        ("five or six beers", "five or six beers"),
        ("the five o'clock trigger", "the five o'clock trigger"),
        ("in month three of six", "in month three of six"),
        ("forty minutes", "40 minutes"),
        ("fifty milligrams", "50 milligrams"),
        ("two milligrams", "2 milligrams"),
        ("twenty-one-minute walk", "21-minute walk"),
        (
            "SUD was eight, felt in the chest",
            "SUD was 8, felt in the chest",
        ),
        ("VOC rose to seven", "VOC rose to 7"),
        ("six out of ten on Sunday", "6/10 on Sunday"),
        ("ten oh five to ten fifty eight", "10:05-10:58"),
        ("he felt eighty percent sure", "he felt 80% sure"),
        ("session four, fifty minutes", "session 4, 50 minutes"),
        ("call nine eight eight", "call 988"),
        ("goal one, then goal two", "goal 1, then goal 2"),
        ("two cats and nine lives", "two cats and nine lives"),
        ("on March tenth", "on March 10"),
        ("stroke in twenty eighteen and", "stroke in 2018 and"),
        ("alert, oriented times three", "alert, oriented \u{d7}3"),
        ("PHQ-9 was 14 at 10:05 am", "PHQ-9 was 14 at 10:05 am"),
        ("7 out of 10", "7/10"),
        ("one twenty over eighty", "one twenty over 80"),
        ("in the nineteen nineties", "in the nineteen nineties"),
        ("one, two, three, breathe", "one, two, three, breathe"),
        ("kids of five and seven", "kids of 5 and 7"),
        ("a three to four out of ten", "a three to four out of ten"),
    ];
    let wrong: Vec<_> = cases
        .iter()
        .filter(|(text, want)| written(text) != *want)
        .map(|(text, want)| format!("{text}: {:?}, not {want:?}", written(text)))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn named_digits_are_no_values() {
    let tokens = tokenise("p h q nine of fourteen");
    let excluding = |named: Range<usize>| read_excluding(&tokens, std::slice::from_ref(&named));
    let found = excluding(0..4);
    let written: Vec<_> = found.iter().map(NumberReading::written).collect();
    assert_eq!(written, ["14"]);
    assert!(excluding(0..40).is_empty());
    assert_eq!(excluding(40..50).len(), 1);
}

#[test]
fn clocks_count_over_noon_and_midnight() {
    let cases = [
        ("ten oh five to ten fifty eight", 53),
        ("eleven thirty to twelve twenty", 50),
        ("twelve thirty to one twenty", 50),
        ("from 2 to 2:50 pm", 50),
        ("from 11 to 12:15 pm", 75),
        ("11:30 pm to 12:15 am", 45),
        ("23:40 to 0:20", 40),
        ("8:00 am to 9:30 pm", 810),
    ];
    for (text, want) in cases {
        let found = readings(text);
        let Some(Quantity::ClockSpan { from, to }) = found.first().map(|r| &r.value) else {
            panic!("{text}: {found:?}");
        };
        assert_eq!(from.minutes_until(to), want, "{text}");
    }
}

#[test]
fn every_number_below_ten_thousand_reads_back() {
    for n in 0..10_000 {
        for and in ["", "and "] {
            let text = spell(n, and);
            let found = readings(&text);
            let got = found.first().map(|r| r.value.clone());
            assert_eq!(got, Some(Quantity::Number(Number::whole(n))), "{text}");
            assert_eq!(found.len(), 1, "{text}");
        }
    }
}

fn spell(n: u32, and: &str) -> String {
    const ONES: [&str; 20] = [
        "zero",
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
        "eleven",
        "twelve",
        "thirteen",
        "fourteen",
        "fifteen",
        "sixteen",
        "seventeen",
        "eighteen",
        "nineteen",
    ];
    const TENS: [&str; 10] = [
        "", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety",
    ];
    let with = |head: String, rest: u32, and: &str| match rest {
        0 => head,
        _ => format!("{head} {and}{}", spell(rest, and)),
    };
    match n {
        0..20 => ONES[n as usize].to_owned(),
        20..100 => with(TENS[n as usize / 10].to_owned(), n % 10, ""),
        100..1000 => with(format!("{} hundred", ONES[n as usize / 100]), n % 100, and),
        _ => with(
            format!("{} thousand", spell(n / 1000, and)),
            n % 1000,
            if n % 1000 < 100 { and } else { "" },
        ),
    }
}

proptest! {
    #[test]
    fn readings_lie_in_bounds_on_any_text(
        text in prop_oneof![
            ".*",
            "((one|two|ten|twenty|oh|a|half|past|to|of|out|point|hundred|thousand|and|percent|f|x|\
              times|may|march|the|fifth|second|in|at|from|noon|am|p|m|5|12|2019|3.5|-|/|:|,|\\.) ?){0,30}",
        ],
        from in 0usize..20,
        length in 0usize..5,
    ) {
        let tokens = tokenise(&text);
        let named = from..from + length;
        let mut last = 0;
        for reading in read_excluding(&tokens, std::slice::from_ref(&named)) {
            prop_assert!(reading.tokens.start >= last && reading.tokens.start < reading.tokens.end);
            prop_assert!(reading.tokens.end <= tokens.len());
            prop_assert!(reading.tokens.clone().all(|at| !named.contains(&at)));
            prop_assert!(!reading.written().is_empty());
            last = reading.tokens.end;
        }
    }
}
