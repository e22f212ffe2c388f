"""How any network is trained under a privacy budget: few large batches, to the end, without a checkpoint."""

from dataclasses import replace

from synthgen.training.run import Plan

LARGER_BATCHES, FEWER_STEPS = 4, 2
"""Under a privacy budget: every batch gets the same noise, so that few large ones drown less in it."""

NO_CHECKPOINT = (
    "A run under a privacy budget has no checkpoint: what it read with noise before an interruption would be paid "
    "twice. Leave checkpoint out."
)


def private_plan(plan: Plan, *, num_patients: int) -> Plan:
    """Returns how to train under a privacy budget instead: in larger batches, fewer steps, to the end.

    Args:
        plan: Without one.
        num_patients: About how many.
    """
    return replace(
        plan, batch_size=max(min(LARGER_BATCHES * plan.batch_size, num_patients // 4), 1),
        num_steps=max(plan.num_steps // FEWER_STEPS, 1), patience=None,
    )  # fmt: skip
