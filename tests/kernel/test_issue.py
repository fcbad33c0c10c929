import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.issue import Issue, IssueCollector, Level


def test_issues_about_one_value_become_one_with_count_and_first_row():
    issues = IssueCollector()
    for row in (40, 17, 23):
        issues.add("warning", "near_duplicate", "looks like GTX Pro", row=row, field="product", value="GTXPro")
    (issue,) = issues
    assert (issue.count, issue.row) == (3, 17)


def test_issues_about_two_values_stay_apart():
    issues = IssueCollector()
    issues.add("warning", "unknown", "no such product", value="A")
    issues.add("warning", "unknown", "no such product", value="B")
    issues.add("error", "unknown", "no such product", value="B")
    assert len(issues) == 3


def test_an_issue_without_a_row_takes_the_row_of_its_equal():
    issues = IssueCollector(
        [Issue(Level.INFO, "c", "m"), Issue(Level.INFO, "c", "m", row=4), Issue(Level.INFO, "c", "m")]
    )
    assert [issue.row for issue in issues] == [4]
    assert issues.count("info") == 3


def test_errors_come_first_then_rows():
    issues = IssueCollector()
    issues.add("info", "c", "m")
    issues.add("warning", "b", "m", row=2)
    issues.add("error", "z", "m", row=9)
    issues.add("error", "a", "m", row=3)
    assert [(issue.level, issue.row) for issue in issues.sorted()] == [
        (Level.ERROR, 3),
        (Level.ERROR, 9),
        (Level.WARNING, 2),
        (Level.INFO, None),
    ]
    assert issues.has_errors
    assert not IssueCollector().has_errors


def test_an_issue_is_plain_data():
    issue = Issue("warning", "near_duplicate", "…", row=17, field="product", value="GTXPro", count=2)
    assert issue.to_dict() == {
        "level": "warning",
        "code": "near_duplicate",
        "row": 17,
        "field": "product",
        "value": "GTXPro",
        "count": 2,
        "message": "…",
    }


@pytest.mark.parametrize(("level", "count"), [("fatal", 1), ("error", 0)])
def test_an_impossible_issue_is_refused(level, count):
    with pytest.raises(ValueError, match=r"fatal|at least once"):
        Issue(level, "c", "m", count=count)


@given(st.lists(st.tuples(st.integers(1, 50), st.sampled_from("AB")), min_size=1))
def test_merging_loses_no_occurrence_and_keeps_the_first_row(seen):
    issues = IssueCollector(Issue(Level.ERROR, "c", "m", row=row, value=value) for row, value in seen)
    assert issues.count("error") == len(seen)
    assert {issue.value: issue.row for issue in issues} == {
        value: min(row for row, other in seen if other == value) for _, value in seen
    }
