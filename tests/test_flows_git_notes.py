"""Notes count for the commits they stand at, as they are today, and for no other."""

from git_histories import CLAUDE, START, Writer, git, note

from flows.git_report import measure

AI = "s_0::t_0"


def noted(path, home):
    (found,) = measure([str(path)], home=home)
    return found.summary["notes"]


def test_a_note_of_a_merge_or_of_a_commit_elsewhere_counts_for_nobody(tmp_path):
    writer = Writer()
    base = writer.commit(files={"a.py": writer.lines(2)})
    left = writer.commit(parents=[base], at=START + 1, files={"b.py": writer.lines(3)})
    right = writer.commit(parents=[base], at=START + 2, files={"c.py": writer.lines(4)})
    elsewhere = writer.commit(parents=[base], at=START + 3, files={"d.py": writer.lines(5)})
    merge = writer.commit(parents=[left, right], at=START + 4, files={"e.py": writer.lines(6)})
    hashes = writer.write(tmp_path / "repo")
    for mark, name in ((left, "b.py"), (elsewhere, "d.py"), (merge, "e.py")):
        note(tmp_path / "repo", hashes[mark], f"{name}\n  {AI} 1-9\n---\n{{}}")
    found = noted(tmp_path / "repo", tmp_path / "home")
    assert (found["commits"], found["added_source"]["ai"], found["added_source"]["without_note"]) == (1, 3, 6)


def test_a_note_speaks_of_a_renamed_file_by_its_new_name(tmp_path):
    writer = Writer()
    text = b"".join(b"line %d\n" % line for line in range(20))
    writer.commit(files={"a.py": text})
    writer.commit(at=START + 1, author=CLAUDE, moved=[("a.py", "b.py")], files={"b.py": text + b"more\n"})
    hashes = writer.write(tmp_path / "repo")
    note(tmp_path / "repo", hashes[2], f"a.py\n  h_1 1-21\nb.py\n  {AI} 1-21\n---\n{{}}")
    assert noted(tmp_path / "repo", tmp_path / "home")["added_source"] == {
        "ai": 1,
        "human": 0,
        "unknown": 0,
        "without_note": 20,
    }


def test_a_note_that_was_written_anew_counts_as_it_is(tmp_path):
    writer = Writer()
    writer.commit(files={"a.py": writer.lines(5)})
    hashes = writer.write(tmp_path / "repo")
    found = []
    for said in (f"  {AI} 1-4", "  h_1 1-4", "  not an entry"):
        note(tmp_path / "repo", hashes[1], f"a.py\n{said}\n---\n{{}}")
        added = noted(tmp_path / "repo", tmp_path / "home")["added_source"]
        found.append((added["ai"], added["human"], added["unknown"]))
    assert found == [(4, 0, 1), (0, 4, 1), (0, 0, 5)]


def test_a_repository_with_notes_of_another_kind_has_none(tmp_path):
    writer = Writer()
    writer.commit(files={"a.py": writer.lines(5)})
    hashes = writer.write(tmp_path / "repo")
    git(tmp_path / "repo", "-c", "user.name=a", "-c", "user.email=a@b", "notes", "add", "-m", "hello", hashes[1])
    assert noted(tmp_path / "repo", tmp_path / "home") is None


def test_notes_are_those_of_the_commits_that_count_today(tmp_path):
    writer = Writer()
    root = writer.commit(files={"a.py": writer.lines(1)})
    one = writer.commit(parents=[root], at=START + 1, files={"a.py": writer.lines(3)})
    other = writer.commit(parents=[root], at=START + 2, files={"a.py": writer.lines(4)})
    hashes = writer.write(tmp_path / "repo")
    note(tmp_path / "repo", hashes[one], "a.py\n  s_0::t_0 1-3\n---\n{}")
    note(tmp_path / "repo", hashes[other], "a.py\n  s_0::t_0 1-2\n---\n{}")
    found = []
    for tip in (one, other):  # the same notes, and as many commits
        git(tmp_path / "repo", "update-ref", "refs/heads/main", hashes[tip])
        (measured,) = measure([str(tmp_path / "repo")], home=tmp_path / "home")
        found.append(measured.summary["notes"]["added_source"]["ai"])
    assert found == [3, 2]
