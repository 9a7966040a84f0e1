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
    use PasserelleSpecificResource;

    public function manage()
    {
        try {
            $this->answer = $this->wsObject->method === 'PUT'
                ? ['erp_invoices' => ['erp_invoice' => $this->written()]]
                : ['erp_invoices' => ['erp_order' => $this->read()]];
        } catch (PrestaShopException $fault) {
            if ($fault instanceof WebserviceException) {
                throw $fault;
            }
            throw new WebserviceException('the invoices could not be read, nothing was written', [85, 503]);
        }
    }

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

    private function written()
    {
        $nodes = $this->nodesOf('erp_invoice');
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
        $key = trim((string) $node->key);
        try {
            $invoice = PasserelleErpInvoice::read($node);
            if (!isset($orders[$id]) || $orders[$id] !== $invoice->reference) {
                throw new PasserelleRefusal('no order of this shop has this id and this reference');
            }

            return $this->line($key, $id, PasserelleErpInvoices::store($invoice) ? 'written' : 'unchanged');
        } catch (PasserelleRefusal $refusal) {
            return $this->line($key, $id, 'error', $refusal->getMessage());
        } catch (Throwable $fault) {
            // The message of a failed statement holds the statement.
            $isDatabase = $fault instanceof PrestaShopDatabaseException || !$fault instanceof PrestaShopException;

            return $this->line($key, $id, 'error', $isDatabase ? 'the database refused it, nothing was written' : $fault->getMessage());
        }
    }

    private function line($key, $id, $status, $message = '')
    {
        return ['key' => $key, 'id_order' => (string) $id, 'status' => $status, 'message' => $message];
    }
}
