//! Containers and codecs: a file becomes blocks of decoded samples, all channels interleaved.
//!
//! Everything that names symphonia stands here. Damage is not an error: what can be decoded is, a
//! damaged packet becomes silence of its length, and the [`Damage`] is counted.

use std::fs::File;
use std::path::Path;
use std::sync::LazyLock;

use symphonia::core::codecs::audio::well_known::{CODEC_ID_MP1, CODEC_ID_MP2, CODEC_ID_MP3};
use symphonia::core::codecs::audio::{AudioDecoder, AudioDecoderOptions};
use symphonia::core::codecs::registry::CodecRegistry;
use symphonia::core::errors::Error;
use symphonia::core::formats::probe::Hint;
use symphonia::core::formats::well_known::{
    FORMAT_ID_ADTS, FORMAT_ID_MKV, FORMAT_ID_MP1, FORMAT_ID_MP2, FORMAT_ID_MP3,
};
use symphonia::core::formats::{FormatOptions, FormatReader, Track, TrackType};
use symphonia::core::io::{MediaSourceStream, MediaSourceStreamOptions};
use symphonia::core::meta::MetadataOptions;
use symphonia::core::packet::Packet;
use symphonia::core::units::{Duration, TimeBase};

use crate::audio::doubt::MAX_CORRUPT_SPANS;
use crate::audio::failure::AudioError;
use crate::audio::header::{Lie, Source};
use crate::session::TimeSpan;

/// The longest silence that stands in for one damaged packet, in milliseconds; what a damaged
/// header says about its packet's length is not believed beyond it.
const MAX_PACKET_MS: u64 = 2_000;

static CODECS: LazyLock<CodecRegistry> = LazyLock::new(|| {
    let mut codecs = CodecRegistry::new();
    symphonia::default::register_enabled_codecs(&mut codecs);
    codecs.register_audio_decoder::<symphonia_adapter_libopus::OpusDecoder>();
    codecs
});

/// A block of decoded audio.
#[derive(Debug)]
pub(super) struct Block<'a> {
    /// Samples of all channels, interleaved, -1 to 1 (lossy codecs may overshoot).
    pub samples: &'a [f32],
    pub channels: usize,
    /// Frames a second.
    pub rate: u32,
}

/// What was found damaged while decoding.
#[derive(Debug, Default)]
pub(super) struct Damage {
    /// Packets that became silence; at most [`MAX_CORRUPT_SPANS`] stretches.
    pub spans: Vec<TimeSpan>,
    pub lost_ms: u64,
    /// The data ended in the middle of something.
    pub broken_off: bool,
}

/// An opened file.
pub(super) struct Decoder {
    reader: Box<dyn FormatReader>,
    codec: Box<dyn AudioDecoder>,
    track: u32,
    time_base: Option<TimeBase>,
    /// Length by the container, in milliseconds.
    pub promised_ms: Option<u64>,
    /// Whether that length was reckoned from the first packet's bit rate.
    pub is_guess: bool,
    /// What the header says wrongly about the file's length.
    pub lie: Option<Lie>,
    pub damage: Damage,
    samples: Vec<f32>,
    /// Channels and rate of the last packet that could be decoded.
    shape: Option<(usize, u32)>,
    done_ms: f64,
    decoded: bool,
    /// Whether the encoder's delay is taken off here and not by the codec.
    trims: bool,
}

impl Decoder {
    /// Opens `path`. Where that fails because the file is not whole, what there is of it is read as a
    /// stream.
    pub(super) fn open(path: &Path, len: u64) -> Result<Self, AudioError> {
        let source = || {
            let file = File::open(path)?;
            Source::open(file, len)
        };
        let unreadable = |source| AudioError::Unreadable {
            path: path.into(),
            at_ms: 0,
            source,
        };
        let (whole, lie) = source().map_err(unreadable)?;
        let first = match Self::start(path, whole) {
            Ok(decoder) if decoder.guesses_length() => {
                // Read as a stream, the same file gives its length only where a header has it.
                let (stream, _) = source().map_err(unreadable)?;
                let told = Self::start(path, stream.into_stream()).ok();
                let is_guess = told.is_none_or(|stream| stream.promised_ms.is_none());
                return Ok(Self {
                    is_guess,
                    lie,
                    ..decoder
                });
            }
            Ok(decoder) => return Ok(Self { lie, ..decoder }),
            Err(error) => error,
        };
        if !matches!(first, AudioError::BrokenHeader { .. }) {
            return Err(first);
        }
        let (stream, lie) = source().map_err(unreadable)?;
        let mut decoder = Self::start(path, stream.into_stream()).map_err(|_| first)?;
        decoder.damage.broken_off = true;
        Ok(Self { lie, ..decoder })
    }

