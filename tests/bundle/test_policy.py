"""The release gate: what a policy asks, what it finds, and which policies are none."""

import pytest
import yaml

from synthgen.bundle.decision import Limit
from synthgen.bundle.policy import Policy
from synthgen.bundle.tables.texts import POLICY
from synthgen.errors import PolicyError


def report(*, holdout=500, privacy="pass", membership=0.51, computed=True):
    """What the gate reads of a report."""
    patients = {"train": 900, "synthetic": 900} | ({"holdout": holdout} if holdout else {})
    value = membership if computed else None
    interval = [membership - 0.02, membership + 0.02] if computed else None
    result = {"metric": "membership", "value": value, "interval": interval, "reason": "there is no holdout."}
    return {
        "tables": {"patients": patients},
        "verdicts": [{"subject": "privacy", "outcome": privacy}, {"subject": "fidelity", "outcome": "warning"}],
        "results": [result],
    }


def decide(policy, **changes):
    return Policy(**policy).decide(report(**changes))


def test_a_report_that_has_all_passes():
    policy = {"least_holdout_patients": 500, "verdicts": {"privacy": "pass", "fidelity": "warning"},
              "required": ("membership",), "limits": {"membership": Limit(at_most=0.53)}}  # fmt: skip
    decision = decide(policy)
    assert decision.passed and decision.reasons == ()
    assert decision.to_dict()["decision"] == "PASS"
    assert [check.about for check in decision.checks] == [
        "holdout", "verdict privacy", "verdict fidelity", "metric membership required", "metric membership",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("policy", "changes", "about"),
    [
        ({"least_holdout_patients": 501}, {}, "holdout"),
        ({"least_holdout_patients": 1}, {"holdout": None}, "holdout"),
        ({"verdicts": {"privacy": "pass"}}, {"privacy": "warning"}, "verdict privacy"),
        ({"verdicts": {"privacy": "fail"}}, {"privacy": "not computed"}, "verdict privacy"),
        ({"verdicts": {"usefulness": "fail"}}, {}, "verdict usefulness"),
        ({"required": ("membership",)}, {"computed": False}, "metric membership required"),
        ({"limits": {"membership": Limit(at_most=0.52)}}, {}, "metric membership"),
        ({"limits": {"membership": Limit(at_least=0.5)}}, {}, "metric membership"),
        ({"limits": {"membership": Limit(at_most=1.0)}}, {"computed": False}, "metric membership"),
    ],
)
def test_what_is_missing_or_too_bad_fails_alone(policy, changes, about):
    decision = decide({"least_holdout_patients": None} | policy, **changes)
    assert [check.about for check in decision.checks if not check.passed] == [about]
    assert len(decision.reasons) == 1


def test_the_value_decides_only_where_that_is_asked():
    for of, passed in (("interval", False), ("value", True)):
        limits = {"membership": Limit(at_most=0.52, of=of)}
        assert decide({"limits": limits}).passed is passed


def test_groups_must_be_there_and_each_within_its_limits():
    def group(level, value):
        part = {"value": value, "interval": None if value is None else [value - 0.1, value + 0.1], "note": "too few."}
        return {"column": "sex", "level": level, "figures": [{"metric": "membership", "part": part}]}

    judged = report() | {"subgroups": [group("F", 0.5), group("M", 0.58), group("X", None)]}
    limits = {"membership": Limit(at_most=0.55, of="value")}
    policy = Policy(least_holdout_patients=None, subgroups=("sex", "age"), subgroup_limits=limits)
    failed = [check.about for check in policy.decide(judged).checks if not check.passed]
    assert failed == ["groups age", "metric membership of sex M", "metric membership of sex X"]
    without = Policy(least_holdout_patients=None, subgroup_limits=limits).decide(report())
    assert without.reasons == ("groups: there are limits for them; no group is in the report.",)
    with pytest.raises(PolicyError, match="'member'.*Did you mean 'membership'"):
        Policy(subgroup_limits={"member": limits["membership"]}).decide(judged)


@pytest.mark.parametrize(
    ("promise", "passed"),
    [
        ({"epsilon": 2.9, "delta": 1e-5, "unit": "patient_id"}, True),
        ({"epsilon": 3.1, "delta": 1e-5, "unit": "patient_id"}, False),
        ({"epsilon": 1.0, "delta": 1e-3, "unit": "patient_id"}, False),
        ({"epsilon": 1.0, "delta": 1e-5, "unit": "row"}, False),
        ({"epsilon": None, "delta": 1e-5, "unit": "patient_id"}, False),
        (None, False),
    ],
)
def test_the_promise_must_be_as_strong_as_asked(promise, passed):
    asked = {"guarantee": {"most_epsilon": 3, "unit": "patient_id"}, "least_holdout_patients": None}
    policy = Policy.from_dict({"format": "synthgen-policy", "version": 1} | asked)
    decision = policy.decide(report() | {"guarantee": promise})
    assert decision.passed is passed
    assert "epsilon of at most 3" in decision.checks[0].sentence


def test_without_a_holdout_a_policy_may_pass_if_it_says_so():
    assert decide({"least_holdout_patients": None}, holdout=None).passed


