//! Everything that can go wrong with model files, and what to do next.

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
    #[error("{} is cut off: it has {has} bytes and needs at least {needs}", path.display())]
    CutOffModel {
        /// The file.
        path: PathBuf,
        /// Bytes that are there.
        has: u64,
        /// Bytes that its header asks for, as far as it could be read.
        needs: u64,
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

    /// What to do next, in a sentence, with the command to type where there is one.
    #[must_use]
    pub fn hint(&self) -> String {
        const BY_HAND: &str =
            "or fetch the file on another computer and use `notewright models add FILE`";
        match self {
            Self::Catalog { .. } => "install notewright again: its own data file is damaged".into(),
            Self::Io { source, .. } => io_hint(source),
            Self::NotAModel { .. } => "use a ggml file of whisper.cpp (.bin) or a GGUF file (.gguf); `notewright models list` shows known ones".into(),
            Self::CutOffModel { .. } => "copy or download the file again; a known model comes with `notewright models pull NAME`".into(),
            Self::Unknown { nearest: Some(nearest), .. } => format!("did you mean `{nearest}`? `notewright models list` shows all"),
            Self::Unknown { nearest: None, .. } => "`notewright models list` shows all".into(),
            Self::NotInstalled { name } => format!("`notewright models pull {name}`, {BY_HAND}"),
            Self::DemoAbsent { .. } => "`notewright models recommend` says which recogniser fits this computer".into(),
            Self::NothingFits { .. } => {
                "`notewright models list` shows what each model needs".into()
            }
            Self::Bundled { .. } => "`notewright models list` shows the models that can be pulled".into(),
            Self::NameTaken { .. } => "give your file another name, or remove the other model with `notewright models remove NAME`".into(),
            Self::Impostor { name, .. } => format!("if you want the known model, `notewright models pull {name}`; if this one is meant, give the file another name"),
            Self::LicenceNotAccepted { name, .. } => format!("read it, then `notewright models pull {name} --accept-licence`"),
            Self::BadMirror { .. } => "give the first part of its address, as in `--mirror https://models.example.org`; for a file use `notewright models add FILE`".into(),
            Self::BadProxy => "correct the setting or HTTPS_PROXY: `http://host:port` or `http://user:password@host:port`".into(),
            Self::Busy { .. } => "wait for it, or stop the other one".into(),
            Self::Stopped { name, .. } | Self::CutOff { name, .. } | Self::Stalled { name, .. } => format!("type `notewright models pull {name}` again: it goes on where it stopped"),
            Self::NoRoom { .. } => "free some space, choose a smaller model (`notewright models recommend`), or another models folder".into(),
            Self::Damaged { names } => format!(
                "`notewright models pull {}` fetches a known model again; add your own files again",
                names.first().map_or("NAME", String::as_str)
            ),
            Self::DiskFull { .. } => "free some space, then pull again: it goes on where it stopped".into(),
            Self::WrongBytes { .. } => format!("nothing of it was kept; try again without a mirror or proxy, {BY_HAND}"),
            network => network.network_hint(BY_HAND),
        }
    }

    fn network_hint(&self, by_hand: &str) -> String {
        match self {
            Self::HostNotFound { .. } => format!(
                "check that this computer is online, and the spelling of a `--mirror`; behind a proxy set HTTPS_PROXY, {by_hand}"
            ),
            Self::ConnectionRefused { .. } => format!(
                "a firewall may forbid it, or a mirror is not running: ask whoever looks after the network, {by_hand}"
            ),
            Self::TlsFailed { .. } => format!(
                "check the computer's date; a network that inspects traffic needs `--mirror` or a proxy that your practice trusts, {by_hand}"
            ),
            Self::ProxyFailed { .. } => format!(
                "ask whoever looks after the proxy whether it lets this server through and whether it wants a password, {by_hand}"
            ),
            Self::RedirectedAstray { .. } | Self::Nonsense { .. } => {
                format!("try again later or with another `--mirror`, {by_hand}")
            }
            Self::HtmlPage { .. } => format!(
                "a guest network may want you to log in first (open a web page), or the mirror's address is wrong, {by_hand}"
            ),
            Self::Status {
                status,
                retry_after_s,
                ..
            } => status_hint(*status, *retry_after_s, by_hand),
            _ => format!("check the network and try again, {by_hand}"),
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

fn io_hint(source: &io::Error) -> String {
    match source.kind() {
        io::ErrorKind::NotFound => "check the name; in a terminal you can drag the file in".into(),
        io::ErrorKind::PermissionDenied => {
            "check who may read and write there, or choose another models folder".into()
        }
        io::ErrorKind::StorageFull => "free some space and try again".into(),
        _ => "check that the disk is connected and healthy, then try again".into(),
    }
}

fn status_hint(status: u16, retry_after_s: Option<u64>, by_hand: &str) -> String {
    match (status, retry_after_s) {
        (401, _) => format!(
            "the server wants a login, which notewright does not send: choose another model or `--mirror`, {by_hand}"
        ),
        (403, _) => format!(
            "the server, or a filter on the way, does not let you have it: accept its terms on the web page of the model, {by_hand}"
        ),
        (404 | 410, _) => format!(
            "the file is not there (any more): check a `--mirror`, look for a newer notewright, {by_hand}"
        ),
        (407, _) => {
            "the proxy wants a name and password: HTTPS_PROXY=http://user:password@host:port".into()
        }
        (429, Some(seconds)) => {
            format!("the server asks to wait {seconds} seconds; then pull again")
        }
        (429, None) => {
            "too many downloads from this network just now; wait some minutes, then pull again"
                .into()
        }
        (500.., _) => "the server has trouble of its own; try again in some minutes".into(),
        _ => format!("try again later or with another `--mirror`, {by_hand}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_status_has_its_own_next_step() {
        let hint = |status, retry_after_s| {
            ModelsError::Status {
                host: "h".into(),
                url: "u".into(),
                status,
                retry_after_s,
            }
            .hint()
        };
        for (status, wait, says) in [
            (401, None, "login"),
            (403, None, "accept its terms"),
            (404, None, "not there"),
            (407, None, "password"),
            (429, Some(30), "30 seconds"),
            (429, None, "some minutes"),
            (503, None, "trouble of its own"),
            (418, None, "--mirror"),
        ] {
            assert!(
                hint(status, wait).contains(says),
                "{status}: {}",
                hint(status, wait)
            );
        }
    }
}