    fn start(path: &Path, source: Source) -> Result<Self, AudioError> {
        let options = MediaSourceStreamOptions::default();
        let stream = MediaSourceStream::new(Box::new(source), options);
        let (format, metadata) = (FormatOptions::default(), MetadataOptions::default());
        let reader = symphonia::default::get_probe()
            .probe(&Hint::new(), stream, format, metadata)
            .map_err(|error| not_opened(path, error))?;
        let track = reader
            .default_track(TrackType::Audio)
            .ok_or_else(|| AudioError::NoAudioTrack { path: path.into() })?
            .clone();
        Ok(Self {
            codec: decoder_for(path, &track)?,
            track: track.id,
            time_base: track.time_base,
            promised_ms: promised_ms(&track, reader.as_ref()),
            reader,
            is_guess: false,
            lie: None,
            damage: Damage::default(),
            samples: Vec::new(),
            shape: None,
            done_ms: 0.0,
            decoded: false,
            trims: trims_here(&track),
        })
    }

    /// The next block, or nothing at the end of the audio.
    pub(super) fn next_block(&mut self, path: &Path) -> Result<Option<Block<'_>>, AudioError> {
        self.samples.clear();
        while self.samples.is_empty() {
            let Some(packet) = self.next_packet(path)? else {
                return Ok(None);
            };
            if packet.track_id == self.track {
                self.decode(&packet);
            }
        }
        let (channels, rate) = self.shape.unwrap_or((1, crate::audio::SAMPLE_RATE));
        self.done_ms += (self.samples.len() / channels) as f64 * 1000.0 / f64::from(rate);
        Ok(Some(Block {
            samples: &self.samples,
            channels,
            rate,
        }))
    }

    /// Whether any packet at all could be decoded.
    pub(super) fn decoded_any(&self) -> bool {
        self.decoded
    }

    /// Whether the container has no length of its own to tell, only headers that some files have.
    fn guesses_length(&self) -> bool {
        let format = self.reader.format_info().format;
        [FORMAT_ID_MP1, FORMAT_ID_MP2, FORMAT_ID_MP3, FORMAT_ID_ADTS].contains(&format)
    }

    fn next_packet(&mut self, path: &Path) -> Result<Option<Packet>, AudioError> {
        match self.reader.next_packet() {
            Ok(packet) => Ok(packet),
            Err(Error::ResetRequired) => self.follow_new_track(path),
            Err(Error::IoError(error)) if error.kind() != std::io::ErrorKind::UnexpectedEof => {
                let at_ms = self.done_ms as u64;
                Err(AudioError::Unreadable {
                    path: path.into(),
                    at_ms,
                    source: error,
                })
            }
            Err(Error::IoError(_)) => {
                // A browser's WebM that promises no length ends like this though it is whole.
                let whole = self.reader.format_info().format == FORMAT_ID_MKV;
                self.damage.broken_off |= !whole || self.promised_ms.is_some();
                Ok(None)
            }
            Err(_) => {
                self.damage.broken_off = true;
                Ok(None)
            }
        }
    }

    /// A chained stream, e.g. two Ogg files one after the other: its next part has its own track.
    fn follow_new_track(&mut self, path: &Path) -> Result<Option<Packet>, AudioError> {
        let Some(track) = self.reader.default_track(TrackType::Audio).cloned() else {
            return Ok(None);
        };
        self.codec = decoder_for(path, &track)?;
        self.track = track.id;
        self.time_base = track.time_base;
        self.promised_ms = None;
        self.trims = trims_here(&track);
        let packet = self.reader.next_packet();
        self.damage.broken_off |= packet.is_err();
        Ok(packet.unwrap_or(None))
    }

    fn decode(&mut self, packet: &Packet) {
        match self.codec.decode(packet) {
            Ok(buffer) => {
                let spec = buffer.spec();
                let shape = (spec.channels().count(), spec.rate());
                if shape.0 > 0 && shape.1 > 0 {
                    self.shape = Some(shape);
                    self.decoded = true;
                    self.samples.resize(buffer.samples_interleaved(), 0.0);
                    buffer.copy_to_slice_interleaved(&mut self.samples);
                    let delay = if self.trims {
                        packet.trim_start.get() as usize * shape.0
                    } else {
                        0
                    };
                    self.samples.drain(..delay.min(self.samples.len()));
                    self.samples
                        .iter_mut()
                        .filter(|s| !s.is_finite())
                        .for_each(|s| *s = 0.0);
                }
            }
            Err(_) => self.silence_for(packet),
        }
    }

    /// Lets a damaged packet count as silence of its length, so that later times stay true.
    fn silence_for(&mut self, packet: &Packet) {
        let length_ms = ms(self.time_base, packet.dur)
            .unwrap_or(0)
            .min(MAX_PACKET_MS);
        let start_ms = self.done_ms as u64;
        let span = TimeSpan::new(start_ms, start_ms + length_ms);
        self.damage.lost_ms += length_ms;
        let full = self.damage.spans.len() >= MAX_CORRUPT_SPANS;
        match self.damage.spans.last_mut() {
            // Times in whole milliseconds may leave one between neighbours.
            Some(last) if last.end_ms + 1 >= start_ms => last.end_ms = span.end_ms,
            _ if full => {}
            _ => self.damage.spans.push(span),
        }
        let (channels, rate) = *self.shape.get_or_insert_with(|| {
            let params = self.codec.codec_params();
            (
                params.channels.as_ref().map_or(1, |c| c.count().max(1)),
                params
                    .sample_rate
                    .filter(|rate| *rate > 0)
                    .unwrap_or(crate::audio::SAMPLE_RATE),
            )
        });
        let frames = u64::from(rate) * length_ms / 1000;
        self.samples.resize(frames as usize * channels, 0.0);
    }
}

