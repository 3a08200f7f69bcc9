# docker build -t longpolld . && docker run --rm -p 8080:8080 -p 127.0.0.1:8081:8081 longpolld
# Whoever reaches 8081 may publish. With rules of your own: -v /etc/longpolld:/etc/longpolld:ro and, at the end,
# --config /etc/longpolld/longpolld.toml --publish-listen ""
FROM debian:bookworm-slim AS build
RUN apt-get update && apt-get install -y --no-install-recommends \
    g++ cmake ninja-build libboost1.81-dev libspdlog-dev libcli11-dev libtomlplusplus-dev libssl-dev \
    libsqlite3-dev libhiredis-dev dpkg-dev file \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY . .
RUN cmake --preset release -G Ninja -DLONGPOLLD_TESTS=OFF \
    && cmake --build --preset release \
    && (cd build && cpack)

FROM debian:bookworm-slim
COPY --from=build /src/build/longpolld_*.deb /root/
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates /root/longpolld_*.deb \
    && rm -rf /var/lib/apt/lists/* /root/longpolld_*.deb
USER 65532:65532
ENV LONGPOLLD_LISTEN=0.0.0.0:8080 LONGPOLLD_PUBLISH_LISTEN=0.0.0.0:8081
EXPOSE 8080 8081
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s CMD ["/usr/bin/longpolld", "--health"]
ENTRYPOINT ["/usr/bin/longpolld"]
