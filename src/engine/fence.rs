//! What a child gives up before it touches a model: every file but that one, the network, and the
//! starting of programs.
//!
//! On Linux Landlock and seccomp hold the fence; elsewhere, or where the kernel lacks them, the
//! fence says so and the child works without. Called by the children only, on their first thread;
//! threads started later are inside the fence too.

use std::fmt;
use std::path::Path;

use serde::{Deserialize, Serialize};

/// What holds, and what is missing and why.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fence {
    /// Names of what holds: `landlock`, `seccomp`.
    pub held: Vec<String>,
    /// What does not hold, with the reason.
    pub missing: Vec<String>,
}

impl fmt::Display for Fence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.held.as_slice(), self.missing.as_slice()) {
            ([], missing) => write!(f, "none ({})", missing.join("; ")),
            (held, []) => f.write_str(&held.join("+")),
            (held, missing) => write!(f, "{} ({})", held.join("+"), missing.join("; ")),
        }
    }
}

impl Fence {
    #[cfg(target_os = "linux")]
    fn note(&mut self, name: &str, done: Result<(), String>) {
        match done {
            Ok(()) => self.held.push(name.to_owned()),
            Err(why) => self.missing.push(format!("no {name}: {why}")),
        }
    }
}

/// What this system could hold, without shutting anything away.
#[must_use]
pub fn probe() -> Fence {
    system::probe()
}

/// Shuts away the network, the starting of programs, and every file but `model`, which may still be
/// read. To be called after the file was looked at and before native code reads it.
#[must_use]
pub fn close_around(model: &Path) -> Fence {
    system::close_around(model)
}

/// Shuts away the model file too, once it is loaded: from now on no file can be opened. Adds to
/// what `fence` says.
pub fn close_files(fence: &mut Fence) {
    system::close_files(fence);
}

#[cfg(target_os = "linux")]
mod system {
    //! Landlock refuses paths and TCP; seccomp refuses system calls.

    use std::collections::BTreeMap;
    use std::path::Path;

    use landlock::{
        ABI, Access, AccessFs, AccessNet, CompatLevel, Compatible, PathBeneath, PathFd, Ruleset,
        RulesetAttr, RulesetCreatedAttr, RulesetStatus,
    };
    use seccompiler::{BpfProgram, SeccompAction, SeccompFilter};

    use super::Fence;

    /// Newest Landlock that is asked for; an older kernel enforces what it knows of it.
    const LANDLOCK: ABI = ABI::V5;

    pub fn probe() -> Fence {
        let mut fence = Fence::default();
        let made = Ruleset::default()
            .set_compatibility(CompatLevel::HardRequirement)
            .handle_access(AccessFs::from_all(ABI::V1))
            .and_then(Ruleset::create);
        fence.note(
            "landlock",
            made.map(drop).map_err(|_| NOT_IN_KERNEL.to_owned()),
        );
        let seccomp = std::fs::read_to_string("/proc/self/status")
            .is_ok_and(|status| status.contains("Seccomp_filters:"));
        fence.note(
            "seccomp",
            seccomp
                .then_some(())
                .ok_or_else(|| NOT_IN_KERNEL.to_owned()),
        );
        fence
    }

    pub fn close_around(model: &Path) -> Fence {
        let mut fence = Fence::default();
        fence.note("landlock", landlock(model));
        fence.note("seccomp", refuse(OUTWARD, libc::EPERM));
        fence
    }

    pub fn close_files(fence: &mut Fence) {
        if let Err(why) = refuse(OPENING, libc::EACCES) {
            fence
                .missing
                .push(format!("the model can still be read: {why}"));
        }
    }

    const NOT_IN_KERNEL: &str = "this kernel lacks it";

    fn landlock(model: &Path) -> Result<(), String> {
        let status = restrict(model).map_err(|e| e.to_string())?;
        match status {
            RulesetStatus::NotEnforced => Err(NOT_IN_KERNEL.to_owned()),
            RulesetStatus::FullyEnforced | RulesetStatus::PartiallyEnforced => Ok(()),
        }
    }

