"""scikit-learn's conventions, by its own checks where there is one: every check on the family that fits in no time, the
checks that train nothing or little on the others."""

import inspect
import json

import numpy as np
import pandas as pd
import pytest
import sklearn.exceptions
from sklearn.base import clone
from sklearn.model_selection import cross_val_score
from sklearn.utils.estimator_checks import estimator_checks_generator
from sklearn.utils.validation import check_is_fitted

import synthgen as sg
from synthgen import families
from synthgen.errors import NotFittedError, SchemaError, SettingsError
from synthgen.synthesizers.parameters import RULES, Rule
from synthgen.synthesizers.tables.families import FAMILIES

SMALL = {
    "TabularGAN": {"num_steps": 1, "width": 8, "batch_size": 8, "calibration": False},
    "TabularAutoregressive": {"num_steps": 1, "width": 8, "batch_size": 8, "calibration": False},
    "TabularDiffusion": {"num_steps": 1, "width": 8, "batch_size": 8, "num_sampling_steps": 4, "calibration": False},
    "TVAE": {"num_epochs": 1, "width": 8, "batch_size": 10},
    "CTGAN": {"num_epochs": 1, "batch_size": 10},
    "GaussianCopula": {},
    "DPMarginals": {"num_components": 50, "num_steps": 5, "num_sweeps": 5},
}
WITHOUT_TRAINING = {
    "check_complex_data", "check_do_not_raise_errors_in_init_or_set_params", "check_estimator_cloneable",
    "check_estimator_repr", "check_estimator_sparse_array", "check_estimator_sparse_matrix",
    "check_estimator_sparse_tag", "check_estimator_tags_renamed", "check_estimators_empty_data_messages",
    "check_estimators_unfitted", "check_fit1d", "check_fit2d_1sample", "check_get_params_invariance",
    "check_mixin_order", "check_no_attributes_set_in_init", "check_parameters_default_constructible",
    "check_set_params", "check_valid_tag_types",
}  # fmt: skip
CHOSEN = dict.fromkeys(FAMILIES, WITHOUT_TRAINING | {"check_dont_overwrite_parameters"}) | {
    "TabularAutoregressive": WITHOUT_TRAINING  # the one family with a score
    | {"check_dont_overwrite_parameters", "check_fit_score_takes_y", "check_n_features_in_after_fitting"}
}
"""Checks that the families of networks are put to: each fit compiles for seconds."""

NOT_APPLICABLE = {
    "check_array_api_input": "needs SCIPY_ARRAY_API in the environment, and is then for estimators that compute on the "
    "arrays they are given",
}


def small(family):
    return FAMILIES[family](**SMALL[family])


@pytest.mark.parametrize("family", families.FAMILIES, ids=lambda family: family.name)
def test_the_list_of_families_tells_the_truth(family):
    made = family.load()
    assert made.family == made.__name__ == family.name
    lengths = {"num_steps", "num_epochs"} & set(made.setting_names())
    assert lengths == ({family.length} - {None}) or family.name == "DPMarginals"  # its steps are no training


def name_of(check):
    while hasattr(check, "func"):
        check = check.func
    return check.__name__


def checks():
    for family in FAMILIES:
        for estimator, check in estimator_checks_generator(small(family)):
            name = name_of(check)
            if name in NOT_APPLICABLE or (family != "GaussianCopula" and name not in CHOSEN[family]):
                continue
            yield pytest.param(estimator, check, id=f"{family} {name}")


@pytest.mark.parametrize(("estimator", "check"), list(checks()))
def test_scikit_learns_own_checks(estimator, check):
    check(estimator)


def test_the_chosen_checks_exist():
    known = {name_of(check) for _, check in estimator_checks_generator(sg.GaussianCopula())}
    assert known >= set().union(*CHOSEN.values()) | NOT_APPLICABLE.keys()


@pytest.fixture(params=FAMILIES)
def family(request):
    return FAMILIES[request.param]


def test_every_setting_has_a_rule_that_its_default_keeps(family):
    for name, parameter in inspect.signature(family).parameters.items():
        assert parameter.default is None or RULES[name].holds(parameter.default), name


