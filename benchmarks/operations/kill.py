"""What a kill leaves: SIGKILL at random moments of a run, then the next run, compared with an undisturbed one.

    python benchmarks/operations/kill.py [KILLS] [SEED]

The run is the pipeline's own steps (ingest, assess without sweeps, report, publish) in a process of its own, without
Prefect, on a data folder where an earlier run has published. Every kill starts from a copy of that folder.
"""

import contextlib
import hashlib
import multiprocessing
import os
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

from flows import assess as assessing
from flows import report as reporting
from flows.choices import USUAL
from flows.ingest import ingest_each
from flows.recorded import recorded
from warehouse import results
from warehouse.connection import live, snapshot, writer
from warehouse.facts import every
from warehouse.home import Home
from warehouse.publish import publish

AT = datetime(2026, 10, 10, 9, 12, tzinfo=UTC)
PROCESSES = multiprocessing.get_context("forkserver")


def run(home, say, sources=()):
    """One run; says each step when it begins."""
    with writer(home, command="run", wait_seconds=30), recorded(home, command="run", at=datetime.now(UTC)) as recording:
        say("ingest")
        recording.add([one._asdict() for one in ingest_each(home, sources, at=AT)])
        say("assess")
        known = assessing.known_live(home)
        assessment = assessing.assess(known, as_of=AT.date(), choices=USUAL, sensitivity=False)
        with live(home) as connection:
            results.store_assessment(connection, assessment.to_dict(), run_id=recording.run_id, stored_at=AT)
        say("report")
        reporting.write_report(home, assessment, reporting.record(known, assessment))
        recording.finish("done")
        say("publish")
        published = publish(home)
    say("end")
    return published.sha256


def in_a_process(home):
    said, saying = PROCESSES.Pipe(duplex=False)
    process = PROCESSES.Process(target=work, args=(home, saying))
    process.start()
    saying.close()
    assert said.recv() == "ready"
    return process, said


def work(home, saying):
    saying.send("ready")
    run(home, saying.send)


def steps_of(said):
    steps = ["before"]
    with contextlib.suppress(EOFError):
        while True:
            steps.append(said.recv())
    return steps


def facts(home):
    with live(home) as connection:
        return hashlib.sha256(every(connection).to_csv().encode()).hexdigest()


def kill_once(template, folder, after):
    """Kill a run after so many seconds; gives the step it was in, and what was wrong afterwards."""
    home = Home(folder)
    shutil.copytree(template, folder, symlinks=True)
    process, said = in_a_process(home)
    time.sleep(after)
    process.kill()
    process.join()
    step = steps_of(said)[-1]
    with snapshot(home) as connection:
        ((readable,),) = connection.execute("SELECT count(*) FROM fact").fetchall()
    with writer(home, command="look"), live(home) as connection:
        ((half,),) = connection.execute(
            """SELECT count(*) FROM landing WHERE rows_accepted > 0
            AND NOT EXISTS (FROM fact_observation AS fact WHERE fact.sha256 = landing.sha256)"""
        ).fetchall()
    return home, step, [] if readable and not half else [f"{readable} facts readable, {half} files without facts"]


def main():
    kills, seed = (
        (int(word) for word in (*sys.argv[1:], "50", "1")[:2]) if len(sys.argv) < 3 else map(int, sys.argv[1:3])
    )
    chance, told, wrong = random.Random(seed), Counter(), []
    with tempfile.TemporaryDirectory() as folder:
        template, undisturbed = Path(folder) / "template", Home(Path(folder) / "undisturbed")
        run(Home(template), lambda _: None, ("metr_horizons",))
        shutil.copytree(template, undisturbed.root, symlinks=True)
        started = time.perf_counter()
        process, _ = in_a_process(undisturbed)
        process.join()
        length = time.perf_counter() - started
        expected = facts(undisturbed)
        for at in range(kills):
            home, step, faults = kill_once(template, Path(folder) / str(at), chance.uniform(0, length))
            told[step] += 1
            run(home, lambda _: None)
            if facts(home) != expected:
                faults.append("facts differ from an undisturbed run's")
            wrong += [f"kill {at} in {step}: {fault}" for fault in faults]
            print(f"kill {at + 1}: in {step}, {'; '.join(faults) or 'facts as undisturbed'}", flush=True)
            shutil.rmtree(home.root)
    print(f"{kills} kills (seed {seed}) within {length:.1f} s of a run, load {os.getloadavg()[0]:.1f}")
    print("killed in: " + ", ".join(f"{step} {times}" for step, times in told.items()))
    print(f"the snapshot opened, the next run succeeded, facts as undisturbed: {kills - len(wrong)} of {kills}")
    print("\n".join(wrong))
    sys.exit(bool(wrong))


if __name__ == "__main__":
    PROCESSES.set_forkserver_preload(["flows.report", "flows.assess", "warehouse.publish", "scenarios.classifier"])
    main()
