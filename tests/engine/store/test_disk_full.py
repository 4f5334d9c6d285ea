"""Rule I2 on a disk that is full for real: a process whose files may not grow any more, and what the next one finds."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import closing
from pathlib import Path

from woodwork_engine.payload import decode
from woodwork_engine.store.folder import StateFolder

CHILD = """
import json, resource, signal, sys
from woodwork_engine.errors import JournalError
from woodwork_engine.runtime import Engine
from woodwork_engine.runtime.state import folder_beside

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
engine = Engine("main.ww", watch=False, state=folder_beside("main.ww"))
engine.start()
engine.pause("work").result(30)
accepted, refused = [], ""

def send(number):
    engine.inject("work", {"n": number, "text": "x" * 4000}, session=f"s{number % 3}").result(30)
    accepted.append(number)

for number in range(10):
    send(number)
unlimited = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, unlimited[1]))
for number in range(10, 2000):
    try:
        send(number)
    except JournalError as error:
        refused = str(error)
        break
while (health := engine.take_snapshot().result(30).health).journal is None:  # it is looked at twice a second
    pass
resource.setrlimit(resource.RLIMIT_FSIZE, unlimited)
number += 1
while True:  # until it is tried again
    try:
        send(number)
        break
    except JournalError:
        number += 1
while (well := engine.take_snapshot().result(30).health).journal is not None:
    pass
print(json.dumps({"accepted": accepted, "refused": refused, "degraded": health.degraded, "journal": health.journal,
                  "later": well.journal}), flush=True)
sys.stdin.read()  # until it is killed
"""
FLOW = (
    'deployment = local { durable = true }\nwork = function python { path = "work.py", function = "work", to = [] }\n'
)


def test_with_a_full_disk_nothing_is_accepted_and_nothing_accepted_is_lost(tmp_path: Path) -> None:
    """I2, H5: ingress is refused with the reason, health names it, and it goes on when there is room again."""
    (tmp_path / "main.ww").write_text(FLOW)
    (tmp_path / "work.py").write_text("def work(data): ...\n")
    child = subprocess.Popen([sys.executable, "-c", CHILD], cwd=tmp_path, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert child.stdout is not None
    told = json.loads(child.stdout.readline())
    child.kill()
    child.communicate()
    assert "work: the message was not accepted" in told["refused"]
    assert told["journal"] in told["refused"]
    assert any(told["journal"] in reason for reason in told["degraded"])
    assert told["later"] is None
    assert 10 < len(told["accepted"]) < 1000
    with closing(StateFolder(tmp_path / ".woodwork")) as folder:
        kept = [(row.envelope.session_id, row.encoded) for row in folder.deliveries()]
    assert len(kept) == len(told["accepted"])
    assert [decode(encoded)["n"] for _, encoded in kept] == told["accepted"]
