"""A client of Python's websockets: URL and subprotocols. Prints what came of it: the first message, or the status."""

import asyncio
import json
import sys

import websockets


async def main(url, subprotocols):
    try:
        async with websockets.connect(url, subprotocols=subprotocols) as client:
            message = await client.recv()
            print(json.dumps({"subprotocol": client.subprotocol, "message": message}))
    except websockets.exceptions.InvalidStatusCode as error:
        print(json.dumps({"status": error.status_code}))


asyncio.run(main(sys.argv[1], sys.argv[2:] or None))
