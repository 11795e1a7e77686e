"""A small Whisper: the layout that whisper.cpp loads, with training aids beside it.

The aids (phone head, CTC head) are left out at export. Rows of the token table are
free for the text pieces; a timestamp's row is a linear map of the encoder's position
code of its frame, so that all 1501 marks are learned at once.
"""
import math
import torch
import torch.nn as nn
import torch.nn.functional as F
from features import PHONES
from pieces import N_VOCAB, TIMES

LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789' "       # classes 1.. of the CTC head, 0 is blank


def sinusoids(length, width):
    steps = torch.exp(-math.log(10000) / (width // 2 - 1) * torch.arange(width // 2))
    angle = torch.arange(length)[:, None] * steps[None]
    return torch.cat([angle.sin(), angle.cos()], 1)


class Attention(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.query, self.value, self.out = (nn.Linear(width, width) for _ in range(3))
        self.key = nn.Linear(width, width, bias=False)

    def forward(self, x, source=None, causal=False, watch=0):
        """`watch`: also give the weights of that many heads."""
        batch, _, width = x.shape
        source = x if source is None else source
        q, k, v = (y.view(batch, -1, self.heads, width // self.heads).transpose(1, 2)
                   for y in (self.query(x), self.key(source), self.value(source)))
        # Written out: on a CPU in bfloat16 this beats scaled_dot_product_attention.
        scores = (q * (width // self.heads) ** -0.5) @ k.transpose(2, 3)
        if causal:
            scores = scores + torch.full(scores.shape[-2:], -1e4, dtype=scores.dtype).triu(1)
        weights = scores.softmax(-1)
        y = self.out((weights @ v).transpose(1, 2).reshape(batch, -1, width))
        return y, weights[:, :watch] if watch else None


class Block(nn.Module):
    def __init__(self, width, heads, cross):
        super().__init__()
        self.attn, self.attn_ln = Attention(width, heads), nn.LayerNorm(width)
        self.cross_attn = Attention(width, heads) if cross else None
        self.cross_attn_ln = nn.LayerNorm(width) if cross else None
        self.mlp = nn.Sequential(nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width))
        self.mlp_ln = nn.LayerNorm(width)

    def forward(self, x, source=None, watch=0):
        x = x + self.attn(self.attn_ln(x), causal=self.cross_attn is not None)[0]
        weights = None
        if self.cross_attn is not None:
            y, weights = self.cross_attn(self.cross_attn_ln(x), source, watch=watch)
            x = x + y
        return x + self.mlp(self.mlp_ln(x)), weights


class Recogniser(nn.Module):
    def __init__(self, rows, width=192, heads=3, encoder=5, decoder=3, context=640, phone_layer=2):
        """`rows`: text pieces and special tokens."""
        super().__init__()
        self.width, self.phone_layer = width, phone_layer
        self.conv1 = nn.Conv1d(80, width, 3, padding=1)
        self.conv2 = nn.Conv1d(width, width, 3, stride=2, padding=1)
        self.register_buffer("positions", sinusoids(TIMES, width), persistent=False)
        self.enc = nn.ModuleList(Block(width, heads, False) for _ in range(encoder))
        self.ln_post = nn.LayerNorm(width)
        self.tok = nn.Embedding(rows, width)
        self.time_map = nn.Linear(width, width)
        self.unused = nn.Parameter(torch.zeros(width))         # the row of every token that is never written
        self.log_unused = math.log(N_VOCAB - rows - TIMES)
        self.text_positions = nn.Parameter(0.02 * sinusoids(context, width))
        self.dec = nn.ModuleList(Block(width, heads, True) for _ in range(decoder))
        self.ln = nn.LayerNorm(width)
        self.phones = nn.Linear(width, len(PHONES))
        self.ctc = nn.Linear(width, len(LETTERS) + 1)
        nn.init.normal_(self.tok.weight, std=0.04)
        nn.init.normal_(self.time_map.weight, std=0.04 * (2 / width) ** 0.5)
        nn.init.zeros_(self.time_map.bias)
        for block in [*self.enc, *self.dec]:
            for layer in [block.attn.out, block.mlp[2]] + ([block.cross_attn.out] if block.cross_attn else []):
                nn.init.zeros_(layer.weight)
                nn.init.zeros_(layer.bias)
        self.look_aside()

    @torch.no_grad()
    def look_aside(self):
        """Encoder heads begin as fixed looks to the side: a head sees frame t + k through the position codes."""
        offsets = [[-1, 1, 3], [-2, 2, -5], [-3, 3, 7], [-6, 6, -10]]
        half, rate = self.width // 2, math.log(10000) / (self.width // 2 - 1)
        self.conv2.weight.mul_(3)
        for layer, block in enumerate(self.enc):
            size = self.width // block.attn.heads
            for head in range(block.attn.heads):
                k, q, key = offsets[layer % 4][head % 3], block.attn.query.weight, block.attn.key.weight
                for pair in range(size // 2):
                    i, row = 2 * pair, head * size + 2 * pair
                    w = math.exp(-rate * i) * k
                    q[row:row + 2] *= 0.2
                    key[row:row + 2] *= 0.2
                    q[row, i] += 3
                    q[row + 1, i + half] += 3
                    key[row, i] += 3 * math.cos(w)
                    key[row, i + half] -= 3 * math.sin(w)
                    key[row + 1, i] += 3 * math.sin(w)
                    key[row + 1, i + half] += 3 * math.cos(w)

    def table(self):
        return torch.cat([self.tok.weight, self.time_map(self.positions)], 0)

    def encode(self, mel, offset=0):
        """Features, and the state from which phones are told."""
        x = F.gelu(self.conv1(mel))
        x = F.gelu(self.conv2(x)).transpose(1, 2)
        x = x + self.positions[offset:offset + x.shape[1]]
        middle = x
        for i, block in enumerate(self.enc):
            x, _ = block(x)
            if i + 1 == self.phone_layer:
                middle = x
        return self.ln_post(x), middle

    def decode(self, tokens, source, watch=0):
        """Logits (the last one stands for all unused tokens) and the watched cross-attention by layer."""
        table, seen = self.table(), []
        x = F.embedding(tokens, table) + self.text_positions[:tokens.shape[1]]
        for block in self.dec:
            x, weights = block(x, source, watch)
            seen.append(weights)
        x = self.ln(x)
        return torch.cat([F.linear(x, table), (x @ self.unused + self.log_unused)[..., None]], -1).float(), seen
