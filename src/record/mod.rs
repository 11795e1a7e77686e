//! A recording on this workstation: sealed on disk as it comes in.

pub mod moment;
pub mod shelf;
pub mod tape;
