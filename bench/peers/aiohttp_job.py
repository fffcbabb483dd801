"""The whole job with aiohttp: read JSONL, POST each record, write each answer as JSONL.

The way its users write it well: one session, a fixed number of workers over one shared iterator of
lines, so that memory does not grow with the file. Arguments: input, output, url, workers, loop
("asyncio" or "uvloop").
"""

import asyncio
import json
import sys
import time

import aiohttp

from result_line import result_line


async def worker(session, url, records, output):
    for index, line in records:
        record = json.loads(line)
        begin = time.perf_counter()
        async with session.post(url, json=record) as response:
            body = await response.json()
            ms = (time.perf_counter() - begin) * 1000
            output.write(result_line(index, record, response.status, ms, str(response.url), dict(response.headers), body))


async def main(source, target, url, workers):
    connector = aiohttp.TCPConnector(limit=workers)
    with open(source, encoding="utf-8") as lines, open(target, "w", encoding="utf-8", buffering=1 << 18) as output:
        records = enumerate(lines)
        async with aiohttp.ClientSession(connector=connector) as session:
            await asyncio.gather(*(worker(session, url, records, output) for _ in range(workers)))


if __name__ == "__main__":
    source, target, url, workers, loop = sys.argv[1:6]
    if loop == "uvloop":
        import uvloop

        uvloop.install()
    asyncio.run(main(source, target, url, int(workers)))
