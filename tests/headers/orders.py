#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Few orders of headers in which each comes after each other.

Reads lines "header what-it-includes...", and writes orders, one a line, such
that for any two headers of which the first does not include the second there is
one in which the second one's text comes later. An order puts what is included
first, so that no header's text comes before its turn.
"""

import sys


def orders(closure):
    left = {(a, b) for a in closure for b in closure
            if a != b and b not in closure[a]}
    while left:
        first = min(left)[0]
        order, rest = [], sorted(closure)
        while rest:
            ready = [h for h in rest if not closure[h] & set(rest) - {h}]
            wanted = closure[first] & set(ready) | {first} & set(ready)
            best = max(
                sorted(wanted) or ready,
                key=lambda h: sum((a, h) in left for a in order),
            )
            order.append(best)
            rest.remove(best)
        left -= {(a, b) for at, a in enumerate(order) for b in order[at + 1:]}
        yield order


def main():
    closure = {}
    for line in sys.stdin:
        header, *includes = line.split()
        closure[header] = set(includes) - {header}
    for header in closure:
        closure[header] &= set(closure)
    for order in orders(closure):
        print(*order)


main()
