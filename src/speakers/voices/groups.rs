//! Which stretches of speech are of one voice: they are put together pair by pair, those first that
//! one bell describes as well as two (Chen and Gopalakrishnan 1998).

use super::bell::{Behind, NUMBERS, Sums};

/// A group, and what it costs to describe it.
type Group = (Sums, f64);

/// Puts stretches together; gives each stretch its group, at each of the numbers of groups that are
/// `wanted`.
pub(super) fn join(stretches: &[Sums], behind: &Behind, wanted: &[usize]) -> Vec<Vec<usize>> {
    let count = stretches.len();
    let mut groups: Vec<Option<Group>> = stretches
        .iter()
        .map(|sums| Some((sums.clone(), sums.cost(behind))))
        .collect();
    let mut of: Vec<usize> = (0..count).collect();
    // What each pair loses when it is put together.
    let mut losses = vec![f64::INFINITY; count * count];
    for a in 0..count {
        for b in a + 1..count {
            if let (Some(one), Some(other)) = (&groups[a], &groups[b]) {
                losses[a * count + b] = loss(one, other, behind);
            }
        }
    }
    let mut found = Vec::new();
    for left in (1..=count).rev() {
        if wanted.contains(&left) {
            found.push(numbered(&of));
        }
        let Some((a, b)) = least(&losses, count) else {
            break;
        };
        let (Some(one), Some(other)) = (groups[a].take(), groups[b].take()) else {
            break;
        };
        let both = one.0.together(&other.0);
        let cost = both.cost(behind);
        let both = (both, cost);
        for (other, group) in groups.iter().enumerate() {
            losses[a.min(other) * count + a.max(other)] = group
                .as_ref()
                .map_or(f64::INFINITY, |group| loss(&both, group, behind));
            losses[b.min(other) * count + b.max(other)] = f64::INFINITY;
        }
        groups[a] = Some(both);
        for group in of.iter_mut().filter(|group| **group == b) {
            *group = a;
        }
    }
    found
}

/// Groups by numbers from 0 on.
fn numbered(of: &[usize]) -> Vec<usize> {
    let mut names = of.to_vec();
    names.sort_unstable();
    names.dedup();
    of.iter()
        .map(|group| names.binary_search(group).unwrap_or(0))
        .collect()
}

fn least(losses: &[f64], count: usize) -> Option<(usize, usize)> {
    let (at, loss) = losses
        .iter()
        .enumerate()
        .min_by(|a, b| a.1.total_cmp(b.1))?;
    loss.is_finite().then_some((at / count, at % count))
}

/// What two groups lose when one bell describes both, less what the second bell costs: half a
/// logarithm of the frames for each of its numbers.
fn loss(a: &Group, b: &Group, behind: &Behind) -> f64 {
    let both = a.0.together(&b.0);
    both.cost(behind) - a.1 - b.1 - 0.5 * NUMBERS as f64 * both.count.max(2.0).ln()
}

/// How far apart two voices are: what is lost when one bell describes both, for each frame.
pub(super) fn apart(a: &Sums, b: &Sums, behind: &Behind) -> f64 {
    let both = a.together(b);
    (both.cost(behind) - a.cost(behind) - b.cost(behind)) / both.count.max(1.0)
}
