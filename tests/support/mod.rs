//! What integration tests share: models made by code, the children's paths, and fakes of them.
//!
//! Each test file uses a part of it.
#![allow(dead_code)]

pub mod children;
pub mod micro_gguf;
pub mod numbers;
pub mod scripted_whisper;
pub mod talk;
