"""This server, with everything on; only connections may answer any number of requests, as all peers here do."""
DIALECT = "longpolld"


def command(build, port, folder, threads, options):
    return [f"{build}/longpolld", "--listen", f"127.0.0.1:{port}", "--threads", str(threads),
            "--max-requests-per-connection", "0", "--max-parked-polls-per-category", "1000000", *options]
