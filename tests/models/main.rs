//! Pulling models from servers that misbehave: whatever happens, the file under its final name is
//! the right one, and what came of it is kept wherever it can still be of use.

// Clippy knows a test by its attribute, and what the tests share has none.
#![allow(clippy::unwrap_used)]

mod broken;
mod disk;
mod network;
mod scene;
mod server;
mod whole;
mod wrong;