def test_the_template_is_a_policy_that_asks_for_every_attack(tmp_path):
    policy = Policy.from_dict(yaml.safe_load(POLICY))
    assert policy.least_holdout_patients == 100
    assert {"membership", "attributes", "linkability", "singling_out"} <= set(policy.required)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"format": "other"}, "synthgen policy"),
        ({"version": 2}, "version: 1"),
        ({"limit": {}}, "no entry 'limit'.*Did you mean 'limits'"),
        ({"verdicts": {"privcy": "pass"}}, "Did you mean 'privacy'"),
        ({"verdicts": {"privacy": "good"}}, "pass, warning, fail"),
        ({"limits": {"membership": 0.5}}, "limits: membership: expected a mapping of at_most, at_least"),
        ({"limits": {"membership": {}}}, "either at_most or at_least"),
        ({"limits": {"membership": {"at_most": 1, "at_least": 0}}}, "either at_most or at_least"),
        ({"limits": {"membership": {"at_most": 1, "of": "mean"}}}, "of: expected one of interval, value"),
        ({"least_holdout_patients": 0}, "whole number of at least 1"),
        ({"guarantee": 3}, "guarantee: expected a mapping of most_epsilon"),
        ({"guarantee": {"most_epsilon": 0}}, "most_epsilon: expected a number above 0"),
        ({"guarantee": {"most_epsilon": 3, "unti": "row"}}, "guarantee: .* Did you mean 'unit'"),
        ({"subgroups": ["sex"]}, "subgroups: expected a mapping of columns, limits"),
        ({"subgroups": {"limits": {"tstr": 1}}}, "subgroups: limits: tstr"),
    ],
)
def test_what_is_no_policy_is_refused(change, message):
    with pytest.raises(PolicyError, match=message):
        Policy.from_dict({"format": "synthgen-policy", "version": 1} | change)


def test_a_metric_that_the_report_lacks_is_named():
    with pytest.raises(PolicyError, match="'membershp'.*Did you mean 'membership'"):
        decide({"required": ("membershp",)})


def test_a_file_that_is_absent_or_no_yaml_is_named(tmp_path):
    with pytest.raises(PolicyError, match="cannot be read"):
        Policy.from_yaml(tmp_path / "none.yaml")
    (tmp_path / "bad.yaml").write_text("a: [")
    with pytest.raises(PolicyError, match="not readable as YAML"):
        Policy.from_yaml(tmp_path / "bad.yaml")


def privacy_report(**changes):
    """A report whose membership is too high, as `Report.to_dict` writes it, as far as the gate reads it."""
    result = {"metric": "membership", "family": "privacy", "value": 0.56, "interval": [0.52, 0.60], "status": "warning",
              "reason": "worse than real data by 0.06; up to 0.05 passes.", "parts": []} | changes  # fmt: skip
    return report(privacy="warning") | {"results": [result]}


def test_a_failed_verdict_names_the_metrics_behind_it():
    check = next(c for c in Policy(verdicts={"privacy": "pass"}).decide(privacy_report()).checks if not c.passed)
    assert "membership 0.56 (0.52 to 0.6, warning)" in check.sentence
    assert any("--epsilon" in way for way in check.ways)


def test_an_interval_that_is_too_wide_says_how_many_patients_would_do():
    """From .56 to .60 there is as much again as from .56 to a limit of .58: half the reach takes four times as many."""
    decision = Policy(limits={"membership": Limit(at_most=0.58)}).decide(privacy_report())
    assert ["about 2000 patients in the holdout would do (there are 500)" in way for way in decision.ways] == [True]
    for limit in (0.55, 0.56 + 1e-12):  # beyond it, or so near that nobody has so many patients
        beyond = Policy(limits={"membership": Limit(at_most=limit)}).decide(privacy_report())
        assert not any("holdout" in way for way in beyond.ways)


def test_the_column_that_gives_most_away_is_named():
    parts = [{"names": [name], "value": right, "reference": 0.5} for name, right in (("sex", 0.51), ("ward", 0.6))]
    judged = privacy_report(metric="attributes", parts=parts)
    ways = Policy(verdicts={"privacy": "pass"}).decide(judged).ways
    assert (
        ways[0]
        == "leave the column ward out: its value is guessed right for 60 % of members against 50 % of outsiders."
    )


def test_a_subject_that_the_policy_leaves_out_is_noted_with_its_outcome():
    decision = Policy(verdicts={"privacy": "pass"}).decide(report())
    assert decision.passed
    assert decision.notes == ("The policy says nothing of fidelity; the report says warning.",)
    assert Policy(verdicts={"privacy": "pass", "fidelity": "any"}).decide(report()).notes == ()


@pytest.mark.parametrize("policy", [Policy.for_kind("tables"), Policy.for_kind("images")])
def test_the_policies_to_begin_with_name_every_subject(policy):
    assert set(policy.verdicts) == {"fidelity", "usefulness", "privacy"}


def test_any_lets_whatever_was_found_pass():
    for outcome in ("fail", "not computed"):
        assert decide({"least_holdout_patients": None, "verdicts": {"privacy": "any"}}, privacy=outcome).passed


@pytest.mark.parametrize("first_lost", ["verdicts", "  usefulness", "  privacy"])
def test_a_file_that_ends_too_early_decides_nothing(first_lost, tmp_path):
    """Cut off before the last verdict it passed any report."""
    (tmp_path / "cut.yaml").write_text(POLICY.partition(f"\n{first_lost}:")[0])
    with pytest.raises(PolicyError, match=r"cut.yaml: verdicts: expected .*'privacy'\] are left out"):
        Policy.from_yaml(tmp_path / "cut.yaml")
