//! What to do next after each error, in words for somebody who is no programmer.

use std::io;

use super::ModelsError;

/// The way that works without a network.
const BY_HAND: &str = "or fetch the file on another computer and use `notewright models add FILE`";

impl ModelsError {
    /// What to do next, in a sentence, with the command to type where there is one.
    #[must_use]
    pub fn hint(&self) -> String {
        self.hint_on_files()
            .or_else(|| self.hint_on_pulling())
            .unwrap_or_else(|| self.hint_on_network())
    }

    fn hint_on_files(&self) -> Option<String> {
        Some(match self {
            Self::Catalog { .. } => {
                "install notewright again: its own data file is damaged".to_owned()
            }
            Self::Io { source, .. } => hint_on_io(source),
            Self::NotAModel { .. } => "use a ggml file of whisper.cpp (.bin) or a GGUF file \
                 (.gguf); `notewright models list` shows known ones"
                .to_owned(),
            Self::CutOffModel { .. } => "copy or download the file again; a known model comes \
                 with `notewright models pull NAME`"
                .to_owned(),
            Self::NameTaken { .. } => "give your file another name, or remove the other model \
                 with `notewright models remove NAME`"
                .to_owned(),
            Self::Impostor { name, .. } => format!(
                "if you want the known model, `notewright models pull {name}`; if this one is \
                 meant, give the file another name"
            ),
            Self::Damaged { names } => format!(
                "`notewright models pull {}` fetches a known model again; add your own files again",
                names.first().map_or("NAME", String::as_str)
            ),
            _ => return None,
        })
    }

    fn hint_on_pulling(&self) -> Option<String> {
        Some(match self {
            Self::Unknown { nearest, .. } => {
                let all = "`notewright models list` shows all";
                nearest.as_ref().map_or_else(
                    || all.to_owned(),
                    |nearest| format!("did you mean `{nearest}`? {all}"),
                )
            }
            Self::NotInstalled { name } => format!("`notewright models pull {name}`, {BY_HAND}"),
            Self::DemoAbsent { .. } => {
                "`notewright models recommend` says which recogniser fits this computer".to_owned()
            }
            Self::NothingFits { .. } => {
                "`notewright models list` shows what each model needs".to_owned()
            }
            Self::Bundled { .. } => {
                "`notewright models list` shows the models that can be pulled".to_owned()
            }
            Self::LicenceNotAccepted { name, .. } => {
                format!("read it, then `notewright models pull {name} --accept-licence`")
            }
            Self::Busy { .. } => "wait for it, or stop the other one".to_owned(),
            Self::Stopped { name, .. } | Self::CutOff { name, .. } | Self::Stalled { name, .. } => {
                format!("type `notewright models pull {name}` again: it goes on where it stopped")
            }
            Self::NoRoom { .. } => "free some space, choose a smaller model (`notewright models \
                 recommend`), or another models folder"
                .to_owned(),
            Self::DiskFull { .. } => {
                "free some space, then pull again: it goes on where it stopped".to_owned()
            }
            Self::WrongBytes { .. } => {
                format!("nothing of it was kept; try again without a mirror or proxy, {BY_HAND}")
            }
            _ => return None,
        })
    }

    fn hint_on_network(&self) -> String {
        let first = match self {
            Self::BadMirror { .. } => {
                "give the first part of its address, as in `--mirror https://models.example.org`"
            }
            Self::BadProxy => {
                "correct the setting or HTTPS_PROXY: `http://host:port` or \
                 `http://user:password@host:port`"
            }
            Self::HostNotFound { .. } => {
                "check that this computer is online, and the spelling of a `--mirror`; behind a \
                 proxy set HTTPS_PROXY"
            }
            Self::ConnectionRefused { .. } => {
                "a firewall may forbid it, or a mirror is not running: ask whoever looks after the \
                 network"
            }
            Self::TlsFailed { .. } => {
                "check the computer's date; a network that inspects traffic cannot be used for \
                 this, ask for a `--mirror` inside it"
            }
            Self::ProxyFailed { .. } => {
                "ask whoever looks after the proxy whether it lets this server through and \
                 whether it wants a password"
            }
            Self::RedirectedAstray { .. } | Self::Nonsense { .. } => {
                "try again later or with another `--mirror`"
            }
            Self::HtmlPage { .. } => {
                "a guest network may want you to log in first (open a web page), or the mirror's \
                 address is wrong"
            }
            Self::Status {
                status,
                retry_after_s,
                ..
            } => return hint_on_status(*status, *retry_after_s),
            _ => "check the network and try again",
        };
        format!("{first}, {BY_HAND}")
    }
}

fn hint_on_io(source: &io::Error) -> String {
    match source.kind() {
        io::ErrorKind::NotFound => "check the name; in a terminal you can drag the file in",
        io::ErrorKind::PermissionDenied => {
            "check who may read and write there, or choose another models folder"
        }
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            "free some space and try again"
        }
        _ => "check that the disk is connected and healthy, then try again",
    }
    .to_owned()
}

fn hint_on_status(status: u16, retry_after_s: Option<u64>) -> String {
    let first = match (status, retry_after_s) {
        (401, _) => {
            "the server wants a login, which notewright does not send: choose another model or \
             `--mirror`"
        }
        (403, _) => {
            "the server, or a filter on the way, does not let you have it: accept its terms on \
             the model's web page"
        }
        (404 | 410, _) => {
            "the file is not there (any more): check a `--mirror`, look for a newer notewright"
        }
        (407, _) => {
            "the proxy wants a name and password: HTTPS_PROXY=http://user:password@host:port"
        }
        (429, Some(seconds)) => {
            return format!("the server asks to wait {seconds} seconds; then pull again");
        }
        (429, None) => {
            "too many downloads from this network just now; wait some minutes, then pull again"
        }
        (500.., _) => "the server has trouble of its own; try again in some minutes",
        _ => "try again later or with another `--mirror`",
    };
    format!("{first}, {BY_HAND}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_status_has_its_own_next_step() {
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
            let hint = hint_on_status(status, wait);
            assert!(hint.contains(says), "{status}: {hint}");
        }
    }
}
