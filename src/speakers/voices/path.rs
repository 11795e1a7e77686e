//! Who speaks when: how likely each voice is at each moment, when voices seldom change within a
//! breath.

/// What one frame counts: its neighbours say nearly the same.
const FRAME: f32 = 0.08;
/// What a change of voice costs in running speech, and after a pause of [`PAUSE`] hops.
const CHANGE: f32 = 9.0;
const CHANGE_AFTER_PAUSE: f32 = 2.5;
const PAUSE: u32 = 12;

/// For each frame the share of each voice, all that comes before and after considered (forward and
/// backward pass). `scores` holds `voices` logarithms a frame, `hops` when each frame is; where only
/// one frame in `every` is looked at, it stands for those between.
pub(super) fn shares(scores: &[f32], hops: &[u32], voices: usize, every: usize) -> Vec<f32> {
    let frame = FRAME * every as f32;
    let cost = |before: u32, after: u32| cost(before + every as u32, after);
    let mut shares = forward(scores, hops, voices, frame, &cost);
    let mut backward = vec![0.0_f32; voices];
    let mut row = vec![0.0_f32; voices];
    for n in (0..hops.len()).rev() {
        if n + 1 < hops.len() {
            let cost = cost(hops[n], hops[n + 1]);
            for (voice, to) in row.iter_mut().enumerate() {
                *to = backward[voice] + frame * scores[(n + 1) * voices + voice];
            }
            for (voice, to) in backward.iter_mut().enumerate() {
                *to = arriving(&row, voice, cost);
            }
            level(&mut backward);
        }
        let own = &mut shares[n * voices..(n + 1) * voices];
        for (log, after) in own.iter_mut().zip(&backward) {
            *log += after;
        }
        let sum = log_sum(own.iter().copied());
        for log in own {
            *log = (*log - sum).exp();
        }
    }
    shares
}

/// Logarithms of how likely each voice is by what was heard up to each frame.
fn forward(
    scores: &[f32],
    hops: &[u32],
    voices: usize,
    frame: f32,
    cost: &impl Fn(u32, u32) -> f32,
) -> Vec<f32> {
    let mut logs = vec![0.0_f32; hops.len() * voices];
    for n in 0..hops.len() {
        for voice in 0..voices {
            let before = if n == 0 {
                0.0
            } else {
                let row = &logs[(n - 1) * voices..n * voices];
                arriving(row, voice, cost(hops[n - 1], hops[n]))
            };
            logs[n * voices + voice] = before + frame * scores[n * voices + voice];
        }
        level(&mut logs[n * voices..(n + 1) * voices]);
    }
    logs
}

/// The ways to `voice` from all voices, a change costing `cost`.
fn arriving(row: &[f32], voice: usize, cost: f32) -> f32 {
    log_sum(row.iter().enumerate().map(
        |(other, log)| {
            if other == voice { *log } else { log - cost }
        },
    ))
}

/// What a change of voice costs when nothing is heard from hop `from` to hop `to`.
fn cost(from: u32, to: u32) -> f32 {
    let pause = to.saturating_sub(from).min(PAUSE) as f32 / PAUSE as f32;
    CHANGE + (CHANGE_AFTER_PAUSE - CHANGE) * pause
}

fn log_sum(logs: impl Iterator<Item = f32> + Clone) -> f32 {
    let most = logs.clone().fold(f32::NEG_INFINITY, f32::max);
    most + logs.map(|log| (log - most).exp()).sum::<f32>().ln()
}

/// Takes the largest off, so that nothing runs out of range.
fn level(logs: &mut [f32]) {
    let most = logs.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    for log in logs {
        *log -= most;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_odd_frame_changes_nobody() {
        let hops: Vec<u32> = (0..60).collect();
        let score = |n: usize| if n < 30 { [0.0, -20.0] } else { [-20.0, 0.0] };
        let mut scores: Vec<f32> = (0..60).flat_map(score).collect();
        (scores[20], scores[21]) = (-20.0, 0.0);
        let shares = shares(&scores, &hops, 2, 1);
        let first: Vec<bool> = shares.chunks(2).map(|row| row[0] > 0.5).collect();
        assert!(first[..29].iter().all(|first| *first));
        assert!(first[31..].iter().all(|first| !first));
        assert!(
            shares
                .chunks(2)
                .all(|row| (row[0] + row[1] - 1.0).abs() < 1e-3)
        );
    }
}
