"""What the node shows by itself: a light, and its faults, each logged once when it begins and once when it ends."""

import logging
import threading
from typing import Protocol

BLINK_S = 10.0

log = logging.getLogger(__name__)


class Panel(Protocol):
    """The node's light and button."""

    def show(self, faulty: bool) -> None:
        """Steady: all is well. Blinking slowly: there is a fault."""

    def blink(self) -> None:
        """Blink fast for ten seconds: this is the node you are looking for."""

    def pressed(self) -> bool:
        """Whether the button was pressed since the last call. It makes the node send its state at once."""


class LogPanel:
    """A node without light or button: says so in its log."""

    def show(self, faulty: bool) -> None:
        log.info("light: %s", "fault" if faulty else "well")

    def blink(self) -> None:
        log.info("light: here I am")

    def pressed(self) -> bool:
        return False


class GpioPanel:
    """An LED and, where it has a pin, a button to ground, on a Raspberry Pi (BCM numbers)."""

    def __init__(self, led_pin: int, button_pin: int | None) -> None:
        try:
            from gpiozero import LED, Button  # finds pins on a Pi only

            self._led = LED(led_pin)
            self._button = None if button_pin is None else Button(button_pin)
        except ImportError as error:
            raise OSError(f"the panel's pins can't be used ({error}): leave [panel] out, or run on a Pi") from error
        self._faulty = False
        self._presses = 0
        if self._button is not None:
            self._button.when_pressed = self._count_press

    def _count_press(self) -> None:
        self._presses += 1

    def show(self, faulty: bool) -> None:
        self._faulty = faulty
        if faulty:
            self._led.blink(on_time=1, off_time=1)
        else:
            self._led.on()

    def blink(self) -> None:
        self._led.blink(on_time=0.1, off_time=0.1)
        again = threading.Timer(BLINK_S, lambda: self.show(self._faulty))
        again.daemon = True
        again.start()

    def pressed(self) -> bool:
        presses, self._presses = self._presses, 0
        return presses > 0


class Faults:
    """The faults that hold now, by key, shown on the panel."""

    def __init__(self, panel: Panel) -> None:
        self._panel = panel
        self._sentences: dict[str, str] = {}
        panel.show(faulty=False)

    def begin(self, key: str, sentence: str) -> None:
        """`sentence` says what is wrong and what to do; a fault that holds already is not said again."""
        if self._sentences.get(key) == sentence:
            return
        if not self._sentences:
            self._panel.show(faulty=True)
        self._sentences[key] = sentence
        log.warning("%s", sentence)

    def end(self, key: str) -> None:
        """The fault is over, if it was there."""
        if self._sentences.pop(key, None) is None:
            return
        log.info("over: %s", key)
        if not self._sentences:
            self._panel.show(faulty=False)
