"""What `/metrics` tells: counters that the parts keep anyway, read when somebody asks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from bot.clock import Ticker
from bot.dispatch import Dispatch
from bot.ear import AccountEar
from bot.errands import Errands
from bot.inbox import Inbox
from bot.outbox import Outbox
from bot.supervisor import Board, State

if TYPE_CHECKING:
    from bot.drafting import Drafter


@dataclass(eq=False)
class Gauges(Collector):
    """Collects from the parts of a running process."""

    inbox: Inbox
    dispatch: Dispatch
    errands: Errands
    ticker: Ticker
    board: Board
    outboxes: Sequence[Outbox]
    ears: Sequence[AccountEar]
    draft: Drafter | None = None

    def collect(self) -> Iterator[Metric]:
        """Return the figures as they stand."""
        yield CounterMetricFamily("xiangqun_frames_stored", "Frames made durable.", self.inbox.received)
        yield CounterMetricFamily("xiangqun_frames_worked", "Frames worked off.", self.dispatch.worked)
        yield CounterMetricFamily("xiangqun_frames_quarantined", "Frames put aside.", self.dispatch.quarantined)
        yield CounterMetricFamily("xiangqun_errands_done", "Errands done.", self.errands.done)
        yield CounterMetricFamily("xiangqun_ticks", "Ticks of the clock.", self.ticker.ticks)
        posts = CounterMetricFamily("xiangqun_posts", "Posts by outcome.", labels=("account", "outcome"))
        for outbox in self.outboxes:
            for state, count in outbox.counts.items():
                posts.add_metric((outbox.account.name, state.value), count)
        yield posts
        up = GaugeMetricFamily("xiangqun_part_up", "Whether a part is up.", labels=("part",))
        for part in self.board.parts.values():
            up.add_metric((part.name,), float(part.state is State.UP))
        yield up
        odd = CounterMetricFamily("xiangqun_frames_odd", "Frames that could not be read.", labels=("account",))
        for ear in self.ears:
            odd.add_metric((ear.account.name,), ear.oddities)
        yield odd
        drafts = CounterMetricFamily("xiangqun_drafts", "Drafts asked for, by how that ended.", labels=("ended",))
        for ended, count in self.draft.counts.items() if self.draft is not None else ():
            drafts.add_metric((ended.value,), count)
        yield drafts
