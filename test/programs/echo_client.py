"""An echo client of Python's websockets: URL, and the client's window bits or "off" for no compression."""

import asyncio
import json
import os
import sys

import websockets
from websockets.extensions import permessage_deflate

SIZES = [0, 1, 125, 126, 127, 65535, 65536, 300000]


def factories(bits):
    if bits == "off":
        return None
    return [permessage_deflate.ClientPerMessageDeflateFactory(client_max_window_bits=int(bits))]


async def main(url, bits):
    options = {"compression": None, "extensions": factories(bits), "max_size": None}
    async with websockets.connect(url, **options) as client:
        for size in SIZES:
            fragments = ["é" * size, "x" * (size // 2), ""]
            for message in ["é€😀"[: size % 4] + "a" * size, os.urandom(size), bytes(size)]:
                await client.send(message)
                assert await client.recv() == message, size
            await client.send(fragments)
            assert await client.recv() == "".join(fragments), size
        pong = await client.ping(b"are you there")
        await pong
        await client.close(4321)
        print(json.dumps({"code": client.close_code, "extensions": len(client.extensions)}))


asyncio.run(main(sys.argv[1], sys.argv[2]))
