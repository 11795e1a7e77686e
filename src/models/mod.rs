//! Model files: which ones exist, which fit this machine, where they lie, and how they get there.
//!
//! [`pull`] is the only place in the program that opens an outgoing connection, and only when
//! somebody asked for a model. This room never reads the environment and never writes to the
//! terminal: folders, mirror and proxies are given by the caller. It never loads a model either;
//! it reads headers to tell a whole model file from something else.

pub mod catalog;
pub mod digest;
pub mod error;
mod header;
mod ledger;
mod part;
pub mod pull;
pub mod recommend;
pub mod store;
mod transport;

pub use catalog::{Catalog, Entry, Kind, Licence};
pub use digest::Digest;
pub use error::ModelsError;
pub use store::Store;