    fn restrict(model: &Path) -> Result<RulesetStatus, Box<dyn std::error::Error>> {
        let reading = PathBeneath::new(PathFd::new(model)?, AccessFs::ReadFile);
        let status = Ruleset::default()
            .handle_access(AccessFs::from_all(LANDLOCK))?
            .handle_access(AccessNet::from_all(LANDLOCK))?
            .create()?
            .add_rule(reading)?
            .restrict_self()?;
        Ok(status.ruleset)
    }

    /// From now on `calls` fail with `errno`, in every thread of the process.
    fn refuse(calls: &[i64], errno: i32) -> Result<(), String> {
        let arch = std::env::consts::ARCH
            .try_into()
            .map_err(|_| "not for this processor".to_owned())?;
        let rules: BTreeMap<_, _> = calls.iter().map(|call| (*call, Vec::new())).collect();
        let filter = SeccompFilter::new(
            rules,
            SeccompAction::Allow,
            SeccompAction::Errno(errno as u32),
            arch,
        );
        let program: BpfProgram = filter
            .and_then(TryInto::try_into)
            .map_err(|e| e.to_string())?;
        seccompiler::apply_filter_all_threads(&program).map_err(|e| e.to_string())
    }

    /// Network, programs, other processes, and `io_uring`, which could do the same past the filter.
    const OUTWARD: &[i64] = &[
        libc::SYS_socket,
        libc::SYS_socketpair,
        libc::SYS_connect,
        libc::SYS_bind,
        libc::SYS_listen,
        libc::SYS_accept,
        libc::SYS_accept4,
        libc::SYS_sendto,
        libc::SYS_execve,
        libc::SYS_execveat,
        libc::SYS_ptrace,
        libc::SYS_process_vm_readv,
        libc::SYS_process_vm_writev,
        libc::SYS_io_uring_setup,
        libc::SYS_bpf,
        libc::SYS_perf_event_open,
        libc::SYS_keyctl,
        libc::SYS_mount,
        libc::SYS_unshare,
        libc::SYS_setns,
        libc::SYS_unlinkat,
        libc::SYS_renameat2,
        libc::SYS_mkdirat,
        libc::SYS_linkat,
        libc::SYS_symlinkat,
        libc::SYS_truncate,
        #[cfg(target_arch = "x86_64")]
        libc::SYS_unlink,
        #[cfg(target_arch = "x86_64")]
        libc::SYS_rename,
        #[cfg(target_arch = "x86_64")]
        libc::SYS_mkdir,
        #[cfg(target_arch = "x86_64")]
        libc::SYS_link,
        #[cfg(target_arch = "x86_64")]
        libc::SYS_symlink,
    ];

    /// Every way to open a file.
    const OPENING: &[i64] = &[
        libc::SYS_openat,
        libc::SYS_openat2,
        libc::SYS_open_by_handle_at,
        #[cfg(target_arch = "x86_64")]
        libc::SYS_open,
        #[cfg(target_arch = "x86_64")]
        libc::SYS_creat,
    ];
}

#[cfg(not(target_os = "linux"))]
mod system {
    //! No fence yet outside Linux.

    use std::path::Path;

    use super::Fence;

    pub fn probe() -> Fence {
        Fence {
            held: Vec::new(),
            missing: vec!["not on this system".to_owned()],
        }
    }

    pub fn close_around(_: &Path) -> Fence {
        probe()
    }

    pub fn close_files(_: &mut Fence) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fence_says_what_holds() {
        let text = |held: &[&str], missing: &[&str]| {
            Fence {
                held: held.iter().map(ToString::to_string).collect(),
                missing: missing.iter().map(ToString::to_string).collect(),
            }
            .to_string()
        };
        assert_eq!(text(&["landlock", "seccomp"], &[]), "landlock+seccomp");
        assert_eq!(
            text(&["seccomp"], &["no landlock: this kernel lacks it"]),
            "seccomp (no landlock: this kernel lacks it)"
        );
        assert_eq!(
            text(&[], &["not on this system"]),
            "none (not on this system)"
        );
    }
}
