"""Trains the recogniser on spoken shards.

    python train.py NAME --minutes M --data 'data/*.jsonl' --vocab gpt2.tiktoken --merges merges.json
                    [--resume NAME.pt] [--workers 2] ...

One process a core, each with its own copy of the weights: a worker adds its gradients
to a shared sum, and whoever completes a step's share applies it. No one waits, so other
work on the machine slows it but never stalls it. Losses: the text (decoder), letters
(CTC head), phones (a head in the middle of the encoder), and the decoder's attention
against the known times of the words.
"""
import argparse, glob, json, math, os, random, re, time
import numpy as np
import torch
import torch.multiprocessing as mp
import torch.nn.functional as F
from features import PHONE_CHARS, normalise
from model import LETTERS, Recogniser
from pieces import EOT, NO_SPEECH, NO_TIMES, SOT, Pieces

LETTER_CLASS = {c: i + 1 for i, c in enumerate(LETTERS)}
PHONE_CLASS = {ord(c): i for i, c in enumerate(PHONE_CHARS.values())}
PHONE_TABLE = np.full(256, 0, np.int64)
for code, i in PHONE_CLASS.items():
    PHONE_TABLE[code] = i
FULL = 1500                                                    # encoder frames of 30 s


# ---------------------------------------------------------------- data

class Shards:
    """The spoken sentences on disk; new ones are picked up by `refresh`."""

    def __init__(self, pattern):
        self.pattern, self.mels, self.read, self.clips = pattern, {}, {}, []
        self.refresh()

    def refresh(self):
        for path in sorted(glob.glob(self.pattern)):
            with open(path) as f:
                f.seek(self.read.get(path, 0))
                lines = f.readlines()
            if lines and not lines[-1].endswith("\n"):
                lines.pop()
            self.read[path] = self.read.get(path, 0) + sum(map(len, lines))
            for line in lines:
                r = json.loads(line)
                r["file"] = path[:-6] + ".mel"
                r["p"] = r["p"].encode()
                self.clips.append(r)
            self.mels.pop(path[:-6] + ".mel", None)

    def mel(self, r):
        f = r["file"]
        if f not in self.mels:
            self.mels[f] = np.memmap(f, np.float16, "r").reshape(-1, 80)
        return self.mels[f][r["o"]:r["o"] + r["n"]]


