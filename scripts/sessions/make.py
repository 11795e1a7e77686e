"""Ten sessions spoken by two synthetic voices, with the true speaker and time of every word.

    make.py OUT [--seconds N]

For each session OUT/NAME.wav (one microphone), OUT/NAME.stereo.wav (a person on each channel, with
crosstalk) and OUT/NAME.json (what a perfect recogniser of the one microphone would give, as a
notewright.transcript/1 document, and the truth of each word beside it). The texts are sessions of
tests/cases/rounds. Needs flite, flite1-dev, libespeak-ng1, a C compiler and numpy (scripts/sessions/run).
"""
import argparse, ctypes, json, pathlib, subprocess, wave
import numpy as np

HERE = pathlib.Path(__file__).parent
ROUNDS = HERE / "../../tests/cases/rounds"
RATE = 16_000

# Name, text, voice of the clinician, of the client, of a third person.
SESSIONS = [
    ("mf1", "round8/blind8-birp-10", "flite rms", "flite slt"),
    ("mf2", "round8/blind8-soap-04", "flite slt", "flite rms"),
    ("mf3", "round8/blind8-girp-12", "espeak en-us+f2", "espeak en-us+m3"),
    ("mf4", "round9/blind9-dap-08", "flite awb", "espeak en+f3"),
    ("mm1", "round9/blind9-birp-10", "flite rms", "flite awb"),
    ("mm2", "round9/blind9-girp-12", "espeak en-us+m1", "espeak en+m7"),
    ("mm3", "round9/blind9-soap-04", "flite kal16", "flite rms"),
    ("ff1", "round8/blind8-emdr-15", "flite slt", "espeak en-us+f4"),
    ("ff2", "round9/blind9-emdr-15", "espeak en+f2", "espeak en-us+Annie"),
    ("ff3", "round7/blind7-girp-12", "espeak en-us+f1", "flite slt"),
]
# Pairs that nothing was tried out on, three voices, and one voice for both: chosen with --set.
HELD = [
    ("held1", "round6/blind6-soap-04", "flite awb", "flite slt"),
    ("held2", "round6/blind6-dap-08", "espeak en-us+m3", "flite kal16"),
    ("held3", "round5/blind5-soap-04", "espeak en+f5", "espeak en-us+f3"),
    ("held4", "round3/blind3-dap-13", "espeak en-us+steph", "flite slt"),
    ("held5", "round4/blind4-birp-15", "espeak en-us+m4", "espeak en+m2"),
    ("held6", "round1/blind1-birp-13", "flite awb", "flite kal16"),
]
OTHERS = [
    ("three1", "round8/blind8-dap-07", "flite rms", "flite slt", "flite awb"),
    ("three2", "round7/blind7-dap-08", "espeak en-us+f2", "flite rms", "espeak en-us+m3"),
    ("three3", "round5/blind5-dap-08", "flite slt", "espeak en+f3", "flite rms"),
    ("three4", "round2/blind2-birp-15", "flite awb", "flite slt", "espeak en-us+f4"),
    ("one1", "round6/blind6-soap-04", "flite slt", "flite slt"),
    ("one2", "round6/blind6-dap-08", "flite rms", "flite rms"),
    ("one3", "round1/blind1-birp-13", "espeak en+m3", "espeak en+m3"),
    ("one4", "round3/blind3-dap-13", "flite awb", "flite awb"),
]
WHO = ["clinician", "client", "other"]
NODS = ["Mm hm.", "Yeah.", "Right.", "Okay.", "Sure.", "I see."]


class Flite:
    """Words of flite with their times, by the small program beside this one."""

    def __init__(self, program):
        self.child = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def speak(self, voice, text, stretch):
        line = f"{voice}\t{stretch}\t{text}\n"
        self.child.stdin.write(line.encode()); self.child.stdin.flush()
        count, rate, segments = map(int, self.child.stdout.readline().split())
        words, last = {}, 0.0
        for _ in range(segments):
            _, end, word = self.child.stdout.readline().split()
            if int(word) >= 0:
                start = words.get(int(word), (last, 0))[0]
                words[int(word)] = (start, float(end))
            last = float(end)
        samples = np.frombuffer(self.child.stdout.read(2 * count), "<i2") / 32768
        return samples, rate, [words.get(n) for n in range(len(text.split()))]


