"""Speaks the held-out test set and the samples.

    python evalset.py OUT --synth ./synth --scowl DIR [--extra DIR]      test set: singles/, stitched/, quiet/
    python evalset.py --samples DIR --synth ./synth                      DIR/*.txt to DIR/*.flac
"""
import argparse, pathlib, random, re
import numpy as np
import soundfile
from features import RATE
from speak import Synth
from text import Text, sentences

VOICES = ["slt", "rms"]
MIX = {"dictation": 90, "everyday": 60, "hand": 12, "extra": 38}          # of 200 sentences


def pause(seconds):
    return np.zeros(int(seconds * RATE), np.float32)


def recite(synth, lines, rng, low=0.25, high=0.9):
    """[(voice, sentence or None for a longer pause)] with natural pauses between."""
    out = [pause(0.3)]
    for voice, s in lines:
        out += [synth(voice, s, rng)[0], pause(rng.uniform(low, high))]
    return np.concatenate(out)


def testset(a, synth):
    out, rng = pathlib.Path(a.out), random.Random(2024)
    text, seen = Text(rng, a.scowl, a.extra), set()

    def draw(kind, least):
        for attempt in range(10 ** 6):
            s, _ = text.draw(True, (kind if attempt < 500 else "dictation",))      # a small source may run out
            if s not in seen and len(s.split()) >= least:
                seen.add(s)
                return s

    for part in ("singles", "stitched", "quiet"):
        (out / part).mkdir(parents=True, exist_ok=True)
    for i, kind in enumerate(k for k, n in MIX.items() for _ in range(n)):
        s = draw(kind, 3)
        for voice in VOICES:
            soundfile.write(out / f"singles/{voice}-{i:03d}-{kind}.wav", np.concatenate([pause(0.2), synth(voice, s, rng)[0], pause(0.3)]), RATE)
            (out / f"singles/{voice}-{i:03d}-{kind}.txt").write_text(s)
    for i in range(10):
        voice, lines = VOICES[i % 2], []
        for _ in range(rng.randint(10, 18)):
            lines.append(draw("extra" if text.extra and rng.random() < 0.12 else "dictation", 4))
            if rng.random() < 0.08:
                lines.append(rng.choice(["New paragraph.", "Next section, plan.", "Scratch that.", "Next section, assessment."]))
        x = recite(synth, [(voice, s) for s in lines], rng, 0.3, 1.4)[:88 * RATE]
        soundfile.write(out / f"stitched/{voice}-{i:02d}.wav", x, RATE)
        (out / f"stitched/{voice}-{i:02d}.txt").write_text(" ".join(lines))
    n, noise = 60 * RATE, np.random.RandomState(0)
    quiet = {"silence": np.zeros(n), "hum-60Hz": 0.02 * np.sin(2 * np.pi * 60 * np.arange(n) / RATE) + noise.randn(n) * 1e-3}
    for level in (-60, -50, -40, -30):
        quiet[f"noise{level}dB"] = noise.randn(n) * 10 ** (level / 20)
    pink = np.cumsum(noise.randn(n)); pink -= np.convolve(pink, np.ones(400) / 400, "same")
    quiet["rumble-40dB"] = pink / pink.std() * 0.01
    for name, x in quiet.items():
        soundfile.write(out / f"quiet/{name}.wav", np.clip(x, -1, 1), RATE)
        (out / f"quiet/{name}.txt").write_text("")


def samples(a, synth):
    rng, voices = random.Random(5), {"soap": "slt", "dap": "rms", "emdr": "slt"}
    speakers = {"Clinician": "slt", "Client": "rms"}
    for path in sorted(pathlib.Path(a.samples).glob("*.txt")):
        lines = []
        for line in path.read_text().splitlines():
            who, _, said = line.rpartition(": ") if re.match(r"(Clinician|Client): ", line) else ("", "", line)
            lines += [(speakers.get(who) or voices.get(path.stem, "slt"), s) for s in sentences(said)]
        x = recite(synth, lines, rng, 0.25, 0.8)
        soundfile.write(path.with_suffix(".flac"), x, RATE, subtype="PCM_16")
        print(path.stem, round(len(x) / RATE, 1), "s")


if __name__ == "__main__":
    ap = argparse.ArgumentParser()
    ap.add_argument("out", nargs="?")
    ap.add_argument("--samples")
    ap.add_argument("--synth", default="./synth")
    ap.add_argument("--scowl", default="/usr/share/dict/scowl")
    ap.add_argument("--extra")
    a = ap.parse_args()
    (samples if a.samples else testset)(a, Synth(a.synth))
