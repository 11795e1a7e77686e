//! Kinds of techniques, by what can become of them.

use crate::reading::interventions::Hit;
use crate::reading::lexicon::Lexicon;

/// Whether a client can be given it to do; the rest is work of the clinician.
pub(super) fn is_for_clients(id: &str) -> bool {
    !matches!(
        id.split('.').next().unwrap_or(id),
        "cm" | "adv"
            | "com"
            | "crisis"
            | "assess"
            | "plan"
            | "group"
            | "supervision_consult"
            | "contingency_management"
            | "harm_reduction"
            | "edu"
            | "mi"
            | "termination"
            | "med_adherence"
    )
}

/// Whether "went over" says that it was done: there is nothing from before to be looked at again.
pub(super) fn is_done_by_going_over(id: &str) -> bool {
    id.starts_with("edu.")
        || id.starts_with("assess.")
        || matches!(
            id,
            "adv.empowerment"
                | "cm.monitoring"
                | "emdr.preparation"
                | "emdr.assessment"
                | "emdr.desensitization"
                | "emdr.closure"
                | "emdr.reevaluation"
        )
}

/// Whether the technique is work on the case, which no client is given as a task.
pub(super) fn is_clinicians_work(lexicon: &Lexicon, hit: &Hit) -> bool {
    let stage = lexicon.interventions[hit.intervention].stage.as_str();
    matches!(
        stage,
        "assessment" | "care_planning" | "evaluation" | "termination"
    )
}
