"""Writes a trained model as a whisper.cpp file.

    python export.py NAME.pt OUT.bin [f16|q8_0|q5_1|q5_0] --vocab gpt2.tiktoken --merges merges.json [--last]

By default the running mean of the weights is written, with --last the last weights.
"""
import argparse, struct
import numpy as np
import torch
from features import mel_filters
from model import Recogniser
from pieces import N_VOCAB, TIME0, TIMES, Pieces

TYPES = {"f16": (1, 1), "q5_0": (2008, 6), "q5_1": (2009, 7), "q8_0": (2007, 8)}     # file type, tensor type


def q8_0(x):
    d = np.abs(x).max(1, keepdims=True) / 127
    q = np.round(x / np.where(d == 0, 1, d)).astype(np.int8)
    return np.concatenate([d.astype("<f2").view(np.uint8), q.view(np.uint8)], 1)


def pack5(q, head):
    """Five-bit numbers of a block of 32 after their scale: high bits, then nibbles."""
    high = ((q >> 4).astype(np.uint32) << np.arange(32, dtype=np.uint32)).sum(1, dtype=np.uint32).astype("<u4")
    low = (q[:, :16] & 15) | ((q[:, 16:] & 15) << 4)
    return np.concatenate([head, high[:, None].view(np.uint8), low.astype(np.uint8)], 1)


def q5_1(x):
    """Offset and scale a block; several shrunk ranges are tried and the nearest kept."""
    low, high = x.min(1, keepdims=True), x.max(1, keepdims=True)
    best = None
    for shrink in np.linspace(0, 0.12, 7):
        span = high - low
        m = (low + span * shrink / 2).astype("<f2").astype(np.float32)
        d = (span * (1 - shrink) / 31).astype("<f2")
        scale = np.where(d == 0, 1, d).astype(np.float32)
        q = np.clip(np.round((x - m) / scale), 0, 31)
        error = ((q * d.astype(np.float32) + m - x) ** 2).sum(1, keepdims=True)
        if best is None:
            best = [error, q, d, m]
        else:
            better = error < best[0]
            best = [np.where(better, new, old) for new, old in zip((error, q, d, m), best)]
    _, q, d, m = best
    head = np.concatenate([d.astype("<f2").view(np.uint8), m.astype("<f2").view(np.uint8)], 1)
    return pack5(q.astype(np.uint8), head)


def q5_0(x):
    top = np.take_along_axis(x, np.abs(x).argmax(1, keepdims=True), 1)
    d = (top / -16).astype("<f2")
    q = np.clip(np.round(x / np.where(d == 0, 1, d).astype(np.float32)) + 16, 0, 31).astype(np.uint8)
    return pack5(q, d.view(np.uint8))


def export(checkpoint, out, kind, pieces, last=False):
    ck = torch.load(checkpoint, map_location="cpu")
    width, heads, encoder, decoder, context = ck["shape"]
    m = Recogniser(pieces.first_time, width, heads, encoder, decoder, context)
    m.load_state_dict(ck["weights" if last else "mean"])
    file_type, tensor_type = TYPES[kind]
    quantise = {"q8_0": q8_0, "q5_1": q5_1, "q5_0": q5_0}.get(kind)
    filters = mel_filters()
    with open(out, "wb") as f:
        f.write(struct.pack("<I11i", 0x67676d6c, N_VOCAB, 1500, width, heads, encoder, context, width, heads, decoder, 80, file_type))
        f.write(struct.pack("<2i", *filters.shape) + filters.tobytes())
        words = pieces.vocab + [b"<|endoftext|>"]
        f.write(struct.pack("<i", len(words)))
        for w in words:
            f.write(struct.pack("<i", len(w)) + w)

        def put(name, x, matrix=None):
            """Matrices in the file's type, kernels in f16, vectors and positions in f32."""
            x = np.ascontiguousarray(x.detach().float().numpy())
            matrix = x.ndim == 2 if matrix is None else matrix
            if matrix and quantise:
                number, data = tensor_type, quantise(x.reshape(-1, 32)).tobytes()
            elif matrix or x.ndim == 3:
                number, data = 1, x.astype("<f2").tobytes()
            else:
                number, data = 0, x.tobytes()
            f.write(struct.pack("<3i", x.ndim, len(name), number) + struct.pack(f"<{x.ndim}i", *x.shape[::-1]) + name.encode() + data)

        put("encoder.positional_embedding", m.positions[:1500], False)
        for conv in ("conv1", "conv2"):
            put(f"encoder.{conv}.weight", getattr(m, conv).weight)
            put(f"encoder.{conv}.bias", getattr(m, conv).bias[:, None], False)
        put("encoder.ln_post.weight", m.ln_post.weight)
        put("encoder.ln_post.bias", m.ln_post.bias)
        table, rows = m.unused.detach().repeat(N_VOCAB, 1), m.table().detach()
        table[torch.tensor(pieces.used)] = rows[:pieces.first_time]
        table[TIME0:TIME0 + TIMES] = rows[pieces.first_time:]
        put("decoder.positional_embedding", m.text_positions, False)
        put("decoder.token_embedding.weight", table)
        put("decoder.ln.weight", m.ln.weight)
        put("decoder.ln.bias", m.ln.bias)
        for side, blocks in (("encoder", m.enc), ("decoder", m.dec)):
            for i, block in enumerate(blocks):
                for name, p in block.named_parameters():
                    put(f"{side}.blocks.{i}.{name}", p)


if __name__ == "__main__":
    ap = argparse.ArgumentParser()
    ap.add_argument("checkpoint")
    ap.add_argument("out")
    ap.add_argument("kind", nargs="?", default="q5_1", choices=TYPES)
    ap.add_argument("--vocab", default="gpt2.tiktoken")
    ap.add_argument("--merges", default="merges.json")
    ap.add_argument("--last", action="store_true")
    a = ap.parse_args()
    export(a.checkpoint, a.out, a.kind, Pieces(a.vocab, a.merges), a.last)
