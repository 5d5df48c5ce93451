<?php
// Calls a route of crypto-envelope with PHP (8.1 or later) and its openssl extension:
//
//   ENVELOPE_KID=2026-a ENVELOPE_KEY=<base64> php client.php default http://127.0.0.1:3000/v1/echo '{"str":"hello"}'
//   ENVELOPE_KEY=<text>                       php client.php legacy  http://127.0.0.1:3000/getCode '{"str":"…","pwdstr":"…"}'
declare(strict_types=1);

function fail(string $message, int $code = 1): never
{
    fwrite(STDERR, "$message\n");
    exit($code);
}

function b64url(string $bytes): string
{
    return rtrim(strtr(base64_encode($bytes), '+/', '-_'), '=');
}

function unb64url(string $text): string
{
    return base64_decode(strtr($text, '-_', '+/'), true) ?: fail('this is no base64');
}

/** Profile `default`: the JSON envelope with AES-256-GCM. */
final class Gcm
{
    private string $nonce;

    public function __construct(private string $key, private string $kid, private string $path)
    {
        $this->nonce = random_bytes(12);
    }

    private function associated(array $e, string ...$rest): string
    {
        return implode("\n", [$e['v'], $e['alg'], $e['kid'], $e['ts'], $e['nonce'], 'POST', $this->path, ...$rest]);
    }

    public function seal(string $plaintext): string
    {
        $ts = (int) floor(microtime(true) * 1000);
        $envelope = ['v' => 1, 'alg' => 'A256GCM', 'kid' => $this->kid, 'ts' => $ts, 'nonce' => b64url($this->nonce)];
        $associated = $this->associated($envelope, 'req');
        $ct = openssl_encrypt($plaintext, 'aes-256-gcm', $this->key, OPENSSL_RAW_DATA, $this->nonce, $tag, $associated, 16);
        return json_encode([...$envelope, 'ct' => b64url($ct . $tag)], JSON_THROW_ON_ERROR);
    }

    public function open(mixed $answer): string|false
    {
        // The answer is bound to the nonce of the request: only the answer to this very request opens.
        $associated = $this->associated($answer, 'res', b64url($this->nonce));
        $sealed = unb64url($answer['ct']);
        $nonce = unb64url($answer['nonce']);
        $tag = substr($sealed, -16);
        return openssl_decrypt(substr($sealed, 0, -16), 'aes-256-gcm', $this->key, OPENSSL_RAW_DATA, $nonce, $tag, $associated);
    }
}

/** Profile `legacy`: HEX(AES_ENCRYPT(json, key)) of MySQL. */
final class Mysql
{
    private string $key;

    public function __construct(string $text)
    {
        $folded = array_fill(0, 16, 0);
        foreach (array_values(unpack('C*', $text)) as $index => $byte) {
            $folded[$index % 16] ^= $byte;
        }
        $this->key = pack('C*', ...$folded);
    }

    public function seal(string $plaintext): string
    {
        return bin2hex(openssl_encrypt($plaintext, 'aes-128-ecb', $this->key, OPENSSL_RAW_DATA));
    }

    public function open(mixed $answer): string|false
    {
        return openssl_decrypt(hex2bin($answer), 'aes-128-ecb', $this->key, OPENSSL_RAW_DATA);
    }
}

$key = getenv('ENVELOPE_KEY') ?: '';
if ($argc !== 4 || !in_array($argv[1], ['default', 'legacy'], true) || $key === '') {
    fail('usage: ENVELOPE_KEY=… [ENVELOPE_KID=…] php client.php default|legacy URL JSON', 2);
}
[, $profile, $url, $plaintext] = $argv;
$path = parse_url($url, PHP_URL_PATH) ?: '/';
$envelope = $profile === 'legacy' ? new Mysql($key) : new Gcm(unb64url($key), getenv('ENVELOPE_KID') ?: '', $path);
$http = [
    'method' => 'POST',
    'header' => 'Content-Type: text/plain',
    'content' => $envelope->seal($plaintext),
    'timeout' => 120,
    'ignore_errors' => true,
];
$body = @file_get_contents($url, false, stream_context_create(['http' => $http]));
$answer = json_decode($body === false ? fail("no answer from $url") : $body, true);
if (($answer['code'] ?? 0) !== 200) {
    fail("refused: $body");
}
$opened = $envelope->open($answer['data']);
echo $opened === false ? fail('the answer does not open') : "$opened\n";