BAD = {
    "batch_size": [-1, 0, 2.5, "many", True],
    "calibration": [1, "yes", None],
    "depth": [0],
    "dropout": [1.0, -0.1],
    "jit_compile": [0, "on"],
    "latent_dim": [0],
    "learning_rate": [0, -1e-3, float("nan"), float("inf"), "fast", None],
    "num_bins": [0, 10.5],
    "num_components": [0, 2.5],
    "num_epochs": [0, None],
    "num_sampling_steps": [3],
    "num_steps": [0, -5, 1e3],
    "num_sweeps": [-1, 2.5],
    "packing": [0],
    "patience": [0],
    "penalty": [-1],
    "reconstruction_weight": [0],
    "seed": [-1, 2**31, 0.5, None],
    "validation": [2, 1, -0.1, None],
    "width": [0],
}


def test_bad_settings_are_refused_before_anything_is_done(family):
    own = [name for name in inspect.signature(family).parameters if name in BAD]
    assert sorted(own) == sorted(inspect.signature(family).parameters)
    for name in own:
        for value in BAD[name]:
            synthesizer = family().set_params(**{name: value})  # set_params, as the constructor, only stores
            with pytest.raises(SettingsError, match=f"{family.family}: expected {name} to be .* Received"):
                synthesizer.fit(None)  # no table is looked at before


def test_none_is_allowed_where_the_signature_says_so():
    sg.TabularAutoregressive(patience=None, num_steps=None, width=None).check_settings()


def test_messages_say_what_was_expected():
    with pytest.raises(SettingsError, match=r"num_steps to be a whole number of at least 1, or None. Received 0\.$"):
        sg.TabularAutoregressive(num_steps=0).fit(None)
    with pytest.raises(SettingsError, match=r"validation to be a number of at least 0 and below 1. Received 2\.$"):
        sg.TVAE(validation=2).fit(None)
    with pytest.raises(SettingsError, match=r"calibration to be True or False. Received 'no'\.$"):
        sg.GaussianCopula(calibration="no").fit(None)
    assert str(Rule("number", above=0)) == "a number above 0"


def test_unknown_settings_are_refused_and_the_known_ones_named(family):
    with pytest.raises(SettingsError, match=r"has no setting 'sed'. Did you mean 'seed'\? It has \["):
        family().set_params(sed=1)
    with pytest.raises(TypeError, match="sed"):
        family(sed=1)


def test_settings_are_attributes_and_clones_are_equal(family):
    synthesizer = family(seed=3, **SMALL[family.family])
    parameters = synthesizer.get_params()
    assert parameters == {"seed": 3, **synthesizer.settings}
    assert all(getattr(synthesizer, name) == value for name, value in parameters.items())
    copied = clone(synthesizer)
    assert copied is not synthesizer
    assert copied.get_params() == parameters
    assert repr(copied).startswith(f"{family.family}(")
    assert "seed=3" in repr(copied)


def table(rows=60, *, seed=0):
    rng = np.random.default_rng(seed)
    sex = rng.choice(["F", "M"], rows)
    return pd.DataFrame({"sex": sex, "age": (50 + 10 * (sex == "F") + rng.normal(0, 5, rows)).round(1)})


@pytest.mark.parametrize("name", ["GaussianCopula", "TVAE"])
def test_fitting_again_forgets_and_is_a_function_of_seed_and_rows(name):
    again = small(name).fit(table(80, seed=1)[["age"]], verbose=False)
    again.sample(3)
    again.fit(table(), verbose=False)
    once = clone(again)
    assert once.schema is None
    assert not hasattr(once, "n_features_in_")
    once.fit(table(), verbose=False)
    for seed in (4, None):  # without a seed too: the count of earlier samples is forgotten as well
        pd.testing.assert_frame_equal(again.sample(20, seed=seed), once.sample(20, seed=seed))
    assert again.history == once.history
    assert again.n_features_in_ == 2
    assert again.feature_names_in_.tolist() == ["sex", "age"]


