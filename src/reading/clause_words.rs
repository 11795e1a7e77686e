//! Small words around which clauses begin and end.

/// Words before a verb that it belongs to: a subject, an auxiliary, an adverb, a preposition.
pub(super) fn governs(word: &str) -> bool {
    matches!(
        word,
        "i" | "we"
            | "he"
            | "she"
            | "they"
            | "who"
            | "that"
            | "which"
            | "it"
            | "was"
            | "were"
            | "is"
            | "are"
            | "been"
            | "had"
            | "has"
            | "have"
            | "not"
            | "also"
            | "just"
            | "then"
            | "to"
            | "the"
            | "a"
            | "an"
            | "of"
            | "with"
            | "her"
            | "his"
            | "their"
            | "by"
            | "for"
            | "in"
            | "on"
            | "at"
            | "when"
            | "what"
            | "how"
            | "or"
            | "client"
            | "patient"
            | "pt"
            | "mother"
            | "mom"
            | "dad"
            | "father"
            | "still"
            | "only"
            | "never"
            | "no"
            | "be"
            | "being"
            | "get"
            | "got"
            | "feels"
            | "felt"
            | "more"
            | "less"
            | "so"
            | "very"
            | "much"
            | "as"
            | "if"
            | "did"
    ) || word.ends_with("ly")
}

/// Words that lead over to a new clause and belong to it.
pub(super) fn leads(word: &str) -> bool {
    matches!(
        word,
        "and" | "but" | "so" | "then" | "also" | "afterwards" | "today" | "because" | "while"
    )
}

/// Words before which a person does nothing: "with Harold I stayed quiet".
pub(super) fn is_preposition(word: &str) -> bool {
    matches!(
        word,
        "with" | "for" | "to" | "from" | "about" | "by" | "of" | "at" | "on" | "beside" | "between"
    )
}
