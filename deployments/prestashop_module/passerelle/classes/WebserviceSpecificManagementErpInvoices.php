<?php
/**
 * The resource `erp_invoices`: the ERP's invoices of orders with their PDF, one answer per invoice.
 *
 * GET names the orders as `id_order=1|2|3`. PUT writes what differs; an invoice that is refused does not stop the others.
 *
 * @author Passerelle
 * @license https://www.apache.org/licenses/LICENSE-2.0 Apache-2.0
 */
if (!defined('_PS_VERSION_')) {
    exit;
}

class WebserviceSpecificManagementErpInvoices implements WebserviceSpecificManagementInterface
{
    use PasserelleErpResource;

    const RESOURCE = 'erp_invoices';
    const NODE = 'erp_invoice';

    private function read()
    {
        $ids = $this->orderIds();
        $orders = PasserelleErpDocuments::orders($ids);
        $invoices = PasserelleErpInvoices::of($orders);
        $answers = [];
        foreach ($ids as $id) {
            $nodes = array_map([$this, 'node'], isset($invoices[$id]) ? $invoices[$id] : []);
            $answers[] = [
                'id_order' => (string) $id,
                'reference' => isset($orders[$id]) ? $orders[$id] : '',
                'status' => isset($orders[$id]) ? 'known' : 'unknown',
                'invoices' => $nodes === [] ? '' : ['invoice' => $nodes],
            ];
        }

        return $answers;
    }

    /**
     * The hash is that of the file as it lies there: one that is gone, or is another, is sent again.
     */
    private function node(array $row)
    {
        $path = PasserelleErpInvoices::path($row);
        $hash = $path !== '' && is_file($path) ? (string) hash_file('sha256', $path) : '';

        return array_intersect_key($row, array_flip(['kind', 'number', 'date', 'total_tax_excl', 'total_tax_incl'])) + ['sha256' => $hash];
    }

    private function store(SimpleXMLElement $node, array $orders)
    {
        PasserelleErpInvoices::removeStrays();
        $invoice = PasserelleErpInvoice::read($node);
        $this->requireOrder($orders, $invoice->idOrder, $invoice->reference);

        return PasserelleErpInvoices::store($invoice);
    }

    private function named(SimpleXMLElement $node)
    {
        return ['key' => trim((string) $node->key)];
    }
}
