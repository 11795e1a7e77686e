#!/usr/bin/env python3
"""The language model's child beside llama-cpp-python: same file, same threads, same prompts.

    pip install numpy llama-cpp-python
    python benches/pen.py make FOLDER              writes 1b.gguf and 3b.gguf (0.8 and 2.0 GB)
    python benches/pen.py tune MODEL               our figures for several settings
    python benches/pen.py compare MODEL            ours and theirs in turn
    python benches/pen.py note MODEL               a session of 50 minutes to its note
    python benches/pen.py kept MODEL               a kept beginning loaded, computed, and warm

The models have the shapes of Llama 3.2 1B and 3B as Q4_K_M with random weights: they cost what the
real ones cost and write nonsense. Of several rounds the best counts, since other work may share the
machine; the two libraries take turns.
"""

import argparse
import contextlib
import json
import os
import re
import struct
import subprocess
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SHAPES = {
    "1b": dict(layers=16, width=2048, hidden=8192, heads=32, kv=8, vocabulary=128256),
    "3b": dict(layers=28, width=3072, hidden=8192, heads=24, kv=8, vocabulary=128256),
}
F32, Q4_K, Q6_K = 0, 12, 14
BLOCK = {Q4_K: 144, Q6_K: 210}


# --- models ---------------------------------------------------------------------------------------


def tensors(s):
    head = s["width"] // s["heads"]
    yield "token_embd.weight", (s["width"], s["vocabulary"]), Q6_K
    yield "output_norm.weight", (s["width"],), F32
    for i in range(s["layers"]):
        # Which layers are kept finer is llama.cpp's rule for Q4_K_M.
        n = s["layers"]
        fine = i < n // 8 or i >= 7 * n // 8 or (i - n // 8) % 3 == 2
        big = Q6_K if fine else Q4_K
        for name, shape, kind in [
            ("attn_norm", (s["width"],), F32),
            ("attn_q", (s["width"], s["width"]), Q4_K),
            ("attn_k", (s["width"], s["kv"] * head), Q4_K),
            ("attn_v", (s["width"], s["kv"] * head), big),
            ("attn_output", (s["width"], s["width"]), Q4_K),
            ("ffn_norm", (s["width"],), F32),
            ("ffn_gate", (s["width"], s["hidden"]), Q4_K),
            ("ffn_up", (s["width"], s["hidden"]), Q4_K),
            ("ffn_down", (s["hidden"], s["width"]), big),
        ]:
            yield f"blk.{i}.{name}.weight", shape, kind


