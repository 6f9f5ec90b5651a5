"""AI's share of code as a terminal shows it."""

from reports.code_shares import shares_text

FOUND = {
    "commits": 1200,
    "head_on": "2026-10-31",
    "share_commits": 0.25,
    "share_added_source": 0.5,
    "bracket": {"authored_only": 0.1, "with_assisted": 0.6},
    "tools": {"claude-code": "2025-03-01"},
    "output_multiplier": {"no_estimate": "fewer than 5 engineers in the baseline"},
}
MONTH = {
    "month": "2026-10",
    "commits": 40,
    "commits_authored": 1,
    "commits_co_authored": 9,
    "commits_assisted": 2,
    "share_commits": 0.25,
    "share_added_source": None,
    "engineers": 6,
}


def test_a_share_stands_with_its_bracket_its_tools_and_what_it_cannot_tell():
    text = shares_text({"repositories": {"app\x1b[31m": FOUND}}, {"app\x1b[31m": [MONTH]}, unicode=True, width=None)
    assert text.splitlines()[:2] == [
        (
            r"app\x1b[31m: 1,200 commits to 2026-10-31; marked as AI's: 25.0 % of commits, "
            "50.0 % of added source lines "
            "(10.0 % to 60.0 % read strictly and generously)"
        ),
        "tools: claude-code",
    ]
    assert text.splitlines()[3].split() == ["2026-10", "40", "10", "2", "25.0", "%", "none", "6"]
    assert "\noutput per engineer: no estimate, fewer than 5 engineers in the baseline\n" in text
    assert text.endswith("neither a lower nor an upper bound of what AI wrote.")


def window(last, durable, added, commits, placebo, distinguishable):
    value, low, high = durable
    return {
        "last": last,
        "engineers": 19,
        "durable": {"value": value, "low": low, "high": high},
        "added": {"value": added},
        "changes": {"value": commits},
        "placebo": dict(zip(("pairs", "low", "high"), placebo, strict=True)),
        "distinguishable": distinguishable,
    }


def test_the_multiplier_stands_with_its_interval_and_the_band_of_drift_in_88_columns():
    output = {
        "no_estimate": "",
        "baseline_first": "2022-01",
        "baseline_last": "2022-12",
        "baseline_engineers": 9,
        "baseline_commits": 1234,
        "windows": [
            window("2024-12", (2.46, 1.5, 12.4), 2.1, 0.617, (40, 0.44, 2.04), "no"),
            window("2026-01", (None, None, None), 3.0, 1.5, (0, None, None), "no"),
        ],
    }
    found = FOUND | {"output_multiplier": output}
    text = shares_text({"repositories": {"app": found}}, {"app": [MONTH]}, unicode=True, width=88)
    start = text.splitlines().index(
        "output per engineer, times that of 2022-01 to 2022-12 (9 engineers, 1,234 commits); 12"
    )
    assert max(map(len, text.splitlines())) <= 88
    assert text.splitlines()[start : start + 5] == [
        "output per engineer, times that of 2022-01 to 2022-12 (9 engineers, 1,234 commits); 12",
        "  months each",
        "up to    engineers  durable lines    added  commits  pairs before AI   not drift",
        "2024-12         19  2.5 (1.5 to 12)  2.1    0.62     0.44 to 2.0 (40)  no",
        "2026-01         19  ·                3.0    1.5      ·                 no",
    ]


def test_one_marked_commit_among_thousands_is_not_none():
    text = shares_text(
        {"repositories": {"app": FOUND | {"share_commits": 0.0002}}}, {"app": []}, unicode=True, width=None
    )
    assert "marked as AI's: under 0.1 % of commits" in text
