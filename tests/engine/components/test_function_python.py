"""`function python`: a person's functions and classes, whatever they are and however they fail."""

from __future__ import annotations

import threading

import pytest

from support.workbench import Sent, Workbench, gathered
from woodwork_engine.errors import StartError


async def function(bench: Workbench, text: str, **options: object):
    bench.script("own.py", text)
    return await bench.start("function python", path="own.py", function="handle", **options)


async def of_class(bench: Workbench, text: str, class_: str = "Own", **options: object):
    bench.script("own.py", text)
    return await bench.start("function python", path="own.py", class_=class_, **options)


async def test_what_a_coroutine_returns_is_sent_on(bench: Workbench):
    own = await function(bench, "async def handle(data):\n    return {'seen': data}\n")

    attempt = await bench.deliver(own, "hi")

    assert attempt.outputs == [Sent("component.response", {"seen": "hi"}, None)]


async def test_a_plain_function_runs_beside_the_loop(bench: Workbench):
    own = await function(bench, "import threading\ndef handle(data):\n    return threading.current_thread().name\n")

    attempt = await bench.deliver(own, "hi")

    assert attempt.result != threading.current_thread().name


async def test_none_is_sent_nowhere(bench: Workbench):
    own = await function(bench, "def handle(data):\n    pass\n")

    assert (await bench.deliver(own, "hi")).outputs == []


@pytest.mark.parametrize("head", ["async def", "def"])
async def test_what_a_function_raises_is_the_attempts_failure(bench: Workbench, head: str):
    own = await function(bench, f"{head} handle(data):\n    raise KeyError(data)\n")

    with pytest.raises(KeyError, match="hi"):
        await bench.deliver(own, "hi")


@pytest.mark.parametrize("head", ["async def", "def"])
@pytest.mark.parametrize("error", ["SystemExit(3)", "KeyboardInterrupt()"])
async def test_a_function_that_wants_to_end_the_program_ends_its_attempt_only(bench: Workbench, head: str, error: str):
    own = await function(bench, f"{head} handle(data):\n    raise {error}\n")

    with pytest.raises(RuntimeError, match=error.partition("(")[0]):
        await bench.deliver(own, "hi")


async def test_a_function_may_ask_for_its_context_and_a_memory(bench: Workbench):
    memory = await bench.start("memory short_term", name="notes")
    own = await function(
        bench,
        "def handle(data, memory, context):\n"
        "    memory.add('me', data)\n"
        "    return [context.session_id, context.sender, len(memory.recall())]\n",
        references=[memory],
        memory="notes",
    )

    assert (await bench.deliver(own, "one", session="s-9")).result == ["s-9", "input", 1]
    assert (await bench.deliver(own, "two", session="s-9")).result == ["s-9", "input", 2]


async def test_a_parameter_that_nobody_offers_is_refused_at_the_start(bench: Workbench):
    with pytest.raises(StartError, match=r"handle\(data, database\) cannot be called with one payload"):
        await function(bench, "def handle(data, database):\n    pass\n")


async def test_nobody_sees_what_a_function_does_to_its_payload(bench: Workbench):
    own = await function(bench, "def handle(data):\n    data.append(1)\n    return data\n")

    assert (await bench.deliver(own, [])).result == [1]
    assert (await bench.deliver(own, [])).result == [1]


async def test_a_class_is_made_once_and_keeps_its_state(bench: Workbench):
    own = await of_class(
        bench,
        "class Own:\n"
        "    def __init__(self, start=0):\n        self.count = start\n"
        "    async def process(self, data):\n        self.count += 1\n        return self.count\n",
        start=10,
    )

    assert [(await bench.deliver(own, "x")).result for _ in range(3)] == [11, 12, 13]


async def test_a_class_gets_its_name_and_those_settings_that_its_init_names(bench: Workbench):
    own = await of_class(
        bench,
        "class Own:\n"
        "    def __init__(self, name, level):\n        self.told = [name, level]\n"
        "    def process(self, data):\n        return self.told\n",
        level="high",
        unknown=1,
    )

    assert (await bench.deliver(own, "x")).result == ["it", "high"]


async def test_a_published_style_component_emits_and_sends_by_itself(bench: Workbench):
    own = await of_class(
        bench,
        "from woodwork_engine import component\n"
        "class Own(component):\n"
        "    def __init__(self, name, **config):\n        super().__init__(name, component='own', type='x', **config)\n"
        "    async def process(self, data):\n"
        "        await self.emit('own.event', {'of': self.session.id, 'by': self.name})\n"
        "        await self.send_to_component('other', 'own.note', data)\n"
        "        return 'only a reply'\n",
    )

    attempt = await bench.deliver(own, "hi", session="s-7")

    assert attempt.result == "only a reply"
    assert attempt.outputs == [
        Sent("own.event", {"of": "s-7", "by": "it"}, None),
        Sent("own.note", "hi", None, "other"),
    ]


