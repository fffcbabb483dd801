"""One request of the jobs with requests: a session whose pool has a connection for each that is in flight."""

import json
import time

import requests
from requests.adapters import HTTPAdapter

from result_line import result_line


def open_session(workers):
    session = requests.Session()
    session.mount("http://", HTTPAdapter(pool_connections=1, pool_maxsize=workers))
    return session


def sender(session, url):
    def send(numbered):
        index, line = numbered
        record = json.loads(line)
        begin = time.perf_counter()
        response = session.post(url, json=record)
        ms = (time.perf_counter() - begin) * 1000
        return result_line(index, record, response.status_code, ms, response.url, dict(response.headers), response.json())

    return send
