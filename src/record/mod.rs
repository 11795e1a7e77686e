//! A recording on this workstation: sealed on disk as it comes in, and its text while it is made.

pub mod live;
pub mod moment;
pub mod recorder;
pub mod rewind;
pub mod shelf;
pub mod tape;
