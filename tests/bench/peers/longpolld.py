"""This server with everything on, limits for each address too: the load counts as a client, not as a trusted proxy.
Only, connections may answer any number of requests, as all peers here do, and one address may park all polls."""
DIALECT = "longpolld"


def command(build, port, folder, threads, options):
    return [f"{build}/longpolld", "--listen", f"127.0.0.1:{port}", "--threads", str(threads),
            "--max-requests-per-connection", "0", "--max-parked-polls-per-category", "1000000", "--trusted-proxies", "192.0.2.1",
            "--max-parked-polls-per-address", "1000000",
            "--max-parked-seats-per-address", "1000000", *options]
