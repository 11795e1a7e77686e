#!/usr/bin/env python3
"""CPU seconds for one full window: notewright-ear beside pywhispercpp and faster-whisper.

All three get the same weights, the same audio and the same number of threads, and decode greedily
with segment times. They take turns within one run, so that a busy machine is busy for all; of
several rounds the least counts. CPU time is that of the process that computes.

    pip install pywhispercpp faster-whisper
    python benches/compare.py [--threads 1] [--rounds 5] [--other-ear PATH]

`--other-ear` takes a second notewright-ear, built with other flags, into the comparison.
"""

import argparse
import json
import resource
import struct
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy

SECONDS = 29.76
ROOT = Path(__file__).resolve().parent.parent


def bench(*arguments):
    command = ["cargo", "bench", "--quiet", "--bench", "ear", "--", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout


def measure(work, rounds):
    """Runs `work` once to warm up and then `rounds` times; gives CPU and clock seconds of each."""
    words = work()
    cpu, wall = [], []
    for _ in range(rounds):
        before, began = resource.getrusage(resource.RUSAGE_SELF), time.monotonic()
        words = work()
        after = resource.getrusage(resource.RUSAGE_SELF)
        wall.append(time.monotonic() - began)
        cpu.append(after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime)
    return {"cpu": cpu, "wall": wall, "words": words}


def with_pywhispercpp(model, audio, threads, rounds):
    from pywhispercpp.model import Model

    # Its defaults, but for the one sampling that greedy decoding needs.
    whisper = Model(
        str(model),
        n_threads=threads,
        redirect_whispercpp_logs_to=None,
        print_progress=False,
        print_realtime=False,
        greedy={"best_of": 1},
    )

    def work():
        return sum(len(s.text.split()) for s in whisper.transcribe(audio))

    return measure(work, rounds)


def with_faster_whisper(model, audio, threads, rounds):
    from faster_whisper import WhisperModel

    kind = "int8" if "q8_0" in model.name else "float32"
    with tempfile.TemporaryDirectory() as folder:
        convert(model, Path(folder))
        whisper = WhisperModel(folder, device="cpu", compute_type=kind, cpu_threads=threads)

        def work():
            segments, _ = whisper.transcribe(
                audio,
                language="en",
                beam_size=1,
                temperature=0.0,
                condition_on_previous_text=False,
                # Its list of sounds to suppress is made with the real vocabulary.
                suppress_tokens=[],
            )
            return sum(len(s.text.split()) for s in segments)

        return measure(work, rounds)


def read_ggml(path):
    """Header, vocabulary and tensors of a Whisper file in whisper.cpp's format."""
    data = memoryview(path.read_bytes())
    header = struct.unpack_from("<11i", data, 4)
    at = 48
    mels, bins = struct.unpack_from("<2i", data, at)
    at += 8 + 4 * mels * bins
    (count,) = struct.unpack_from("<i", data, at)
    at += 4
    words = []
    for _ in range(count):
        (length,) = struct.unpack_from("<i", data, at)
        words.append(bytes(data[at + 4 : at + 4 + length]))
        at += 4 + length
    tensors = {}
    while at < len(data):
        dims, length, kind = struct.unpack_from("<3i", data, at)
        shape = struct.unpack_from(f"<{dims}i", data, at + 12)
        at += 12 + 4 * dims
        name = bytes(data[at : at + length]).decode()
        at += length
        size = int(numpy.prod(shape))
        if kind == 8:
            blocks = numpy.frombuffer(
                data, numpy.dtype([("scale", "<f2"), ("values", "i1", 32)]), size // 32, at
            )
            values = blocks["scale"].astype("f4")[:, None] * blocks["values"]
            at += size // 32 * 34
        else:
            values = numpy.frombuffer(data, "<f4" if kind == 0 else "<f2", size, at)
            at += size * (4 if kind == 0 else 2)
        tensors[name] = values.astype("f4").reshape(shape[::-1])
    return header, words, tensors


def convert(model, folder):
    """The same weights in the format of CTranslate2, on which faster-whisper stands."""
    from ctranslate2.specs import whisper_spec

    header, words, tensors = read_ggml(model)
    vocabulary, _, width, heads, audio_layers = header[:5]
    text_layers = header[8]
    spec = whisper_spec.WhisperSpec(audio_layers, heads, text_layers, heads)
    zeros = numpy.zeros(width, "f4")

    def take(name):
        return tensors[name]

    def norm(layer, name):
        layer.gamma, layer.beta = take(f"{name}.weight"), take(f"{name}.bias")

    def linear(layer, name):
        layer.weight, layer.bias = take(f"{name}.weight"), take(f"{name}.bias")

    def attention(layer, block, name, own):
        norm(layer.layer_norm, f"{block}.{name}_ln")
        part = {p: take(f"{block}.{name}.{p}.weight") for p in ("query", "key", "value")}
        bias = {p: take(f"{block}.{name}.{p}.bias") for p in ("query", "value")}
        bias["key"] = zeros
        groups = [("query", "key", "value")] if own else [("query",), ("key", "value")]
        for into, names in zip(layer.linear, groups):
            into.weight = numpy.concatenate([part[n] for n in names])
            into.bias = numpy.concatenate([bias[n] for n in names])
        linear(layer.linear[-1], f"{block}.{name}.out")

    def feed_forward(layer, block):
        norm(layer.layer_norm, f"{block}.mlp_ln")
        linear(layer.linear_0, f"{block}.mlp.0")
        linear(layer.linear_1, f"{block}.mlp.2")

    for nth, layer in enumerate(spec.encoder.layer):
        attention(layer.self_attention, f"encoder.blocks.{nth}", "attn", True)
        feed_forward(layer.ffn, f"encoder.blocks.{nth}")
    for number in (1, 2):
        conv = getattr(spec.encoder, f"conv{number}")
        conv.weight = take(f"encoder.conv{number}.weight")
        conv.bias = take(f"encoder.conv{number}.bias").reshape(-1)
    norm(spec.encoder.layer_norm, "encoder.ln_post")
    spec.encoder.position_encodings.encodings = take("encoder.positional_embedding")
    for nth, layer in enumerate(spec.decoder.layer):
        attention(layer.self_attention, f"decoder.blocks.{nth}", "attn", True)
        attention(layer.attention, f"decoder.blocks.{nth}", "cross_attn", False)
        feed_forward(layer.ffn, f"decoder.blocks.{nth}")
    spec.decoder.embeddings.weight = take("decoder.token_embedding.weight")
    spec.decoder.position_encodings.encodings = take("decoder.positional_embedding")
    spec.decoder.projection.weight = take("decoder.token_embedding.weight")
    norm(spec.decoder.layer_norm, "decoder.ln")

    tokens = token_texts(words, vocabulary)
    spec.register_vocabulary(tokens)
    spec.config.suppress_ids = []
    spec.config.suppress_ids_begin = [50256]
    spec.config.lang_ids = [50258]
    spec.config.alignment_heads = [(text_layers - 1, 0)]
    spec.validate()
    spec.save(str(folder))
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer(tokens)))


