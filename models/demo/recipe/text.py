"""Training text: a sentence grammar, sentences by hand, transcripts, random words.

Every sentence falls on one side of a hold-out by a checksum of its words, and
nothing near a sentence of the samples is ever used for training.

    python text.py [COUNT]      prints some sentences and how they are spoken
"""
import json, pathlib, random, re, sys, zlib

HERE = pathlib.Path(__file__).resolve().parent
SAMPLES = HERE.parents[2] / "samples"

# ---------------------------------------------------------------- grammar

GRAMMAR, TEMPLATES = {}, {"dictation": [], "everyday": [], "command": []}
for line in (HERE / "grammar.txt").read_text().splitlines():
    if not line or line.startswith("#"):
        continue
    kind = {"> ": "dictation", "E> ": "everyday", "C> ": "command"}.get(line[:line.find("> ") + 2])
    if kind:
        TEMPLATES[kind].append(line[line.find("> ") + 2:])
    else:
        key, alternatives = line.split(" = ", 1)
        GRAMMAR[key] = [a.strip() for a in alternatives.split(" | ") if a.strip() != "They"]

PRONOUNS = {"she": "she her Her her herself She".split(), "he": "he his His him himself He".split()}
PRONOUN_KEYS = ["she", "her", "Her", "him", "herself", "She"]
SLOT = re.compile(r"\{(\^?)(\w+|\d+-\d+)\}")


def capital(s):
    return s[:1].upper() + s[1:]


def expand(template, rng):
    """One sentence from a template; the same pronouns throughout."""
    gender = rng.choice(["she", "he"])
    people = dict(zip(PRONOUN_KEYS, PRONOUNS[gender]))

    def fill(match):
        up, key = match.groups()
        if key in people:
            return people[key]
        if "-" in key:
            low, high = key.split("-")
            return str(rng.randint(int(low), int(high)))
        choice = rng.choice(GRAMMAR[key])
        if choice in ("She", "He"):
            choice = people["She"]
        return ("{^" + choice[1:] if choice.startswith("{") else capital(choice)) if up else choice

    while SLOT.search(template):
        template = SLOT.sub(fill, template, count=1)
    template = re.sub(r"\b([Aa]) (?=[aeioAEIO])", r"\1n ", template)
    return capital(template)


# ---------------------------------------------------------------- numbers

ONES = "zero one two three four five six seven eight nine".split()
TEENS = "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split()
TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
VALUE = {w: i for i, w in enumerate(ONES + TEENS)} | {w: 20 + 10 * i for i, w in enumerate(TENS)}
NUMBER = re.compile(r"\b(?:(%s)[ -](%s)|(%s))\b" % ("|".join(TENS), "|".join(ONES[1:]), "|".join(TEENS + TENS)), re.I)
ORDINALS = ("zeroth first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth "
            "fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth").split()


def written(s):
    """The one written form of numbers: below ten in words, from ten on in digits."""
    s = re.sub(r"\b(PHQ)[ -]?(?:nine|9)\b", "PHQ-9", s)
    s = re.sub(r"\b(PHQ)[ -]?(?:two|2)\b", "PHQ-2", s)
    s = re.sub(r"\b(GAD)[ -]?(?:seven|7)\b", "GAD-7", s)
    s = re.sub(r"\b(PCL)[ -]?(?:five|5)\b", "PCL-5", s)
    s = NUMBER.sub(lambda m: str(VALUE[m[3].lower()] if m[3] else VALUE[m[1].lower()] + VALUE[m[2].lower()]), s)
    s = re.sub(r"(?<![-\d.:])\b([0-9])\b(?![-\d.:%](?!\s|$))", lambda m: ONES[int(m[1])], s)
    return s