def test_unfitted_is_said_in_scikit_learns_way_too(family):
    for kind in (NotFittedError, sklearn.exceptions.NotFittedError):
        with pytest.raises(kind, match="not fitted"):
            family().sample(1)
    with pytest.raises(sklearn.exceptions.NotFittedError):
        check_is_fitted(family())


def test_arrays_are_tables_with_numbered_columns(tmp_path):
    rng = np.random.default_rng(0)
    numbers = rng.normal(size=(80, 2))
    mixed = np.column_stack([numbers.astype(object), rng.choice(["a", "b"], 80)])
    copula = sg.GaussianCopula().fit(mixed, rng.integers(2, size=80))
    drawn = copula.sample(10, seed=0)
    assert list(drawn) == ["x0", "x1", "x2"]
    assert drawn["x2"].isin(["a", "b"]).all()
    assert drawn["x0"].dtype == float
    assert copula.n_features_in_ == 3
    assert not hasattr(copula.fit(pd.DataFrame(numbers, columns=["u", "v"])).fit(numbers), "feature_names_in_")
    copula.fit(pd.DataFrame(numbers, columns=["u", "v"])).save(tmp_path / "copula.synthgen")
    assert sg.load(tmp_path / "copula.synthgen").feature_names_in_.tolist() == ["u", "v"]


def test_y_is_ignored_but_a_schema_in_its_place_is_not():
    frame = table()
    schema = sg.Schema.infer(frame)
    with pytest.raises(SchemaError, match=r"fit\(frame, schema=schema\)"):
        sg.GaussianCopula().fit(frame, schema)
    with pytest.raises(SchemaError, match="Received a str"):
        sg.GaussianCopula().fit(frame, schema="schema.yaml")
    with_y = sg.GaussianCopula().fit(frame, frame["sex"]).sample(20, seed=0)
    pd.testing.assert_frame_equal(with_y, sg.GaussianCopula().fit(frame).sample(20, seed=0))


def test_settings_changed_after_fit_do_not_reach_the_file(tmp_path):
    """A file must hold the settings that its weights were learned with, or it could not be read again."""
    copula = sg.GaussianCopula(num_bins=np.int64(7)).fit(table(400))
    before = copula.sample(30, seed=0)
    copula.set_params(num_bins=40, seed=9).save(tmp_path / "copula.synthgen")
    loaded = sg.load(tmp_path / "copula.synthgen")
    assert loaded.get_params() == {"num_bins": 7, "calibration": False, "seed": 0}
    json.dumps(loaded.settings)
    pd.testing.assert_frame_equal(loaded.sample(30, seed=0), before)


def test_searches_and_cross_validation_score_by_likelihood():
    scores = cross_val_score(small("TabularAutoregressive"), table(), cv=2, params={"verbose": False})
    assert scores.shape == (2,)
    assert (scores < 0).all()


def test_the_likelihood_of_a_known_law():
    """A coin of .3, and a number that is as likely in each of 18 bins (of 4 000 rows) of 16 parts."""
    rng = np.random.default_rng(0)

    def law(rows):
        return pd.DataFrame({"coin": rng.random(rows) < 0.3, "number": rng.random(rows)})

    model = sg.TabularAutoregressive(num_steps=300, width=16, calibration=False, validation=0)
    model.fit(law(4_000), verbose=False)
    unseen = law(2_000)
    each = model.log_likelihood(unseen)
    expected = np.where(unseen["coin"], np.log(0.3), np.log(0.7)) - np.log(18 * 16)
    assert each.shape == (2_000,)
    assert each.mean() == pytest.approx(expected.mean(), abs=0.08)
    assert each[unseen["coin"]].mean() == pytest.approx(np.log(0.3) - np.log(288), abs=0.1)
    assert model.score(unseen) == each.mean()
    np.testing.assert_allclose(model.log_likelihood(unseen[["number", "coin"]]), each)
    with pytest.raises(SchemaError, match=r"\['coin'\] are absent"):
        model.log_likelihood(unseen[["number"]])
    with pytest.raises(SchemaError, match="X has 1 features, but TabularAutoregressive is expecting 2"):
        model.log_likelihood(np.zeros((5, 1)))
    with pytest.raises(NotFittedError):
        sg.TabularAutoregressive().log_likelihood(unseen)