fn decoder_for(path: &Path, track: &Track) -> Result<Box<dyn AudioDecoder>, AudioError> {
    let unsupported = |cause: String| AudioError::UnsupportedCodec {
        path: path.into(),
        cause,
    };
    let params = track
        .codec_params
        .as_ref()
        .and_then(|params| params.audio())
        .ok_or_else(|| unsupported("its codec is not known".to_owned()))?;
    CODECS
        .make_audio_decoder(
            params,
            &AudioDecoderOptions::default().gapless(!trims_here(track)),
        )
        .map_err(|error| unsupported(error.to_string()))
}

/// MP3: its codec would trim all that lies past the length in the header, and that length is a guess
/// or, in files put together of several, the first part's.
fn trims_here(track: &Track) -> bool {
    let params = track
        .codec_params
        .as_ref()
        .and_then(|params| params.audio());
    params.is_some_and(|params| [CODEC_ID_MP1, CODEC_ID_MP2, CODEC_ID_MP3].contains(&params.codec))
}

fn promised_ms(track: &Track, reader: &dyn FormatReader) -> Option<u64> {
    let media = reader.media_info();
    track
        .duration
        .and_then(|length| ms(track.time_base, length))
        .or_else(|| {
            media
                .duration
                .and_then(|length| ms(media.time_base, length))
        })
        .filter(|ms| *ms > 0)
}

fn ms(base: Option<TimeBase>, length: Duration) -> Option<u64> {
    let time = base?.calc_duration(length)?;
    u64::try_from(time.as_millis()).ok()
}

fn not_opened(path: &Path, error: Error) -> AudioError {
    let path = path.to_path_buf();
    match error {
        Error::IoError(source) if source.kind() != std::io::ErrorKind::UnexpectedEof => {
            AudioError::Unreadable {
                path,
                at_ms: 0,
                source,
            }
        }
        Error::Unsupported(cause) if cause.contains("no suitable format") => {
            AudioError::UnknownFormat {
                path,
                looks_like: None,
            }
        }
        // A container without its index, as an interrupted recorder leaves an m4a.
        Error::Unsupported(cause) if cause.contains("missing") => AudioError::BrokenHeader {
            path,
            cause: cause.to_owned(),
        },
        Error::Unsupported(cause) => AudioError::UnsupportedCodec {
            path,
            cause: cause.to_owned(),
        },
        other => AudioError::BrokenHeader {
            path,
            cause: other.to_string(),
        },
    }
}
