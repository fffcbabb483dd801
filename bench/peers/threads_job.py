"""The whole job with threads and requests: an executor over the lines, one session.

Arguments: input, output, url, threads.
"""

import sys
from concurrent.futures import ThreadPoolExecutor

from requests_send import open_session, sender

if __name__ == "__main__":
    source, target, url, workers = sys.argv[1:5]
    send = sender(open_session(int(workers)), url)
    with open(source, encoding="utf-8") as lines, open(target, "w", encoding="utf-8", buffering=1 << 18) as output:
        with ThreadPoolExecutor(int(workers)) as executor:
            for line in executor.map(send, enumerate(lines)):
                output.write(line)
