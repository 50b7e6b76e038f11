"""Grading by many: batches go to processes of this machine, or to the workers of a Dask cluster that see the same folders."""

from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from functools import partial
from threading import Lock
from typing import Any

Over = Callable[[Callable[[Any], Any], list[Any]], Iterator[Any]]  # like map: a function and batches to results, in any order


_turn = Lock()  # a worker may have many threads; a process marks one batch at a time


def _alone(work: Callable[[Any], Any], batch: Any) -> Any:
    with _turn:
        return work(batch)


@contextmanager
def processes(count: int) -> Iterator[Over]:
    """Gives what the engine maps with: so many processes of this machine, for whatever is more than one batch."""
    if count == 1:
        yield map
        return
    with ProcessPoolExecutor(count) as pool:
        yield lambda work, batches: pool.map(work, batches) if len(batches) > 1 else map(work, batches)


@contextmanager
def spread(address: str) -> Iterator[Over]:
    """Gives what the engine maps with: the cluster whose scheduler is at `address`.

    A batch whose worker dies goes to another one. Raises ValueError when there is no Dask or no scheduler,
    RuntimeError when a batch has lost its worker again and again.
    """
    try:
        from distributed import Client, KilledWorker, as_completed
    except ModuleNotFoundError as error:
        raise ValueError(f"{error.name}: is not installed; pip install 'kefu[dask]'") from None
    try:
        client = Client(address)
    except (OSError, ValueError) as error:
        raise ValueError(f"{address}: no Dask scheduler answers: {error}") from None

    def over(work: Callable[[Any], Any], batches: list[Any]) -> Iterator[Any]:
        for future in as_completed(client.map(partial(_alone, work), batches, pure=False)):
            try:
                done = future.result()
            except KilledWorker:
                raise RuntimeError(f"{address}: workers die; see their logs, then grade again: what is graded stays") from None
            future.release()  # a result that is taken must not be made once more when its worker dies
            yield done

    with client:
        yield over
