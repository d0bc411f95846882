"""aioredis 2.0.1, which old applications still pin.

From Python 3.11 on, asyncio.TimeoutError is the built-in TimeoutError, and aioredis names both as
base classes of one of its own, which Python refuses. While its exceptions are imported,
asyncio.TimeoutError is therefore a class derived from the built-in one; afterwards it is itself
again, and aioredis runs unchanged.
"""

import asyncio

import pytest


def import_aioredis():
    genuine = asyncio.TimeoutError
    asyncio.TimeoutError = type("TimeoutError", (TimeoutError,), {})
    try:
        import aioredis.exceptions
    finally:
        asyncio.TimeoutError = genuine
    return aioredis


aioredis = import_aioredis()


@pytest.fixture
def scenario(server, run):
    """Runs `body(client)` with a client that decodes replies."""
    def scenario(body):
        async def whole():
            client = aioredis.from_url(server.url, decode_responses=True)
            try:
                await body(client)
            finally:
                await client.close()
                await client.connection_pool.disconnect()

        run(whole())

    return scenario


def test_strings_and_hashes(scenario):
    async def body(client):
        assert await client.set("a", "1", ex=100) is True
        assert await client.get("a") == "1"
        assert await client.ttl("a") in (99, 100)
        assert await client.hset("h", mapping={"x": "1", "y": "2"}) == 2
        assert await client.hgetall("h") == {"x": "1", "y": "2"}
        assert [key async for key in client.scan_iter(match="h*")] == ["h"]
        assert await client.delete("a", "h") == 2

    scenario(body)


def test_pipeline(scenario):
    async def body(client):
        async with client.pipeline(transaction=False) as pipe:
            for number in range(500):
                pipe.set(f"key:{number}", number).get(f"key:{number}")
            replies = await pipe.execute()
        assert replies[1::2] == [str(number) for number in range(500)]

    scenario(body)


def test_concurrent_tasks(scenario):
    async def body(client):
        values = await asyncio.gather(*(client.incr("n") for _ in range(200)))
        assert sorted(values) == list(range(1, 201))

    scenario(body)


def test_errors(scenario):
    async def body(client):
        await client.set("word", "x")
        with pytest.raises(aioredis.ResponseError, match="not an integer"):
            await client.incr("word")
        with pytest.raises(aioredis.ResponseError, match="unknown command"):
            await client.execute_command("NOSUCH")

    scenario(body)
