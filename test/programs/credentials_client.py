"""A client of Python's websockets that says who it is: URL, and "-" or the value of Authorization; prints the first message."""

import asyncio
import json
import sys

import websockets
from websockets.version import version

IS_LEGACY = int(version.split(".")[0]) < 14
FIELDS = "extra_headers" if IS_LEGACY else "additional_headers"


def status_of(error):
    return error.status_code if IS_LEGACY else error.response.status_code


async def main(url, authorization):
    fields = {} if authorization == "-" else {"Authorization": authorization}
    try:
        async with websockets.connect(url, **{FIELDS: fields}) as client:
            print(json.dumps({"said": await client.recv()}))
    except websockets.exceptions.InvalidHandshake as error:
        print(json.dumps({"status": status_of(error)}))


asyncio.run(main(sys.argv[1], sys.argv[2]))
