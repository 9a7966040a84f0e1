<?php
/**
 * The resource `passerelle_events`: which orders, products and quantities changed and were not read yet.
 *
 * GET answers them, the oldest first, and notes that somebody listens: `topics=order|product|stock`, at most `limit`;
 * with `wait` the answer comes as soon as there is one, after so many seconds at the latest. PUT takes a JSON document:
 * `read`, numbers of events that are done with, and `ping`, where to say that something is there (`url`, `secret`).
 *
 * @author Passerelle
 * @license https://www.apache.org/licenses/LICENSE-2.0 Apache-2.0
 */
if (!defined('_PS_VERSION_')) {
    exit;
}

class WebserviceSpecificManagementPasserelleEvents implements WebserviceSpecificManagementInterface
{
    use PasserelleSpecificResource;

    const MOST_AT_ONCE = 1000;
    const LONGEST_WAIT = 25;
    const LOOK_EVERY_MICROSECONDS = 250000;

    public function manage()
    {
        $this->requireOneShop();
        $shop = (int) Context::getContext()->shop->id;
        $topics = $this->topics();
        try {
            if ($this->wsObject->method === 'PUT') {
                $this->take($shop);
            }
            PasserelleOutbox::listen($shop, $topics);
            $this->answer = ['passerelle_events' => ['events' => $this->events($shop, $topics)]];
        } catch (PrestaShopException $fault) {
            throw new WebserviceException('the outbox of the module cannot be read or written', [85, 503]);
        }
    }

    private function topics()
    {
        $topics = explode('|', $this->parameter('topics', 'order'));
        if (array_diff($topics, PasserelleOutbox::TOPICS) !== []) {
            throw new WebserviceException('topics are of ' . implode('|', PasserelleOutbox::TOPICS), [85, 400]);
        }

        return $topics;
    }

    private function events($shop, array $topics)
    {
        $limit = min(max((int) $this->parameter('limit', '500'), 1), self::MOST_AT_ONCE);
        $until = microtime(true) + min(max((int) $this->parameter('wait', '0'), 0), self::LONGEST_WAIT);
        while (!($rows = PasserelleOutbox::unread($shop, $topics, $limit)) && microtime(true) < $until) {
            usleep(self::LOOK_EVERY_MICROSECONDS);
        }
        $events = [];
        foreach ($rows as $row) {
            $events[] = [
                'id' => $row['id_event'],
                'topic' => $row['topic'],
                'subject' => $row['id_subject'],
                'noted_at' => $row['noted_at'],
            ];
        }

        return $events ? ['event' => $events] : '';
    }

    private function take($shop)
    {
        $document = json_decode((string) file_get_contents('php://input'), true);
        $read = is_array($document) && isset($document['read']) ? $document['read'] : [];
        if (!is_array($document) || !is_array($read) || count($read) > self::MOST_AT_ONCE) {
            throw new WebserviceException('read is a list of at most ' . self::MOST_AT_ONCE . ' numbers', [85, 400]);
        }
        PasserelleOutbox::forget($shop, $read);
        if (isset($document['ping'])) {
            $ping = (array) $document['ping'] + ['url' => '', 'secret' => ''];
            if (!PasserellePing::setTarget($shop, (string) $ping['url'], (string) $ping['secret'])) {
                throw new WebserviceException('ping is an address of http or https and a secret of 16 characters', [85, 400]);
            }
        }
    }
}
