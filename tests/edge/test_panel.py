"""What a node shows: a fault is said once when it begins and once when it ends; the light follows."""

import logging
from collections.abc import Iterator

import pytest
from gpiozero import Device
from gpiozero.pins.mock import MockFactory

from quietshelf_edge import panel
from quietshelf_edge.panel import Faults, GpioPanel
from tests.edge.bench import wait_for


@pytest.fixture
def pins() -> Iterator[MockFactory]:
    before = Device.pin_factory
    Device.pin_factory = MockFactory()
    yield Device.pin_factory
    Device.pin_factory.reset()
    Device.pin_factory = before


class Light:
    """Keeps what it was told to show."""

    def __init__(self) -> None:
        self.shown: list[bool] = []

    def show(self, faulty: bool) -> None:
        self.shown.append(faulty)

    def blink(self) -> None:
        """Not asked here."""

    def pressed(self) -> bool:
        return False


def test_a_fault_is_said_once_and_the_light_is_well_again_when_the_last_one_ends(
    caplog: pytest.LogCaptureFixture,
) -> None:
    light = Light()
    faults = Faults(light)
    with caplog.at_level(logging.INFO):
        for _ in range(5):
            faults.begin("broker", "no broker answers")
        faults.begin("disk", "the disk is full")
        faults.end("broker")
        faults.end("broker")
        faults.end("disk")
    assert light.shown == [False, True, False]
    assert [record.message for record in caplog.records] == [
        "no broker answers",
        "the disk is full",
        "over: broker",
        "over: disk",
    ]


def test_the_light_is_steady_when_all_is_well_and_again_after_it_was_looked_for(
    pins: MockFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(panel, "BLINK_S", 0.3)
    shown = GpioPanel(17, 27)
    led, button = pins.pin(17), pins.pin(27)
    shown.show(faulty=False)
    assert led.state
    shown.blink()
    wait_for(lambda: not led.state, "the light to blink")
    wait_for(lambda: not shown._led.is_active or shown._led._blink_thread is None, "the light to be steady")
    wait_for(lambda: led.state, "the light to be on")
    assert not shown.pressed()
    button.drive_low()
    wait_for(shown.pressed, "the press")
    assert not shown.pressed()


def test_without_pins_the_panel_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GPIOZERO_PIN_FACTORY", "lgpio")
    monkeypatch.setattr(Device, "pin_factory", None)
    with pytest.raises(OSError, match=r"leave \[panel\] out"):
        GpioPanel(17, None)
