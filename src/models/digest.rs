//! The SHA-256 of a file, as a value. Never a short form of it: whole digests are compared.

use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::str::FromStr;

use sha2::{Digest as _, Sha256};

/// A whole SHA-256, shown as 64 lower-case hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Digest([u8; 32]);

/// Text that is not a SHA-256.
#[derive(Debug, thiserror::Error)]
#[error("`{given}` is not a SHA-256: 64 hexadecimal digits are needed")]
pub struct DigestError {
    given: String,
}

impl Digest {
    /// The digest of `bytes`.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        let mut hasher = Hasher::default();
        hasher.update(bytes);
        hasher.finish()
    }

    /// The digest of a whole file; `read` hears how many bytes were read so far.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn of_file(path: &Path, read: &mut dyn FnMut(u64)) -> io::Result<Self> {
        let mut hasher = Hasher::default();
        hasher.read_all(&mut File::open(path)?, read)?;
        Ok(hasher.finish())
    }
}

/// A digest in the making.
#[derive(Clone, Default)]
pub(super) struct Hasher(Sha256);

impl Hasher {
    pub(super) fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// Takes in all that is left in `source` and answers how many bytes that was.
    pub(super) fn read_all(
        &mut self,
        source: &mut dyn Read,
        read: &mut dyn FnMut(u64),
    ) -> io::Result<u64> {
        let mut buffer = vec![0; 1 << 18];
        let mut total = 0;
        loop {
            let n = match source.read(&mut buffer) {
                Ok(0) => return Ok(total),
                Ok(n) => n,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            self.update(&buffer[..n]);
            total += n as u64;
            read(total);
        }
    }

    pub(super) fn finish(self) -> Digest {
        Digest(self.0.finalize().into())
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Digest {
    type Err = DigestError;

    fn from_str(text: &str) -> Result<Self, DigestError> {
        let refuse = || DigestError {
            given: text.to_owned(),
        };
        if text.len() != 64 || !text.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Err(refuse());
        }
        let mut bytes = [0; 32];
        for (i, byte) in bytes.iter_mut().enumerate() {
            *byte = u8::from_str_radix(&text[2 * i..2 * i + 2], 16).map_err(|_| refuse())?;
        }
        Ok(Self(bytes))
    }
}

impl TryFrom<String> for Digest {
    type Error = DigestError;

    fn try_from(text: String) -> Result<Self, DigestError> {
        text.parse()
    }
}

impl From<Digest> for String {
    fn from(digest: Digest) -> Self {
        digest.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_digest_reads_and_shows_the_same() {
        let shown = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(Digest::of(b"abc").to_string(), shown);
        assert_eq!(
            shown.to_uppercase().parse::<Digest>().unwrap(),
            Digest::of(b"abc")
        );
    }

    #[test]
    fn text_that_is_no_digest_is_refused() {
        for given in [
            "",
            "ba78",
            &"g".repeat(64),
            &"é".repeat(32),
            &"a".repeat(65),
        ] {
            assert!(given.parse::<Digest>().is_err(), "{given}");
        }
    }
}
