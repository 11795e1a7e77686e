"""Target pieces: bytes, and a few hundred frequent pieces of GPT-2's vocabulary.

    python pieces.py MERGES OUT.json --vocab gpt2.tiktoken --scowl DIR [--extra DIR]

Merges are learned from drawn training text; only those whose result is itself in the
vocabulary are taken, so that every piece is one of Whisper's tokens.
"""
import argparse, base64, collections, json, random, re
from text import Text

EOT, SOT, NO_TIMES, NO_SPEECH, TIME0 = 50256, 50257, 50362, 50361, 50363      # Whisper, English
N_VOCAB, TIMES = 51864, 1501
SPLIT = re.compile(r"'s|'t|'re|'ve|'m|'ll|'d| ?[A-Za-z]+| ?[0-9]| ?[^\sA-Za-z0-9]+|\s+")


def read_vocabulary(path):
    """Token bytes by id, from a tiktoken file (base64 and rank a line)."""
    words = {}
    for line in open(path, "rb"):
        if line.strip():
            token, rank = line.split()
            words[int(rank)] = base64.b64decode(token)
    return [words[i] for i in range(len(words))]


class Pieces:
    def __init__(self, vocab_path, merges_path):
        self.vocab = read_vocabulary(vocab_path)
        self.rank = {w: i for i, w in enumerate(self.vocab)}
        merges = [tuple(x.encode("latin1") for x in m) for m in json.load(open(merges_path))]
        self.order = {m: i for i, m in enumerate(merges)}
        chars = [bytes([c]) for c in range(32, 127)] + [b"\n"]
        # Text tokens the model knows, then the special ones; timestamps follow.
        self.text = sorted({self.rank[c] for c in chars} | {self.rank[a + b] for a, b in merges})
        self.used = self.text + [EOT, SOT, NO_SPEECH, NO_TIMES]
        self.index = {t: i for i, t in enumerate(self.used)}
        self.first_time = len(self.used)                       # row of <|0.00|>
        self.cache = {}

    def word(self, word):
        """Pieces (bytes) of one split word."""
        if word not in self.cache:
            parts = [bytes([c]) for c in word.encode()]
            while len(parts) > 1:
                best = min(((self.order[p], i) for i, p in enumerate(zip(parts, parts[1:])) if p in self.order), default=None)
                if best is None:
                    break
                i = best[1]
                parts[i:i + 2] = [parts[i] + parts[i + 1]]
            self.cache[word] = parts
        return self.cache[word]

    def encode(self, text):
        """Rows of the pieces of " text", and for each the fraction of its written word at which it ends."""
        out = []
        for number, written in enumerate(text.split(" ")):
            parts = [p for w in SPLIT.findall(" " + written) for p in self.word(w)]
            total, done = sum(map(len, parts)), 0
            for p in parts:
                begin, done = done, done + len(p)
                out.append((self.index[self.rank[p]], number, (begin + done) / 2 / total))
        return out

    def decode(self, rows):
        return b"".join(self.vocab[self.used[r]] for r in rows if r < len(self.text)).decode("utf8", "replace")


def learn(count, texts, rank):
    words = collections.Counter(w for t in texts for written in t.split(" ") for w in SPLIT.findall(" " + written))
    split, merges = {w: [bytes([c]) for c in w.encode()] for w in words}, []
    for _ in range(count):
        pairs = collections.Counter()
        for w, parts in split.items():
            for pair in zip(parts, parts[1:]):
                if pair[0] + pair[1] in rank:
                    pairs[pair] += words[w]
        best = max(pairs, key=lambda p: (pairs[p], p))
        merges.append(best)
        for w, parts in split.items():
            i = 0
            while i < len(parts) - 1:
                if (parts[i], parts[i + 1]) == best:
                    parts[i:i + 2] = [parts[i] + parts[i + 1]]
                i += 1
    return merges


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("merges", type=int)
    ap.add_argument("out")
    ap.add_argument("--vocab", required=True)
    ap.add_argument("--scowl", default="/usr/share/dict/scowl")
    ap.add_argument("--extra")
    a = ap.parse_args()
    text = Text(random.Random(7), a.scowl, a.extra)
    drawn = [text.draw()[0] for _ in range(8000)]
    merges = learn(a.merges, drawn, {w: i for i, w in enumerate(read_vocabulary(a.vocab))})
    json.dump([[x.decode("latin1") for x in m] for m in merges], open(a.out, "w"))
    p = Pieces(a.vocab, a.out)
    print(len(p.text), "text pieces,", round(sum(len(t) + 1 for t in drawn) / sum(len(p.encode(t)) for t in drawn), 2), "characters each")


if __name__ == "__main__":
    main()
