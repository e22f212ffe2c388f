"""Under a budget the family is chosen without a look at the table."""

import synthgen as sg
from synthgen.selection.private_family import private_family


def test_margins_are_taken_while_they_fit():
    columns = {f"x{place}": sg.Numerical() for place in range(200)}
    family, why = private_family(sg.Schema(columns))
    assert family is sg.DPMarginals
    assert "margins are ahead" in why


def test_wide_tables_and_long_declared_lists_go_to_a_network():
    wide = sg.Schema({f"x{place}": sg.Numerical() for place in range(300)})
    assert private_family(wide)[0] is sg.TabularAutoregressive
    codes = tuple(f"D{place:05d}" for place in range(3_990))
    columns = {"diagnosis": sg.Categorical(categories=codes), "ill": sg.Boolean()}
    assert private_family(sg.Schema(columns))[0] is sg.DPMarginals
    family, why = private_family(sg.Schema({**columns, "age": sg.Numerical(), "id": sg.Identifier()}))
    assert family is sg.TabularAutoregressive
    assert "some 4006 categories and bins" in why
