//! Everything that can go wrong with model files, and what to do next.

mod hint;

use std::io;
use std::path::{Path, PathBuf};

use super::digest::Digest;

/// Why something about a model did not work. [`ModelsError::hint`] says what to do next.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ModelsError {
    /// The catalog contradicts itself.
    #[error("the model catalog is faulty: {problem}")]
    Catalog {
        /// What is wrong, and where.
        problem: String,
    },
    /// The file system refused something.
    #[error("cannot {act} {}: {source}", path.display())]
    Io {
        /// What was tried: `read`, `write`, …
        act: &'static str,
        /// On which file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A file that is no model.
    #[error("{} is not a model file: {reason}", path.display())]
    NotAModel {
        /// The file.
        path: PathBuf,
        /// How that was seen.
        reason: String,
    },
    /// A model file whose end is missing.
    #[error("{} is cut off: {how}", path.display())]
    CutOffModel {
        /// The file.
        path: PathBuf,
        /// How many bytes it has and needs.
        how: String,
    },
    /// A name that neither the catalog nor the models folder has.
    #[error("there is no model `{name}`")]
    Unknown {
        /// What was asked for.
        name: String,
        /// The nearest name that there is.
        nearest: Option<String>,
    },
    /// A known model that is not on this computer.
    #[error("the model `{name}` is not installed")]
    NotInstalled {
        /// Its name.
        name: String,
    },
    /// The demo recogniser was asked for, and this copy of notewright came without it.
    #[error("the demo recogniser is not there: {} is missing", path.display())]
    DemoAbsent {
        /// Where it would be.
        path: PathBuf,
    },
    /// The demo recogniser belongs to the program and is neither fetched nor removed.
    #[error("`{name}` comes with notewright; it is not pulled or removed")]
    Bundled {
        /// Its name.
        name: String,
    },
    /// Another model already has this file name.
    #[error("another model is already there as {}", path.display())]
    NameTaken {
        /// The file that is there.
        path: PathBuf,
    },
    /// A file is named like a known model and is another one.
    #[error("{} is named like the known model `{name}`, but it is another file", path.display())]
    Impostor {
        /// The file.
        path: PathBuf,
        /// Whose name it has.
        name: String,
    },
    /// No recogniser suits this computer.
    #[error("{reason}")]
    NothingFits {
        /// Why not, in a sentence.
        reason: String,
    },
    /// Its licence asks for agreement first.
    #[error("`{name}` has a licence to agree to first: {title}, {url}")]
    LicenceNotAccepted {
        /// The model.
        name: String,
        /// The licence's name.
        title: String,
        /// Where to read it.
        url: String,
    },
    /// The mirror's address cannot be used.
    #[error("`{given}` is not the address of a mirror: {problem}")]
    BadMirror {
        /// What was given.
        given: String,
        /// What is wrong with it.
        problem: String,
    },
    /// The proxy's address cannot be used. It may hold a password and is not repeated.
    #[error("the address of the proxy cannot be read")]
    BadProxy,
    /// Another process pulls the same file.
    #[error("`{name}` is being pulled already, by another window or another user")]
    Busy {
        /// The model.
        name: String,
    },
    /// The name of the server cannot be looked up.
    #[error("no network, or no such server: the address of {host} cannot be found")]
    HostNotFound {
        /// The server.
        host: String,
    },
    /// The server, or something on the way, refused the connection.
    #[error("{host} refused the connection")]
    ConnectionRefused {
        /// The server.
        host: String,
    },
    /// No connection came about, for another reason.
    #[error("cannot connect to {host}: {cause}")]
    CannotConnect {
        /// The server.
        host: String,
        /// What the system said.
        cause: String,
    },
    /// The server did not answer in time.
    #[error("{host} does not answer")]
    NoAnswer {
        /// The server.
        host: String,
    },
    /// No secure connection came about.
    #[error("no secure connection to {host}: {cause}")]
    TlsFailed {
        /// The server.
        host: String,
        /// What failed.
        cause: String,
    },
    /// The proxy refused to connect.
    #[error("the proxy {proxy} did not connect to {host}: {cause}")]
    ProxyFailed {
        /// Host and port of the proxy.
        proxy: String,
        /// The server.
        host: String,
        /// What it answered.
        cause: String,
    },
    /// Redirected too often, or to nowhere.
    #[error("{url} leads nowhere: {problem}")]
    RedirectedAstray {
        /// Where the search began.
        url: String,
        /// What is wrong.
        problem: String,
    },
    /// The server answered with an error of its own or one that it finds in us.
    #[error("{host} answered {status} to {url}")]
    Status {
        /// The server that answered.
        host: String,
        /// The address that it was asked for.
        url: String,
        /// The HTTP status.
        status: u16,
        /// Seconds to wait, where the server said so.
        retry_after_s: Option<u64>,
    },
    /// A web page came in place of the file.
    #[error("{url} gave a web page in place of the model file")]
    HtmlPage {
        /// The address.
        url: String,
    },
    /// The server answered with something that is not proper HTTP.
    #[error("{host} gave an answer that makes no sense: {cause}")]
    Nonsense {
        /// The server.
        host: String,
        /// What was seen.
        cause: String,
    },
    /// The connection broke too often.
    #[error("the connection to {host} broke again and again; {have} bytes of `{name}` are kept")]
    CutOff {
        /// The model.
        name: String,
        /// The server.
        host: String,
        /// Bytes that are kept.
        have: u64,
    },
    /// The connection stood still too often.
    #[error("{host} stopped sending; {have} bytes of `{name}` are kept")]
    Stalled {
        /// The model.
        name: String,
        /// The server.
        host: String,
        /// Bytes that are kept.
        have: u64,
    },
    /// There is too little room, seen before anything was fetched.
    #[error("too little room in {}: {needed} bytes are needed, {free} are free", folder.display())]
    NoRoom {
        /// The models folder.
        folder: PathBuf,
        /// Bytes that are needed.
        needed: u64,
        /// Bytes that are free.
        free: u64,
    },
    /// The disk became full on the way.
    #[error("the disk is full: {} bytes of {} are missing", missing.map_or("some".to_owned(), |n| n.to_string()), path.display())]
    DiskFull {
        /// The unfinished file, which is kept.
        path: PathBuf,
        /// Bytes that are still missing, where the size is known.
        missing: Option<u64>,
    },
    /// What came is not what the catalog says.
    #[error(
        "{url} gave other bytes than the catalog says for `{name}`: expected {expected}, got {found}"
    )]
    WrongBytes {
        /// The model.
        name: String,
        /// The address.
        url: String,
        /// What the catalog says: a digest or a size.
        expected: String,
        /// What came.
        found: String,
    },
    /// Files that were read to their end and are not what they should be.
    #[error("damaged: {}", names.join(", "))]
    Damaged {
        /// The models.
        names: Vec<String>,
    },
    /// Whoever watched the progress asked to stop.
    #[error("stopped; {have} bytes of `{name}` are kept")]
    Stopped {
        /// The model.
        name: String,
        /// Bytes that are kept.
        have: u64,
    },
}

impl ModelsError {
    pub(super) fn io(act: &'static str, path: &Path, source: io::Error) -> Self {
        Self::Io {
            act,
            path: path.to_owned(),
            source,
        }
    }

    pub(super) fn wrong_digest(name: &str, url: &str, expected: Digest, found: Digest) -> Self {
        Self::WrongBytes {
            name: name.to_owned(),
            url: url.to_owned(),
            expected: format!("sha256 {expected}"),
            found: format!("sha256 {found}"),
        }
    }

    /// Whether trying again shortly may help.
    pub(super) fn is_passing(&self) -> bool {
        match self {
            Self::CutOff { .. } | Self::Stalled { .. } | Self::NoAnswer { .. } => true,
            Self::Status { status, .. } => matches!(status, 408 | 429 | 500 | 502 | 503 | 504),
            _ => false,
        }
    }

    /// Whether this looks like a network that went away; worth waiting for once something came.
    pub(super) fn is_lost_network(&self) -> bool {
        matches!(
            self,
            Self::HostNotFound { .. } | Self::ConnectionRefused { .. } | Self::CannotConnect { .. }
        )
    }
}
