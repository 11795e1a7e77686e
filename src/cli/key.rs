//! `notewright key`: what guards the key of the recordings; and how every command asks for it.

use std::io::{ErrorKind, IsTerminal};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::PoisonError;

use clap::{Args, Subcommand};

use crate::cli::World;
use crate::cli::failure::Failure;
use crate::cli::progress;
use crate::vault::{Guard, Passphrase, State, UserKey, Vault, VaultError};

/// See what guards the key of your recordings, set it up or change it.
#[derive(Debug, Args)]
pub struct KeyArgs {
    #[command(subcommand)]
    command: Option<KeyCommand>,
}

#[derive(Clone, Copy, Debug, Subcommand)]
enum KeyCommand {
    /// Set the key up, once: a passphrase, or the keyring of this computer.
    Set {
        /// Let the keyring of this computer guard it; it opens when you log in.
        #[arg(long)]
        keyring: bool,
    },
    /// Change the passphrase, or what guards the key. Recordings stay as they are.
    Change {
        /// Let the keyring of this computer guard it from now on.
        #[arg(long)]
        keyring: bool,
    },
}

/// A file that holds the passphrase, for scripts; `/dev/fd/3` where the shell gives one.
const FILE: &str = "NOTEWRIGHT_PASSPHRASE_FILE";
/// The same for the passphrase that is to come.
const NEW_FILE: &str = "NOTEWRIGHT_NEW_PASSPHRASE_FILE";
/// How often a passphrase is asked for.
const TRIES: usize = 3;

