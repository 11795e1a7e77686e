//! The part of a word that its forms share: `avoid` of `avoidance`, `worri` of `worried`.

use crate::transcript::inflect;

/// Endings, longest first, each with how many letters must be left.
const ENDINGS: &[(&str, usize)] = &[
    ("ibility", 4),
    ("ability", 4),
    ("iveness", 4),
    ("fulness", 4),
    ("ization", 4),
    ("isation", 4),
    ("ational", 4),
    ("ations", 4),
    ("ation", 4),
    ("ingly", 4),
    ("ments", 4),
    ("ities", 4),
    ("ition", 4),
    ("ising", 4),
    ("izing", 4),
    ("ating", 4),
    ("ated", 4),
    ("ates", 4),
    ("ator", 4),
    ("ised", 4),
    ("ized", 4),
    ("ance", 4),
    ("ence", 4),
    ("ment", 4),
    ("ness", 4),
    ("able", 4),
    ("ible", 4),
    ("ally", 4),
    ("ions", 4),
    ("edly", 4),
    ("ings", 3),
    ("ate", 4),
    ("ity", 4),
    ("ful", 4),
    ("ous", 4),
    ("ive", 4),
    ("ant", 4),
    ("ent", 4),
    ("ion", 4),
    ("ise", 4),
    ("ize", 4),
    ("ing", 3),
    ("ied", 3),
    ("ies", 3),
    ("ers", 4),
    ("al", 4),
    ("ly", 3),
    ("ed", 3),
    ("er", 4),
    ("or", 4),
    ("es", 3),
    ("s", 3),
    ("e", 3),
    ("y", 3),
    ("i", 3),
];

/// Irregular forms that the lexicon's verbs lack.
const MORE: &[(&str, &str)] = &[
    ("ate", "eat"),
    ("eaten", "eat"),
    ("bought", "buy"),
    ("caught", "catch"),
    ("children", "child"),
    ("drank", "drink"),
    ("drunk", "drink"),
    ("drove", "drive"),
    ("driven", "drive"),
    ("fell", "fall"),
    ("fallen", "fall"),
    ("forgot", "forget"),
    ("forgotten", "forget"),
    ("grew", "grow"),
    ("grown", "grow"),
    ("hid", "hide"),
    ("hidden", "hide"),
    ("hit", "hit"),
    ("laid", "lay"),
    ("left", "leave"),
    ("lent", "lend"),
    ("lit", "light"),
    ("men", "man"),
    ("quit", "quit"),
    ("rang", "ring"),
    ("rung", "ring"),
    ("rose", "rise"),
    ("shook", "shake"),
    ("shaken", "shake"),
    ("shut", "shut"),
    ("slept", "sleep"),
    ("stole", "steal"),
    ("stolen", "steal"),
    ("swam", "swim"),
    ("tore", "tear"),
    ("wept", "weep"),
    ("women", "woman"),
    ("won", "win"),
];

/// The base of an irregular form.
fn irregular(word: &str) -> Option<&'static str> {
    let more = MORE.iter().find(|(form, _)| *form == word);
    more.map(|(_, base)| *base)
        .or_else(|| inflect::irregular_base(word))
}

/// Verbs of telling: in the past tense they say nothing of when what is told took place.
const TELLING: &[&str] = &[
    "reported",
    "stated",
    "said",
    "described",
    "noted",
    "wanted",
    "needed",
    "hoped",
    "planned",
    "scheduled",
    "agreed",
    "offered",
    "decided",
    "denied",
    "asked",
    "preferred",
    "suggested",
    "recommended",
    "declined",
    "refused",
    "intended",
    "expressed",
    "felt",
    "indicated",
    "endorsed",
    "thought",
    "knew",
    "understood",
    "need",
    "based",
    "related",
    "set",
    "put",
    "let",
    "read",
    "cut",
    "hurt",
    "discussed",
    "shared",
];

/// Whether a word is a verb in the past that tells of a thing done.
pub(super) fn is_done(word: &str) -> bool {
    if TELLING.contains(&word) {
        return false;
    }
    let regular = word.len() > 3 && word.ends_with("ed") && !word.ends_with("eed");
    regular
        || irregular(word).is_some_and(|base| {
            base != word
                && !word.ends_with('s')
                && !word.ends_with("ing")
                && !matches!(base, "be" | "have" | "man" | "woman" | "child")
        })
}

/// Verbs of talking and agreeing, by which a note tells of what is to come as well.
const SETTLING: &[&str] = &[
    "identified",
    "respected",
    "honored",
    "honoured",
    "reflected",
    "validated",
    "praised",
    "thanked",
    "elicited",
    "prompted",
    "outlined",
    "clarified",
    "attributed",
    "emphasized",
    "insisted",
    "apologized",
    "revealed",
    "disclosed",
    "recalled",
    "listed",
    "rated",
    "explored",
    "acknowledged",
    "mentioned",
    "verbalized",
    "verbalised",
    "committed",
    "requested",
    "arranged",
    "booked",
    "established",
    "informed",
    "advised",
    "encouraged",
    "considered",
    "expected",
    "determined",
    "assigned",
    "moved",
    "chose",
    "invited",
    "deferred",
    "postponed",
    "raised",
    "notified",
    "confirmed",
    "accepted",
    "consented",
    "concerned",
    "spoke",
    "talked",
    "motivated",
    "interested",
    "focused",
    "prepared",
    "required",
    "continued",
    "remained",
    "increased",
    "decreased",
    "reduced",
    "changed",
    "extended",
    "told",
    "addressed",
    "made",
];

/// Whether a word is a verb in the past that tells of an act.
pub(super) fn is_act(word: &str) -> bool {
    is_done(word) && !SETTLING.contains(&word)
}

/// How often an ending is taken off.
const ROUNDS: usize = 4;

/// The stem of a word in lower case. Total on any text.
#[must_use]
pub(super) fn stem(word: &str) -> String {
    let word = word
        .strip_suffix("'s")
        .or_else(|| word.strip_suffix('\''))
        .unwrap_or(word);
    let mut rest = irregular(word).unwrap_or(word).to_owned();
    if !rest.is_ascii() {
        return rest;
    }
    for _ in 0..ROUNDS {
        let cut = ENDINGS.iter().find_map(|(ending, left)| {
            rest.strip_suffix(ending)
                .filter(|stem| stem.len() >= *left)
                .filter(|_| !(*ending == "s" && rest.ends_with("ss")))
                .map(str::len)
        });
        let Some(cut) = cut else { break };
        rest.truncate(cut);
        let bytes = rest.as_bytes();
        if let [.., a, b] = bytes
            && a == b
            && !matches!(b, b's' | b'l' | b'e' | b'o')
        {
            rest.pop();
        }
    }
    rest
}

#[cfg(test)]
mod tests {
    use super::stem;

    #[test]
    fn forms_of_a_word_share_their_stem() {
        let cases = [
            ("avoidance", "avoid"),
            ("worried", "worries"),
            ("planned", "planning"),
            ("took", "takes"),
            ("mother's", "mother"),
            ("attended", "attends"),
            ("stress", "stresses"),
        ];
        for (one, other) in cases {
            assert_eq!(stem(one), stem(other), "{one} {other}");
        }
    }

    proptest::proptest! {
        #[test]
        fn stems_of_any_text(word in ".*") {
            assert!(stem(&word).len() <= word.len() + 12);
        }
    }
}