class Windows:
    """Builds windows of one or more sentences, and batches of windows of like length."""

    def __init__(self, shards, pieces, a, rng):
        self.shards, self.pieces, self.a, self.rng = shards, pieces, a, rng

    def short(self, queue):
        """One or a few sentences with pauses, then a little silence."""
        rng, limit = self.rng, self.a.short
        parts, at = [], int(rng.random() ** 2 * 40)
        while queue:
            r = queue[-1]
            if parts and at + r["n"] // 2 > limit:
                break
            queue.pop()
            parts.append((at, r))
            at += r["n"] // 2
            if rng.random() > 0.35:
                break
            at += int(rng.uniform(0.0, 1.2) * 50)
        return parts, None, min(FULL, at + int(rng.random() ** 2 * 60))

    def long(self, queue):
        """30 s as whisper.cpp sees them: full (a sentence runs over the end) or ending early."""
        rng = self.rng
        parts, at, cut = [], int(rng.random() ** 2 * 60), None
        stop = FULL if rng.random() < 0.6 else rng.randint(100, FULL)
        while queue:
            r = queue[-1]
            if at + r["n"] // 2 > FULL - 2:
                if at < FULL - 25 and parts:
                    cut = (at, r)                              # heard in part: its start is told, its text is not
                break
            queue.pop()
            parts.append((at, r))
            at += r["n"] // 2
            if at > stop:
                break
            at += int(rng.uniform(0.0, 1.4) * 50)
        return parts, cut, FULL

    def __iter__(self):
        while True:
            clips, rng, a = self.shards.clips, self.rng, self.a
            queue = rng.sample(clips, min(len(clips), 1200))
            p_long = a.long
            windows = []
            while queue:
                w = self.long(queue) if rng.random() < p_long * 0.35 else self.short(queue)
                if w[0]:
                    windows.append(w)
            windows += [([], None, FULL if rng.random() < 0.3 else rng.randint(50, 400))
                        for _ in range(int(len(windows) * a.silence))]
            windows.sort(key=lambda w: w[2] * rng.uniform(0.95, 1.05))
            batches, batch, longest = [], [], 0
            for w in windows:
                if batch and max(longest, w[2]) * (len(batch) + 1) > a.frames:
                    batches.append(batch)
                    batch, longest = [], 0
                batch.append(w)
                longest = max(longest, w[2])
            rng.shuffle(batches)
            yield from batches

    def features(self, window, frames):
        """log10 mel power of a window [80, 2 * frames], with level and noise changed."""
        rng, (parts, cut, _) = self.rng, window
        mel = np.full((2 * frames, 80), -10.0, np.float32)
        for at, r in parts + ([cut] if cut else []):
            m = self.shards.mel(r)[:2 * (frames - at)]
            mel[2 * at:2 * at + len(m)] = m
        mel = np.maximum(mel + rng.uniform(-1.6, 0.2), -10.0)
        if parts and rng.random() < 0.45 or not parts and rng.random() < 0.75:
            level = rng.uniform(-8.5, -3.6) if parts else rng.uniform(-8.5, -1.0)
            tilt = np.linspace(0, rng.uniform(-1.5, 0.5), 80) + level + np.log10(150 * 0.025)
            noise = np.random.standard_gamma(2.5, mel.shape).astype(np.float32) / 2.5
            if rng.random() < 0.2:                             # mains hum and its like
                band = rng.randint(0, 8)
                noise[:, band] *= 10 ** rng.uniform(1, 4)
            mel = np.log10(10 ** mel + noise * 10 ** tilt + 1e-10).astype(np.float32)
        if not parts and rng.random() < 0.6:                   # quiet part of a file whose loudest part sets the floor
            mel = np.maximum(mel, rng.uniform(-10.0, -5.0)).astype(np.float32)
        return mel.T

    def tokens(self, window, times, offset):
        """Rows in, rows wanted, and the frame of each wanted row (-1: none)."""
        p, rng = self.pieces, self.rng
        parts, cut, _ = window
        sot, eot, nosp, notimes = (p.index[t] for t in (SOT, EOT, NO_SPEECH, NO_TIMES))
        row = lambda frame: p.first_time + min(FULL, frame + offset)
        if not parts:
            said_none = rng.random() < 0.85
            if times:
                return [sot, p.first_time], [nosp if said_none else p.first_time, eot], [-1, -1]
            newline = p.index[p.rank[b"\n"]]
            return [sot, notimes, newline], [-100, nosp if said_none else newline, eot], [-1, -1, -1]
        ids, frame = ([sot], [-1.0]) if times else ([sot, notimes], [-1.0, -1.0])
        for k, (at, r) in enumerate(parts):
            begin, end = at + r["w"][0][0], at + r["w"][-1][1]
            if times:
                ids.append(row(min(begin, 50) if k == 0 and not offset else begin))
                frame.append(begin)
            for piece, word, share in p.encode(r["t"]):
                ids.append(piece)
                s, e = r["w"][word]
                frame.append(at + s + (e - s) * share)
            if times:
                ids.append(row(end))
                frame.append(end)
        if cut and times:
            ids.append(row(cut[0] + cut[1]["w"][0][0]))
            frame.append(cut[0] + cut[1]["w"][0][0])
        ids.append(eot)
        frame.append(frame[-1])
        want = ids[1:]
        if not times:
            want[0] = -100
        return ids[:-1], want, frame

    def batch(self, windows):
        rng, a = self.rng, self.a
        frames = max(w[2] for w in windows)
        offset = 0 if frames >= FULL or rng.random() < 0.4 else rng.randint(0, FULL - frames)
        times = [rng.random() < 0.7 or bool(w[1]) for w in windows]
        mel = normalise(torch.from_numpy(np.stack([self.features(w, frames) for w in windows])))
        rows = [self.tokens(w, t, offset) for w, t in zip(windows, times)]
        length = max(len(r[0]) for r in rows)
        x = torch.zeros(len(rows), length, dtype=torch.long)
        y = torch.full((len(rows), length), -100)
        now, after = torch.full((len(rows), length), -1.0), torch.full((len(rows), length), -1.0)
        for i, (inputs, want, frame) in enumerate(rows):
            x[i, :len(inputs)] = torch.tensor(inputs)
            y[i, :len(want)] = torch.tensor(want)
            if windows[i][0]:
                now[i, :len(inputs)] = torch.tensor(frame[:-1], dtype=torch.float)
                after[i, :len(inputs)] = torch.tensor(frame[1:], dtype=torch.float)
        phones = torch.zeros(len(rows), frames, dtype=torch.long)
        letters, until = [], []
        for i, (parts, cut, _) in enumerate(windows):
            for at, r in parts + ([cut] if cut else []):
                q = torch.from_numpy(PHONE_TABLE[np.frombuffer(r["p"], np.uint8)])[:frames - at]
                phones[i, at:at + len(q)] = q
            text = " ".join(r["t"] for _, r in parts).lower().replace("-", " ")
            letters.append([LETTER_CLASS[c] for c in re.sub(r"[^a-z0-9' ]", "", text)])
            until.append(cut[0] if cut else frames)
        return dict(mel=mel, offset=offset, x=x, y=y, now=now, after=after, phones=phones, letters=letters, until=until,
                    seconds=sum(r["n"] for w in windows for _, r in w[0]) / 100)


