//! Bytes to text: UTF-8, UTF-16 with or without a mark, else Windows-1252; binary files are refused.

use std::borrow::Cow;

use encoding_rs::{UTF_16BE, UTF_16LE, WINDOWS_1252};

/// Text with the encoding that it was in.
pub(super) struct Decoded<'a> {
    pub text: Cow<'a, str>,
    pub encoding: Encoding,
}

/// What the bytes were in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encoding {
    Utf8,
    Other { name: &'static str, damaged: bool },
}

/// First bytes of files that are often taken for text, and what to call them.
const BINARIES: &[(&[u8], &str)] = &[
    (b"RIFF", "a recording (WAV)"),
    (b"OggS", "a recording (Ogg)"),
    (b"fLaC", "a recording (FLAC)"),
    (b"ID3", "a recording (MP3)"),
    (b"\x1aE\xdf\xa3", "a recording (WebM or Matroska)"),
    (b"caff", "a recording (CAF)"),
    (
        b"PK\x03\x04",
        "a packed document (Word, OpenDocument or zip)",
    ),
    (b"\xd0\xcf\x11\xe0", "an old Word document"),
    (b"%PDF", "a PDF"),
    (b"{\\rtf", "rich text (RTF)"),
    (b"\x89PNG", "a picture (PNG)"),
    (b"\xff\xd8\xff", "a picture (JPEG)"),
    (b"GGUF", "a model"),
];

/// Decodes `bytes`; the error says what they are instead of text.
pub(super) fn decode(bytes: &[u8]) -> Result<Decoded<'_>, &'static str> {
    if let Some((_, what)) = BINARIES.iter().find(|(start, _)| bytes.starts_with(start)) {
        return Err(what);
    }
    if bytes.get(4..8) == Some(b"ftyp") {
        return Err("a recording (M4A or MP4)");
    }
    if let Some(decoded) = utf16(bytes) {
        return checked(decoded);
    }
    let plain = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if let Ok(text) = std::str::from_utf8(plain) {
        return checked(Decoded {
            text: Cow::Borrowed(text),
            encoding: Encoding::Utf8,
        });
    }
    if plain.len() < bytes.len() {
        return checked(Decoded {
            text: String::from_utf8_lossy(plain),
            encoding: Encoding::Other {
                name: "UTF-8",
                damaged: true,
            },
        });
    }
    let (text, damaged) = WINDOWS_1252.decode_without_bom_handling(bytes);
    checked(Decoded {
        text,
        encoding: Encoding::Other {
            name: "Windows-1252",
            damaged,
        },
    })
}

/// UTF-16 by its mark, or where every other byte is zero as in English text.
fn utf16(bytes: &[u8]) -> Option<Decoded<'_>> {
    let (encoding, name, rest) = match bytes {
        [0xff, 0xfe, rest @ ..] => (UTF_16LE, "UTF-16 (little-endian)", rest),
        [0xfe, 0xff, rest @ ..] => (UTF_16BE, "UTF-16 (big-endian)", rest),
        _ => {
            let sample = &bytes[..bytes.len().min(4096)];
            let pairs = sample.len() / 2;
            let zeros = |odd: usize| {
                sample
                    .iter()
                    .skip(odd)
                    .step_by(2)
                    .filter(|b| **b == 0)
                    .count()
            };
            let (high, low) = (zeros(0), zeros(1));
            if pairs < 2 {
                return None;
            } else if low * 10 > pairs * 7 && high == 0 {
                (UTF_16LE, "UTF-16 (little-endian)", bytes)
            } else if high * 10 > pairs * 7 && low == 0 {
                (UTF_16BE, "UTF-16 (big-endian)", bytes)
            } else {
                return None;
            }
        }
    };
    let (text, damaged) = encoding.decode_without_bom_handling(rest);
    Some(Decoded {
        text,
        encoding: Encoding::Other { name, damaged },
    })
}

/// Refuses text that no person wrote: with a NUL, or with more than a sprinkle of control characters.
fn checked(decoded: Decoded<'_>) -> Result<Decoded<'_>, &'static str> {
    let odd = |c: char| c.is_control() && !matches!(c, '\t' | '\n' | '\r' | '\u{c}' | '\u{85}');
    let controls = decoded.text.chars().filter(|c| odd(*c)).count();
    if decoded.text.contains('\0') || controls * 50 > decoded.text.chars().count() {
        return Err("binary data");
    }
    Ok(decoded)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utf16_bytes(text: &str, big: bool, mark: bool) -> Vec<u8> {
        let units = mark
            .then_some(0xfeff)
            .into_iter()
            .chain(text.encode_utf16());
        units
            .flat_map(|unit| {
                if big {
                    unit.to_be_bytes()
                } else {
                    unit.to_le_bytes()
                }
            })
            .collect()
    }

    #[test]
    fn encodings_are_told_apart() {
        let text = "Caf\u{e9} \u{2019}s visit";
        let other = |name| Encoding::Other {
            name,
            damaged: false,
        };
        let cases: Vec<(Vec<u8>, Encoding)> = vec![
            (text.as_bytes().to_vec(), Encoding::Utf8),
            ([b"\xef\xbb\xbf", text.as_bytes()].concat(), Encoding::Utf8),
            (
                utf16_bytes(text, false, true),
                other("UTF-16 (little-endian)"),
            ),
            (utf16_bytes(text, true, true), other("UTF-16 (big-endian)")),
            (
                utf16_bytes(text, false, false),
                other("UTF-16 (little-endian)"),
            ),
            (utf16_bytes(text, true, false), other("UTF-16 (big-endian)")),
            (b"Caf\xe9 \x92s visit".to_vec(), other("Windows-1252")),
        ];
        for (bytes, want) in cases {
            let decoded = decode(&bytes).unwrap();
            assert_eq!(decoded.encoding, want);
            assert_eq!(decoded.text, text, "{want:?}");
        }
        assert_eq!(
            decode(b"\xef\xbb\xbfa\xff").map(|d| d.text.into_owned()),
            Ok("a\u{fffd}".to_owned())
        );
    }

    #[test]
    fn binary_files_are_refused() {
        let cases: &[&[u8]] = &[
            b"RIFF\x24\0\0\0WAVEfmt ",
            b"OggS\0\x02",
            b"PK\x03\x04rest",
            b"\0\0\0\x20ftypM4A ",
            b"%PDF-1.7",
            b"{\\rtf1 hi}",
            b"text with \0 inside",
            b"\x01\x02\x03\x04\x05\xff\xfe\x10",
        ];
        for bytes in cases {
            assert!(decode(bytes).is_err(), "{bytes:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_decode_or_are_refused(bytes: Vec<u8>) {
            if let Ok(decoded) = decode(&bytes) {
                assert!(!decoded.text.contains('\0'));
            }
        }
    }
}