class Espeak:
    """Words of espeak-ng with their times, by its library's events."""

    class Event(ctypes.Structure):
        _fields_ = [("type", ctypes.c_int), ("unique", ctypes.c_uint), ("position", ctypes.c_int),
                    ("length", ctypes.c_int), ("audio", ctypes.c_int), ("sample", ctypes.c_int),
                    ("user", ctypes.c_void_p), ("id", ctypes.c_char * 8)]

    def __init__(self):
        self.lib = ctypes.CDLL("libespeak-ng.so.1")
        self.rate = self.lib.espeak_Initialize(1, 500, None, 0)      # retrieval: no device is opened
        call = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int,
                                ctypes.POINTER(self.Event))
        self.callback = call(self.take)
        self.lib.espeak_SetSynthCallback(self.callback)

    def take(self, samples, count, events):
        if count > 0 and samples:
            self.samples.append(np.ctypeslib.as_array(samples, (count,)).copy())
        n = 0
        while events[n].type != 0:
            if events[n].type == 1:
                self.words.append((events[n].position - 1, events[n].audio / 1000))
            n += 1
        return 0

    def speak(self, voice, text, stretch):
        self.samples, self.words = [], []
        if self.lib.espeak_SetVoiceByName(voice.encode()) != 0:
            raise SystemExit(f"espeak-ng has no voice {voice}")
        self.lib.espeak_SetParameter(1, int(165 / stretch), 0)
        data = text.encode()
        self.lib.espeak_Synth(data, len(data) + 1, 0, 1, 0, 1, None, None)
        self.lib.espeak_Synchronize()
        samples = np.concatenate(self.samples) / 32768
        total, starts, at = len(samples) / self.rate, [], 0
        for word in text.split():
            at = text.index(word, at)
            inside = [t for place, t in self.words if at <= place < at + len(word)]
            starts.append(inside[0] if inside else None)
            at += len(word)
        spans = []
        for n, start in enumerate(starts):
            later = [s for s in starts[n + 1:] if s is not None]
            end = min(later[0] if later else total, (start or 0) + 0.12 + 0.09 * len(text.split()[n]))
            spans.append(None if start is None else (start, end))
        return samples, self.rate, spans


