<?php
$server = "http://127.0.0.1:8080";
$event = ["category" => "farm", "data" => ["pig" => "oink"]];
$options = ["method" => "POST", "header" => "Content-Type: application/json", "content" => json_encode($event)];
file_get_contents("$server/publish", false, stream_context_create(["http" => $options]));
for ($cursor = "";;) {
    $query = http_build_query(["category" => "farm", "since_time" => 0, "cursor" => $cursor]);
    $reply = json_decode(@file_get_contents("$server/events?$query") ?: "null");
    if (!$reply) {
        fwrite(STDERR, error_get_last()["message"] . "\n");
        sleep(1);
        continue;
    }
    $cursor = $reply->cursor;
    foreach ($reply->events ?? [] as $event) echo json_encode($event->data), "\n";
}