/// Runs the command.
///
/// # Errors
/// When the key cannot be read, set up or changed.
pub fn run(world: &World, args: &KeyArgs) -> Result<ExitCode, Failure> {
    let vault = Vault::at(&world.folders.data);
    match args.command {
        None => show(&vault)?,
        Some(KeyCommand::Set { keyring }) => {
            if vault.state().map_err(|error| of_vault(&error))? != State::NoKey {
                return Err(of_vault(&VaultError::AlreadySetUp {
                    path: vault.key_path(),
                }));
            }
            let guard = fresh_guard(keyring, FILE)?;
            vault.set_up(guard).map_err(|error| of_vault(&error))?;
            show(&vault)?;
        }
        Some(KeyCommand::Change { keyring }) => {
            let key = open(&vault)?;
            let guard = fresh_guard(keyring, NEW_FILE)?;
            vault
                .change(&key, guard)
                .map_err(|error| of_vault(&error))?;
            show(&vault)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// The user's key, asked for where necessary; set up in one question where there is none yet.
///
/// # Errors
/// When it cannot be opened. Nothing is erased by that.
pub fn unlock_or_set_up(world: &World) -> Result<UserKey, Failure> {
    let vault = Vault::at(&world.folders.data);
    if vault.state().map_err(|error| of_vault(&error))? != State::NoKey {
        return open(&vault);
    }
    let guard = if let Some(passphrase) = from_file(FILE)? {
        Guard::Passphrase(passphrase)
    } else if is_asking() {
        first_guard(&vault)?
    } else {
        return Err(of_vault(&VaultError::NoKey {
            path: vault.key_path(),
        }));
    };
    vault.set_up(guard).map_err(|error| of_vault(&error))
}

/// The user's key, asked for where necessary.
///
/// # Errors
/// When there is none, or it cannot be opened. Nothing is erased by that.
pub fn unlock(world: &World) -> Result<UserKey, Failure> {
    open(&Vault::at(&world.folders.data))
}

/// What the vault says, for the command line.
#[must_use]
pub fn of_vault(error: &VaultError) -> Failure {
    Failure::new(error).hint(error.hint())
}

fn show(vault: &Vault) -> Result<(), Failure> {
    let path = vault.key_path();
    match vault.state().map_err(|error| of_vault(&error))? {
        State::NoKey => {
            anstream::println!("No key is set up yet. Set one up: notewright key set");
            return Ok(());
        }
        State::Passphrase => anstream::println!("A passphrase guards the key of your recordings."),
        State::Keyring => {
            anstream::println!("The keyring of this computer guards the key of your recordings.");
        }
    }
    anstream::println!(
        "Its file is {}. Without it no recording can be opened: keep a copy.",
        path.display()
    );
    Ok(())
}

fn open(vault: &Vault) -> Result<UserKey, Failure> {
    match vault.state().map_err(|error| of_vault(&error))? {
        State::NoKey => Err(of_vault(&VaultError::NoKey {
            path: vault.key_path(),
        })),
        State::Keyring => vault.unlock(None).map_err(|error| of_vault(&error)),
        State::Passphrase => {
            if let Some(passphrase) = from_file(FILE)? {
                return vault
                    .unlock(Some(&passphrase))
                    .map_err(|error| of_vault(&error));
            }
            if !is_asking() {
                return Err(of_vault(&VaultError::PassphraseNeeded));
            }
            ask_until_right(vault)
        }
    }
}

fn ask_until_right(vault: &Vault) -> Result<UserKey, Failure> {
    for left in (0..TRIES).rev() {
        match vault.unlock(Some(&ask("Passphrase of your recordings: ")?)) {
            Err(VaultError::WrongPassphrase) if left > 0 => {
                anstream::eprintln!("That is not the passphrase; nothing was erased. Try again.");
            }
            opened => return opened.map_err(|error| of_vault(&error)),
        }
    }
    Err(of_vault(&VaultError::WrongPassphrase))
}

/// What shall guard the key: the keyring, a file's passphrase, or one asked for twice.
fn fresh_guard(keyring: bool, file: &str) -> Result<Guard, Failure> {
    if keyring {
        return Ok(Guard::Keyring);
    }
    if let Some(passphrase) = from_file(file)? {
        return Ok(Guard::Passphrase(passphrase));
    }
    if !is_asking() {
        return Err(Failure::new(
            "a passphrase is to be chosen, and there is no terminal to ask on",
        )
        .hint(format!(
            "run it on a terminal, name a file that holds it in {file}, or use --keyring"
        )));
    }
    chosen("A passphrase for your recordings: ").map(Guard::Passphrase)
}

/// The one question of a first run.
fn first_guard(vault: &Vault) -> Result<Guard, Failure> {
    let has_keyring = vault.has_keyring();
    let question = if has_keyring {
        "Recordings are sealed on this computer. Choose a passphrase (eight characters or more), or \
         press Enter to let the keyring of this computer keep the key: "
    } else {
        "Recordings are sealed on this computer. Choose a passphrase (eight characters or more): "
    };
    loop {
        let first = ask(question)?;
        if first.is_empty() && has_keyring {
            return Ok(Guard::Keyring);
        }
        if let Some(passphrase) = confirmed(first)? {
            return Ok(Guard::Passphrase(passphrase));
        }
    }
}

fn chosen(question: &str) -> Result<Passphrase, Failure> {
    loop {
        let first = ask(question)?;
        if let Some(passphrase) = confirmed(first)? {
            return Ok(passphrase);
        }
    }
}

/// The passphrase, where it may guard a key and was typed the same twice.
fn confirmed(first: Passphrase) -> Result<Option<Passphrase>, Failure> {
    if let Err(error) = first.check() {
        anstream::eprintln!("{error}: {}.", error.hint());
        return Ok(None);
    }
    if first.is_same(&ask("The same again: ")?) {
        return Ok(Some(first));
    }
    anstream::eprintln!("The two are not the same.");
    Ok(None)
}

fn is_asking() -> bool {
    std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
}

/// Asks without echo. Ctrl-C ends the program, once the terminal has its echo back.
fn ask(question: &str) -> Result<Passphrase, Failure> {
    let asking = progress::ASKING
        .lock()
        .unwrap_or_else(PoisonError::into_inner);
    let typed = rpassword::prompt_password(question);
    if typed
        .as_ref()
        .is_err_and(|error| error.kind() == ErrorKind::Interrupted)
    {
        eprintln!("stopped");
        std::process::exit(progress::INTERRUPTED);
    }
    drop(asking);
    typed.map(Passphrase::new).map_err(|error| {
        Failure::new(format!("no passphrase was read: {error}"))
            .hint(format!("name a file that holds it in {FILE}"))
    })
}

/// The passphrase in the file that a variable names: its first line.
fn from_file(variable: &str) -> Result<Option<Passphrase>, Failure> {
    let Some(path) = std::env::var_os(variable).map(PathBuf::from) else {
        return Ok(None);
    };
    let bytes = std::fs::read(&path)
        .map(zeroize::Zeroizing::new)
        .map_err(|error| {
            Failure::new(format!(
                "cannot read the passphrase from {}: {error}",
                path.display()
            ))
            .hint(format!(
                "{variable} names a file whose first line is the passphrase"
            ))
        })?;
    let line = bytes
        .split(|byte| *byte == b'\n')
        .next()
        .unwrap_or_default();
    let text = std::str::from_utf8(line).map_err(|_| {
        Failure::new(format!("the passphrase in {} is no text", path.display()))
            .hint("write it as UTF-8")
    })?;
    Ok(Some(Passphrase::new(
        text.trim_end_matches('\r').to_owned(),
    )))
}