def weights(random, kind, shape):
    import numpy

    count = int(numpy.prod(shape))
    if kind == F32:
        return numpy.ones(count, dtype="<f4").tobytes()
    blocks = numpy.frombuffer(random.bytes(count // 256 * BLOCK[kind]), dtype=numpy.uint8)
    blocks = blocks.reshape(-1, BLOCK[kind]).copy()
    half = lambda x: numpy.frombuffer(struct.pack("<e", x), dtype=numpy.uint8)
    if kind == Q4_K:
        blocks[:, 0:2], blocks[:, 2:4] = half(1e-4), half(7.5e-4)
    else:
        blocks[:, 208:210] = half(1e-5)
    return blocks.tobytes()


def words(count):
    """The words of this repository's invented notes and sessions with all their beginnings, so that
    a text has about as many tokens as with a real model; then what fills up."""
    found = {}
    for path in sorted((ROOT / "models/likeness/rows").glob("*.tsv")):
        for word in re.findall(r"[A-Za-z']+", path.read_text()):
            found.setdefault("\u2581" + word)
    begun = {word[:n]: None for word in found for n in range(2, len(word) + 1)}
    pieces = [piece for piece in begun][:count]
    return pieces + [f"~{i}~" for i in range(count - len(pieces))]


def text(value):
    raw = value.encode()
    return struct.pack("<Q", len(raw)) + raw


def make(path, shape):
    import numpy

    number = lambda key, n: text(key) + struct.pack("<II", 4, n)
    pieces = [("<unk>", 2), ("<s>", 3), ("</s>", 3)]
    pieces += [(f"<0x{b:02X}>", 6) for b in range(256)]
    pieces += [("\u2581" if c == 32 else chr(c), 1) for c in range(32, 127)]
    pieces += [(p, 1) for p in words(shape["vocabulary"] - len(pieces))]
    listed = lambda key, kind, items: text(key) + struct.pack("<IIQ", 9, kind, len(pieces)) + items
    head = shape["width"] // shape["heads"]
    pairs = [
        text("general.architecture") + struct.pack("<I", 8) + text("llama"),
        number("llama.context_length", 131072),
        number("llama.embedding_length", shape["width"]),
        number("llama.block_count", shape["layers"]),
        number("llama.feed_forward_length", shape["hidden"]),
        number("llama.attention.head_count", shape["heads"]),
        number("llama.attention.head_count_kv", shape["kv"]),
        number("llama.rope.dimension_count", head),
        text("llama.attention.layer_norm_rms_epsilon") + struct.pack("<If", 6, 1e-5),
        text("tokenizer.ggml.model") + struct.pack("<I", 8) + text("llama"),
        listed("tokenizer.ggml.tokens", 8, b"".join(text(p) for p, _ in pieces)),
        # Longer pieces first, so that a word's beginnings grow into the word.
        listed("tokenizer.ggml.scores", 6, struct.pack(f"<{len(pieces)}f", *[float(len(p)) for p, _ in pieces])),
        listed("tokenizer.ggml.token_type", 5, struct.pack(f"<{len(pieces)}i", *[k for _, k in pieces])),
        number("tokenizer.ggml.unknown_token_id", 0),
        number("tokenizer.ggml.bos_token_id", 1),
        number("tokenizer.ggml.eos_token_id", 2),
    ]
    every = list(tensors(shape))
    head_bytes = b"GGUF" + struct.pack("<IQQ", 3, len(every), len(pairs)) + b"".join(pairs)
    offset = 0
    for name, dims, kind in every:
        count = int(numpy.prod(dims))
        size = count * 4 if kind == F32 else count // 256 * BLOCK[kind]
        head_bytes += text(name) + struct.pack("<I", len(dims)) + struct.pack(f"<{len(dims)}Q", *dims)
        head_bytes += struct.pack("<IQ", kind, offset)
        offset += -(-size // 32) * 32
    random = numpy.random.default_rng(7)
    with open(path, "wb") as file:
        file.write(head_bytes + b"\0" * (-len(head_bytes) % 32))
        for _, dims, kind in every:
            raw = weights(random, kind, dims)
            file.write(raw + b"\0" * (-len(raw) % 32))


# --- ours -----------------------------------------------------------------------------------------


class Pen:
    """Speaks the frames of src/engine/frame.rs."""

    PROTOCOL, MESSAGE, STATE = 2, 1, 3
    PART = 8 << 20

    def __init__(self, program, model, context, threads, **tuning):
        # As src/engine/child.rs starts it.
        waiting = {"OMP_WAIT_POLICY": "passive", "GOMP_SPINCOUNT": "10000", **os.environ}
        pipe = subprocess.PIPE
        self.child = subprocess.Popen([program], stdin=pipe, stdout=pipe, env=waiting)
        self.hello = self.take()["hello"]
        tuning = {**dict(batch=256, micro_batch=256, flash=True, kv="f16"), **tuning}
        began = time.monotonic()
        load = dict(model=str(model), context=context, threads=threads, tuning=tuning)
        self.send({"load": load})
        self.ready = self.take()
        assert "work" in self.ready, self.ready
        self.loading = time.monotonic() - began

    def frame(self, kind, body):
        self.child.stdin.write(b"NW" + struct.pack("<BBI", self.PROTOCOL, kind, len(body)) + body)
        self.child.stdin.flush()

    def send(self, message):
        self.frame(self.MESSAGE, json.dumps(message).encode())

    def raw(self):
        head = self.child.stdout.read(8)
        return self.child.stdout.read(struct.unpack("<I", head[4:])[0])

    def take(self):
        return json.loads(self.raw())

    def write(self, prompt, tokens, grammar=None):
        ask = dict(prompt=prompt, grammar=grammar, max_tokens=tokens, sampling="greedy", stop=[])
        began = time.monotonic()
        self.send({"generate": ask})
        first = None
        while True:
            answer = self.take()["work"]
            now = time.monotonic()
            if "text" in answer and first is None:
                first = now
            if "done" in answer:
                done = answer["done"]
                count = done["tokens"]
                rate = (count - 1) / (now - first) if count > 1 else 0
                return dict(first=first - began, rate=rate, tokens=count, **done["cost"])

    def keep(self, head, state=None):
        began = time.monotonic()
        size = None if state is None else len(state)
        self.send({"keep": dict(head=head, state=size, give=state is None)})
        for at in range(0, size or 0, self.PART):
            self.frame(self.STATE, state[at : at + self.PART])
        while True:
            answer = self.take()["work"]
            if "kept" in answer:
                break
        took, parts = time.monotonic() - began, b""
        while len(parts) < answer["kept"]["bytes"]:
            parts += self.raw()
        return dict(took=took, state=parts, **answer["kept"])

    def close(self):
        self.child.stdin.close()
        self.child.wait()


# --- theirs ---------------------------------------------------------------------------------------


class Theirs:
    def __init__(self, model, context, threads):
        import llama_cpp

        began = time.monotonic()
        self.llama = llama_cpp.Llama(
            str(model), n_ctx=context, n_threads=threads, n_threads_batch=threads, verbose=False
        )
        self.loading = time.monotonic() - began

    def write(self, prompt, tokens):
        began = time.monotonic()
        first, count = None, 0
        # Their text stream holds back what is no whole character, so tokens are counted below it.
        ids = self.llama.tokenize(prompt.encode(), add_bos=True, special=True)
        for _ in self.llama.generate(ids, temp=0.0, reset=True):
            count += 1
            now = time.monotonic()
            first = first or now
            if count == tokens:
                break
        return dict(first=first - began, rate=(count - 1) / (now - first), tokens=count)


# --- measuring ------------------------------------------------------------------------------------


def prompt(tokens, seed):
    import numpy

    letters = numpy.random.default_rng(seed).integers(97, 123, tokens - 2)
    return bytes(letters.astype("uint8")).decode()


def best(rounds, key, least=True):
    values = [r[key] for r in rounds]
    return min(values) if least else max(values)


def tune(a):
    settings = [
        {},
        dict(flash=False),
        dict(batch=512, micro_batch=512),
        dict(micro_batch=128),
        dict(batch=1024, micro_batch=1024),
        dict(kv="q8_0"),
    ]
    long = prompt(a.prompt, 1)
    print(f"prompt {a.prompt}, answer {a.answer}, threads {a.threads}; batch/micro, flash, kv")
    for setting in settings:
        rounds = []
        for n in range(a.rounds):
            pen = Pen(a.pen, a.model, a.context, a.threads, **setting)
            rounds.append({**pen.write(long, a.answer), "loading": pen.loading})
            pen.close()
        line = dict(
            prompt_rate=round(a.prompt / best(rounds, "first"), 1),
            answer_rate=round(best(rounds, "rate", False), 2),
            cpu=best(rounds, "cpu_ms") / 1000,
            loading=round(best(rounds, "loading"), 2),
            peak_mb=round(max(r["peak"] for r in rounds) / 2**20),
        )
        print(setting or "default", line, flush=True)


def compare(a):
    head, tails = prompt(a.prompt - 100, 1), [prompt(102, n + 2) for n in range(2 * a.rounds)]
    ours = {name: Pen(path, a.model, a.context, a.threads) for name, path in a.pens}
    every = {**ours}
    if not a.ours_only:
        every["llama-cpp-python"] = Theirs(a.model, a.context, a.threads)
    cold, warm = {n: [] for n in every}, {n: [] for n in every}
    for n in range(a.rounds):
        for name, one in every.items():
            # Another first letter, so that nothing is known of the prompt.
            fresh = chr(65 + n) + head
            cold[name].append(one.write(fresh + tails[2 * n], a.answer))
            warm[name].append(one.write(fresh + tails[2 * n + 1], a.answer))
    print(f"prompt {a.prompt}, answer {a.answer}, threads {a.threads}, best of {a.rounds}")
    for name in every:
        both = cold[name] + warm[name]
        first, again = best(cold[name], "first"), best(warm[name], "first")
        line = dict(
            loading=round(every[name].loading, 2),
            prompt_rate=round(a.prompt / first, 1),
            answer_rate=round(best(both, "rate", False), 2),
            first_cold=round(first, 2),
            first_warm=round(again, 2),
            times=round(first / again, 1),
        )
        if name in ours:
            line["reused"] = warm[name][0]["reused"]
            line["peak_mb"] = round(cold[name][0]["peak"] / 2**20)
        print(f"{name:18}", line, flush=True)
    for one in ours.values():
        one.close()


def session(minutes):
    """A session of 160 words a minute, of the invented utterances of this repository."""
    said, left = [], minutes * 160
    for row in (ROOT / "models/likeness/rows/sessions.tsv").read_text().splitlines():
        parts = row.split("\t")
        if len(parts) < 3 or left <= 0:
            continue
        speaker = {"s": "clinician", "c": "client"}[parts[0]]
        said.append(dict(id=f"u{len(said) + 1}", speaker=speaker, text=parts[2]))
        left -= len(parts[2].split())
    return dict(schema="notewright.transcript/1", mode="session", utterances=said)


def note(a):
    """Time from the transcript to the sections, with the opening cold and kept."""
    folder = Path(tempfile.mkdtemp())
    talk = folder / "session.json"
    talk.write_text(json.dumps(session(50)))
    program = str(Path(a.pen).with_name("notewright"))
    models = folder / "models"
    command = [program, "--models-dir", str(models), "draft", "--llm", str(a.model), "--json"]
    command += ["--threads", str(a.threads), str(talk)]
    for what in ["opening cold", "opening kept"]:
        began, marks = time.monotonic(), []
        with pty_of(command) as lines:
            for line in lines:
                if "wording" in line:
                    heading = line.split("wording ")[1].split(" (")[0]
                    if not marks or marks[-1][0] != heading:
                        marks.append((heading, round(time.monotonic() - began, 1)))
        print(f"{what}: starts {marks}, whole note {time.monotonic() - began:.1f} s", flush=True)


@contextlib.contextmanager
def pty_of(command):
    """Runs a command with a terminal for its standard error, whose lines come back."""
    own, given = os.openpty()
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=given)
    os.close(given)

    def lines():
        while True:
            try:
                part = os.read(own, 4096)
            except OSError:
                return
            if not part:
                return
            yield from re.split(r"[\r\n]+", part.decode(errors="replace"))

    yield lines()
    child.wait()
    os.close(own)


def kept(a):
    head, tail = prompt(a.prompt, 1), prompt(102, 2)
    pen = Pen(a.pen, a.model, a.context, a.threads)
    computed = pen.keep(head)
    pen.close()
    state = computed.pop("state")
    path = Path(a.model).with_suffix(".state")
    path.write_bytes(state)
    rounds = []
    for _ in range(a.rounds):
        pen = Pen(a.pen, a.model, a.context, a.threads)
        began = time.monotonic()
        loaded = pen.keep(head, path.read_bytes())
        assert loaded["restored"]
        loaded["took"] = time.monotonic() - began
        rounds.append({**loaded, "first": pen.write(head + tail, 2)["first"]})
        pen.close()
    path.unlink()
    print(
        f"{a.prompt} tokens, {len(state) / 2**20:.0f} MB: computed in {computed['took']:.2f} s, "
        f"loaded in {best(rounds, 'took'):.3f} s; first token of {len(tail)} more "
        f"after {best(rounds, 'first'):.2f} s"
    )


def main():
    target = os.environ.get("CARGO_TARGET_DIR", ROOT / "target")
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("what", choices=["make", "tune", "compare", "kept", "note"])
    parser.add_argument("model", type=Path)
    parser.add_argument("--pen", default=f"{target}/release/notewright-pen")
    parser.add_argument("--other-pen", help="another build, taken into `compare`")
    parser.add_argument("--ours-only", action="store_true")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--prompt", type=int, default=600)
    parser.add_argument("--answer", type=int, default=32)
    parser.add_argument("--context", type=int, default=4096)
    parser.add_argument("--rounds", type=int, default=3)
    a = parser.parse_args()
    if a.what == "make":
        for name, shape in SHAPES.items():
            make(a.model / f"{name}.gguf", shape)
        return
    a.pens = [("notewright-pen", a.pen)] + ([("other build", a.other_pen)] if a.other_pen else [])
    {"tune": tune, "compare": compare, "kept": kept, "note": note}[a.what](a)


main()
