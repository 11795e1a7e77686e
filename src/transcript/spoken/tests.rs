//! Tables of commands and of ordinary speech that only looks like them.

use proptest::prelude::*;

use super::*;
use crate::transcript::words::tokenise;

/// The text as it reads once the edits are done: `¶` for a paragraph, `[§name]` for a section,
/// `{…}` for a superseding cue, `!` for an unclear retraction, `<` for one of the text before.
fn obeyed(text: &str) -> String {
    let tokens = tokenise(text);
    let mut out: Vec<String> = Vec::new();
    let edits = obey(text, &tokens);
    let mut at = 0;
    for edit in &edits {
        out.extend(
            tokens[at..edit.tokens.start]
                .iter()
                .map(|t| text[t.span.clone()].to_owned()),
        );
        let said = || {
            let words: Vec<_> = tokens[edit.tokens.clone()]
                .iter()
                .map(|t| t.lower.as_str())
                .collect();
            words.join(" ")
        };
        match &edit.act {
            Act::Punctuate(mark) => out.push((*mark).to_owned()),
            Act::Paragraph => out.push("\u{b6}".to_owned()),
            Act::Section(name) => out.push(format!("[\u{a7}{name}]")),
            Act::Supersede { old, new } => out.push(format!(
                "{{{} {} {}}}",
                tokens[old.start].lower,
                said(),
                tokens[new.start].lower
            )),
            Act::Capitalise => out.push("^".to_owned()),
            Act::Strike {
                why: Struck::Unclear,
            } => out.push("!".to_owned()),
            Act::Strike {
                why: Struck::UtteranceBefore,
            } => out.push("<".to_owned()),
            Act::Strike { .. } | Act::Filler => {}
        }
        at = edit.tokens.end;
    }
    out.extend(tokens[at..].iter().map(|t| text[t.span.clone()].to_owned()));
    out.join(" ")
}

