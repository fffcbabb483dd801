"""The whole job with httpx: one client that keeps its connections, workers over one shared iterator of lines.

Arguments: input, output, url, workers.
"""

import asyncio
import json
import sys
import time

import httpx

from result_line import result_line


async def worker(client, url, records, output):
    for index, line in records:
        record = json.loads(line)
        begin = time.perf_counter()
        response = await client.post(url, json=record)
        ms = (time.perf_counter() - begin) * 1000
        output.write(result_line(index, record, response.status_code, ms, str(response.url), dict(response.headers), response.json()))


async def main(source, target, url, workers):
    limits = httpx.Limits(max_connections=workers, max_keepalive_connections=workers)
    with open(source, encoding="utf-8") as lines, open(target, "w", encoding="utf-8", buffering=1 << 18) as output:
        records = enumerate(lines)
        async with httpx.AsyncClient(limits=limits) as client:
            await asyncio.gather(*(worker(client, url, records, output) for _ in range(workers)))


if __name__ == "__main__":
    source, target, url, workers = sys.argv[1:5]
    asyncio.run(main(source, target, url, int(workers)))
