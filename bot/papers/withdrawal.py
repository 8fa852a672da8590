"""Whether arXiv's record of a paper says that it was withdrawn. Pure.

arXiv has no field for it (info.arxiv.org/help/withdraw): the notice replaces the abstract, or stands in the comments.
"""

import re

MAX_NOTICE_CHARS = 400  # an abstract that holds a notice and little else
_PAPER = (
    r"(?:this|the|our|my)\s+(?:current\s+|present\s+|arxiv\s+)*"
    r"(?:paper|article|manuscript|submission|preprint|pre-print|work|version|report|note|document|entry|thesis|letter)"
)
_DONE = r"(?:withdrawn|retracted)"
_HAS_BEEN = rf"(?:has|have|is|was|were|had)\s+(?:(?:now|since|hereby|temporarily|been|being)\s+)*{_DONE}"
_ACTS = rf"(?:(?:have|has|had|hereby|now)\s+)*(?:withdr(?:awn|aw|aws|ew)|retract(?:ed|s)?)\s+{_PAPER}"
_NOTICE = (
    rf"(?:{_PAPER}\s+(?:\S+\s+){{0,3}}?{_HAS_BEEN}"
    rf"|(?:(?:this|the)\s+)?(?:paper|article|manuscript|submission|preprint|version|work)?\s*(?:temporarily\s+)?{_DONE}"
    r"(?:\s+(?:by|due\s+to|because|as\s+it|pending|since|for\s+(?:now|revision|further))\b|\s*(?:[.:;)\]!]|$))"
    rf"|(?:(?:the|all)\s+)?(?:\S+\s+)?authors?\s+{_ACTS}|(?:we|i)\s+{_ACTS})"
    r"(?!\s+(?:from|in|at)\s+(?!(?:the\s+)?arxiv))"
)
_AT_START = re.compile(rf"\W{{0,5}}(?:arxiv\s+admin\s+note:\s*|note:\s*|notice:\s*)?{_NOTICE}", re.IGNORECASE)
_IN_COMMENT = re.compile(rf"(?:^|[.;:,!)\]\[(*-]\s{{0,3}}){_NOTICE}", re.IGNORECASE)


def is_withdrawn(abstract: str, comment: str = "") -> bool:
    """Whether the abstract begins with a notice of withdrawal, or a short one or the authors' comment holds one.

    An abstract that is about withdrawn papers, drugs or alcohol says so elsewhere, or of something else.
    """
    notice, comment = " ".join(abstract[:2_000].split()), " ".join(comment[:2_000].split())
    if len(notice) <= MAX_NOTICE_CHARS and _IN_COMMENT.search(notice):
        return True
    return bool(_AT_START.match(notice) or _IN_COMMENT.search(comment))
