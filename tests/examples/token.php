<?php // Signs a token for a user, as your site would: php token.php site.key alice

function token(string $secret, array $claims): string {
  $part = fn($raw) => rtrim(strtr(base64_encode($raw), "+/", "-_"), "=");
  $text = $part('{"alg":"HS256"}') . "." . $part(json_encode(["exp" => time() + 300] + $claims));
  return $text . "." . $part(hash_hmac("sha256", $text, $secret, true));
}

echo token(rtrim(file_get_contents($argv[1]), "\n"), ["sub" => $argv[2]]), "\n";