def cardinal(n):
    if n < 20:
        return (ONES + TEENS)[n]
    if n < 100:
        return TENS[n // 10 - 2] + (" " + ONES[n % 10] if n % 10 else "")
    if n < 1000:
        return ONES[n // 100] + " hundred" + (" " + cardinal(n % 100) if n % 100 else "")
    high, low = divmod(n, 100)          # 2019: twenty nineteen, 2004: two thousand four
    if 2000 <= n < 2010 or (high % 10 == 0 and low == 0):
        return ONES[n // 1000] + " thousand" + (" " + cardinal(n % 1000) if n % 1000 else "")
    return cardinal(high) + " " + ("hundred" if low == 0 else "oh " + ONES[low] if low < 10 else cardinal(low))


def ordinal(n):
    if n < 20:
        return ORDINALS[n]
    if n % 10:
        return TENS[n // 10 - 2] + " " + ORDINALS[n % 10]
    return TENS[n // 10 - 2][:-1] + "ieth"


LETTER = dict(zip("ABCDEFGHIJKLMNOPQRSTUVWXYZ", ("ay bee see dee ee eff gee aitch eye jay kay el em en oh pee cue are "
                                                 "ess tee you vee doubleyou ex why zee").split()))
AS_WORD = {"SOAP": "soap", "AUDIT": "audit", "BIRP": "burp", "GIRP": "gurp", "DAP": "dap", "ACT": "act", "HALT": "halt",
           "SUD": "sud", "SUDS": "suds", "OK": "okay", "ACE": "ace", "SBIRT": "sbirt"}


def spoken_word(word, rng):
    """How one written word is said, as blank-separated words for the synthesiser."""
    match = re.fullmatch(r"([^\w]*)(.*?)([^\w]*)", word)
    core, tail = match[2], "".join(c for c in match[3] if c in ".,?!;:")
    if core in AS_WORD and not (core in ("SUD", "ACE") and rng.random() < 0.4):
        core = AS_WORD[core]
    elif re.fullmatch(r"[A-Z]{2,5}(-[A-Z]+)?(-\d)?", core):
        core = " ".join(LETTER[c] if c in LETTER else ONES[int(c)] for c in core if c != "-")
    elif re.fullmatch(r"\d{1,2}:\d\d", core):
        h, m = map(int, core.split(":"))
        core = cardinal(h) + " " + ("hundred" if m == 0 else "oh " + ONES[m] if m < 10 else cardinal(m))
    elif re.fullmatch(r"\d{1,4}", core):
        core = cardinal(int(core))
    elif re.fullmatch(r"\d{1,2}(st|nd|rd|th)", core):
        core = ordinal(int(re.match(r"\d+", core)[0]))
    else:
        core = core.replace("-", " ")
    return core + tail


def spoken(text, rng):
    """Spoken words of a text, and for each the index of the written word it belongs to."""
    words, owner = [], []
    for i, w in enumerate(text.split()):
        for part in spoken_word(w, rng).split():
            words.append(part)
            owner.append(i)
    return words, owner


# ---------------------------------------------------------------- hold-out

def bare(s):
    return re.sub(r"[^a-z0-9' ]", "", s.lower().replace("-", " ")).split()


def held_out(s):
    return zlib.crc32(" ".join(bare(s)).encode()) % 20 == 7


def sentences(text):
    return [s.strip() for s in re.split(r"(?<=[.?!])\s+", text) if s.strip()]


def sample_sentences():
    out = []
    for path in sorted(SAMPLES.rglob("*.txt")):
        for line in path.read_text().splitlines():
            out += sentences(re.sub(r"^\w+: ", "", line))
    return out


COMMANDS = {"new paragraph", "scratch that", "next section assessment", "next section plan", "assessment", "plan"}
NEAR = [set(bare(s)) for s in sample_sentences() if " ".join(bare(s)) not in COMMANDS]


def near_sample(s):
    """Does the sentence share most of its words with a sentence of the samples?"""
    if not NEAR:
        return False
    if len(bare(s)) <= 3 and " ".join(bare(s)) in COMMANDS:
        return False
    w = set(bare(s))
    return any(len(w & n) >= 0.6 * len(w | n) for n in NEAR)


# ---------------------------------------------------------------- sources

PLAIN = re.compile(r"[A-Za-z0-9 .,?!':-]+")
KNOWN_CAPITALS = set("PHQ GAD VOC EMDR PCL BDI BAI ORS SRS DES PTSD CBT DBT SI HI ADHD OCD GP ER AM PM MRI CT TV ID "
                     "DUI EAP PCP EPDS NC PC CPS ICU MD RN IEP REBT DAST C SSRS".split()) | set(AS_WORD)


def usable(s):
    if not PLAIN.fullmatch(s) or len(s) > 180 or re.search(r"\d[a-z](?<!\ds)(?<!\dt)(?<!\dn)(?<!\dr)|hundred \d|\d \d", s):
        return False
    return all(w in KNOWN_CAPITALS for w in re.findall(r"\b[A-Z]{2,}\b", s)) and 1 <= len(s.split()) <= 30


def tidy(s):
    s = s.replace("\u2019", "'").replace("\u2014", ", ").replace("\u2013", "-").replace('"', "")
    s = re.sub(r"\bi\b", "I", re.sub(r"\s+", " ", s).strip())
    s = capital(s)
    return s if s[-1:] in ".?!" else s.rstrip(",;:- ") + "."


def word_lists(folder):
    """SCOWL's words by frequency class (Debian package scowl), commonest class first."""
    out = []
    for size in (10, 20, 35):
        words = (pathlib.Path(folder) / f"english-words.{size}").read_text(encoding="latin1").split()
        out.append([w for w in words if re.fullmatch(r"[a-z]{2,12}", w)])
    return out


class Text:
    """Draws sentences: (text, kind). `extra` is a folder of JSON transcripts (may be missing)."""

    def __init__(self, rng, scowl, extra=None):
        self.rng, self.words = rng, word_lists(scowl)
        hand = [tidy(s) for name in ("sentences", "dictation", "talk")
                for s in (HERE / (name + ".txt")).read_text().splitlines() if s.strip()]
        self.hand = sorted({written(s) for line in hand for s in sentences(line)})
        found = []
        for path in sorted(pathlib.Path(extra).glob("*.json")) if extra else []:
            for turn in json.loads(path.read_text())["transcript"]:
                found += sentences(turn["text"])
        self.extra = sorted({written(tidy(s)) for s in found})
        self.hand = [s for s in self.hand if usable(s) and not near_sample(s)]
        self.extra = [s for s in self.extra if usable(s) and not near_sample(s)]
        self.domain = sorted({w for s in self.hand + self.extra for w in re.findall(r"[A-Za-z']+", s)} |
                             {w for key in GRAMMAR.values() for a in key for w in re.findall(r"[A-Za-z']+", re.sub(r"\{[^}]*\}", " ", a))})
        self.domain = [w for w in self.domain if not w[0].isupper() or w.lower() not in self.domain]

    def random_words(self):
        rng, out = self.rng, []
        for _ in range(rng.randint(3, 13)):
            r = rng.random()
            out.append(rng.choice(self.domain if r < 0.45 else self.words[0] if r < 0.7 else
                                  self.words[1] if r < 0.88 else self.words[2]))
            if rng.random() < 0.06:
                out[-1] += ","
        return capital(" ".join(out)).rstrip(",") + "."

    def draw(self, held=False, kinds=None):
        """A sentence of the training side (or of the held-out side)."""
        weights = {"dictation": 0.24, "everyday": 0.12, "command": 0.03, "hand": 0.38, "extra": 0.08, "words": 0.15}
        weights = {k: w for k, w in weights.items() if (not kinds or k in kinds)
                   and not (k == "hand" and not self.hand) and not (k == "extra" and not self.extra)}
        while True:
            kind = self.rng.choices(list(weights), list(weights.values()))[0]
            if kind == "words":
                s = self.random_words()
            elif kind == "hand":
                s = self.rng.choice(self.hand)
            elif kind == "extra":
                s = self.rng.choice(self.extra)
            else:
                s = written(expand(self.rng.choice(TEMPLATES[kind]), self.rng))
            if usable(s) and held_out(s) == held and not near_sample(s):
                return s, kind


if __name__ == "__main__":
    rng = random.Random(1)
    t = Text(rng, *sys.argv[2:4])
    for _ in range(int(sys.argv[1]) if len(sys.argv) > 1 else 40):
        s, kind = t.draw()
        print(kind[0], s, "|", " ".join(spoken(s, rng)[0]))
    print(len(t.hand), len(t.extra), len(t.domain), "sentences by hand, from transcripts, domain words")
