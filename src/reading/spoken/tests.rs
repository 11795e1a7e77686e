//! What became of techniques in talk, in words and settings of no labelled case.

use crate::note::format::NoteFormat;
use crate::reading::lexicon::Lexicon;
use crate::reading::read;
use crate::transcript::document::Transcript;
use crate::transcript::script::Script;

/// The statuses of a technique in a session of these turns; the clinician speaks first.
fn statuses(format: &str, turns: &[&str], id: &str) -> Vec<String> {
    let utterances: Vec<_> = turns
        .iter()
        .enumerate()
        .map(|(n, text)| {
            let speaker = if n % 2 == 0 { "clinician" } else { "client" };
            serde_json::json!({"id": format!("u{}", n + 1), "speaker": speaker, "text": text})
        })
        .collect();
    let transcript: Transcript = serde_json::from_value(serde_json::json!({
        "schema": "notewright.transcript/1", "mode": "session", "utterances": utterances
    }))
    .unwrap();
    let lexicon = Lexicon::embedded();
    let script = Script::of(&transcript, &lexicon.instrument_names);
    let reading = read(
        lexicon,
        &script,
        &NoteFormat::named(format).unwrap().purpose(),
    );
    let place = lexicon.place(id).unwrap();
    reading
        .tags
        .iter()
        .filter(|tag| tag.intervention == place)
        .map(|tag| {
            serde_json::to_value(tag.status)
                .unwrap()
                .as_str()
                .unwrap()
                .to_owned()
        })
        .collect()
}

/// Says what the clinician said after some talk, and what the client answered.
fn late<'a>(said: &'a str, answer: &'a str) -> Vec<&'a str> {
    vec![
        "Come in.",
        "Hello.",
        "It rained again.",
        "All week.",
        said,
        answer,
    ]
}

#[test]
fn what_was_meant_and_left_out_is_negated() {
    for said in [
        "I'd planned on a thought record today, but we'll skip that.",
        "We were going to do a thought record, but we won't get to it.",
        "I had a thought record ready for you, but let's leave it for another day.",
        "I'd meant to do a thought record with you, but it'll have to wait.",
        "I was going to start you on a thought record. We'll leave that today.",
        "Thought records we're not doing today.",
    ] {
        let found = statuses("soap", &late(said, "Okay."), "cbt.thought_record");
        assert_eq!(found, ["negated"], "{said}");
    }
}

#[test]
fn what_was_offered_is_refused_by_the_answer() {
    for (said, answer) in [
        ("There's a support group on Fridays.", "No group, thanks."),
        (
            "Would you like to join the support group?",
            "I'd rather not.",
        ),
        (
            "We also run a support group here on Tuesdays.",
            "Not for me.",
        ),
        (
            "How about the support group at the library?",
            "Nah, I can't sit in a room like that.",
        ),
        (
            "There's a support group upstairs. Would you come along?",
            "I'll pass.",
        ),
        (
            "We could put you down for the support group.",
            "Don't, please.",
        ),
    ] {
        let found = statuses("soap", &late(said, answer), "group.support");
        assert_eq!(found, ["declined"], "{said} {answer}");
    }
}

#[test]
fn an_answer_that_takes_an_offer_up_refuses_nothing() {
    for answer in ["Yes please.", "No, go on, I'd like that.", "Okay, why not."] {
        let talk = late("Would you like to join the support group?", answer);
        let found = statuses("soap", &talk, "group.support");
        assert!(!found.iter().any(|s| s == "declined"), "{answer}");
    }
}

#[test]
fn a_task_is_homework_and_a_named_technique_its_own() {
    for said in [
        "For the week, the phone stays in the hall from nine.",
        "This week, ten minutes in the garden every morning.",
        "Until Monday, keep the receipts in one box.",
        "Scribble a line whenever something turns up.",
        "Between now and Friday, put a cross on the calendar for each dry day.",
        "Mark each night on the chart and bring it with you.",
        "Over the weekend, you ring your sister.",
    ] {
        let found = statuses("soap", &late(said, "I can do that."), "homework.assign");
        assert_eq!(found, ["assigned"], "{said}");
    }
    let talk = late("For next week, box breathing twice a day.", "Okay.");
    assert_eq!(statuses("soap", &talk, "skills.relaxation"), ["assigned"]);
    assert!(statuses("soap", &talk, "homework.assign").is_empty());
}

