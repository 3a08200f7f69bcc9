"""Nchan in nginx, from Debian's packages nginx-light and libnginx-mod-nchan: the same buffer length, a worker for
each thread of ours, logs off, no limit on requests of a connection."""
import os
import shutil

DIALECT = "nchan"
MODULE = "/usr/lib/nginx/modules/ngx_nchan_module.so"
NGINX = shutil.which("nginx", path=os.environ.get("PATH", "") + ":/usr/sbin")

CONFIG = """
load_module {module};
worker_processes {threads};
worker_rlimit_nofile 60000;
daemon off;
pid {folder}/nginx.pid;
error_log /dev/null crit;
events {{ worker_connections 50000; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  keepalive_requests 1000000000;
  keepalive_timeout 1h;
  nchan_shared_memory_size 512M;
  server {{
    listen 127.0.0.1:{port} backlog=4096;
    location ~ ^/sub/(\\d+)$ {{
      nchan_subscriber longpoll;
      nchan_channel_id $1;
      nchan_subscriber_timeout 110s;
    }}
    location ~ ^/all/(\\d+)$ {{
      nchan_subscriber longpoll;
      nchan_channel_id $1;
      nchan_longpoll_multipart_response on;
    }}
    location ~ ^/pub/(\\d+)$ {{
      nchan_publisher;
      nchan_channel_id $1;
      nchan_message_buffer_length 250;
      nchan_message_timeout 0;
    }}
  }}
}}
"""


def available():
    return bool(NGINX) and os.path.exists(MODULE)


def command(build, port, folder, threads, options):
    path = os.path.join(folder, "nginx.conf")
    with open(path, "w") as out:
        out.write(CONFIG.format(module=MODULE, threads=threads, folder=folder, port=port))
    return [NGINX, "-p", folder, "-c", path]
