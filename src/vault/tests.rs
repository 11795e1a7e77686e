//! Laws of sealed files: what comes back is what went in, damage costs its frame and no more, and a
//! crash at any moment costs what was not yet synced.

mod fakes;
mod keys;
mod laws;
