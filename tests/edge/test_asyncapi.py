"""docs/asyncapi.yaml holds for every message that a real agent really sends and takes, and says nothing else."""

from dataclasses import fields
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from quietshelf_edge import messages as wire
from quietshelf_edge.messages import Command, CommandKind, What
from quietshelf_edge.strict import MAY_BE_MISSING, parse
from tests.edge.bench import NodeProcess, StandIn, lay, plan, wait_for

DOCS = Path(__file__).parents[2] / "docs"
API: dict[str, Any] = yaml.safe_load((DOCS / "asyncapi.yaml").read_text(encoding="utf-8"))
KINDS = [wire.Count, wire.Void, wire.State, wire.Ack, wire.Status, wire.Config, wire.Command, wire.Reply]


def resolved(reference: str) -> Any:
    """What a local reference of the document points to; KeyError for one that points nowhere."""
    target: Any = API
    for step in reference.removeprefix("#/").split("/"):
        target = target[step]
    return target


def references(part: Any) -> list[str]:
    if isinstance(part, dict):
        own = [part["$ref"]] if "$ref" in part else []
        return own + [found for value in part.values() for found in references(value)]
    return [found for value in part for found in references(value)] if isinstance(part, list) else []


def valid(what: What, payload: bytes) -> None:
    """Raise unless one of the messages of this channel describes the payload."""
    values = parse(payload)
    name = "void" if "void" in values else str(what)
    message = resolved(API["channels"][what]["messages"][name]["$ref"])
    schema = {**message["payload"], "components": API["components"]}
    jsonschema.Draft202012Validator(schema).validate(values)


def test_every_reference_points_somewhere() -> None:
    for reference in references(API):
        assert resolved(reference)


def test_every_topic_has_its_channel_and_the_other_way_round() -> None:
    assert set(API["channels"]) == set(What)
    for what, channel in API["channels"].items():
        assert channel["address"].format(site="main", node="tea-1") == wire.topic("main", "tea-1", what)


@pytest.mark.parametrize("kind", KINDS)
def test_every_field_is_described_and_required(kind: type[Any]) -> None:
    schema = API["components"]["schemas"][kind.__name__]
    names = {"v", *(field.name for field in fields(kind))}
    later = {field.name for field in fields(kind) if MAY_BE_MISSING in field.metadata}
    assert set(schema["properties"]) == set(schema["required"]) | later == names
    assert later.isdisjoint(schema["required"])


def test_every_doubt_and_command_is_described() -> None:
    schemas = API["components"]["schemas"]
    assert set(schemas["Doubt"]["enum"]) == {None, *wire.Doubt}
    assert set(schemas["Command"]["properties"]["kind"]["enum"]) == set(CommandKind)


def test_the_page_about_the_wire_names_every_topic_doubt_and_command() -> None:
    page = (DOCS / "wire.md").read_text(encoding="utf-8")
    for word in [*What, *wire.Doubt, *CommandKind]:
        assert f"`{word}`" in page


def test_everything_that_an_agent_says_and_hears_is_as_described(
    tmp_path: Path, server: StandIn, node: NodeProcess
) -> None:
    lay(tmp_path, "1", 10)
    server.say(What.CONFIG, plan().encode(), retain=True)
    wait_for(lambda: server.counts("TEA"), "the first count")
    lay(tmp_path, "1", 7)
    with (tmp_path / "scene.jsonl").open("a") as scene:
        scene.write('{"slot": "2", "grams": 77}\n')  # no whole number of honeys
    server.say(What.COMMAND, Command("blink-1", CommandKind.BLINK, 20).encode())
    wait_for(lambda: any(b"foreign_item" in payload for payload in server.heard(What.COUNT)), "a doubt")
    wait_for(lambda: server.heard(What.REPLY), "a reply")
    node.stop()
    wait_for(lambda: len(server.heard(What.STATUS)) >= 2, "the goodbye")
    assert {what for what, _, _ in server.seen} == set(What)
    for what, payload, _ in server.seen:
        valid(what, payload)


def test_what_is_not_described_is_refused() -> None:
    good = wire.Ack(1, "s", 4, None).encode()
    valid(What.ACK, good)
    for bad in (good.replace(b'"v":1', b'"v":2'), good.replace(b'"seq":4', b'"seq":-4')):
        with pytest.raises(jsonschema.ValidationError):
            valid(What.ACK, bad)
    valid(What.COUNT, wire.Void("s", 3, 1, None, False).encode())
