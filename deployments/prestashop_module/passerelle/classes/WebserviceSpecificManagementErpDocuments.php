<?php
/**
 * The resource `erp_documents`: what the ERP's documents say of orders, one answer per order.
 *
 * GET names the orders as `id_order=1|2|3`. PUT writes what differs; an order that is refused does not stop the others.
 *
 * @author Passerelle
 * @license https://www.apache.org/licenses/LICENSE-2.0 Apache-2.0
 */
if (!defined('_PS_VERSION_')) {
    exit;
}

class WebserviceSpecificManagementErpDocuments implements WebserviceSpecificManagementInterface
{
    use PasserelleSpecificResource;

    public function manage()
    {
        try {
            $answers = $this->wsObject->method === 'PUT' ? $this->written() : $this->read();
        } catch (PrestaShopException $fault) {
            if ($fault instanceof WebserviceException) {
                throw $fault;
            }
            throw new WebserviceException('the documents could not be read, nothing was written', [85, 503]);
        }
        $this->answer = ['erp_documents' => ['erp_order' => $answers]];
    }

    private function read()
    {
        $ids = $this->orderIds();
        $orders = PasserelleErpDocuments::orders($ids);
        $documents = PasserelleErpDocuments::of($orders);
        $answers = [];
        foreach ($ids as $id) {
            $answers[] = [
                'id_order' => (string) $id,
                'reference' => isset($orders[$id]) ? $orders[$id] : '',
                'status' => isset($orders[$id]) ? 'known' : 'unknown',
                'delivery_date' => isset($documents[$id]) ? $documents[$id]['delivery_date'] : '',
                'documents' => isset($documents[$id]) ? $this->nested($documents[$id]['documents']) : '',
            ];
        }

        return $answers;
    }

    private function nested(array $documents)
    {
        $nodes = [];
        foreach ($documents as $document) {
            $document['lines'] = $document['lines'] === [] ? '' : ['line' => $document['lines']];
            $nodes[] = $document;
        }

        return $nodes === [] ? '' : ['document' => $nodes];
    }

    private function written()
    {
        $nodes = $this->nodesOf('erp_order');
        $ids = [];
        foreach ($nodes as $node) {
            $ids[] = (int) $node->id_order;
        }
        $orders = PasserelleErpDocuments::orders($ids);
        $answers = [];
        foreach ($nodes as $node) {
            $answers[] = $this->answerTo($node, $orders);
        }

        return $answers;
    }

    private function answerTo(SimpleXMLElement $node, array $orders)
    {
        $id = (int) $node->id_order;
        try {
            $order = PasserelleErpOrder::read($node);
            if (!isset($orders[$id]) || $orders[$id] !== $order->reference) {
                throw new PasserelleRefusal('no order of this shop has this id and this reference');
            }

            return $this->line($id, PasserelleErpDocuments::store($order) ? 'written' : 'unchanged');
        } catch (PasserelleRefusal $refusal) {
            return $this->line($id, 'error', $refusal->getMessage());
        } catch (Throwable $fault) {
            // The message of a failed statement holds the statement.
            return $this->line($id, 'error', 'the database refused it, nothing was written');
        }
    }

    private function line($id, $status, $message = '')
    {
        return ['id_order' => (string) $id, 'status' => $status, 'message' => $message];
    }
}
