# SPDX-License-Identifier: MIT
"""What the rules are given, and where they put what they find."""

from dataclasses import dataclass, field


@dataclass
class Project:
    """The tree under lint and the products of its build."""

    root: str
    includes: list
    library: str = None
    compiler: str = "gcc"


@dataclass
class Report:
    """The findings of one rule, and how many things it looked at.

    A rule that looked at nothing has proved nothing, and fails.
    """

    rule: str
    seen: int = 0
    faults: list = field(default_factory=list)

    def fault(self, path, line, message):
        self.faults.append((path, line, message))

    def require(self, holds, path, line, message):
        self.seen += 1
        if not holds:
            self.fault(path, line, message)

    def __str__(self):
        lines = [
            f"{path}:{line}: {self.rule}: {message}"
            for path, line, message in sorted(set(self.faults))
        ]
        return "\n".join(
            lines or [f"{self.rule}: {self.seen} looked at, all good"]
        )
