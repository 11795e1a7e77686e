//! Recording on the workstation: what is said while it is being recorded.

pub mod live;
pub mod rewind;
