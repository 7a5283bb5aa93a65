"""A hand on the simulated shelves: takes pieces from a slot, lays them down, by true weights that differ a little.

It says nothing to the shop: it only changes what the cells of a node feel, by its scene file (see the edge's
scene.py). The file is the only memory, so that the demo's shoppers and a test's hand can reach into the same shelf:

    hand = Hand(home / "demo" / "nodes")
    hand.empty("tea-right", "1")
"""

import json
from pathlib import Path
from random import Random

from quietshelf.demo.world import PIECES_UNLIKE, PLACES, Good, good
from quietshelf_edge.scene import Scene

GOOD_AT: dict[tuple[str, str], Good] = {(place.node, place.slot): good(place.sku) for place in PLACES}
"""What lies on each slot, by node and slot."""


class Hand:
    """Moves goods on the slots of the nodes whose scenes are in `folder`."""

    def __init__(self, folder: Path, random: Random | None = None) -> None:
        self._folder = folder
        self._random = random or Random()

    def scene(self, node: str) -> Path:
        """The file that says what lies on a node's slots."""
        return self._folder / f"{node}.scene.jsonl"

    def pieces(self, node: str, slot: str) -> int:
        """How many pieces truly lie there."""
        return round(self._grams(node, slot) / GOOD_AT[node, slot].piece_weight_g)

    def take(self, node: str, slot: str, pieces: int) -> float:
        """Take so many pieces, or all where fewer lie there; the grams in the hand then."""
        lying, grams = self.pieces(node, slot), self._grams(node, slot)
        taken_g = grams if pieces >= lying else self._weigh(node, slot, pieces)
        self._lay(node, slot, grams - taken_g)
        return taken_g

    def put_back(self, node: str, slot: str, grams: float) -> None:
        """Lay down what was taken."""
        self._lay(node, slot, self._grams(node, slot) + grams)

    def fill(self, node: str, slot: str, pieces: int) -> None:
        """Lay down so many new pieces."""
        self._lay(node, slot, self._grams(node, slot) + self._weigh(node, slot, pieces))

    def empty(self, node: str, slot: str) -> int:
        """Take all that lies there; how many pieces that was."""
        pieces = self.pieces(node, slot)
        self.take(node, slot, pieces)
        return pieces

    def _weigh(self, node: str, slot: str, pieces: int) -> float:
        mean_g = GOOD_AT[node, slot].piece_weight_g
        return sum(self._random.gauss(mean_g, mean_g * PIECES_UNLIKE) for _ in range(pieces))

    def _grams(self, node: str, slot: str) -> float:
        scene = Scene(self.scene(node))
        scene.follow()
        return scene.load_g(slot)

    def _lay(self, node: str, slot: str, grams: float) -> None:
        with self.scene(node).open("a", encoding="utf-8") as file:
            file.write(json.dumps({"slot": slot, "grams": round(grams, 2)}) + "\n")
