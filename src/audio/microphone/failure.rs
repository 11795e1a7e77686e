//! Why a microphone cannot be used, and what to do about it on each platform.

/// Why a microphone cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MicrophoneError {
    /// The computer has no sound input at all.
    #[error("there is no microphone on this computer")]
    NoDevice,
    /// No input has that name.
    #[error("there is no microphone `{name}`{}", seen(known))]
    NotFound {
        /// The name asked for.
        name: String,
        /// The names that there are.
        known: Vec<String>,
    },
    /// Several inputs fit the name.
    #[error("`{name}` may be {}", known.join(", or "))]
    Ambiguous {
        /// The name asked for.
        name: String,
        /// The names that it fits.
        known: Vec<String>,
    },
    /// Another program holds the device alone.
    #[error("the microphone `{device}` is in use by another program")]
    Busy {
        /// The device.
        device: String,
    },
    /// The system does not let this program listen.
    #[error("the system refuses access to the microphone `{device}`")]
    PermissionRefused {
        /// The device.
        device: String,
    },
    /// The device gives its samples in a form that is not taken.
    #[error("the microphone `{device}` gives sound in a form that is not supported: {cause}")]
    UnsupportedFormat {
        /// The device.
        device: String,
        /// What it gives.
        cause: String,
    },
    /// Two channels were asked of a device that has one.
    #[error("the microphone `{device}` has one channel, and two were asked for")]
    OneChannel {
        /// The device.
        device: String,
    },
    /// The same device was named twice.
    #[error("both microphones are `{device}`")]
    SameTwice {
        /// The device.
        device: String,
    },
    /// The sound system itself does not answer.
    #[error("the sound system does not answer: {cause}")]
    NoSoundSystem {
        /// Its words.
        cause: String,
    },
    /// The system gave an error that is none of these.
    #[error("the microphone `{device}` could not be opened: {cause}")]
    Failed {
        /// The device.
        device: String,
        /// The system's words.
        cause: String,
    },
}

fn seen(known: &[String]) -> String {
    if known.is_empty() {
        String::new()
    } else {
        format!("; there is {}", known.join(", "))
    }
}

impl MicrophoneError {
    /// What to do next, in one line for a person.
    #[must_use]
    pub fn hint(&self) -> String {
        match self {
            Self::NoDevice => no_device().to_owned(),
            Self::NotFound { .. } | Self::Ambiguous { .. } => {
                "`notewright devices` lists them; give the whole name in quotes".to_owned()
            }
            Self::Busy { .. } => busy().to_owned(),
            Self::PermissionRefused { .. } => permission().to_owned(),
            Self::UnsupportedFormat { .. } => {
                "choose 16 bits and 48 kHz in the system's sound settings, or another microphone"
                    .to_owned()
            }
            Self::OneChannel { .. } => {
                "leave --stereo out, or give each person a microphone with --second".to_owned()
            }
            Self::SameTwice { .. } => {
                "name two different ones; `notewright devices` lists them".to_owned()
            }
            Self::NoSoundSystem { .. } => no_sound_system().to_owned(),
            Self::Failed { .. } => {
                "unplug it and plug it in again, or choose another: `notewright devices`".to_owned()
            }
        }
    }
}

fn no_device() -> &'static str {
    if cfg!(target_os = "linux") {
        "plug one in; `arecord -l` shows what the kernel sees, and over ssh the sound server of the desktop may not be reached"
    } else if cfg!(target_os = "windows") {
        "plug one in, and check Settings > System > Sound > Input"
    } else {
        "plug one in, and check System Settings > Sound > Input"
    }
}

fn busy() -> &'static str {
    if cfg!(target_os = "linux") {
        "`fuser -v /dev/snd/*` shows which program holds it; end that, or take `default`"
    } else if cfg!(target_os = "windows") {
        "close the call or recorder that has it; or take exclusive mode off in the device's advanced properties"
    } else {
        "close the call or recorder that has it"
    }
}

fn permission() -> &'static str {
    if cfg!(target_os = "macos") {
        "allow your terminal in System Settings > Privacy & Security > Microphone, then start the terminal anew"
    } else if cfg!(target_os = "windows") {
        "allow desktop apps in Settings > Privacy & security > Microphone"
    } else {
        "join the group `audio` (sudo usermod -aG audio $USER, then log in anew); in a container or a snap, allow it the microphone"
    }
}

fn no_sound_system() -> &'static str {
    if cfg!(target_os = "linux") {
        "start it: systemctl --user start pipewire pipewire-pulse (or: pulseaudio --start)"
    } else if cfg!(target_os = "windows") {
        "start the service Windows Audio anew"
    } else {
        "start the computer anew"
    }
}
