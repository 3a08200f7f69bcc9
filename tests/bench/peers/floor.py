"""What nobody can avoid: floor.cpp."""
DIALECT = "floor"


def command(build, port, folder, threads, options):
    return [f"{build}/bench/bench_floor", str(port)]