# ---------------------------------------------------------------- losses

def losses(model, b, guide):
    dtype = model.conv1.weight.dtype
    encoded, middle = model.encode(b["mel"].to(dtype), b["offset"])
    logits, seen = model.decode(b["x"], encoded, 2 if guide else 0)
    out = {"text": F.cross_entropy(logits.flatten(0, 1), b["y"].flatten(), ignore_index=-100, label_smoothing=0.02)}
    out["phone"] = F.cross_entropy(model.phones(middle).float().flatten(0, 1), b["phones"].flatten())
    log_p = model.ctc(encoded).float().log_softmax(-1).transpose(0, 1)
    size = torch.tensor([len(t) for t in b["letters"]])
    ctc = F.ctc_loss(log_p, torch.tensor([c for t in b["letters"] for c in t], dtype=torch.long), torch.tensor(b["until"]), size,
                     reduction="none", zero_infinity=True)
    out["ctc"] = (ctc / torch.maximum(size, torch.tensor(b["until"]) // 10)).mean()
    if guide:
        frame, total = torch.arange(encoded.shape[1])[None, None], 0.0
        for layer, weights in enumerate(seen):
            centre = (b["now"] if layer == 0 else b["after"])[..., None]
            near = torch.exp((frame - centre) ** 2 / -60) + 0.3 * torch.exp((frame - centre) ** 2 / -1000)
            mass = (weights.float() * near[:, None]).sum(-1)
            total = total - (mass + 1e-3).log().mean(1)[centre[..., 0] >= 0].mean() / len(seen)
        out["guide"] = torch.nan_to_num(total)
    return out


# ---------------------------------------------------------------- optimiser

class Shared:
    """Weights, gradient sum and optimiser state in memory that all workers see."""

    def __init__(self, model, a):
        named = list(model.named_parameters())
        self.names, self.shapes = [n for n, _ in named], [p.shape for _, p in named]
        self.sizes = [p.numel() for _, p in named]
        total = sum(self.sizes)
        zeros = lambda: torch.zeros(total).share_memory_()
        self.weights, self.sum, self.first, self.second, self.mean = (zeros() for _ in range(5))
        self.weights.copy_(torch.cat([p.detach().flatten() for _, p in named]))
        self.mean.copy_(self.weights)
        self.state = torch.zeros(8, dtype=torch.float64).share_memory_()   # steps, gathered, audio, adam steps
        self.hidden = [i for i, n in enumerate(self.names) if n.startswith(("enc.", "dec.")) and len(self.shapes[i]) == 2]
        self.groups = {}
        for i in self.hidden:
            self.groups.setdefault(tuple(self.shapes[i]), []).append(i)
        mask = torch.ones(total, dtype=torch.bool)
        for i in self.hidden:
            self.view(mask, i).fill_(False)
        # the leftover as one index list: Adam runs on it
        self.rest = mask.nonzero()[:, 0].share_memory_()
        self.a = a

    def view(self, flat, i):
        start = sum(self.sizes[:i])
        return flat[start:start + self.sizes[i]].view(self.shapes[i])

    @torch.no_grad()
    def load_into(self, model, flat=None):
        flat, at = self.weights if flat is None else flat, 0
        for p, size in zip(model.parameters(), self.sizes):
            p.copy_(flat[at:at + size].view(p.shape))
            at += size

    @torch.no_grad()
    def step(self, rate):
        """Muon (orthogonalised momentum) for the hidden matrices, Adam for the rest."""
        a, g = self.a, self.sum
        g /= a.share
        norm = float(g.norm())
        if not math.isfinite(norm):
            g.zero_()
            return
        g *= min(1.0, a.clip / (norm + 1e-6))
        self.state[0] += 1
        n = int(self.state[0])
        for shape, group in self.groups.items():
            grad = torch.stack([self.view(g, i) for i in group])
            momentum = torch.stack([self.view(self.first, i) for i in group]).lerp_(grad, 0.05)
            x = grad.lerp(momentum, 0.95).bfloat16()
            flip = shape[0] > shape[1]
            x = x.transpose(1, 2) if flip else x
            x = x / (x.norm(dim=(1, 2), keepdim=True) + 1e-7)
            for _ in range(5):
                q = x @ x.transpose(1, 2)
                x = 3.4445 * x + (-4.7750 * q + 2.0315 * (q @ q)) @ x
            x = (x.transpose(1, 2) if flip else x).float() * max(1, shape[0] / shape[1]) ** 0.5
            for j, i in enumerate(group):
                self.view(self.first, i).copy_(momentum[j])
                self.view(self.weights, i).mul_(1 - rate * a.muon * 0.01).sub_(x[j], alpha=rate * a.muon)
        rest = self.rest
        grad = g[rest]
        first, second = self.first[rest].lerp_(grad, 0.1), self.second[rest].lerp_(grad * grad, 0.02)
        self.first[rest], self.second[rest] = first, second
        update = (first / (1 - 0.9 ** n)) / ((second / (1 - 0.98 ** n)).sqrt() + 1e-8)
        self.weights[rest] -= rate * a.adam * update
        self.mean.lerp_(self.weights, max(1 - a.average, 1 / (n + 1)))
        g.zero_()

    def save(self, path, model, extra):
        self.load_into(model)
        weights = {k: v.clone() for k, v in model.state_dict().items()}
        self.load_into(model, self.mean)
        torch.save({"weights": weights, "mean": model.state_dict(), "first": self.first, "second": self.second,
                    "state": self.state, **extra}, path + ".tmp")
        os.replace(path + ".tmp", path)


# ---------------------------------------------------------------- validation

def word_errors(reference, heard):
    clean = lambda s: re.sub(r"[^a-z0-9' ]+", " ", s.lower()).split()
    r, h = clean(reference), clean(heard)
    row = list(range(len(r) + 1))
    for w in h:
        last, row[0] = row[0], row[0] + 1
        for j in range(1, len(r) + 1):
            last, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, last + (w != r[j - 1]))
    return row[-1], len(r)


@torch.no_grad()
def validate(model, windows, pieces, shards, show=2):
    """Greedy word error rate in percent by kind and voice, on clips never trained on."""
    totals = {}
    for i in range(0, len(shards.clips), 30):
        clips = shards.clips[i:i + 30]
        frames = max(r["n"] for r in clips) // 2 + 20
        mel = np.full((len(clips), 2 * frames, 80), -10.0, np.float32)
        for j, r in enumerate(clips):
            mel[j, :r["n"]] = shards.mel(r)
        encoded, _ = model.encode(normalise(torch.from_numpy(mel).transpose(1, 2)).to(model.conv1.weight.dtype))
        ids = torch.tensor([[pieces.index[SOT], pieces.index[NO_TIMES]]] * len(clips))
        eot, done = pieces.index[EOT], torch.zeros(len(clips), dtype=torch.bool)
        for _ in range(110):
            k = model.decode(ids, encoded)[0][:, -1, :pieces.first_time].argmax(-1)
            k[done] = eot
            ids, done = torch.cat([ids, k[:, None]], 1), done | (k == eot)
            if done.all():
                break
        for r, s in zip(clips, ids.tolist()):
            heard = pieces.decode(s[2:])
            e, n = word_errors(r["t"], heard)
            if show > 0:
                print("   ", r["t"], "|", heard, flush=True)
                show -= 1
            for key in ("all", r["v"], r["k"]):
                t = totals.setdefault(key, [0, 0])
                t[0] += e
                t[1] += n
    return {k: round(100 * e / n, 1) for k, (e, n) in sorted(totals.items())}


# ---------------------------------------------------------------- workers

def work(rank, a, shared, lock, start):
    torch.set_num_threads(1)
    torch.manual_seed(a.seed * 100 + rank)
    np.random.seed(a.seed * 100 + rank)
    rng = random.Random(a.seed * 100 + rank)
    pieces, shards = Pieces(a.vocab, a.merges), Shards(a.data)
    windows = Windows(shards, pieces, a, rng)
    model = build(a, pieces).bfloat16()
    valid = Shards(a.valid) if a.valid and rank == 0 else None
    a.long = a.long_start
    log, last, last_valid, last_fresh = {}, time.time(), time.time(), time.time()
    print(f"worker {rank}: {len(shards.clips)} clips, {sum(r['n'] for r in shards.clips) / 360000:.1f} h", flush=True)
    for windows_batch in windows:
        done = (time.time() - start) / 60 / a.minutes
        if done >= 1 or os.path.exists(a.name + ".stop"):      # a file NAME.stop ends the run early, and saves
            break
        a.long = a.long_end if a.long_from <= done else a.long_start
        b = windows.batch(windows_batch)
        shared.load_into(model)
        guide = a.guide if done < a.guide_until else 0
        part = losses(model, b, guide)
        loss = part["text"] + a.ctc * part["ctc"] + a.phone * part["phone"] + guide * part.get("guide", 0)
        model.zero_grad(set_to_none=True)
        loss.backward()
        flat = torch.cat([(p.grad if p.grad is not None else torch.zeros_like(p)).float().flatten() for p in model.parameters()])
        steps = int(shared.state[0]) + 1
        rate = min(1, steps / a.warmup) * min(1, max(a.floor, (1 - done) / a.decay))
        with lock:
            shared.sum += flat
            shared.state[1] += 1
            shared.state[2] += b["seconds"]
            if int(shared.state[1]) % a.share == 0:
                shared.step(rate)
        for k, v in part.items():
            log.setdefault(k, []).append(float(v.detach()))
        now = time.time()
        if rank == 0 and now - last > 30:
            print(f"{(now - start) / 60:.1f} min, step {steps}, audio {float(shared.state[2]) / 3600:.2f} h "
                  f"({float(shared.state[2]) / (now - start):.0f}x), "
                  + ", ".join(f"{k} {np.mean(v):.3f}" for k, v in log.items()) + f", rate {rate:.2f}", flush=True)
            log, last = {}, now
        if valid and now - last_valid > a.every * 60:
            shared.load_into(model, shared.mean)
            print("  word errors", validate(model, windows, pieces, valid), flush=True)
            last_valid = time.time()
            save(a, shared, pieces)
        if now - last_fresh > 120:
            shards.refresh()
            last_fresh = now
    if rank == 0:
        shared.load_into(model, shared.mean)
        if valid:
            print("  word errors at the end", validate(model, windows, pieces, valid), flush=True)
        save(a, shared, pieces)


def build(a, pieces):
    torch.manual_seed(a.seed)
    return Recogniser(pieces.first_time, a.width, a.heads, a.encoder, a.decoder, a.context)


def save(a, shared, pieces):
    shared.save(a.name + ".pt", build(a, pieces),
                {"shape": (a.width, a.heads, a.encoder, a.decoder, a.context)})


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("name")
    for option, value in dict(minutes=60.0, data="data/*.jsonl", valid="", vocab="gpt2.tiktoken", merges="merges.json", resume="",
                              width=192, heads=3, encoder=5, decoder=3, context=640, seed=1, workers=2, share=1, frames=3000,
                              short=500, long_start=0.2, long_end=0.4, long_from=0.55, silence=0.03, muon=0.0035, adam=7e-4,
                              warmup=80, decay=0.85, floor=0.02, clip=2.0, average=0.998, ctc=0.5, phone=0.5, guide=0.3,
                              guide_until=1.0, every=4.0).items():
        ap.add_argument("--" + option.replace("_", "-"), type=type(value), default=value)
    ap.add_argument("--from-mean", action="store_true", help="resume from the running mean of the weights")
    a = ap.parse_args()
    torch.set_num_threads(1)
    pieces = Pieces(a.vocab, a.merges)
    shared = Shared(build(a, pieces), a)
    if a.resume:
        old = torch.load(a.resume)
        model = build(a, pieces)
        model.load_state_dict(old["mean" if a.from_mean else "weights"])
        shared.weights.copy_(torch.cat([p.detach().flatten() for p in model.parameters()]))
        model.load_state_dict(old["mean"])
        shared.mean.copy_(torch.cat([p.detach().flatten() for p in model.parameters()]))
        shared.first.copy_(old["first"])
        shared.second.copy_(old["second"])
        shared.state.copy_(old["state"])
    lock, start = mp.Lock(), time.time()
    shared.state[2] = 0
    jobs = [mp.Process(target=work, args=(r, a, shared, lock, start)) for r in range(a.workers)]
    for j in jobs:
        j.start()
    for j in jobs:
        j.join()


if __name__ == "__main__":
    main()
