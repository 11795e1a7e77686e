"""Log-mel features as whisper.cpp computes them, and phones for the training aid."""
import numpy as np
import torch

RATE, HOP, WINDOW, MELS = 16000, 160, 400, 80
PHONES = ("pau aa ae ah ao aw ax ay b ch d dh eh er ey f g hh ih iy jh k l m n ng ow oy p r s sh t th uh uw v w y z zh "
          "axr").split()
PHONE_CHARS = {p: chr(48 + i) for i, p in enumerate(PHONES)}      # one character per 20 ms in the index files


def mel_filters():
    """Slaney's filter bank: 80 bands to 8 kHz, linear below 1 kHz, each of unit area."""
    def to_hz(m):
        return np.where(m < 15, m * 200 / 3, 1000 * np.exp((m - 15) * np.log(6.4) / 27))
    top = 15 + np.log(8000 / 1000) / (np.log(6.4) / 27)
    edges = to_hz(np.linspace(0, top, MELS + 2))
    bins = np.linspace(0, RATE / 2, WINDOW // 2 + 1)
    up = (bins - edges[:-2, None]) / (edges[1:-1] - edges[:-2])[:, None]
    down = (edges[2:, None] - bins) / (edges[2:] - edges[1:-1])[:, None]
    return (np.maximum(0, np.minimum(up, down)) * (2 / (edges[2:] - edges[:-2]))[:, None]).astype(np.float32)


_FILTERS, _HANN = torch.from_numpy(mel_filters()), torch.hann_window(WINDOW)


def log_power(samples):
    """log10 mel power [80, frames] at 100 frames a second, floor -10; samples in [-1, 1]."""
    x = torch.as_tensor(samples, dtype=torch.float32)
    s = torch.stft(x, WINDOW, HOP, window=_HANN, center=True, return_complex=True)[..., :-1]
    return (_FILTERS @ (s.real ** 2 + s.imag ** 2)).clamp_min(1e-10).log10()


def normalise(log_mel):
    """Whisper's scaling of a whole window, [..., 80, frames]."""
    top = log_mel.amax((-2, -1), keepdim=True) - 8.0
    return (torch.maximum(log_mel, top) + 4.0) / 4.0
