//! The inflected forms of an English verb or noun, for patterns written `teach~`.

/// Irregular verbs that clinicians use, as base, past, participle, and extra forms.
const IRREGULAR: &[&[&str]] = &[
    &["be", "is", "was", "were", "been", "being", "are", "am"],
    &["become", "became", "becoming", "becomes"],
    &["begin", "began", "begun", "beginning", "begins"],
    &["break", "broke", "broken", "breaking", "breaks"],
    &["bring", "brought", "bringing", "brings"],
    &["build", "built", "building", "builds"],
    &["choose", "chose", "chosen", "choosing", "chooses"],
    &["come", "came", "coming", "comes"],
    &["cut", "cuts", "cutting"],
    &["deal", "dealt", "dealing", "deals"],
    &["do", "did", "done", "doing", "does"],
    &["draw", "drew", "drawn", "drawing", "draws"],
    &["feel", "felt", "feeling", "feels"],
    &["fight", "fought", "fighting", "fights"],
    &["find", "found", "finding", "finds"],
    &["get", "got", "gotten", "getting", "gets"],
    &["give", "gave", "given", "giving", "gives"],
    &["go", "went", "gone", "going", "goes"],
    &["have", "had", "has", "having"],
    &["hear", "heard", "hearing", "hears"],
    &["hold", "held", "holding", "holds"],
    &["hurt", "hurts", "hurting"],
    &["keep", "kept", "keeping", "keeps"],
    &["know", "knew", "known", "knowing", "knows"],
    &["lead", "led", "leading", "leads"],
    &["leave", "left", "leaving", "leaves"],
    &["let", "lets", "letting"],
    &["lose", "lost", "losing", "loses"],
    &["make", "made", "making", "makes"],
    &["mean", "meant", "meaning", "means"],
    &["meet", "met", "meeting", "meets"],
    &["overcome", "overcame", "overcoming", "overcomes"],
    &["pay", "paid", "paying", "pays"],
    &["put", "puts", "putting"],
    &["read", "reading", "reads"],
    &["rehearse", "rehearsed", "rehearsing", "rehearses"],
    &["rewrite", "rewrote", "rewritten", "rewriting", "rewrites"],
    &["ride", "rode", "ridden", "riding", "rides"],
    &["run", "ran", "running", "runs"],
    &["say", "said", "saying", "says"],
    &["see", "saw", "seen", "seeing", "sees"],
    &["seek", "sought", "seeking", "seeks"],
    &["send", "sent", "sending", "sends"],
    &["set", "sets", "setting"],
    &["show", "showed", "shown", "showing", "shows"],
    &["sit", "sat", "sitting", "sits"],
    &["speak", "spoke", "spoken", "speaking", "speaks"],
    &["spend", "spent", "spending", "spends"],
    &["stand", "stood", "standing", "stands"],
    &["stick", "stuck", "sticking", "sticks"],
    &["take", "took", "taken", "taking", "takes"],
    &["teach", "taught", "teaching", "teaches"],
    &["tell", "told", "telling", "tells"],
    &["think", "thought", "thinking", "thinks"],
    &["throw", "threw", "thrown", "throwing", "throws"],
    &[
        "undergo",
        "underwent",
        "undergone",
        "undergoing",
        "undergoes",
    ],
    &["understand", "understood", "understanding", "understands"],
    &["wake", "woke", "woken", "waking", "wakes"],
    &["wear", "wore", "worn", "wearing", "wears"],
    &[
        "withdraw",
        "withdrew",
        "withdrawn",
        "withdrawing",
        "withdraws",
    ],
    &["write", "wrote", "written", "writing", "writes"],
];

/// Every form of `base`, itself first. Regular forms follow the spelling rules of English, with the
/// final consonant both single and double where dialects differ (`labeled`, `labelled`).
#[must_use]
pub fn forms(base: &str) -> Vec<String> {
    if let Some(row) = IRREGULAR.iter().find(|row| row[0] == base) {
        return row.iter().map(|&form| form.to_owned()).collect();
    }
    let mut all = vec![base.to_owned()];
    let mut push = |form: String| {
        if !all.contains(&form) {
            all.push(form);
        }
    };
    let last = base.chars().last().unwrap_or(' ');
    let before = base.chars().rev().nth(1).unwrap_or(' ');
    let vowel = |c: char| matches!(c, 'a' | 'e' | 'i' | 'o' | 'u');
    if let Some(stem) = base.strip_suffix('e') {
        push(format!("{base}s"));
        push(format!("{base}d"));
        push(format!("{stem}ing"));
        if base.ends_with("ee") {
            push(format!("{base}ing"));
        }
    } else if last == 'y' && !vowel(before) {
        let stem = &base[..base.len() - 1];
        push(format!("{stem}ies"));
        push(format!("{stem}ied"));
        push(format!("{base}ing"));
    } else {
        let sibilant = ["s", "x", "z", "ch", "sh"]
            .iter()
            .any(|end| base.ends_with(end));
        push(if sibilant {
            format!("{base}es")
        } else {
            format!("{base}s")
        });
        push(format!("{base}ed"));
        push(format!("{base}ing"));
        if !vowel(last) && vowel(before) && !matches!(last, 'w' | 'x' | 'y') {
            push(format!("{base}{last}ed"));
            push(format!("{base}{last}ing"));
        }
    }
    all
}

/// The verb that an irregular form belongs to: `took` to `take`.
#[must_use]
pub fn irregular_base(form: &str) -> Option<&'static str> {
    IRREGULAR
        .iter()
        .find(|row| row.contains(&form))
        .map(|row| row[0])
}

#[cfg(test)]
mod tests {
    use super::forms;

    #[test]
    fn forms_follow_english_spelling() {
        let cases = [
            ("teach", "taught"),
            ("label", "labelled"),
            ("label", "labeled"),
            ("practise", "practising"),
            ("identify", "identified"),
            ("plan", "planning"),
            ("process", "processes"),
            ("guide", "guided"),
            ("thought", "thoughts"),
            ("agree", "agreed"),
        ];
        for (base, form) in cases {
            assert!(forms(base).iter().any(|f| f == form), "{base} -> {form}");
        }
    }
}
