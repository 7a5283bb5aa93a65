"""A hand changes what the cells feel, piece by piece, and the scene file is its only memory."""

from pathlib import Path
from random import Random

from quietshelf.demo.hand import GOOD_AT, Hand


def test_pieces_are_told_by_their_weight_and_come_back_as_they_went(tmp_path: Path) -> None:
    hand = Hand(tmp_path, Random(1))
    hand.fill("tea-right", "1", 12)
    assert hand.pieces("tea-right", "1") == 12
    taken_g = hand.take("tea-right", "1", 3)
    assert abs(taken_g / GOOD_AT["tea-right", "1"].piece_weight_g - 3) < 0.2
    assert hand.pieces("tea-right", "1") == 9
    hand.put_back("tea-right", "1", taken_g)
    assert Hand(tmp_path).pieces("tea-right", "1") == 12


def test_an_emptied_slot_weighs_nothing(tmp_path: Path) -> None:
    hand = Hand(tmp_path, Random(1))
    hand.fill("counter", "1", 18)
    hand.fill("counter", "2", 4)
    assert hand.empty("counter", "1") == 18
    assert hand.pieces("counter", "1") == 0
    assert hand.pieces("counter", "2") == 4
    assert hand.scene("counter").read_text().splitlines()[-1] == '{"slot": "1", "grams": 0.0}'


def test_more_than_lies_there_is_all_that_lies_there(tmp_path: Path) -> None:
    hand = Hand(tmp_path, Random(1))
    hand.fill("counter", "3", 2)
    hand.take("counter", "3", 5)
    assert hand.pieces("counter", "3") == 0
