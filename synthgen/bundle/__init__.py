"""Release: a policy decides on a report; data, report, cards and a signed manifest are bundled, and verified again."""
