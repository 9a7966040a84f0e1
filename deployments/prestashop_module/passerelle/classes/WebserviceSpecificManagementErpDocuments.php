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
    use PasserelleErpResource;

    const RESOURCE = 'erp_documents';
    const NODE = 'erp_order';

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

    private function store(SimpleXMLElement $node, array $orders)
    {
        $order = PasserelleErpOrder::read($node);
        $this->requireOrder($orders, $order->id, $order->reference);

        return PasserelleErpDocuments::store($order);
    }

    private function named(SimpleXMLElement $node)
    {
        return [];
    }
}
