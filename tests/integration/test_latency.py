"""Who takes part in the latency benchmark keeps its contract. No time is looked at."""

from __future__ import annotations

import pytest

from tests.performance.latency.participants import BYTES, RIVAL, Participant, participants
from tests.performance.latency.run import Effort, one_pair
from tests.performance.processes import cores

OURS = [each for each in participants() if each.kind != RIVAL and not each.missing()]
FEW = Effort(runs=1, rounds=20, warmup=5)


@pytest.mark.skipif(len(set(cores())) < 2, reason="two processes that spin need two cores")
@pytest.mark.parametrize("nbytes", BYTES)
@pytest.mark.parametrize("participant", OURS, ids=[each.name for each in OURS])
def test_every_round_is_answered_by_itself(participant: Participant, nbytes: int) -> None:
    samples = one_pair(participant, FEW, nbytes)
    assert len(samples) == FEW.rounds
    assert min(samples) > 0
