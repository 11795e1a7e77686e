//! What a model file is, in this room's words. The walk through the file is the engine room's.

use std::path::Path;

use super::catalog::Kind;
use super::error::ModelsError;
use crate::engine::model_file::{self, ModelFault, ModelFile};

impl ModelFile {
    /// What a model of this format is for.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self {
            Self::Whisper { .. } => Kind::Whisper,
            Self::Vad { .. } => Kind::Vad,
            Self::Gguf { .. } => Kind::Llm,
        }
    }
}

/// Walks the header of the file at `path`.
///
/// # Errors
/// [`ModelsError::NotAModel`], [`ModelsError::CutOffModel`], or [`ModelsError::Io`].
pub(super) fn inspect(path: &Path) -> Result<ModelFile, ModelsError> {
    let meta = path
        .metadata()
        .map_err(|source| ModelsError::io("read", path, source))?;
    let not_a_model = |reason: String| ModelsError::NotAModel {
        path: path.to_owned(),
        reason,
    };
    if !meta.is_file() {
        return Err(not_a_model(
            "it is a folder or a device, not a file".to_owned(),
        ));
    }
    model_file::inspect(path).map_err(|fault| match fault {
        ModelFault::CutOff(how) => ModelsError::CutOffModel {
            path: path.to_owned(),
            how,
        },
        ModelFault::NotAModel(reason) | ModelFault::NotTaken(reason) => not_a_model(reason),
        other => not_a_model(other.to_string()),
    })
}
