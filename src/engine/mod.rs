//! The two native engines as child processes: `notewright-ear` hears, `notewright-pen` writes.
//!
//! Owns the protocol between library and children, the children's starting, feeding, watching,
//! restarting and ending, and what a child gives up before it touches a model. Never names an
//! engine crate: only `bin/ear.rs` and those in `bin/pen/` do.

pub mod chat;
pub mod child;
pub mod ear;
pub mod failure;
pub mod fence;
pub mod frame;
pub mod model_file;
pub mod pen;
pub mod prefix;
pub mod protocol;
pub mod serve;
pub mod stream;
pub mod window_sums;

pub use ear::{Ear, EarOptions};
pub use failure::EngineError;
pub use pen::{Pen, PenOptions};
pub use prefix::PrefixStore;
