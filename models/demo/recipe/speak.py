"""Speaks training sentences: features in OUT.mel (float16), one JSON line a sentence in OUT.jsonl.

    python speak.py SEED HOURS OUT --synth ./synth --scowl DIR [--extra DIR] [--voices slt,rms]

A line holds the text, the voice, where its features lie ("o", "n": 10 ms frames),
the time of every written word ("w": pairs in 20 ms frames) and its phones ("p":
one character every 20 ms).
"""
import argparse, json, random, subprocess
import numpy as np
import torch
from features import PHONE_CHARS, RATE, log_power
from text import Text, spoken

HELD_KINDS = ("dictation", "everyday", "hand", "extra")


class Synth:
    """The synthesiser as a running process."""

    def __init__(self, binary):
        self.p = subprocess.Popen([binary], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def __call__(self, voice, text, rng, stretch=1.0):
        """(samples, [(phone, start, end)], [(start, end) of every written word]) or None."""
        words, owner = spoken(text, rng)
        self.p.stdin.write(f"{voice}\t{stretch}\t{' '.join(words)}\n".encode())
        self.p.stdin.flush()
        count, rate, segments = map(int, self.p.stdout.readline().split())
        assert rate == RATE
        phones, start, times = [], 0.0, {}
        ok = True
        for _ in range(segments):
            phone, end, word = self.p.stdout.readline().decode().split()
            end, word = float(end), int(word)
            phones.append((phone, start, end))
            if word >= len(owner):
                ok = False
            elif word >= 0:
                first, _ = times.get(owner[word], (start, end))
                times[owner[word]] = (first, end)
            start = end
        samples = np.frombuffer(self.p.stdout.read(2 * count), np.int16).astype(np.float32) / 32768
        if not ok or len(times) != len(text.split()) or max(owner) + 1 != len(times):
            return None
        return samples, phones, [times[i] for i in range(len(times))]


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("seed", type=int)
    ap.add_argument("hours", type=float)
    ap.add_argument("out")
    ap.add_argument("--synth", default="./synth")
    ap.add_argument("--scowl", default="/usr/share/dict/scowl")
    ap.add_argument("--extra")
    ap.add_argument("--voices", default="slt,rms")
    ap.add_argument("--held", action="store_true", help="held-out sentences, every one in each voice")
    a = ap.parse_args()
    torch.set_num_threads(1)
    rng = random.Random(a.seed)
    text, synth, voices = Text(rng, a.scowl, a.extra), Synth(a.synth), a.voices.split(",")
    offset, skipped, voice = 0, 0, voices[-1]
    with open(a.out + ".mel", "wb") as mel, open(a.out + ".jsonl", "w") as index:
        while offset < a.hours * 360000:
            if a.held:
                voice = voices[(voices.index(voice) + 1) % len(voices)]
                t, kind = text.draw(True, HELD_KINDS) if voice == voices[0] else (t, kind)
            else:
                t, kind = text.draw()
            if not a.held and len(t.split()) < 4 and rng.random() < 0.6:      # few very short ones
                continue
            voice = voice if a.held else rng.choice(voices)
            result = synth(voice, t, rng)
            if result is None or len(result[0]) > 14 * RATE:
                skipped += 1
                continue
            samples, phones, words = result
            f = log_power(samples)
            n = f.shape[1] // 2 * 2
            line = ["0"] * (n // 2)
            for phone, start, end in phones:
                for k in range(round(start * 50), min(n // 2, round(end * 50))):
                    line[k] = PHONE_CHARS[phone]
            mel.write(f[:, :n].T.contiguous().half().numpy().tobytes())
            mel.flush()
            index.write(json.dumps({"t": t, "v": voice, "k": kind, "o": offset, "n": n, "p": "".join(line),
                                    "w": [[round(s * 50), round(e * 50)] for s, e in words]}) + "\n")
            index.flush()
            offset += n
    print("skipped", skipped)


if __name__ == "__main__":
    main()
