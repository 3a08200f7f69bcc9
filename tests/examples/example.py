import json, sys, time, urllib.parse, urllib.request

server = "http://127.0.0.1:8080"
event = {"category": "farm", "data": {"pig": "oink"}}
urllib.request.urlopen(f"{server}/publish", json.dumps(event).encode())
cursor = ""
while True:
    query = urllib.parse.urlencode({"category": "farm", "since_time": 0, "cursor": cursor})
    try:
        reply = json.load(urllib.request.urlopen(f"{server}/events?{query}", timeout=60))
    except OSError as problem:  # also any status but 200
        print(problem, file=sys.stderr, flush=True)
        time.sleep(1)
        continue
    cursor = reply["cursor"]
    for event in reply.get("events", []):
        print(event["data"], flush=True)
