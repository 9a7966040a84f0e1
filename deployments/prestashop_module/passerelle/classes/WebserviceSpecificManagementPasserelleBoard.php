<?php
/**
 * The resource `passerelle_board`: Passerelle reads what employees have asked for, and says what it did.
 *
 * GET answers who the tables are, what was said last and what is asked. PUT takes a JSON document with any of the parts
 * page, orders and answers; sending one again changes nothing. Of which deliveries the orders are, and up to which change
 * they were told, is kept here: a shop that is restored says what it had then.
 *
 * @author Passerelle
 * @license https://www.apache.org/licenses/LICENSE-2.0 Apache-2.0
 */
if (!defined('_PS_VERSION_')) {
    exit;
}

class WebserviceSpecificManagementPasserelleBoard implements WebserviceSpecificManagementInterface
{
    use PasserelleSpecificResource;

    const ORDER_STATES = ['delivered', 'waiting', 'held', 'intent'];
    const ANSWERS = ['done', 'refused'];

    public function manage()
    {
        $this->requireOneShop();
        $board = new PasserelleBoard((int) Context::getContext()->shop->id);
        try {
            if ($this->wsObject->method === 'PUT') {
                $this->take($board, $this->document());
            } else {
                $board->setText('seen', PasserelleBoard::now());
            }
            $this->answer = ['passerelle_board' => [
                'board' => $board->id(),
                'digest' => $board->text('digest'),
                'orders_of' => $board->text('orders_of'),
                'orders_until' => $board->text('orders_until'),
                'requests' => $this->asked($board),
            ]];
        } catch (PrestaShopException $fault) {
            throw new WebserviceException('the tables of the module cannot be read or written', [85, 503]);
        }
    }

    private function asked(PasserelleBoard $board)
    {
        $requests = [];
        foreach ($board->open() as $one) {
            $requests[] = [
                'token' => $one['token'],
                'kind' => $one['kind'],
                'subject' => $one['subject'],
                'content' => $one['content'],
                'asked_at' => $one['asked_at'],
            ];
        }

        return $requests ? ['request' => $requests] : '';
    }

    private function document()
    {
        $document = json_decode((string) file_get_contents('php://input'), true);
        if (!is_array($document)) {
            throw new WebserviceException('this is not a JSON document', [85, 400]);
        }
        foreach (['page', 'orders', 'answers'] as $part) {
            if (isset($document[$part]) && !is_array($document[$part])) {
                throw new WebserviceException($part . ' is not what it should be', [85, 400]);
            }
        }

        return $document + ['orders' => [], 'answers' => []];
    }

    private function take(PasserelleBoard $board, array $document)
    {
        foreach ($document['answers'] as $answer) {
            if (!isset($answer['token'], $answer['state'], $answer['text']) || !in_array($answer['state'], self::ANSWERS, true)) {
                throw new WebserviceException('an answer is not what it should be', [85, 400]);
            }
            $board->answer((string) $answer['token'], $answer['state'], (array) $answer['text']);
        }
        if (isset($document['orders_of'])) {
            $board->setOrdersOf((string) $document['orders_of']);
        }
        foreach ($document['orders'] as $order) {
            $isWhole = isset($order['id'], $order['reference'], $order['state'], $order['changed_at']);
            if (!$isWhole || !in_array($order['state'], self::ORDER_STATES, true)) {
                throw new WebserviceException('an order is not what it should be', [85, 400]);
            }
            // A member of its own: before 1.1.2 the module knew no such state, and took the order as delivered.
            if ($order['state'] === 'delivered' && isset($order['is_named']) && !$order['is_named']) {
                $order['state'] = PasserelleBoard::SENT;
            }
            $board->setOrder($order + ['erp_number' => '', 'why' => []]);
        }
        if (isset($document['orders_until'])) {
            $board->setText('orders_until', (string) $document['orders_until']);
        }
        if (isset($document['page'], $document['digest'])) {
            $board->setText('page', json_encode($document['page']));
            $board->setText('digest', (string) $document['digest']);
        }
    }
}
