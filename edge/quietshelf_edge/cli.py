"""The commands of quietshelf-edge: parse, call one function, print. Results go to stdout, everything else to stderr."""

import argparse
import csv
import json
import logging
import signal
import sys
from pathlib import Path

from quietshelf_edge.agent import Agent
from quietshelf_edge.cell import read_trace
from quietshelf_edge.check import check
from quietshelf_edge.config import ConfigError, read_config
from quietshelf_edge.counting import Goods, Scale
from quietshelf_edge.replay import parse_items, replay
from quietshelf_edge.simulate import shop_trace


def _run(args: argparse.Namespace) -> int:
    agent = Agent(read_config(args.config))
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: agent.stop())
    agent.run()
    return 0


def _check(args: argparse.Namespace) -> int:
    well = True
    for finding in check(read_config(args.config)):
        well = well and finding.well
        print(f"{'ok   ' if finding.well else 'FAULT'} {finding.sentence}", flush=True)  # noqa: T201
    return 0 if well else 1


def _replay(args: argparse.Namespace) -> int:
    goods = args.items or (Goods("piece", args.piece_weight_g, start=args.count),)
    scale = Scale(args.zero_raw, args.scale, args.capacity_g)
    for line in replay(read_trace(args.trace), scale, goods, args.sps, shared=bool(args.items)):
        print(json.dumps(line), flush=True)  # noqa: T201
    return 0


def _simulate(args: argparse.Namespace) -> int:
    with args.out.open("w", newline="") as trace_file, args.truth.open("w", newline="") as truth_file:
        trace, truth = csv.writer(trace_file), csv.writer(truth_file)
        trace.writerow(["t_s", "raw"])
        truth.writerow(["t_s", "count"])
        pieces = None
        moments = shop_trace(
            args.seed,
            minutes=args.minutes,
            piece_weight_g=args.piece_weight_g,
            start=args.count,
            counts_per_g=args.scale,
            zero_raw=args.zero_raw,
        )
        for moment in moments:
            trace.writerow([moment.t_s, moment.raw])
            if moment.pieces != pieces:
                pieces = moment.pieces
                truth.writerow([moment.t_s, pieces])
    return 0


def _positive(text: str) -> float:
    value = float(text)
    if not 0 < value < float("inf"):
        raise ValueError
    return value


def _count(text: str) -> int:
    value = int(text)
    if value < 0:
        raise ValueError
    return value


def _goods(text: str) -> tuple[Goods, ...]:
    try:
        return parse_items(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def parser() -> argparse.ArgumentParser:
    """The command line."""
    top = argparse.ArgumentParser(prog="quietshelf-edge", description="The agent on a shelf node.")
    commands = top.add_subparsers(dest="command", required=True)

    run = commands.add_parser("run", help="weigh, count and send, until stopped")
    run.add_argument("--config", type=Path, required=True, metavar="NODE.toml")
    run.set_defaults(call=_run)

    checked = commands.add_parser("check", help="try the outbox, the cells, the broker and the clock")
    checked.add_argument("--config", type=Path, required=True, metavar="NODE.toml")
    checked.set_defaults(call=_check)

    replayed = commands.add_parser("replay", help="count a recorded trace (columns t_s,raw); JSON lines on stdout")
    replayed.add_argument("trace", type=Path, metavar="TRACE.csv")
    replayed.add_argument("--scale", type=float, required=True, metavar="COUNTS_PER_G")
    replayed.add_argument("--zero-raw", type=float, required=True, metavar="Z")
    replayed.add_argument("--capacity-g", type=_positive, required=True, metavar="F")
    replayed.add_argument("--sps", type=_positive, default=10.0, help="samples a second (default: 10)")
    replayed.add_argument("--piece-weight-g", type=_positive, metavar="G")
    replayed.add_argument("--count", type=_count, metavar="N", help="pieces that lie there at the start")
    replayed.add_argument("--items", type=_goods, metavar="SKU:WEIGHT_G:COUNT,...", help="a shared slot")
    replayed.set_defaults(call=_replay)

    simulated = commands.add_parser("simulate", help="write a trace of invented customers, and the truth beside it")
    simulated.add_argument("--out", type=Path, required=True, metavar="TRACE.csv")
    simulated.add_argument("--truth", type=Path, required=True, metavar="TRUTH.csv")
    simulated.add_argument("--seed", type=int, default=1)
    simulated.add_argument("--minutes", type=_positive, default=30.0)
    simulated.add_argument("--piece-weight-g", type=_positive, default=250.0, metavar="G")
    simulated.add_argument("--count", type=_count, default=20, metavar="N")
    simulated.add_argument("--scale", type=float, default=400.0, metavar="COUNTS_PER_G")
    simulated.add_argument("--zero-raw", type=float, default=84_000.0, metavar="Z")
    simulated.set_defaults(call=_simulate)
    return top


def main(argv: list[str] | None = None) -> int:
    """Run one command; 0 when all is well, 1 for what went wrong (said in a sentence), 2 for a wrong command line."""
    top = parser()
    args = top.parse_args(argv)
    if args.command == "replay":
        plain = args.piece_weight_g is not None and args.count is not None
        if plain == bool(args.items):
            top.error("replay needs either --piece-weight-g and --count, or --items")
        if args.scale == 0:
            top.error("--scale must not be 0")
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    try:
        code: int = args.call(args)
    except (ConfigError, OSError, ValueError) as error:
        print(f"quietshelf-edge: {error}", file=sys.stderr)  # noqa: T201
        return 1
    return code
