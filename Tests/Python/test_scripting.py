"""Scripts and functions over connections: registered scripts, busy servers, what survives."""

import threading
import time

import pytest
import redis

BUSY = ("--busy-reply-threshold", "100", "--enable-debug-command", "yes")


def wait_until_busy(client):
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            client.get("x")
        except redis.ResponseError as error:
            assert str(error).startswith("BUSY"), error
            return str(error)
        time.sleep(0.01)
    pytest.fail("no BUSY reply came")


def in_background(port, *command):
    """Sends a command on a connection of its own; gives back what holds the answer."""
    answer = []

    def run():
        with redis.Redis(port=port, decode_responses=True) as client:
            try:
                answer.append(client.execute_command(*command))
            except redis.RedisError as error:
                answer.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    return thread, answer


def test_registered_scripts_and_locks(client):
    add = client.register_script("return redis.call('INCRBY', KEYS[1], ARGV[1])")
    assert add(keys=["n"], args=[5]) == 5
    client.script_flush()
    assert add(keys=["n"], args=[5]) == 10
    with client.pipeline() as pipe:
        add(keys=["n"], args=[1], client=pipe)
        pipe.get("n")
        assert pipe.execute() == [11, "11"]
    with client.lock("lock", timeout=5) as lock:
        assert client.get("lock")
        lock.extend(10)
        assert not client.lock("lock", timeout=5, blocking=False).acquire()
    assert client.get("lock") is None


@pytest.mark.parametrize("code", [
    "while true do end",
    "while true do pcall(function() while true do end end) end",
    "while true do redis.call('GET', 'x') end",
    "while true do redis.pcall('NOSUCH') end",
])
def test_endless_script_is_killed(start_server, code):
    server = start_server(*BUSY)
    with redis.Redis(port=server.port, decode_responses=True) as client:
        with pytest.raises(redis.ResponseError, match="NOTBUSY"):
            client.script_kill()
        thread, answer = in_background(server.port, "EVAL", code, 0)
        assert "SCRIPT KILL" in wait_until_busy(client)
        with pytest.raises(redis.ResponseError, match="BUSY.*SCRIPT KILL"):
            client.function_kill()
        # New connections are served, and several commands in one go.
        with redis.Redis(port=server.port) as other, other.pipeline(transaction=False) as pipe:
            for _ in range(100):
                pipe.set("k", "v")
            answers = pipe.execute(raise_on_error=False)
            assert all(str(error).startswith("BUSY") for error in answers)
        assert client.script_kill()
        thread.join(10)
        assert "Script killed by user with SCRIPT KILL" in str(answer[0])
        assert client.get("k") is None
        assert client.eval("return 7", 0) == 7


def test_function_is_killed(start_server):
    server = start_server(*BUSY)
    with redis.Redis(port=server.port, decode_responses=True) as client:
        client.function_load(
            "#!lua name=l\nredis.register_function('f', function() while true do end end)")
        thread, answer = in_background(server.port, "FCALL", "f", 0)
        assert "FUNCTION KILL" in wait_until_busy(client)
        running = client.execute_command("FUNCTION", "STATS")
        running = running if isinstance(running, dict) else dict(zip(running[::2], running[1::2]))
        assert "f" in str(running["running_script"])
        with pytest.raises(redis.ResponseError, match="BUSY"):
            client.script_kill()
        assert client.function_kill()
        thread.join(10)
        assert "FUNCTION KILL" in str(answer[0])


def test_script_that_has_written_is_not_killed(start_server):
    server = start_server(*BUSY)
    with redis.Redis(port=server.port, decode_responses=True) as client:
        code = "redis.call('SET', 'k', 'v') while redis.call('GET', 'end') == false do end"
        thread, _ = in_background(server.port, "EVAL", code, 0)
        wait_until_busy(client)
        with pytest.raises(redis.ResponseError, match="UNKILLABLE"):
            client.script_kill()
        with pytest.raises(redis.ResponseError, match="BUSY"):
            client.shutdown()
        with redis.Redis(port=server.port) as other:
            other.shutdown(nosave=True)
        thread.join(10)
        assert server.process.wait(10) == 0


def test_pipeline_behind_a_slow_script_keeps_its_order(start_server):
    server = start_server(*BUSY)
    with redis.Redis(port=server.port, decode_responses=True) as client:
        slow = "local n = 0 for i = 1, 2e8 do n = n + 1 end return n"
        with redis.Redis(port=server.port) as other:
            with other.pipeline(transaction=False) as pipe:
                pipe.set("a", 1)
                pipe.eval(slow, 0)
                pipe.incr("a")
                pipe.get("a")
                answer = []
                thread = threading.Thread(target=lambda: answer.extend(pipe.execute()))
                thread.start()
                wait_until_busy(client)
                thread.join(60)
        assert answer == [True, 200000000, 2, b"2"]


def test_client_that_leaves_during_its_script(start_server):
    server = start_server(*BUSY)
    with redis.Redis(port=server.port, decode_responses=True) as client:
        import socket
        with socket.create_connection(("127.0.0.1", server.port)) as gone:
            gone.sendall(b"EVAL 'while true do end' 0\r\n")
            wait_until_busy(client)
        wait_until_busy(client)
        client.script_kill()
        assert client.ping()


def test_functions_survive(start_server):
    server = start_server("--save", "", "--enable-debug-command", "yes")
    code = "#!lua name=lib\nredis.register_function('f', function(keys, args) return args end)\n"
    large = "#!lua name=large\nredis.register_function('g', function() return 1 end) -- "
    large += "x" * 700_000
    with redis.Redis(port=server.port, decode_responses=True) as client:
        client.function_load(code)
        client.function_load(large)
        client.set("k", "v")
        client.save()
        client.function_flush()
        client.execute_command("DEBUG", "RELOAD", "NOSAVE")
        assert client.fcall("f", 0, "a", "b") == ["a", "b"]
        assert client.fcall("g", 0) == 1
        client.bgsave()
        while client.info("persistence")["rdb_bgsave_in_progress"]:
            time.sleep(0.01)
    server.kill()
    server.start()
    with redis.Redis(port=server.port, decode_responses=True) as client:
        assert client.get("k") == "v"
        assert client.fcall("f", 0, "a") == ["a"]
        assert client.fcall("g", 0) == 1
        assert client.function_list("large", withcode=True)


def test_library_that_does_not_end_is_given_up(server, client):
    with pytest.raises(redis.ResponseError, match="timeout"):
        client.function_load("#!lua name=slow\nwhile true do end")
    assert client.function_list() == []
    assert client.ping()


def test_memory_is_given_back(start_server):
    server = start_server()
    with redis.Redis(port=server.port, decode_responses=True) as client:
        before = client.info("memory")["used_memory_vm_total"]
        assert client.eval(
            "local t = {} for i = 1, 200000 do t[i] = ('x'):rep(100) .. i end return #t",
            0) == 200000
        for _ in range(50):
            client.eval("local t = {} for i = 1, 1000 do t[i] = {} end return #t", 0)
        assert client.info("memory")["used_memory_vm_total"] < before + 30_000_000
