# docker build -t longpolld . && docker run --rm -p 127.0.0.1:8080:8080 longpolld
FROM debian:bookworm-slim AS build
RUN apt-get update && apt-get install -y --no-install-recommends \
    g++ cmake ninja-build libboost1.81-dev libspdlog-dev libcli11-dev libtomlplusplus-dev libssl-dev \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY . .
RUN cmake --preset release -G Ninja -DLONGPOLLD_TESTS=OFF \
    && cmake --build --preset release \
    && cmake --install build --prefix /usr --strip

FROM debian:bookworm-slim
RUN apt-get update && apt-get install -y --no-install-recommends \
    libspdlog1.10 libtomlplusplus3 libssl3 \
    && rm -rf /var/lib/apt/lists/*
COPY --from=build /usr/bin/longpolld /usr/bin/longpolld
USER 65532:65532
ENV LONGPOLLD_LISTEN=0.0.0.0:8080
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s CMD ["/usr/bin/longpolld", "--health"]
ENTRYPOINT ["/usr/bin/longpolld"]
