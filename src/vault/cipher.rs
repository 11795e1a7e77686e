//! The ciphers, from the `RustCrypto` crates: how a key wraps another, and how the parts of one file
//! are sealed. Nothing here reads or writes.

use aead_stream::{NewStream, StreamBE32, StreamPrimitive};
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use hkdf::Hkdf;
use hmac::{Hmac, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::vault::secret::Secret;

/// Bytes that authentication adds to what is sealed.
pub(super) const TAG: usize = 16;
/// Bytes of a nonce for wrapping.
pub(super) const NONCE: usize = 24;
/// Bytes of a wrapped key.
pub(super) const WRAPPED: usize = 32 + TAG;
/// Bytes of the nonce that all frames of a file share; the rest is number and end mark.
pub(super) const PREFIX: usize = NONCE - 5;
/// Bytes of the check of a frame's head.
pub(super) const CHECK: usize = 8;
/// The number that seals the end slot; no frame has it.
pub(super) const SLOT_NUMBER: u32 = u32::MAX;

/// A key for one purpose, out of another.
pub(super) fn derive(from: &Secret, purpose: &str) -> Secret {
    let mut key = Zeroizing::new([0; 32]);
    Hkdf::<Sha256>::new(None, from.bytes())
        .expand(purpose.as_bytes(), &mut *key)
        .expect("32 bytes are a length that HKDF gives");
    Secret::new(*key)
}

/// Wraps `secret` by `by`, bound to `beside`.
pub(super) fn wrap(
    by: &Secret,
    nonce: &[u8; NONCE],
    beside: &[u8],
    secret: &Secret,
) -> [u8; WRAPPED] {
    let sealed = XChaCha20Poly1305::new(by.bytes().into())
        .encrypt(
            &XNonce::from(*nonce),
            Payload {
                msg: secret.bytes(),
                aad: beside,
            },
        )
        .expect("32 bytes are not too long to seal");
    let mut wrapped = [0; WRAPPED];
    wrapped.copy_from_slice(&sealed);
    wrapped
}

/// Opens what [`wrap`] gave; nothing where anything of it is not as it was.
pub(super) fn unwrap(
    by: &Secret,
    nonce: &[u8; NONCE],
    beside: &[u8],
    wrapped: &[u8],
) -> Option<Secret> {
    let opened = XChaCha20Poly1305::new(by.bytes().into())
        .decrypt(
            &XNonce::from(*nonce),
            Payload {
                msg: wrapped,
                aad: beside,
            },
        )
        .ok()
        .map(Zeroizing::new)?;
    Secret::of_slice(&opened)
}

/// Seals and opens the parts of one file.
pub(super) struct Seal {
    stream: StreamBE32<XChaCha20Poly1305>,
    heads: Secret,
}

impl Seal {
    /// The seal of the file with this key.
    pub(super) fn new(key: &Secret, prefix: &[u8; PREFIX]) -> Self {
        let frames = derive(key, "notewright: frames of a file");
        Self {
            stream: StreamBE32::new(frames.bytes().into(), prefix.into()),
            heads: derive(key, "notewright: heads of frames"),
        }
    }

    /// Seals `plain`, bound to its number and to `beside`. **A number must not be used for two
    /// different contents.**
    pub(super) fn seal(&self, number: u32, is_last: bool, beside: &[u8], plain: &[u8]) -> Vec<u8> {
        self.stream
            .encrypt(
                number,
                is_last,
                Payload {
                    msg: plain,
                    aad: beside,
                },
            )
            .expect("a frame is not too long to seal")
    }

    /// Opens what [`Seal::seal`] gave; nothing where anything of it is not as it was.
    pub(super) fn open(
        &self,
        number: u32,
        is_last: bool,
        beside: &[u8],
        sealed: &[u8],
    ) -> Option<Vec<u8>> {
        self.stream
            .decrypt(
                number,
                is_last,
                Payload {
                    msg: sealed,
                    aad: beside,
                },
            )
            .ok()
    }

    fn head_mac(&self, head: &[u8]) -> Hmac<Sha256> {
        let mut mac = Hmac::<Sha256>::new_from_slice(self.heads.bytes())
            .expect("a key of any length serves for HMAC");
        mac.update(head);
        mac
    }

    /// The check that stands at the end of a frame's head.
    pub(super) fn check(&self, head: &[u8]) -> [u8; CHECK] {
        let whole = self.head_mac(head).finalize().into_bytes();
        let mut check = [0; CHECK];
        check.copy_from_slice(&whole[..CHECK]);
        check
    }

    /// Whether the check of a head is right.
    pub(super) fn is_checked(&self, head: &[u8], check: &[u8]) -> bool {
        check.len() == CHECK && self.head_mac(head).verify_truncated_left(check).is_ok()
    }
}