async def test_start_and_stop_of_a_persons_class_are_called(bench: Workbench):
    own = await of_class(
        bench,
        "class Own:\n"
        "    told = []\n"
        "    async def start(self):\n        self.told.append('start')\n"
        "    def stop(self):\n        open(__file__ + '.stopped', 'w').close()\n"
        "    async def process(self, data):\n        return self.told\n"
        "    def summary(self):\n        return 'mine'\n",
    )

    assert (await bench.deliver(own, "x")).result == ["start"]
    assert own.summary() == "mine"
    await bench.close()
    assert (bench.folder / "own.py.stopped").exists()


async def test_a_start_that_fails_says_where_and_why(bench: Workbench):
    with pytest.raises(StartError, match=r"main.ww:3:1 it: start\(\) failed: OSError: no such host"):
        await of_class(
            bench,
            "class Own:\n"
            "    async def start(self):\n        raise OSError('no such host')\n"
            "    async def process(self, data):\n        pass\n",
        )


async def test_an_init_that_fails_says_what_it_gets(bench: Workbench):
    with pytest.raises(StartError, match="Own cannot be made: KeyError: 'url'; its __init__ gets name and"):
        await of_class(
            bench, "class Own:\n    def __init__(self, **config):\n        config['url']\n    process = None\n"
        )


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("def handel(data):\n    pass\n", "has no 'handle'; did you mean 'handel'?"),
        ("x = 1\n", "has no 'handle'; it has no functions"),
        ("handle = 3\n", "3 is not a function"),
        ("def handle(data)\n    pass\n", "own.py:1 SyntaxError"),
        ("import nowhere_to_be_found\n", "own.py:1 ModuleNotFoundError"),
        ("def f():\n    1 / 0\nf()\n", "own.py:2 ZeroDivisionError"),
        ("raise SystemExit('bye')\n", "own.py:1 SystemExit: bye"),
        ("def handle():\n    pass\n", "cannot be called with one payload"),
    ],
)
async def test_a_file_that_cannot_be_used_is_one_sentence_with_its_line(bench: Workbench, text: str, sentence: str):
    with pytest.raises(StartError) as refused:
        await function(bench, text)

    assert str(refused.value).startswith("main.ww:3:1 it: ")
    assert sentence in str(refused.value)


async def test_a_file_that_is_not_there_is_one_sentence(bench: Workbench):
    with pytest.raises(StartError, match=r"main.ww:3:1 it: .*gone.py is not there; create it or mend the path"):
        await bench.start("function python", path="gone.py", function="handle")


async def test_a_class_without_process_and_a_function_named_as_class_are_refused(bench: Workbench):
    with pytest.raises(StartError, match="Own has no process"):
        await of_class(bench, "class Own:\n    pass\n")
    with pytest.raises(StartError, match="handle is no class; write function = handle"):
        await of_class(bench, "def handle(data):\n    pass\n", "handle")


@pytest.mark.parametrize("settings", [{}, {"function": "a", "class_": "B"}])
async def test_exactly_one_entry_is_named(bench: Workbench, settings: dict[str, str]):
    with pytest.raises(StartError, match="name either a function or a class of the file"):
        await bench.start("function python", path="own.py", **settings)


async def test_a_saved_file_is_read_anew_even_within_the_same_second(bench: Workbench):
    first = await function(bench, "def handle(data):\n    return 1\n")
    bench.script("own.py", "def handle(data):\n    return 2\n")
    second = await bench.start("function python", name="again", path="own.py", function="handle")

    assert (await bench.deliver(first, "x")).result == 1
    assert (await bench.deliver(second, "x")).result == 2


async def test_a_file_may_import_its_neighbour_and_define_dataclasses(bench: Workbench):
    bench.script("neighbour_of_own.py", "WORD = 'next door'\n")
    own = await function(
        bench,
        "from __future__ import annotations\nfrom dataclasses import dataclass\nfrom neighbour_of_own import WORD\n"
        "@dataclass\nclass Answer:\n    word: str\n"
        "def handle(data):\n    return Answer(WORD)\n",
    )

    assert (await bench.deliver(own, "x")).outputs[0].data == {"word": "next door"}


async def test_calls_beyond_the_threads_wait_for_a_free_one(bench: Workbench):
    own = await function(
        bench,
        "import threading\nlock = threading.Lock()\nrunning = most = 0\n"
        "def handle(data):\n"
        "    global running, most\n"
        "    with lock:\n        running += 1\n        most = max(most, running)\n"
        "    threading.Event().wait(0.01)\n"
        "    with lock:\n        running -= 1\n"
        "    return most\n",
        threads=2,
    )

    attempts = await gathered(*(bench.deliver(own, number, session=f"s-{number}") for number in range(8)))

    assert max(attempt.result for attempt in attempts) == 2