#[test]
fn small_talk_sets_no_task() {
    for said in [
        "This week was a hard one, I can tell.",
        "See you on Thursday at two.",
        "I'll print that for you tonight.",
        "How was the weekend?",
    ] {
        let found = statuses("soap", &late(said, "Yeah."), "homework.assign");
        assert!(found.is_empty(), "{said}");
    }
}

#[test]
fn a_promise_is_a_plan() {
    for said in [
        "I'll speak to your form tutor before the holidays.",
        "I'm going to call your probation officer about the curfew.",
        "I'd like to write to Ella's health visitor.",
    ] {
        let found = statuses("soap", &late(said, "Thanks."), "cm.coordination");
        assert_eq!(found, ["planned"], "{said}");
    }
}

#[test]
fn a_plan_or_card_of_before_is_gone_over() {
    for (said, id) in [
        ("Let's have your safety plan out.", "plan.safety"),
        (
            "Pull up your safety plan and let's see if it still works.",
            "plan.safety",
        ),
        ("Can we look at your diary card?", "dbt.diary_card"),
    ] {
        assert_eq!(
            statuses("soap", &[said, "Okay."], id),
            ["reviewed"],
            "{said}"
        );
    }
    for said in [
        "Last time you were going to walk to the park. How did that go?",
        "You said you'd ring the landlord. Did you manage it?",
        "How did the walk go?",
    ] {
        let found = statuses("soap", &[said, "Fine.", "Good.", "Yes."], "homework.review");
        assert_eq!(found, ["reviewed"], "{said}");
    }
    // What was practised has a name of its own, and no second tag.
    let said = [
        "How did the breathing practice go?",
        "Fine.",
        "Good.",
        "Yes.",
    ];
    assert_eq!(statuses("soap", &said, "skills.relaxation"), ["reviewed"]);
}

#[test]
fn what_the_client_tells_has_its_time_and_owner() {
    for (said, status) in [
        (
            "I did the sand tray with Miss Hill in primary.",
            "historical",
        ),
        (
            "I do sand tray with Miss Hill on Fridays.",
            "other_provider",
        ),
    ] {
        assert_eq!(
            statuses("soap", &["Hello.", said], "sand_tray"),
            [status],
            "{said}"
        );
    }
    let talk = [
        "Shall we set up a family session?",
        "No. We had those on the ward.",
    ];
    let found = statuses("soap", &talk, "family_systems");
    assert!(found.iter().any(|s| s == "declined"), "{found:?}");
    assert!(found.iter().any(|s| s == "historical"), "{found:?}");
}

#[test]
fn the_next_step_of_emdr_is_planned() {
    for (said, id) in [
        (
            "Next week we'll look at the stairwell again.",
            "emdr.reevaluation",
        ),
        (
            "Next time we carry on with the lift from where we stopped.",
            "emdr.desensitization",
        ),
        ("Next session we set up the hospital.", "emdr.assessment"),
    ] {
        let found = statuses("emdr", &late(said, "Okay."), id);
        assert_eq!(found, ["planned"], "{said}");
    }
}

#[test]
fn ordinary_talk_is_no_technique() {
    for (said, id) in [
        ("Take your time.", "crisis.deescalation"),
        (
            "Right, let's run it through the till again.",
            "cbt.behavioral_experiment",
        ),
        (
            "What's good and what's bad about each flat?",
            "cbt.downward_arrow",
        ),
        ("What happens when you get out?", "plan.discharge"),
        ("Tell me what the bus was like.", "mi.open_question"),
        ("Go easy on yourself tonight.", "counseling.supportive"),
    ] {
        let found = statuses("soap", &[said, "Hm."], id);
        assert!(found.is_empty(), "{said}");
    }
}
