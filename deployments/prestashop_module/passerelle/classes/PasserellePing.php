<?php
/**
 * An optional word to whoever listens: something is there. It carries no id, its time is signed with it, no answer is
 * awaited, and a listener that does not answer is left alone for a minute.
 *
 * @author Passerelle
 * @license https://www.apache.org/licenses/LICENSE-2.0 Apache-2.0
 */
if (!defined('_PS_VERSION_')) {
    exit;
}

class PasserellePing
{
    const TARGET = 'PASSERELLE_PING';
    const FAILED = 'PASSERELLE_PING_FAILED';
    const BODY = '{"waiting":true}';
    const CONNECT_SECONDS = 0.3;
    const REST_SECONDS = 60;

    public static function uninstall()
    {
        return Configuration::deleteByName(self::TARGET) && Configuration::deleteByName(self::FAILED);
    }

    /**
     * Whoever says where it listens is there: it is spoken to at once, even if it did not answer a moment ago.
     *
     * @return bool whether the target is one; an empty address switches it off
     */
    public static function setTarget($shop, $url, $secret)
    {
        $isOff = $url === '';
        if (!$isOff && (!preg_match('#^https?://[^\s/@]+(/[^\s]*)?$#D', $url) || strlen($secret) < 16)) {
            return false;
        }
        $told = $isOff ? '' : json_encode(['url' => $url, 'secret' => $secret]);
        if ($told !== (string) Configuration::get(self::TARGET, null, null, $shop)) {
            Configuration::updateValue(self::TARGET, $told, false, null, $shop);
        }
        Configuration::updateValue(self::FAILED, 0, false, null, $shop);

        return true;
    }

    public static function send(array $shops)
    {
        foreach ($shops as $shop) {
            $target = json_decode((string) Configuration::get(self::TARGET, null, null, $shop), true);
            $failed = (int) Configuration::get(self::FAILED, null, null, $shop);
            if (is_array($target) && abs(time() - $failed) > self::REST_SECONDS && !self::post($target['url'], $target['secret'])) {
                Configuration::updateValue(self::FAILED, time(), false, null, $shop);
            }
        }
    }

    private static function post($url, $secret)
    {
        $parts = parse_url($url) + ['path' => '/'];
        $isSafe = $parts['scheme'] === 'https';
        $port = isset($parts['port']) ? $parts['port'] : ($isSafe ? 443 : 80);
        $address = ($isSafe ? 'tls://' : 'tcp://') . $parts['host'] . ':' . $port;
        $socket = @stream_socket_client($address, $code, $text, self::CONNECT_SECONDS);
        if (!$socket) {
            return false;
        }
        $at = (string) time();
        $lines = [
            'POST ' . $parts['path'] . ' HTTP/1.1',
            'Host: ' . $parts['host'] . ':' . $port,
            'Content-Type: application/json',
            'Content-Length: ' . strlen(self::BODY),
            'X-Passerelle-Time: ' . $at,
            'X-Passerelle-Signature: ' . hash_hmac('sha256', $at . '.' . self::BODY, $secret),
            'Connection: close',
        ];
        stream_set_timeout($socket, 1);
        $isSent = fwrite($socket, implode("\r\n", $lines) . "\r\n\r\n" . self::BODY) !== false;
        fclose($socket);

        return $isSent;
    }
}
