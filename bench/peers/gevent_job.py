"""The whole job with gevent and requests, which is what grequests does: a pool of greenlets, one session.

Arguments: input, output, url, greenlets.
"""

from gevent import monkey

monkey.patch_all()

import sys  # noqa: E402

from gevent.pool import Pool  # noqa: E402

from requests_send import open_session, sender  # noqa: E402

if __name__ == "__main__":
    source, target, url, workers = sys.argv[1:5]
    send = sender(open_session(int(workers)), url)
    with open(source, encoding="utf-8") as lines, open(target, "w", encoding="utf-8", buffering=1 << 18) as output:
        for line in Pool(int(workers)).imap_unordered(send, enumerate(lines), maxsize=int(workers)):
            output.write(line)
