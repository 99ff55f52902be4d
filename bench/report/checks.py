# SPDX-License-Identifier: MIT
"""What every run and every report must hold; each returns its complaints."""

import html.parser
import json
import re

from results import AGAIN, LEAST_RATE, OURS

# Attributes by which a page makes a browser fetch something.
_FETCHING = {"src", "srcset", "href", "xlink:href", "poster", "data", "action",
             "background", "formaction"}
_FETCHING_TAGS = {"script", "link", "iframe", "object", "embed", "base"}


def check_rows(results, families):
    """Every family is measured beside somebody, and beside itself."""
    complaints = []
    rows = results.rows()
    for family in families:
        impls = {impl for of, _, impl in rows if of == family}
        for needed in (OURS, AGAIN):
            if needed not in impls:
                complaints.append(f"{family} has no row of {needed}")
        if not impls - {OURS, AGAIN}:
            complaints.append(f"{family} has no rival")
    for row, samples in rows.items():
        # One window can go by without us on a busy machine; not all of them.
        if row[2] == OURS and max(
                one.rate for one in samples) <= LEAST_RATE:
            complaints.append(f"{'/'.join(row)} stood still")
    return complaints


class _Fetches(html.parser.HTMLParser):
    """Collects what would leave the file."""

    def __init__(self):
        super().__init__()
        self.found = []
        self._in_style = False

    def handle_starttag(self, tag, attrs):
        self._in_style = tag == "style"
        if tag in _FETCHING_TAGS:
            self.found.append(f"<{tag}>")
        for name, value in attrs:
            value = value or ""
            if name in _FETCHING and not value.startswith(("#", "data:")):
                self.found.append(f"{name}={value}")
            if name == "style":
                self._check_style(value)

    def handle_endtag(self, tag):
        self._in_style = False

    def handle_data(self, data):
        if self._in_style:
            self._check_style(data)

    def _check_style(self, text):
        if "@import" in text:
            self.found.append("@import")
        self.found += [f"url({target})" for target in
                       re.findall(r"url\(\s*[\"']?([^\"')]*)", text)
                       if not target.startswith(("#", "data:"))]


def check_html(text):
    """The page is whole and needs nothing but itself."""
    parser = _Fetches()
    parser.feed(text)
    parser.close()
    complaints = [f"the page fetches: {one}" for one in parser.found]
    if "<svg" not in text:
        complaints.append("the page has no drawing")
    for heading in ("Verdict", "Machine", "Ratios", "Contended curves",
                    "Bytes", "Instructions", "The checked library",
                    "ThreadSanitizer", "Models",
                    "How this was made"):
        if f"<h2>{heading}" not in text:
            complaints.append(f"the page has no section “{heading}”")
    return complaints


def check_summary(text):
    """The summary is JSON and judges every goal."""
    try:
        summary = json.loads(text)
    except ValueError as error:
        return [f"the summary is not JSON: {error}"]
    complaints = []
    if not summary.get("cells"):
        complaints.append("the summary has no ratio")
    if not summary.get("goals"):
        complaints.append("the summary has no goal")
    if sum(summary.get("verdict", {}).values()) != summary.get("compared"):
        complaints.append("the summary's verdict does not add up")
    return complaints


def check_markdown(text):
    """Every table's rows have as many cells as its head."""
    complaints = []
    width = 0
    for line in text.split("\n"):
        if not line.startswith("|"):
            width = 0
            continue
        width = width or line.count("|")
        if line.count("|") != width:
            complaints.append(f"a row of another width: {line[:60]}")
    return complaints
