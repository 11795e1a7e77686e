"""Word error rates of a model file, by whisper.cpp (package pywhispercpp), greedy.

    python measure.py MODEL.bin DIR [--limit N] [--fallback] [--show]

DIR holds recordings (.wav or .flac, 16 kHz) each with its .txt; recordings with an
empty text count insertions. Case and punctuation are ignored. The part of a name
before the first digit group and the part after it name the groups of the table.
"""
import argparse, pathlib, re, time
import soundfile
from pywhispercpp.model import Model


def clean(s):
    return re.sub(r"[^a-z0-9' ]+", " ", s.lower().replace("\u2019", "'")).split()


def errors(reference, heard):
    """(substitutions + deletions + insertions, insertions, deletions) of the best alignment."""
    row = [(j, 0, j) for j in range(len(reference) + 1)]
    for w in heard:
        new = [(row[0][0] + 1, row[0][1] + 1, row[0][2])]
        for j, r in enumerate(reference, 1):
            a, b, c = row[j - 1], row[j], new[j - 1]
            new.append(min((a[0] + (w != r), a[1], a[2]), (b[0] + 1, b[1] + 1, b[2]), (c[0] + 1, c[1], c[2] + 1)))
        row = new
    return row[-1]


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("model")
    ap.add_argument("folder")
    ap.add_argument("--limit", type=int)
    ap.add_argument("--fallback", action="store_true", help="with whisper.cpp's fallback to higher temperatures")
    ap.add_argument("--show", action="store_true")
    ap.add_argument("--plain", action="store_true", help="no time marks")
    ap.add_argument("--threads", type=int, default=1)
    a = ap.parse_args()
    model = Model(a.model, n_threads=a.threads, redirect_whispercpp_logs_to=None, print_progress=False, print_realtime=False,
                  no_context=True, n_max_text_ctx=0, temperature_inc=0.2 if a.fallback else 0.0, greedy={"best_of": 1}, no_timestamps=a.plain)
    totals, start, seconds = {}, time.time(), 0.0
    files = sorted(p for p in pathlib.Path(a.folder).rglob("*") if p.suffix in (".wav", ".flac"))
    for path in files[::max(1, len(files) // a.limit) if a.limit else 1]:
        audio, rate = soundfile.read(path, dtype="float32")
        assert rate == 16000
        seconds += len(audio) / rate
        heard = " ".join(s.text.strip() for s in model.transcribe(audio))
        said = re.sub(r"(?m)^(Clinician|Client): ", "", path.with_suffix(".txt").read_text())
        e = errors(clean(said), clean(heard))
        if a.show:
            print(f"--- {path.name} {e[0]}/{len(clean(said))}\n  {said.strip()}\n  {heard}", flush=True)
        keys = {path.parent.name} | {f"{path.parent.name} {k}" for k in re.split(r"-?\d+-?", path.stem) if k}
        for key in keys:
            t = totals.setdefault(key, [0, 0, 0, 0, 0])
            for i, v in enumerate((1, len(clean(said)), *e)):
                t[i] += v
    print("| set | recordings | words | errors | insertions | deletions | word error rate |\n|---|---|---|---|---|---|---|")
    for key, (n, words, e, i, d) in sorted(totals.items()):
        print(f"| {key} | {n} | {words} | {e} | {i} | {d} | {100 * e / words:.1f} % |" if words else f"| {key} | {n} | 0 | {e} | {i} | {d} | |")
    print(f"{seconds:.0f} s of audio in {time.time() - start:.0f} s")


if __name__ == "__main__":
    main()
