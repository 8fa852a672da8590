"""`make bench-summaries`: how good the keyless line is, how much of a lie the check catches, and what it refuses.

ROUGE is on SciTLDR's development set, stemmed, against the reference that gives the best ROUGE-1. Speed is the best of
five runs on one core, by its own clock: other programs hardly count.
"""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Callable, Sequence

import numpy as np
from rouge_score.rouge_scorer import RougeScorer

from bot.papers.model import Paper
from bot.summaries import check, extract
from bot.summaries.extract.shortening import split, trims
from tests.builders import SHARED
from tests.unit.summaries import plants

KINDS = ("rouge1", "rouge2", "rougeL")
SCORER = RougeScorer(KINDS, use_stemmer=True)
References = Sequence[str]
RUNS = 5


def main() -> None:
    """All of it."""
    if not SHARED.exists():
        print("The recorded data (../shared/data) is not here.")
        return
    keyless()
    speed()
    lies()
    hugging_face()


def keyless() -> None:
    """The keyless line beside what else could be shown."""
    dev = list(plants.scitldr("dev"))
    print(f"SciTLDR dev, {len(dev)} papers     R1    R2    RL   chars  within 160  pass the check")
    ways: dict[str, Callable[[Paper, References], str]] = {
        "ours": lambda paper, _: extract(paper),
        "first sentence": lambda paper, _: (split(paper.abstract) or [""])[0],
        "title": lambda paper, _: paper.title,
        "best possible sentence": lambda paper, refs: _best(split(paper.abstract), refs),
        "best possible trim": lambda paper, refs: _best([t for s in split(paper.abstract) for t in trims(s)], refs),
    }
    for name, way in ways.items():
        _row(name, [way(paper, refs) for paper, refs in dev], dev)


def _row(name: str, lines: Sequence[str], dev: Sequence[tuple[Paper, list[str]]]) -> None:
    scores = 100 * np.mean([rouge(line, refs) for line, (_, refs) in zip(lines, dev, strict=True)], axis=0)
    short = np.mean([len(line) <= 160 for line in lines])
    passing = np.mean([bool(line) and not check(line, paper) for line, (paper, _) in zip(lines, dev, strict=True)])
    figures = "  ".join(f"{score:4.1f}" for score in scores)
    print(f"  {name:<24} {figures}   {np.mean([len(line) for line in lines]):5.0f}   {short:9.1%}   {passing:12.1%}")
    if name == "ours":
        same = sum(
            line.rstrip(".").casefold() == paper.title.casefold() for line, (paper, _) in zip(lines, dev, strict=True)
        )
        print(f"  {'':<24} equal to the title: {same}; without a line: {sum(not line for line in lines)}")


def rouge(line: str, references: References) -> tuple[float, ...]:
    """Against the reference that gives the best ROUGE-1."""
    found = [SCORER.score(reference, line) for reference in references]
    best = max(found, key=lambda score: score["rouge1"].fmeasure)
    return tuple(best[kind].fmeasure for kind in KINDS)


def _best(lines: Sequence[str], references: References) -> str:
    return max(lines, key=lambda line: rouge(line, references)[0], default="")


def speed() -> None:
    """Abstracts a second on one core, beside a bare pass of one regular expression over the words."""
    papers = [paper for paper, _ in plants.scitldr("dev")]
    ours = min(_time(lambda: [extract(paper) for paper in papers]) for _ in range(RUNS))
    bare = min(_time(lambda: [Counter(re.findall(r"\w+", p.abstract.lower())) for p in papers]) for _ in range(RUNS))
    count = len(papers)
    print(f"speed: {count / ours:,.0f} abstracts a second of processor time ({1e6 * ours / count:.0f} µs each),")
    print(f"       {ours / bare:.1f} times as long as counting the abstract's words ({count / bare:,.0f} a second)\n")


def _time(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


def lies() -> None:
    """Of 500 lines with something false planted, how many are caught; of 500 true ones, how many are refused."""
    true = plants.true_lines()
    false = plants.planted(true)
    missed = Counter(said.plant for said in false if not plants.caught(said))
    kinds = Counter(said.plant for said in false)
    print(f"planted lies: {1 - missed.total() / len(false):.1%} of {len(false)} caught")
    for kind, count in kinds.items():
        print(f"  {kind:<12} {count - missed[kind]:3} of {count}")
    refused = [said for said in true if check(said.line, said.paper)]
    print(f"true lines: {len(refused) / len(true):.1%} of {len(true)} refused")
    for said in refused:
        print(f"  {'; '.join(check(said.line, said.paper))}")
    print()


def hugging_face() -> None:
    """How many of Hugging Face's own lines of 2025–26 pass, as they are and shortened, and why others fail."""
    papers = list(plants.hugging_face())
    whole = [check(paper.offered_summary, paper) for paper in papers]
    short = [check(line, paper) if line else ("cannot be shortened",) for paper in papers for line in [_short(paper)]]
    print(f"Hugging Face's lines, {len(papers)} papers    as they are   shortened")
    print(f"  {'pass':<40} {_share(whole, '')}   {_share(short, '')}")
    for reason in dict.fromkeys(_reason(failure) for failures in (*whole, *short) for failure in failures):
        print(f"  {reason:<40} {_share(whole, reason)}   {_share(short, reason)}")


def _short(paper: Paper) -> str:
    from bot.summaries.extract import trim

    return trim(paper.offered_summary)


def _reason(failure: str) -> str:
    return re.sub(r"^(has the number|names|claims) .*", r"\1 … that the abstract does not", failure)


def _share(failures: Sequence[tuple[str, ...]], reason: str) -> str:
    """How many fail so; with no reason, how many pass."""
    count = sum(reason in map(_reason, each) if reason else not each for each in failures)
    return f"{count:5} {count / len(failures):6.1%}"


if __name__ == "__main__":
    main()
