"""What the jobs in Python write of an answer: one line of JSON, the same for all of them."""

import json


def result_line(index, record, status, ms, url, headers, body):
    result = {
        "index": index,
        "id": record.get("id"),
        "result": "ok" if status < 300 else "failed",
        "status": status,
        "ms": round(ms, 1),
        "method": "POST",
        "url": url,
        "headers": headers,
        "body": body,
    }
    return json.dumps(result, ensure_ascii=False) + "\n"
