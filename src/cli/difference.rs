//! What changed between two lists of sentences: which went, which came, which stayed.

/// A sentence of either list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Line<'a> {
    /// In both.
    Same(&'a str),
    /// In the old one only.
    Gone(&'a str),
    /// In the new one only.
    New(&'a str),
}

/// Most sentences that are compared one by one; longer lists are shown whole.
const MOST: usize = 2000;

/// The sentences of both lists in order, by their longest common part.
#[must_use]
pub fn between<'a>(old: &[&'a str], new: &[&'a str]) -> Vec<Line<'a>> {
    if old.len().max(new.len()) > MOST {
        let gone = old.iter().map(|line| Line::Gone(line));
        return gone.chain(new.iter().map(|line| Line::New(line))).collect();
    }
    // How many sentences the rests from each place on have in common.
    let mut common = vec![vec![0_usize; new.len() + 1]; old.len() + 1];
    for o in (0..old.len()).rev() {
        for n in (0..new.len()).rev() {
            common[o][n] = if old[o] == new[n] {
                common[o + 1][n + 1] + 1
            } else {
                common[o + 1][n].max(common[o][n + 1])
            };
        }
    }
    let (mut o, mut n) = (0, 0);
    let mut lines = Vec::new();
    while o < old.len() || n < new.len() {
        if o < old.len() && n < new.len() && old[o] == new[n] {
            lines.push(Line::Same(old[o]));
            (o, n) = (o + 1, n + 1);
        } else if o < old.len() && (n == new.len() || common[o + 1][n] >= common[o][n + 1]) {
            lines.push(Line::Gone(old[o]));
            o += 1;
        } else {
            lines.push(Line::New(new[n]));
            n += 1;
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::Line::{Gone, New, Same};
    use super::between;

    #[test]
    fn what_stays_stays_in_its_place() {
        assert_eq!(
            between(&["a", "b", "c"], &["a", "x", "c", "d"]),
            [Same("a"), Gone("b"), New("x"), Same("c"), New("d")]
        );
        assert_eq!(between(&[], &["a"]), [New("a")]);
        assert_eq!(between(&["a"], &[]), [Gone("a")]);
    }
}