def token_texts(words, vocabulary):
    special = {
        50256: "<|endoftext|>",
        50257: "<|startoftranscript|>",
        50258: "<|en|>",
        50357: "<|translate|>",
        50358: "<|transcribe|>",
        50359: "<|startoflm|>",
        50360: "<|startofprev|>",
        50361: "<|nospeech|>",
        50362: "<|notimestamps|>",
    }
    texts = []
    for token in range(vocabulary):
        if token in special:
            texts.append(special[token])
        elif token >= 50363:
            texts.append(f"<|{(token - 50363) * 0.02:.2f}|>")
        elif token < len(words):
            # Single bytes are never said; words keep their place under a mark for the space.
            word = words[token].decode("latin-1") if token < 256 else words[token].decode()
            texts.append(f"<byte{token}>" if token < 256 else word.replace(" ", "\u0120"))
        else:
            texts.append(f"<unused{token}>")
    return texts


def tokenizer(tokens):
    return {
        "version": "1.0",
        "added_tokens": [
            {"id": n, "content": t, "special": True, "single_word": False, "lstrip": False,
             "rstrip": False, "normalized": False}
            for n, t in enumerate(tokens)
            if n >= 50256
        ],
        "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True,
                          "use_regex": True},
        "decoder": {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": True,
                    "use_regex": True},
        "model": {"type": "BPE", "vocab": {t: n for n, t in enumerate(tokens[:50256])},
                  "merges": []},
    }


def one(name, model, audio, threads, rounds):
    """Measures one library in a process of its own and prints one line of JSON."""
    samples = numpy.fromfile(audio, "<f4")
    work = {"pywhispercpp": with_pywhispercpp, "faster-whisper": with_faster_whisper}[name]
    print(json.dumps(work(Path(model), samples, threads, rounds)))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--other-ear")
    parser.add_argument("--folder", default=str(Path(tempfile.gettempdir()) / "notewright-bench"))
    parser.add_argument("--one", nargs=3, metavar=("NAME", "MODEL", "AUDIO"))
    given = parser.parse_args()
    if given.one:
        one(*given.one, given.threads, given.rounds)
        return
    bench("write", given.folder)
    audio = Path(given.folder) / "audio.f32"
    for model in ("base-f16.bin", "base-q8_0.bin"):
        table = {}
        path = Path(given.folder) / model
        for _ in range(given.rounds):
            ours = json.loads(bench("run", path, given.threads, 2))
            table.setdefault("notewright-ear", []).append(ours)
            if given.other_ear:
                other = json.loads(bench("run", path, given.threads, 2, given.other_ear))
                table.setdefault("other ear", []).append(other)
            for name in ("pywhispercpp", "faster-whisper"):
                command = [sys.executable, __file__, "--one", name, path, audio]
                command += ["--threads", str(given.threads), "--rounds", "1"]
                done = subprocess.run(
                    list(map(str, command)), stdout=subprocess.PIPE, check=False, text=True
                )
                if done.returncode == 0:
                    result = json.loads(done.stdout.splitlines()[-1])
                    table.setdefault(name, []).append(result)
        report(model, given.threads, table)


def report(model, threads, table):
    least = {name: min(min(r["cpu"]) for r in runs) for name, runs in table.items()}
    own = least["notewright-ear"]
    print(f"{model}, {threads} thread(s), {SECONDS} s of audio")
    for name, runs in table.items():
        spread = sorted(c for r in runs for c in r["cpu"])
        print(
            f"  {name:15} {least[name]:6.2f} CPU s (to {spread[-1]:.2f})"
            f"  {least[name] / SECONDS:.3f} a second  {least[name] / own:5.2f} x ours"
            f"  {runs[-1]['words']} words"
        )


if __name__ == "__main__":
    main()