def resampled(samples, rate):
    """Linear phase, by the spectrum: exact enough for speech."""
    if rate == RATE:
        return samples
    count = int(len(samples) * RATE / rate)
    spectrum = np.fft.rfft(samples)
    wanted = np.zeros(count // 2 + 1, complex)
    n = min(len(spectrum), len(wanted))
    wanted[:n] = spectrum[:n]
    return np.fft.irfft(wanted, count) * count / len(samples)


def levelled(samples, dbfs):
    loud = np.abs(samples) > 0.02 * np.abs(samples).max()
    return samples / np.sqrt((samples[loud] ** 2).mean()) * 10 ** (dbfs / 20)


def plain(text):
    for old, new in [("\u2019", "'"), ("\u2014", ", "), ("\u2013", ", "), ("\u2026", "..."), ("\t", " ")]:
        text = text.replace(old, new)
    return " ".join(text.encode("ascii", "ignore").decode().split())


def noise(count, chance):
    """Pink."""
    spectrum = chance.normal(size=count // 2 + 1) + 1j * chance.normal(size=count // 2 + 1)
    spectrum /= np.sqrt(np.maximum(np.arange(count // 2 + 1), 40))
    out = np.fft.irfft(spectrum, count)
    return out / out.std()


def session(name, text, voices, speak, chance, seconds):
    turns = json.loads((ROUNDS / f"{text}.json").read_text())["transcript"]
    level = [-24 + chance.uniform(-2, 2) for _ in voices]
    tracks = [[] for _ in voices]
    truth, at, before = [], 0.6, None

    def place(who, words, start):
        samples, rate, spans = speak(voices[who], words, chance.uniform(0.92, 1.12))
        samples = levelled(resampled(samples, rate), level[who] + chance.uniform(-1.5, 1.5))
        tracks[who].append((int(start * RATE), samples))
        said = []
        for word, span in zip(words.split(), spans):
            if span:
                said.append((start + span[0], start + span[1], who, word))
        truth.extend(said)
        return start + len(samples) / RATE, said

    for turn in turns:
        if seconds and at > seconds:
            break
        who = {"clinician": 0, "client": 1}.get(turn["speaker"], 2) % len(voices)
        if before is not None and before != who:
            # One turn in five begins before the other has ended.
            at += chance.uniform(-0.5, -0.1) if chance.random() < 0.2 else chance.uniform(0.15, 0.9)
        elif before is not None:
            at += chance.uniform(0.4, 1.0)
        at, said = place(who, plain(turn["text"]), max(at, 0.2))
        at = said[-1][1] if said else at
        # The other nods in the middle of a long turn, over it.
        if len(said) > 12 and chance.random() < 0.5:
            place(1 if who == 0 else 0, str(chance.choice(NODS)), said[int(len(said) * chance.uniform(0.3, 0.8))][0])
        before = who
    length = max(start + len(s) for track in tracks for start, s in track) + RATE // 2
    alone = []
    for track in tracks:
        out = np.zeros(length)
        for start, samples in track:
            out[start:start + len(samples)] += samples
        alone.append(out)
    truth.sort()
    return alone, truth


def transcript(truth):
    """As a recogniser writes it that knows no speakers: ended by a full stop or a pause."""
    utterances, marks, words, whose = [], [], [], []

    def close():
        if words:
            ms = lambda s: int(s * 1000)
            utterances.append({
                "id": f"u{len(utterances) + 1}", "speaker": "unknown",
                "start_ms": ms(words[0][0]), "end_ms": max(ms(w[1]) for w in words),
                "text": " ".join(w[3] for w in words),
                "words": [{"text": w[3], "start_ms": ms(w[0]), "end_ms": ms(w[1])} for w in words]})
            marks.append(list(whose))
            words.clear(); whose.clear()

    for word in truth:
        if words and (word[0] - words[-1][1] > 1.5 or words[-1][3][-1] in ".?!"):
            close()
        words.append(word); whose.append(WHO[word[2]])
    close()
    return {"schema": "notewright.transcript/1", "mode": "session", "language": "en",
            "utterances": utterances, "coverage": []}, marks


def write(path, channels):
    data = np.clip(np.stack(channels, 1) * 32768, -32768, 32767).astype("<i2")
    with wave.open(str(path), "wb") as out:
        out.setnchannels(len(channels)); out.setsampwidth(2); out.setframerate(RATE)
        out.writeframes(data.tobytes())


def main():
    options = argparse.ArgumentParser()
    options.add_argument("out", type=pathlib.Path)
    options.add_argument("--flite", default="./flite_words")
    options.add_argument("--seconds", type=float, default=0)
    options.add_argument("--seed", type=int, default=7)
    options.add_argument("--only", default="", help="sessions whose name holds this")
    options.add_argument("--set", choices=["ten", "held", "others"], default="ten")
    given = options.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    flite, espeak = Flite(given.flite), Espeak()

    def speak(voice, text, stretch):
        engine, voice = voice.split()
        return (flite if engine == "flite" else espeak).speak(voice, text, stretch)

    chosen = {"ten": SESSIONS, "held": HELD, "others": OTHERS}[given.set]
    for n, (name, text, *voices) in enumerate(chosen):
        if given.only and given.only not in name:
            continue
        chance = np.random.default_rng([given.seed, n])
        alone, truth = session(name, text, voices, speak, chance, given.seconds)
        count = len(alone[0])
        room = 10 ** (-62 / 20)
        write(given.out / f"{name}.wav", [sum(alone) + room * noise(count, chance)])
        cross = 10 ** (-18 / 20)
        late = lambda samples: np.concatenate([np.zeros(48), samples[:-48]]) * cross
        alone = [alone[0], sum(alone[1:])]
        write(given.out / f"{name}.stereo.wav",
              [alone[0] + late(alone[1]) + room * noise(count, chance),
               alone[1] + late(alone[0]) + room * noise(count, chance)])
        document, marks = transcript(truth)
        document["duration_ms"] = count * 1000 // RATE
        (given.out / f"{name}.json").write_text(json.dumps({"transcript": document, "truth": marks,
            "voices": voices}))
        print(f"{name}: {count / RATE:.0f} s, {len(truth)} words, {' / '.join(voices)}", flush=True)


main()
