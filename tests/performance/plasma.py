"""python -m tests.performance.plasma SIZE ROWS EFFORT: Plasma alone, in the Python that has the last pyarrow with it.

Prints its timings as JSON.
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict

from tests.performance.measure import python_to_python
from tests.performance.rivals import PLASMA
from tests.performance.turns import Effort

if __name__ == "__main__":
    size, rows, effort = sys.argv[1:]
    result = python_to_python(size, int(rows), Effort(**json.loads(effort)), (PLASMA,), with_floors=False)
    json.dump({name: asdict(timings) for name, timings in result.timings.items()}, sys.stdout)
