"""redis-py's asyncio client on both event loops: pools, concurrency, cancellation."""

import asyncio

import redis.asyncio as redis


def test_pool_serves_many_tasks(server, protocol, run):
    async def scenario():
        pool = redis.ConnectionPool(
            port=server.port, protocol=protocol, decode_responses=True, max_connections=50)
        client = redis.Redis(connection_pool=pool)

        async def work(number):
            await client.set(f"key:{number}", number)
            await client.hset(f"hash:{number}", mapping={"a": number, "b": number + 1})
            assert await client.get(f"key:{number}") == str(number)
            return await client.hgetall(f"hash:{number}")

        gate = asyncio.Semaphore(40)

        async def gated(number):
            async with gate:
                return await work(number)

        results = await asyncio.gather(*(gated(number) for number in range(500)))
        assert results == [{"a": str(n), "b": str(n + 1)} for n in range(500)]
        assert await client.dbsize() == 1000
        await client.aclose()
        await pool.aclose()

    run(scenario())


def test_pipeline(server, protocol, run):
    async def scenario():
        async with redis.Redis(port=server.port, protocol=protocol) as client:
            pipe = client.pipeline(transaction=False)
            for number in range(1000):
                pipe.incrby("sum", number)
            replies = await pipe.execute()
            assert replies[-1] == sum(range(1000))

    run(scenario())


def test_expiry(server, protocol, run):
    async def scenario():
        async with redis.Redis(port=server.port, protocol=protocol) as client:
            await client.set("a", "1", px=50)
            async with asyncio.timeout(5):
                while await client.exists("a"):
                    await asyncio.sleep(0.005)

    run(scenario())


def test_two_servers_at_once(server, start_server, run):
    other = start_server()

    async def scenario():
        clients = [redis.Redis(port=each.port) for each in (server, other)]
        await asyncio.gather(*(
            client.set("port", client.connection_pool.connection_kwargs["port"])
            for client in clients))
        values = await asyncio.gather(*(client.get("port") for client in clients))
        assert [int(value) for value in values] == [server.port, other.port]
        for client in clients:
            await client.aclose()

    run(scenario())


def test_a_cancelled_request_disturbs_no_other(server, run):
    async def scenario():
        async with redis.Redis(port=server.port, decode_responses=True) as client:
            await client.set("a", "x" * 1_000_000)
            for delay in (0, 0.0002, 0.001, 0.003):
                task = asyncio.create_task(client.get("a"))
                await asyncio.sleep(delay)
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
                assert await client.ping() is True
                assert await client.echo(str(delay)) == str(delay)

    run(scenario())
