//! `notewright-pen`: writes with a language model for the library, as its child process.
//!
//! Only the files of this folder name `llama_cpp_2`. Reads requests on standard input and answers
//! on standard output; prints nothing; opens nothing but the model.

mod chat;
mod chooser;
mod memory;
mod writer;

use std::num::NonZeroU32;
use std::process::ExitCode;

use llama_cpp_2::context::LlamaContext;
use llama_cpp_2::context::params::{KvCacheType, LlamaContextParams};
use llama_cpp_2::llama_backend::LlamaBackend;
use llama_cpp_2::model::LlamaModel;
use llama_cpp_2::model::params::LlamaModelParams;
use llama_cpp_2::{LogOptions, send_logs_to_tracing};
use notewright::engine::fence::{self, Fence};
use notewright::engine::frame::FrameError;
use notewright::engine::model_file::{ModelFault, ModelFile, inspect_gguf};
use notewright::engine::protocol::{
    Answer, Engine, Failure, Hello, KvType, PenAnswer, PenLoad, PenReady, PenRequest,
};
use notewright::engine::serve::{self, Line, Memory, free_memory};

use chat::Manners;
use memory::Held;
use writer::Writer;

fn main() -> ExitCode {
    send_logs_to_tracing(LogOptions::default().with_logs_enabled(false));
    serve::run(Engine::Pen, work)
}

fn work() -> Result<(), FrameError> {
    let mut line = Line::open(Hello {
        engine: Engine::Pen,
        notewright: env!("CARGO_PKG_VERSION").to_owned(),
        native: "llama.cpp".to_owned(),
        cpu: cpu_features(),
        fence: fence::probe(),
    })?;
    let load = match line.request()? {
        Some(PenRequest::Load(load)) => load,
        Some(PenRequest::Bye) | None => return Ok(()),
        Some(_) => {
            return line.refuse(Failure::OutOfTurn("a text before a model".to_owned()));
        }
    };
    let mut memory = Memory::open();
    let loaded = Loaded::load(&load, &mut memory);
    let context = loaded.as_ref().map_err(Clone::clone).and_then(|l| {
        let context = l.context(&load)?;
        Ok((l, context))
    });
    match context {
        Ok((loaded, context)) => {
            let ready = loaded.describe(&context);
            line.send(&Answer::Work(PenAnswer::Ready(ready)))?;
            let (requests, answers) = line.listen();
            Writer {
                model: &loaded.model,
                manners: Manners::of(&loaded.model, &loaded.architecture),
                held: Held::new(context),
                batch: load.tuning.batch.max(1) as usize,
                requests,
                answers,
                memory,
            }
            .work()
        }
        Err(fault) => line.refuse(Failure::Model(fault)),
    }
}

/// Features that the native code was built with, as it prints them.
fn cpu_features() -> String {
    // SAFETY: returns a pointer to a static, zero-terminated text that is written on this call only.
    #[allow(unsafe_code)]
    let text = unsafe { std::ffi::CStr::from_ptr(llama_cpp_sys_2::llama_print_system_info()) };
    text.to_string_lossy().trim().to_owned()
}

struct Loaded {
    backend: LlamaBackend,
    model: LlamaModel,
    architecture: String,
    memory: Option<u64>,
    fence: Fence,
}

impl Loaded {
    /// Looks at the file, puts up the fence, and only then lets native code read the model.
    fn load(load: &PenLoad, memory: &mut Memory) -> Result<Self, ModelFault> {
        let file = inspect_gguf(&load.model)?;
        file.fits_with(load.context, &load.tuning, free_memory())?;
        let ModelFile::Gguf { architecture, .. } = file else {
            return Err(ModelFault::NotTaken("it is no language model".to_owned()));
        };
        let not_taken = |e: llama_cpp_2::LlamaCppError| ModelFault::NotTaken(e.to_string());
        let backend = LlamaBackend::init().map_err(not_taken)?;
        let mut fence = fence::close_around(&load.model);
        // Read, not mapped: most weights are rearranged while loading, and the mapped ones would
        // stay in memory beside them (benches/README.md).
        let params = LlamaModelParams::default()
            .with_n_gpu_layers(0)
            .with_use_mmap(false);
        let model = LlamaModel::load_from_file(&backend, &load.model, &params).map_err(|_| {
            ModelFault::NotTaken(format!(
                "llama.cpp refuses it; its architecture is `{architecture}`"
            ))
        })?;
        fence::close_files(&mut fence);
        Ok(Self {
            backend,
            model,
            architecture,
            memory: memory.resident(),
            fence,
        })
    }

    fn context(&self, load: &PenLoad) -> Result<LlamaContext<'_>, ModelFault> {
        let context = load.context.min(self.model.n_ctx_train()).max(1);
        let threads = i32::from(load.threads.max(1));
        let tuning = &load.tuning;
        let kv = match tuning.kv {
            KvType::F16 => KvCacheType::F16,
            KvType::Q8_0 => KvCacheType::Q8_0,
        };
        let flash = if tuning.flash {
            llama_cpp_sys_2::LLAMA_FLASH_ATTN_TYPE_ENABLED
        } else {
            llama_cpp_sys_2::LLAMA_FLASH_ATTN_TYPE_DISABLED
        };
        let batch = tuning.batch.max(1);
        let params = LlamaContextParams::default()
            .with_n_ctx(NonZeroU32::new(context))
            .with_n_batch(batch)
            .with_n_ubatch(tuning.micro_batch.clamp(1, batch))
            .with_n_threads(threads)
            .with_n_threads_batch(threads)
            .with_flash_attention_policy(flash)
            .with_type_k(kv)
            .with_type_v(kv)
            // A window of attention that forgets could not be cut back to the beginning.
            .with_swa_full(true);
        self.model
            .new_context(&self.backend, params)
            .map_err(|_| ModelFault::NotTaken(format!("no context of {context} tokens")))
    }

    fn describe(&self, context: &LlamaContext<'_>) -> PenReady {
        let template = self.model.chat_template(None).ok();
        PenReady {
            architecture: self.architecture.clone(),
            size: self.model.size(),
            parameters: self.model.n_params(),
            context: context.n_ctx(),
            trained_context: self.model.n_ctx_train(),
            vocabulary: self.model.n_vocab() as u32,
            chat_template: template.and_then(|t| t.to_string().ok()),
            memory: self.memory,
            fence: self.fence.clone(),
        }
    }
}
