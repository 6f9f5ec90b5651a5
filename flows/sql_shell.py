"""The shell of `threefutures sql`: statements typed at a prompt, or read from standard input.

What a statement may do, and how long, is decided in warehouse/query.py: here it is no more than on the command line.
"""

import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from difflib import get_close_matches

import click
from prompt_toolkit import PromptSession
from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document
from prompt_toolkit.filters import Condition
from prompt_toolkit.history import FileHistory, History, InMemoryHistory
from prompt_toolkit.output import ColorDepth

from flows.asking import Wish, ask_in
from flows.console import print_table, print_text, say
from flows.settings import wants_colour
from metrics.errors import ThreeFuturesError, UsageError
from reports.untrusted import three_lines
from warehouse.connection import snapshot
from warehouse.examples import examples
from warehouse.home import Home
from warehouse.statements import is_complete, statements
from warehouse.vocabulary import Relation, relations

PROMPT, CONTINUED = "sql> ", "...> "
HISTORY = "sql_history"
GREETING = "A statement ends with a semicolon; Tab completes; .help lists the commands."

_WORD = re.compile(r"\w+")

WORDS = """
select from where group by order limit having join using left anti semi on as and or not in is null like between
distinct with case when then else end desc asc describe summarize show pivot unpivot values date union all filter over
partition qualify lateral count sum min max avg median any_value arg_max round ln abs
"""

HELP = """\
.tables             what there is to ask, and what it means
.columns NAME       the columns of a table, view or macro
.examples [NAME]    questions and the statements that answer them
.quit               leave; so does Ctrl-D
Ctrl-C              drop what is typed, or stop the query"""


def open_shell(home: Home, wanted: Wish) -> None:
    """The prompt where a person sits at both ends, else the statements on standard input."""
    if wanted.output is None and sys.stdin.isatty() and sys.stdout.isatty():
        shell(home, wanted)
    else:
        answer_stdin(home, wanted)


def answer_stdin(home: Home, wanted: Wish) -> None:
    """Answer every statement on standard input, in order; the first fault ends it."""
    try:
        text = sys.stdin.buffer.read().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError("sql: standard input is not UTF-8 text", found=str(error), next="save it as UTF-8") from error
    # A file takes one answer: more than one statement is told as such.
    for statement in [text] if wanted.output else statements(text) or [text]:
        ask_in(home, statement, wanted)


def shell(home: Home, wanted: Wish) -> None:
    """Ask for statements and answer them until the person leaves."""
    with snapshot(home) as connection:
        known = relations(connection)
    session: PromptSession[str] = PromptSession(
        history=_history(home),
        completer=SqlCompleter(known),
        complete_while_typing=False,
        multiline=Condition(lambda: not _is_whole(session.default_buffer.text)),
        prompt_continuation=CONTINUED,
        color_depth=None if wants_colour() else ColorDepth.DEPTH_1_BIT,
    )
    say(GREETING)
    for text in _typed(session):
        if text in (".quit", ".exit"):
            return
        _answer(home, text, wanted, known)


def _typed(session: "PromptSession[str]") -> Iterator[str]:
    """What is entered, until Ctrl-D."""
    while True:
        try:
            yield session.prompt(PROMPT).strip()
        except KeyboardInterrupt:
            continue
        except EOFError:
            return


def _is_whole(text: str) -> bool:
    """Whether Enter sends it: a command, nothing, or a statement with its semicolon."""
    return not text.strip() or text.startswith(".") or is_complete(text) or bool(_stray_command(text))


def _stray_command(text: str) -> str:
    """A command that was typed behind a statement without its semicolon; empty where there is none."""
    before, _, last = text.rstrip().rpartition("\n")
    return last.strip() if before and re.fullmatch(r"\.[a-z]+( .*)?", last.strip()) else ""


def _answer(home: Home, text: str, wanted: Wish, known: Iterable[Relation]) -> None:
    """Answer what was entered; a fault is told, and the shell goes on."""
    try:
        if text.startswith("."):
            _command(text, {relation.name: relation for relation in known})
            return
        if stray := _stray_command(text):
            raise UsageError(
                "sql: the statement before the command has no end",
                found=stray,
                next=f"end it with a semicolon; {stray} is a command on a line of its own",
            )
        for statement in statements(text):
            ask_in(home, statement, wanted)
    except ThreeFuturesError as error:
        say(three_lines(error))
    except KeyboardInterrupt:
        say("stopped")


def _command(text: str, known: dict[str, Relation]) -> None:
    name, _, argument = text.partition(" ")
    commands: dict[str, Callable[[], None]] = {
        ".help": lambda: print_text(HELP),
        ".tables": lambda: _print_relations(known.values()),
        ".columns": lambda: _print_columns(_named(argument, known)),
        ".examples": lambda: _print_examples(argument),
    }
    if name not in commands:
        raise UsageError(f"sql: {name} is not a command", found=text, next=_meant(name, commands) or ".help lists them")
    commands[name]()


def _named(argument: str, known: dict[str, Relation]) -> Relation:
    name = argument.strip().rstrip(";").partition("(")[0].lower()
    if name not in known:
        raise UsageError(
            f"sql: there is no table, view or macro {name!r}", found=argument, next=_meant(name, known) or ".tables"
        )
    return known[name]


def _meant(name: str, known: Iterable[str]) -> str:
    near = get_close_matches(name, known, n=1)
    return f"did you mean {near[0]}?" if near else ""


def _print_relations(known: Iterable[Relation]) -> None:
    for relation in known:
        click.echo(relation.call)
        print_text(click.wrap_text(relation.comment, 84, initial_indent="    ", subsequent_indent="    "))


def _print_columns(relation: Relation) -> None:
    print_text(click.wrap_text(f"{relation.call}: {relation.comment}", 88))
    print_table(["column", "type", "meaning"], relation.columns, limit=None, width=None)


def _print_examples(argument: str) -> None:
    name = argument.strip().lower()
    chosen = [one for one in examples() if name in ("", one.shows)]
    if not chosen:
        shown = {one.shows: one for one in examples()}
        raise UsageError(
            f"sql: there is no example of {name!r}", found=argument, next=_meant(name, shown) or ".examples"
        )
    for one in chosen:
        print_text(f"-- {one.question}\n{one.statement}\n")


def _history(home: Home) -> History:
    """What was typed before; nothing of it is kept in a folder that cannot be written to."""
    file = home.root / HISTORY
    writable = os.access(file if file.exists() else home.root, os.W_OK)
    return FileHistory(str(file)) if writable else InMemoryHistory()


class SqlCompleter(Completer):
    """Names of tables, views, macros, their columns and words of SQL, each with what it means."""

    def __init__(self, known: Iterable[Relation]) -> None:
        columns = {column.name: column.comment for relation in known for column in relation.columns}
        named = {f"{one.name}(" if one.kind == "macro" else one.name: one.comment for one in known}
        self.meanings = dict.fromkeys(WORDS.split(), "") | columns | named
        self.commands = [line.split()[0] for line in HELP.splitlines() if line.startswith(".")]

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterator[Completion]:
        """Names that begin like the word before the cursor."""
        del complete_event
        line = document.text_before_cursor
        if line.startswith(".") and " " not in line:
            yield from (Completion(name, -len(line)) for name in self.commands if name.startswith(line))
            return
        begun = document.get_word_before_cursor(pattern=_WORD).lower()
        for name, meaning in sorted(self.meanings.items()):
            if begun and name.startswith(begun):
                yield Completion(name, -len(begun), display_meta=meaning)
