# longpolld below a path of a site, for Varnish 6 or newer, which parks one poll for all subscribers that wait for the
# same. config/caches.md says for whom that is good. Varnish compiles this: it takes a C compiler where it runs.
# longpolld must allow it: shared_cache_seconds = 2, and know the site's name: allowed_hosts = ["example.org"]
# Varnish speaks neither TLS nor HTTP/2 to browsers: what does, such as HAProxy, stands in front.

vcl 4.1;

backend longpolld {
    .host = "127.0.0.1";
    .port = "8080";
    .first_byte_timeout = 150s;         # above max_longpoll_timeout_seconds, 120
    .between_bytes_timeout = 150s;
}

sub vcl_recv {
    if (req.url !~ "^/longpoll/") { return (synth(404)); }
    set req.url = regsub(req.url, "^/longpoll", "");

    # Publishing and the demo are not for everyone. Programs on this machine ask longpolld itself. To open one
    # to whoever reaches this site, take its line away.
    if (req.url ~ "^/publish") { return (synth(403)); }
    if (req.url ~ "^/demo/") { return (synth(403)); }

    # Whoever shows anything of its own, or does not say where it stands, has a poll of its own, which is never
    # stored. It takes two threads while it waits: many of these should go past Varnish.
    if (req.method != "GET" || req.http.Authorization || req.http.Cookie || req.url ~ "[?&]token=") {
        return (pass);
    }
    if (req.url !~ "^/events\?" || req.url !~ "[?&]cursor=.") { return (pass); }
    return (hash);
}

sub vcl_backend_response {
    # Nothing is served once it is too old.
    set beresp.grace = 0s;
    set beresp.keep = 0s;
    # What is not for others is for nobody who waited with it: they ask for themselves, all at once.
    if (beresp.http.Cache-Control !~ "public") {
        set beresp.uncacheable = true;
        set beresp.ttl = 1s;
        return (deliver);
    }
}