fn check(cases: &[(&str, &str)]) {
    let wrong: Vec<_> = cases
        .iter()
        .filter(|(text, want)| obeyed(text) != *want)
        .map(|(text, want)| format!("{text}\n  got  {}\n  want {want}", obeyed(text)))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn punctuation_is_obeyed() {
    check(&[
        (
            "She slept well period He did not period",
            "She slept well . He did not .",
        ),
        (
            "he slept well full stop he ate comma too",
            "he slept well . he ate , too",
        ),
        (
            "is she safe question mark yes period",
            "is she safe ? yes .",
        ),
        (
            "bad sleep did not period I S I is eighteen",
            "bad sleep did not . I S I is eighteen",
        ),
        (
            "He slept well. Period. She left.",
            "He slept well . She left .",
        ),
        (
            "He ate. He slept period She left. He came back.",
            "He ate . He slept . She left . He came back .",
        ),
        (
            "two goals colon sleep and work",
            "two goals : sleep and work",
        ),
        ("He left, period. She ate.", "He left . She ate ."),
        ("calm semicolon oriented", "calm ; oriented"),
        ("tired dash very tired", "tired - very tired"),
        (
            "she said open quote i am fine close quote",
            "she said \u{201c} i am fine \u{201d}",
        ),
        (
            "mood low open paren baseline close paren",
            "mood low ( baseline )",
        ),
    ]);
}

#[test]
fn paragraphs_and_sections_are_obeyed() {
    check(&[
        (
            "slept well new paragraph ate well",
            "slept well \u{b6} ate well",
        ),
        (
            "Slept well. New paragraph. Ate well.",
            "Slept well . \u{b6} Ate well .",
        ),
        ("slept well new line ate well", "slept well \u{b6} ate well"),
        (
            "call mother bullet point call school",
            "call mother \u{b6} call school",
        ),
        (
            "next section plan return in a week",
            "[\u{a7}plan] return in a week",
        ),
        (
            "Next section, plan. Return in a week.",
            "[\u{a7}plan] Return in a week .",
        ),
        ("new section: objective. Calm.", "[\u{a7}objective] Calm ."),
        (
            "go to section assessment Mood is low",
            "[\u{a7}assessment] Mood is low",
        ),
        (
            "period next section body scan Body scan left",
            ". [\u{a7}body scan] Body scan left",
        ),
        (
            "next section colon plan colon return",
            "[\u{a7}plan] return",
        ),
        ("Section R. He calmed down.", "[\u{a7}r] He calmed down ."),
        (
            "calm period section plan see him friday",
            "calm . [\u{a7}plan] see him friday",
        ),
        (
            "Next section, collateral contacts. Mother called.",
            "[\u{a7}collateral contacts] Mother called .",
        ),
        (
            "next section he was calm and left",
            "\u{b6} he was calm and left",
        ),
        ("Plan. Return Friday.", "[\u{a7}plan] Return Friday ."),
        ("data colon Gloria reports", "[\u{a7}data] Gloria reports"),
        (
            "well period new paragraph plan colon Keep",
            "well . \u{b6} [\u{a7}plan] Keep",
        ),
        (
            "New paragraph. Objective. EPDS was 16.",
            "\u{b6} [\u{a7}objective] EPDS was 16 .",
        ),
    ]);
}

#[test]
fn retractions_are_obeyed() {
    check(&[
        (
            "He left period He wrote an apology period scratch that He will",
            "He left . He will",
        ),
        (
            "two period scratch that Sudz ended at one",
            "Sudz ended at one",
        ),
        (
            "He ate. He left early. Scratch that. He stayed.",
            "He ate . He stayed .",
        ),
        (
            "He ate. He left early, scratch that. He stayed.",
            "He ate . He stayed .",
        ),
        ("he denied it scratch that he said no", "he said no"),
        (
            "I taught her box breathing. No, strike that, that was my one o'clock. I drew a map.",
            "I drew a map .",
        ),
        (
            "Used grounding. Actually, no, scratch that. That was hard for her.",
            "That was hard for her .",
        ),
        ("He saw Mr. Dunn. Strike that. He left.", "He left ."),
        (
            "A came. B came. C came. Scratch that. Scratch that. D came.",
            "A came . D came .",
        ),
        ("Delete that. She came.", "< She came ."),
        ("mood was low scratch word flat", "mood was flat"),
        ("She slept. Undo. She ate.", "She ate ."),
        (
            "next section plan scratch that next section response",
            "[\u{a7}response]",
        ),
    ]);
}

#[test]
fn corrections_and_fillers_are_found() {
    check(&[
        (
            "It was twelve. I'm sorry, thirteen.",
            "It was twelve . {twelve i'm sorry thirteen} , thirteen .",
        ),
        (
            "saw her mother I mean her father",
            "saw her mother {mother i mean father} her father",
        ),
        (
            "PHQ was fourteen, correction, sixteen",
            "PHQ was fourteen , {fourteen correction sixteen} , sixteen",
        ),
        (
            "SUD went to two, I mean one.",
            "SUD went to two , {two i mean one} one .",
        ),
        (
            "spoke four times, I mean five times",
            "spoke four times , {four i mean five} five times",
        ),
        (
            "a nine no wait an eight",
            "a nine {nine no wait eight} an eight",
        ),
        (
            "see her Tuesday, sorry, Wednesday",
            "see her Tuesday , {tuesday sorry wednesday} , Wednesday",
        ),
        (
            "voc two make that three",
            "voc two {two make that three} three",
        ),
        (
            "He ate. New paragraph. Scratch that. He left.",
            "He ate . He left .",
        ),
        ("Okay so she came in", "she came in"),
        (
            "Okay, so, Renata, Tuesday, um. She",
            "so , Renata , Tuesday , . She",
        ),
        ("and, uh, asked it", "and , asked it"),
        ("Mr. Okafor, um, stroke unit", "Mr . Okafor , stroke unit"),
        ("planning, you know, rehab", "planning , rehab"),
        ("he came period end of note", "he came ."),
        ("He came. End note.", "He came ."),
    ]);
}

#[test]
fn ordinary_speech_is_left_alone() {
    let traps = [
        "checking built up over a period of weeks after the baby",
        "the night sweats ended with her last period six years ago",
        "seen in my office fourth period thirty minutes",
        "her period was late",
        "a long period without sleep",
        "no menstrual period since May",
        "the grace period ended",
        "It was a hard period for him.",
        "she fears comma splices",
        "he used a comma there",
        "there is a question mark over the diagnosis",
        "a big question mark",
        "screened for colon cancer last year",
        "his colon was removed",
        "irritable colon",
        "a dash of humor",
        "he had to dash out",
        "the dash cam recorded it",
        "she started a new line of work",
        "she is in a new line of business",
        "he stood in the next line for an hour",
        "he wrote a new paragraph in his letter",
        "he dodged a bullet",
        "bullet wound to the thigh",
        "she wanted to scratch that plan",
        "he could not scratch that itch",
        "scratch that itch",
        "he did strike that boy",
        "do not delete that file",
        "he tried to undo the damage",
        "she can't undo it",
        "we read the next section of the workbook",
        "the next section on grief",
        "a c section last year",
        "section eight housing voucher",
        "under section of the lease",
        "plan to call the school",
        "assessment of risk was done",
        "the plan. was clear",
        "his response was calm",
        "there is a knee cap injury",
        "a cap on spending",
        "and I mean the line dropped twice",
        "he said sorry five times",
        "what do I mean by two",
        "make that call at three",
        "the correction officer came",
        "she was sorry",
        "she wanted to end note taking",
        "a price quote from the shop",
        "he quote mined the letter",
        "she likes it and you know her",
        "seen in the er twice",
        "Went to ER on Monday",
        "okay with the plan",
        "Okay.",
        "well rested",
        "the stop signal",
        "he plays for time",
        "an open bracket fracture",
        "this was the longest dry period yet.",
        "It was a rough period.",
        "the client said scratch that the mother laughed",
        "He agreed to stop recording.",
        "Strike that from the record, she said.",
        "he is a full stop kind of guy",
        "Her plan: to leave.",
        "section A of the form",
        "The ER doctor called.",
    ];
    let wrong: Vec<_> = traps
        .iter()
        .map(|text| (text, obey(text, &tokenise(text))))
        .filter(|(_, edits)| !edits.is_empty())
        .map(|(text, edits)| format!("{text}: {edits:?}"))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_retraction_without_a_boundary_in_reach_strikes_nothing_else() {
    let text = format!("{}scratch that he left", "he spoke softly then ".repeat(30));
    let edits = obey(&text, &tokenise(&text));
    assert_eq!(edits.len(), 1);
    assert_eq!(
        edits[0].act,
        Act::Strike {
            why: Struck::Unclear
        }
    );
}

proptest! {
    #[test]
    fn edits_lie_in_bounds_and_in_order_on_any_text(
        text in prop_oneof![
            ".*",
            "((scratch|that|next|section|plan|period|comma|new|paragraph|Scratch|He|he|undo|word|um|\
              you|know|okay|so|two|five|correction|I|mean|sorry|end|note|colon|quote|open|close|Tuesday|\
              monday|,|\\.|:|\\?) ?){0,40}",
        ],
    ) {
        let tokens = tokenise(&text);
        let mut last = 0;
        for edit in obey(&text, &tokens) {
            prop_assert!(edit.tokens.start >= last && edit.tokens.start < edit.tokens.end);
            prop_assert!(edit.tokens.end <= tokens.len());
            if let Act::Supersede { old, new } = edit.act {
                prop_assert!(old.end <= edit.tokens.start && new.start >= edit.tokens.end);
                prop_assert!(!old.is_empty() && new.end <= tokens.len());
            }
            last = edit.tokens.end;
        }
    }
}
