"""Large bodies share a room: never more than it has, and nobody waits for ever."""

from __future__ import annotations

import asyncio

from hypothesis import given
from hypothesis import strategies as st

from vlmdata.io.http.room import Room


@given(st.lists(st.tuples(st.integers(1, 10), st.booleans()), max_size=30))
def test_it_is_never_overfull_and_all_comes_back(plan: list[tuple[int, bool]]) -> None:
    async def run() -> tuple[int, int]:
        room, held, most = Room(10), 0, 0

        async def one(size: int) -> None:
            nonlocal held, most
            await room.take(size)
            held += size
            most = max(most, held)
            try:
                await asyncio.sleep(0)
            finally:
                held -= size
                room.give(size)

        tasks = []
        for size, cancelled in plan:
            tasks.append(asyncio.create_task(one(size)))
            await asyncio.sleep(0)
            if cancelled:
                tasks[len(tasks) // 2].cancel()
        async with asyncio.timeout(20):
            await asyncio.gather(*tasks, return_exceptions=True)
            await room.take(10)  # all of it is free again
        return most, held

    most, held = asyncio.run(run())
    assert most <= 10
    assert held == 0


def test_first_come_first_served() -> None:
    async def order() -> list[int]:
        room, done = Room(10), []

        async def one(size: int) -> None:
            await room.take(size)
            done.append(size)
            await asyncio.sleep(0)
            room.give(size)

        await asyncio.gather(*map(one, (6, 7, 1, 2)))
        return done

    assert asyncio.run(order()) == [6, 7, 1, 2]
